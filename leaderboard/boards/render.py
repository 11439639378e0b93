"""Rendering an edition's public forms once, in every language and encoding: exactly the bytes that are served."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.boards import totals, view
from leaderboard.boards.package import canonical
from leaderboard.boards.packing import Piece, brotli_of, gzipped, piece
from leaderboard.boards.read import PublicSeason
from leaderboard.boards.sheets import csv_file, xlsx_file
from leaderboard.office import Office
from leaderboard.qr import check_address
from leaderboard.templating import render
from leaderboard.words import CHINESE, LANGUAGES, speaking

HTML, JSON = "text/html; charset=utf-8", "application/json; charset=utf-8"
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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


def render_forms(office: Office, board: dict[str, Any], sealed: Sequence[Piece]) -> Iterator[Form]:
    """Every public form of an edition; `sealed` is its sealed file, written and packed already."""
    base = f"/boards/{board['season']}/{board['number']}"
    yield make_form(f"{base}.json", "", JSON, canonical(board))
    yield packed_form(f"{base}.package.json", "", JSON, sealed)
    with speaking(CHINESE):
        yield make_form(f"{base}.csv", "", CSV, csv_file(board))
        yield make_form(f"{base}.xlsx", "", XLSX, xlsx_file(board))
    for lang in LANGUAGES:
        yield make_form(f"{base}/", lang, HTML, board_page(office, board, lang))
        for indicator in board["scheme"]["indicators"]:
            page = indicator_page(office, board, indicator, lang)
            yield make_form(f"{base}/by/{indicator['key']}/", lang, HTML, page)


def index_forms(office: Office, seasons: Sequence[PublicSeason]) -> Iterator[Form]:
    """The list of all public boards in each language: no edition's own, made anew whenever one of them changes."""
    for lang in LANGUAGES:
        yield make_form("/", lang, HTML, index_page(office, seasons, lang))


def board_page(office: Office, board: dict[str, Any], lang: str) -> bytes:
    """The board of an edition as a page."""
    return render("pages/display/board.html", lang, **_frame(office, board))


def indicator_page(office: Office, board: dict[str, Any], indicator: dict[str, Any], lang: str) -> bytes:
    """One indicator's own board of an edition as a page."""
    return render("pages/display/by_indicator.html", lang, **_frame(office, board), indicator=indicator)


def index_page(office: Office, seasons: Sequence[PublicSeason], lang: str) -> bytes:
    """The list of public boards as a page."""
    return render(
        "pages/display/index.html", lang, seasons=seasons, office_name=office.name, zone=office.zone
    )


def _frame(office: Office, board: dict[str, Any]) -> dict[str, Any]:
    return {
        "office_name": office.name,
        "zone": office.zone,
        "board": board,
        "base": f"/boards/{board['season']}/{board['number']}",
        "view": view,
        "totals": totals,
        "check": check_address(office.public_url, board),
    }
