"""An edition's figures as files for spreadsheets: CSV and XLSX, with what is printed and the exact numbers.

A spreadsheet reads 3/10 as the tenth of March and keeps fifteen digits, so an exact number is two columns of integers,
(p) over (q), and a longer integer is text; `docs/workbook.md` describes the columns.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from leaderboard.boards.worksheet import Cell, Printed, Worksheet, is_long, is_number, worksheet_file
from leaderboard.formatters import exact_number, is_compared, movement
from leaderboard.labels import state_words, unranked_words
from scoring.show import round_half_up

Document = dict[str, Any]
WIDE, NARROW = 24, 11
FIXED = 4
"""Columns that stay in sight: division, place, movement and unit."""
DECIMALS = 4
"""Of a numerator or denominator that is no integer, such as the third of a shared project."""
_LIVE = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""Text beginning with one of these might be taken for a formula."""


def csv_file(board: Document) -> bytes:
    """The board as CSV in UTF-8 with a byte-order mark, which spreadsheet programs need to read Chinese."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(inert(heading) for heading in headings(board))
    writer.writerows([inert(cell) for cell in row] for row in rows(board))
    return text.getvalue().encode("utf-8-sig")


def inert(cell: Cell) -> str:
    """The cell as spreadsheet programs leave it alone: an apostrophe before live text and before long integers."""
    if isinstance(cell, int):
        return f"'{cell}" if is_long(cell) else str(cell)
    unsafe = not is_number(cell) if isinstance(cell, Printed) else cell.startswith(_LIVE)
    return f"'{cell}" if cell and unsafe else str(cell)


def xlsx_file(board: Document) -> bytes:
    """The board as one worksheet without formulas or links; equal boards give equal bytes."""
    heads = headings(board)
    sheet = Worksheet(
        name="榜单",
        title=f"{board['season_title']} 第 {board['number']} 期",
        author=board["office"],
        # The file's own date is the edition's, so that nothing depends on when it is made.
        created=datetime.fromisoformat(board["published_at"]),
        headings=heads,
        widths=[WIDE if column == FIXED - 1 else NARROW for column in range(len(heads))],
        fixed_columns=FIXED,
    )
    return worksheet_file(sheet, rows(board))


def headings(board: Document) -> list[str]:
    """The columns: what is printed first, then every number exactly, as an integer (p) over an integer (q)."""
    scheme = board["scheme"]
    composite = scheme["composite"]
    found = ["组别", "名次", "升降", "单位", "状态", *(["总分"] if composite else [])]
    for indicator in scheme["indicators"]:
        name = indicator["name"]
        found += [name, f"{name}分子", f"{name}分母", *([f"{name}得分"] if composite else [])]
    found += [adjustment["name"] for adjustment in scheme["adjustments"]]
    exact = ["总分"] if composite else []
    for indicator in scheme["indicators"]:
        name = indicator["name"]
        exact += [f"{name}分子", f"{name}分母", name, *([f"{name}得分"] if composite else [])]
    found += [f"{name}({part})" for name in exact for part in "pq"]
    return [*found, "期", "截至", "发布"]


def rows(board: Document) -> Iterator[list[Cell]]:
    """One row for each unit in the board's order."""
    divisions = {division["key"]: division["name"] for division in board["divisions"]}
    first = not is_compared(board)
    for standing in board["standings"]:
        yield [
            divisions[standing["division"]],
            _number(standing["place"]),
            "" if first else movement(standing["previous_place"], standing["place"])["words"],
            standing["unit_name"],
            _status(standing),
            *_printed(board, standing),
            *_exact(board, standing),
            board["number"],
            board["as_of"],
            board["published_at"],
        ]


def _status(standing: Document) -> str:
    reason = standing["unranked_reason"]
    return unranked_words(reason) if reason else ("并列" if standing["tied"] else "")


def _printed(board: Document, standing: Document) -> Iterator[Cell]:
    composite = board["scheme"]["composite"]
    if composite:
        yield Printed(standing["score_shown"] or "")
    for indicator in board["scheme"]["indicators"]:
        value = standing["indicators"][indicator["key"]]
        yield _shown(value)
        yield _number(value["numerator"])
        yield _number(value["denominator"])
        if composite:
            yield Printed(value["points_shown"] or "")
    for adjustment in board["scheme"]["adjustments"]:
        yield Printed(standing["adjustments"][adjustment["key"]]["points_shown"])


def _shown(value: Document) -> Cell:
    """The rate as printed, a plain quantity itself, or in words why there is neither."""
    if value["rate_shown"] is not None:
        return Printed(value["rate_shown"])
    if value["state"] in {"counted", "zero"}:
        return _number(value["numerator"])
    return state_words(value["state"])


def _number(value: int | str | None) -> Cell:
    """An integer as it is, anything else rounded to four decimals; empty where there is none."""
    if value is None:
        return ""
    number = exact_number(value)
    if isinstance(number, int):
        return number
    return Printed(round_half_up(number, DECIMALS).rstrip("0").rstrip("."))


def _exact(board: Document, standing: Document) -> Iterator[Cell]:
    composite = board["scheme"]["composite"]
    if composite:
        yield from _pair(standing["score"])
    for indicator in board["scheme"]["indicators"]:
        value = standing["indicators"][indicator["key"]]
        for name in ("numerator", "denominator", "rate", *(["points"] if composite else [])):
            yield from _pair(value[name])


def _pair(value: int | str | None) -> tuple[Cell, Cell]:
    """An exact number in lowest terms, p over q; both empty where there is none."""
    if value is None:
        return "", ""
    above, _slash, below = str(value).partition("/")
    return int(above), int(below or 1)
