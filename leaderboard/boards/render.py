"""Rendering an edition's public forms once, in every language and encoding: exactly the bytes that are served."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool
from typing import Any

from leaderboard.boards import orders, totals, view
from leaderboard.boards.package import canonical
from leaderboard.boards.packing import Piece, brotli_of, gzipped, piece
from leaderboard.boards.read import PublicSeason
from leaderboard.boards.sheets import csv_file, rows, xlsx_file
from leaderboard.boards.totals import RaceTotal
from leaderboard.formatters import spoken
from leaderboard.office import Office
from leaderboard.qr import check_address
from leaderboard.templating import macro, read_ahead, render
from leaderboard.words import CHINESE, ENGLISH, LANGUAGES, catalogue, speaking

HTML, JSON = "text/html; charset=utf-8", "application/json; charset=utf-8"
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOARD, BY_INDICATOR = "pages/display/board.html", "pages/display/by_indicator.html"

Document = dict[str, Any]
Cells = dict[str, str]
"""The name of each unit as the tables of an edition write it, by key."""


@dataclass(frozen=True, slots=True)
class Form:
    """One public page or file, ready to serve."""

    path: str
    lang: str
    """`zh`, `en`, or empty where the form does not vary by language."""
    content_type: str
    etag: str
    identity: bytes
    gzip: bytes
    brotli: bytes


def make_form(path: str, lang: str, content_type: str, body: bytes) -> Form:
    """The form with its compressed twins; its ETag is the SHA-256 of the plain bytes."""
    return packed_form(path, lang, content_type, [piece(body)])


def packed_form(path: str, lang: str, content_type: str, pieces: Sequence[Piece]) -> Form:
    """The same of bytes that were packed piece by piece."""
    body = b"".join(each.plain for each in pieces)
    return Form(
        path=path,
        lang=lang,
        content_type=content_type,
        etag=hashlib.sha256(body).hexdigest(),
        identity=body,
        gzip=gzipped(*pieces),
        brotli=brotli_of(body),
    )


def render_forms(office: Office, board: Document, sealed: Sequence[Piece]) -> list[Form]:
    """Every public form of an edition; `sealed` is its sealed file, written and packed already.

    Each is packed by a thread beside the next one's rendering: packing lets others run meanwhile.
    """
    base = f"/boards/{board['season']}/{board['number']}"
    # Not an executor: those take nothing on once the process is to end, and the edition at hand is still finished then.
    with ThreadPool() as packers:
        packed = [packers.apply_async(packed_form, (f"{base}.package.json", "", JSON, sealed))]
        packed += [packers.apply_async(make_form, plain) for plain in _plain_forms(office, board, base)]
        return [form.get() for form in packed]


def _plain_forms(office: Office, board: Document, base: str) -> Iterator[tuple[str, str, str, bytes]]:
    """What `make_form` is given of every form but the sealed file."""
    yield f"{base}.json", "", JSON, canonical(board)
    with speaking(CHINESE):
        told = list(rows(board))
        yield f"{base}.csv", "", CSV, csv_file(board, told=told)
        yield f"{base}.xlsx", "", XLSX, xlsx_file(board, told=told)
    indicators = [(one, totals.race_total(board, one["key"])) for one in board["scheme"]["indicators"]]
    for lang in LANGUAGES:
        cells = unit_cells(board, base, lang)
        yield f"{base}/", lang, HTML, board_page(office, board, lang, cells)
        for indicator, total in indicators:
            page = indicator_page(office, board, indicator, total, lang, cells)
            yield f"{base}/by/{indicator['key']}/", lang, HTML, page


def index_forms(office: Office, seasons: Sequence[PublicSeason]) -> Iterator[Form]:
    """The list of all public boards in each language: no edition's own, made anew whenever one of them changes."""
    for lang in LANGUAGES:
        yield make_form("/", lang, HTML, index_page(office, seasons, lang))


def unit_cells(board: Document, base: str, lang: str) -> Cells:
    """The names of all units, made once for all pages of a language."""
    unit_name = macro("components/standings.html", "unit_name")
    with speaking(lang):
        return {
            row["unit"]: unit_name(row, spoken(f"{base}/units/{row['unit']}/")) for row in board["standings"]
        }


def get_ready() -> None:
    """Compile what the pages of an edition are drawn with, and read the English, before the first one is due."""
    read_ahead((BOARD, BY_INDICATOR))
    catalogue(ENGLISH)


def board_page(
    office: Office, board: Document, lang: str, cells: Cells, order: orders.Order = orders.OFFICIAL
) -> bytes:
    """The board of an edition as a page, in its own order or another."""
    frame = page_frame(office, board) | {"order": order}
    return render(BOARD, lang, **frame, cells=cells)


def ordered_page(office: Office, board: Document, lang: str, written: str) -> bytes:
    """The board in the order that an address asks for."""
    base = f"/boards/{board['season']}/{board['number']}"
    with speaking(lang):
        order = orders.read_order(board, written)
        return board_page(office, board, lang, unit_cells(board, base, lang), order)


def indicator_page(
    office: Office, board: Document, indicator: Document, total: RaceTotal, lang: str, cells: Cells
) -> bytes:
    """One indicator's own board of an edition as a page; `total` is that indicator's."""
    context = {"indicator": indicator, "total": total, "cells": cells}
    return render(BY_INDICATOR, lang, **page_frame(office, board), **context)


def index_page(office: Office, seasons: Sequence[PublicSeason], lang: str) -> bytes:
    """The list of public boards as a page."""
    return render(
        "pages/display/index.html", lang, seasons=seasons, office_name=office.name, zone=office.zone
    )


def page_frame(office: Office, board: Document) -> Document:
    """What every page of an edition is rendered with."""
    return {
        "office_name": board["authority"],
        "zone": office.zone,
        "board": board,
        "base": f"/boards/{board['season']}/{board['number']}",
        "view": view,
        "totals": totals,
        "orders": orders,
        "order": orders.OFFICIAL,
        "public_url": office.public_url,
        "check": check_address(office.public_url, board),
    }
