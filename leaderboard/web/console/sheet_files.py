"""What a list shows as a file: rows written one after the other as CSV or xlsx, text always text and never a formula."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import quote

import xlsxwriter
from flask import Response, stream_with_context

from leaderboard.boards.sheets import inert
from leaderboard.cell_text import cell_text
from leaderboard.web.console.project_columns import Cell

STRETCH = 65_536
"""Bytes handed out at a time."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXACT_DIGITS = 15
"""Digits a spreadsheet number keeps; a longer one is written as text."""
ONE_ROW_AT_A_TIME = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def sheet_answer(form: str, name: str, heads: Sequence[str], rows: Iterable[Iterable[Cell]]) -> Response:
    """The rows as a file to be saved under a name, in memory that does not grow with them."""
    write, kind = FORMS[form]
    filename = f"{name}.{form}"
    return Response(
        stream_with_context(write(heads, rows)),
        content_type=kind,
        headers={
            "Content-Disposition": f"attachment; filename=list.{form}; filename*=UTF-8''{quote(filename)}",
            "Cache-Control": "no-store",
        },
    )


def _csv(heads: Sequence[str], rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """CSV with a byte-order mark, which spreadsheet programs need to read Chinese."""
    yield "\ufeff".encode() + _csv_row(heads)
    for row in rows:
        yield _csv_row(
            "" if cell is None else format(cell, "f") if isinstance(cell, Decimal) else cell for cell in row
        )


def _csv_row(cells: Iterable[str | int | date]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(inert(cell) if isinstance(cell, str) else cell for cell in cells)
    return text.getvalue().encode()


def _xlsx(heads: Sequence[str], rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """A workbook of one sheet, written to a file that is gone when it was handed out."""
    with tempfile.TemporaryFile() as file:
        with xlsxwriter.Workbook(file, ONE_ROW_AT_A_TIME) as book:
            sheet = book.add_worksheet()
            bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(heads), 16)
            for place, head in enumerate(heads):
                sheet.write_string(0, place, head, bold)
            for number, row in enumerate(rows, start=1):
                for place, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(number, place, cell, day)
                    elif isinstance(cell, int | Decimal) and _fits(cell):
                        sheet.write_number(number, place, float(cell))
                    elif cell is not None:
                        sheet.write_string(number, place, cell_text(str(cell)))
        file.seek(0)
        while stretch := file.read(STRETCH):
            yield stretch


def _fits(number: int | Decimal) -> bool:
    return len(Decimal(number).normalize().as_tuple().digits) <= EXACT_DIGITS


FORMS: dict[str, tuple[Callable[[Sequence[str], Iterable[Iterable[Cell]]], Iterator[bytes]], str]] = {
    "csv": (_csv, "text/csv; charset=utf-8"),
    "xlsx": (_xlsx, XLSX),
}
