"""An edition's figures as files for spreadsheets: CSV and XLSX, with what is printed and the exact numbers.

A spreadsheet reads 3/10 as the tenth of March and keeps fifteen digits, so an exact number is two columns of integers,
(p) over (q), and a longer integer is text; `docs/workbook.md` describes the columns.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

from leaderboard.boards.sheet_rows import RowSheet, Said
from leaderboard.cell_text import cell_text
from leaderboard.formatters import exact_number, is_compared, movement
from leaderboard.labels import state_words, unranked_words
from scoring.show import round_half_up

Document = dict[str, Any]
WIDE, NARROW = 24, 11
MOST_DIGITS = 15
"""What a spreadsheet keeps of a number; what is longer must be text."""
LONG: int = 10**MOST_DIGITS
LONGEST_NAME = 31
"""Characters of a worksheet's name."""
DECIMALS = 4
"""Of a numerator or denominator that is no integer, such as the third of a shared project."""
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?%?")
_LIVE = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""Text beginning with one of these might be taken for a formula."""


class Printed(str):
    """A number as it is printed on the board: 53.75, 86.5%, -0.50."""

    __slots__ = ()


Cell = str | int | Printed
Row = list[Cell]


def csv_file(board: Document, notice: str = "", *, told: Iterable[Row] | None = None) -> bytes:
    """The board as CSV in UTF-8 with a byte-order mark, which spreadsheet programs need to read Chinese.

    `told` are its rows where they are made already. A notice, for a board that is none of the public's yet, stands
    above everything.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    if notice:
        writer.writerow([inert(notice)])
    writer.writerow(inert(heading) for heading in headings(board))
    writer.writerows([inert(cell) for cell in row] for row in told or rows(board))
    return text.getvalue().encode("utf-8-sig")


def inert(cell: Cell) -> str:
    """The cell as spreadsheet programs leave it alone: an apostrophe before live text and before long integers."""
    if isinstance(cell, int):
        return f"'{cell}" if _is_long(cell) else str(cell)
    unsafe = not _is_number(cell) if isinstance(cell, Printed) else cell.startswith(_LIVE)
    return f"'{cell}" if cell and unsafe else str(cell)


def _is_long(number: int) -> bool:
    return abs(number) >= LONG


@lru_cache(maxsize=10_000)
def _is_number(printed: str) -> bool:
    """Whether a printed number is one that a spreadsheet keeps to its last digit."""
    return bool(_NUMBER.fullmatch(printed)) and sum(map(str.isdigit, printed)) <= MOST_DIGITS


def xlsx_file(board: Document, notice: str = "", *, told: Iterable[Row] | None = None) -> bytes:
    """The board as one worksheet without formulas or links; equal boards give equal bytes.

    `told` are its rows where they are made already. A notice stands above everything, on every printed page, and
    instead of the sheet's name.
    """
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        # The file's own date is the edition's, so that nothing depends on when it is made.
        workbook.set_properties(
            {
                "title": f"{board['season_title']} 第 {board['number']} 期",
                "author": board["office"],
                "created": datetime.fromisoformat(board["published_at"]).replace(tzinfo=None),
            }
        )
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        sheet = workbook.add_worksheet(notice[:LONGEST_NAME] or "榜单", RowSheet)
        top = 0
        if notice:
            top = 1
            sheet.write_string(0, 0, notice, workbook.add_format({"bold": True}))
            sheet.set_header(f"&C&B{notice}")
        sheet.freeze_panes(top + 1, 4)
        sheet.set_column(0, 200, NARROW)
        sheet.set_column(3, 3, WIDE)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0, top)
        sheet.write_row(top, 0, map(cell_text, headings(board)), bold)
        sheet.set_rows(top + 1, told or rows(board), partial(_said, formats=_Formats(workbook)))
    return file.getvalue()


class _Formats:
    """Number formats by how a number is printed: 53.75 has two decimals, 86.5% is 0.865 shown as a percentage."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        self._known: dict[str, Format] = {}

    def of(self, printed: str) -> Format:
        decimals = len(printed.rstrip("%").partition(".")[2])
        shape = ("0." + "0" * decimals if decimals else "0") + ("%" if printed.endswith("%") else "")
        if shape not in self._known:
            self._known[shape] = self._workbook.add_format({"num_format": shape})
        return self._known[shape]


def _said(cell: Cell, formats: _Formats) -> Said | None:
    """A number as a number that can be added up as long as it keeps its digits, everything else as text."""
    if isinstance(cell, int) and not _is_long(cell):
        return cell, None
    if isinstance(cell, Printed) and _is_number(cell):
        return float(cell.rstrip("%")) / (100 if cell.endswith("%") else 1), formats.of(cell)
    return str(cell) or None


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


def rows(board: Document) -> Iterator[Row]:
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
