"""An edition's figures as files for spreadsheets: CSV and XLSX, with what is printed and the exact numbers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import xlsxwriter
from defusedcsv import csv

from leaderboard.formatters import movement
from leaderboard.labels import state_words, unranked_words

Document = dict[str, Any]
WIDE, NARROW = 24, 11
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?%?")
"""What a spreadsheet can hold as a number without losing a digit."""


def csv_file(board: Document) -> bytes:
    """The board as CSV in UTF-8 with a byte-order mark, which spreadsheet programs need to read Chinese."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings(board))
    writer.writerows(rows(board))
    return text.getvalue().encode("utf-8-sig")


def xlsx_file(board: Document) -> bytes:
    """The board as one worksheet without formulas or links; equal boards give equal bytes."""
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
        formats = _Formats(workbook)
        sheet = workbook.add_worksheet("榜单")
        sheet.freeze_panes(1, 4)
        sheet.set_column(0, 200, NARROW)
        sheet.set_column(3, 3, WIDE)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0)
        sheet.write_row(0, 0, headings(board), bold)
        for number, row in enumerate(rows(board), start=1):
            for column, text in enumerate(row):
                _write(sheet, number, column, text, formats)
    return file.getvalue()


class _Formats:
    """Number formats by how a number is printed: 53.75 has two decimals, 86.5% is 0.865 shown as a percentage."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._known: dict[str, Any] = {}

    def of(self, printed: str) -> Any:
        decimals = len(printed.rstrip("%").partition(".")[2])
        shape = ("0." + "0" * decimals if decimals else "0") + ("%" if printed.endswith("%") else "")
        if shape not in self._known:
            self._known[shape] = self._workbook.add_format({"num_format": shape})
        return self._known[shape]


def _write(sheet: Any, row: int, column: int, text: str, formats: _Formats) -> None:
    """A printed number as a number that can be added up, everything else as text."""
    if not _NUMBER.fullmatch(text):
        sheet.write_string(row, column, text)
        return
    value = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    sheet.write_number(row, column, value, formats.of(text))


def headings(board: Document) -> list[str]:
    """The columns: what is printed first, then every number exactly, as an integer or "n/d"."""
    scheme = board["scheme"]
    found = ["组别", "名次", "升降", "单位", "状态", *(["总分"] if scheme["composite"] else [])]
    for indicator in scheme["indicators"]:
        name = indicator["name"]
        found += [name, f"{name}分子", f"{name}分母"]
        found += [f"{name}得分"] if scheme["composite"] else []
    found += [adjustment["name"] for adjustment in scheme["adjustments"]]
    found += ["总分(精确)"] if scheme["composite"] else []
    for indicator in scheme["indicators"]:
        found.append(f"{indicator['name']}(精确)")
        found += [f"{indicator['name']}得分(精确)"] if scheme["composite"] else []
    return [*found, "期", "截至", "发布"]


def rows(board: Document) -> Iterator[list[str]]:
    """One row for each unit in the board's order."""
    divisions = {division["key"]: division["name"] for division in board["divisions"]}
    first = board["previous_hash"] is None
    for standing in board["standings"]:
        yield [
            divisions[standing["division"]],
            _text(standing["place"]),
            "" if first else movement(standing["previous_place"], standing["place"])["words"],
            standing["unit_name"],
            _status(standing),
            *_printed(board, standing),
            *_exact(board, standing),
            str(board["number"]),
            board["as_of"],
            board["published_at"],
        ]


def _status(standing: Document) -> str:
    reason = standing["unranked_reason"]
    return unranked_words(reason) if reason else ("并列" if standing["tied"] else "")


def _printed(board: Document, standing: Document) -> Iterator[str]:
    composite = board["scheme"]["composite"]
    if composite:
        yield _text(standing["score_shown"])
    for indicator in board["scheme"]["indicators"]:
        value = standing["indicators"][indicator["key"]]
        yield _shown(value)
        yield _text(value["numerator"])
        yield _text(value["denominator"])
        if composite:
            yield _text(value["points_shown"])
    for adjustment in board["scheme"]["adjustments"]:
        yield standing["adjustments"][adjustment["key"]]["points_shown"]


def _shown(value: Document) -> str:
    """The rate as printed, a plain quantity itself, or in words why there is neither."""
    if value["rate_shown"] is not None:
        return str(value["rate_shown"])
    if value["state"] in {"counted", "zero"}:
        return _text(value["numerator"])
    return state_words(value["state"])


def _exact(board: Document, standing: Document) -> Iterator[str]:
    composite = board["scheme"]["composite"]
    if composite:
        yield _text(standing["score"])
    for indicator in board["scheme"]["indicators"]:
        value = standing["indicators"][indicator["key"]]
        yield _text(value["rate"])
        if composite:
            yield _text(value["points"])


def _text(value: int | str | None) -> str:
    return "" if value is None else str(value)
