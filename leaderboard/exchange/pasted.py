"""Cells pasted from a spreadsheet program, read as a workbook of one sheet: tabs between cells, a line for each row."""

from __future__ import annotations

import csv
import io

from xlsxwriter import Workbook

from leaderboard.cell_text import cell_text
from leaderboard.exchange.layout import COVER, FORMAT, FORMAT_KEY, SLUG_KEY, TABLES, SheetLayout
from leaderboard.exchange.problems import FileRefused
from leaderboard.exchange.table import title_of
from leaderboard.exchange.workbook import Cell, Sheet, Sheets

AS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""Whatever a cell holds is written as the text it is."""
MOST_CHARACTERS = 400_000
MOST_ROWS, MOST_COLUMNS, LONGEST_TEXT = 10_000, 64, 32_767
PASTEABLE = {table.name: table for table in TABLES}


def read_pasted(text: str, sheet: str, season_slug: str) -> Sheets:
    """The sheets that a paste stands for. Raises FileRefused for a paste that is empty, too large or for no sheet.

    The first line may be the head; without it cells stand in the order of the template's columns.
    """
    layout = PASTEABLE.get(sheet)
    if layout is None:
        raise FileRefused(f"请选择粘贴到哪张工作表: {'、'.join(PASTEABLE)}")
    if len(text) > MOST_CHARACTERS:
        raise FileRefused(f"粘贴的内容超过 {MOST_CHARACTERS} 字, 请改为导入文件")
    rows = _rows(text)
    if not rows:
        raise FileRefused("没有粘贴任何内容, 请在 Excel 或 WPS 中选中单元格后复制, 再粘贴到文本框")
    if not _is_head(rows, layout):
        rows = {0: list(layout.titles), **rows}
    cover: dict[int, list[Cell]] = {1: [FORMAT_KEY, FORMAT], 2: [SLUG_KEY, season_slug]}
    return {COVER: Sheet(COVER, cover), layout.name: Sheet(layout.name, rows)}


def pasted_workbook(text: str, sheet: str) -> bytes:
    """A paste as a workbook of one sheet, every cell where its line stands, to be handed back with its errors."""
    buffer = io.BytesIO()
    with Workbook(buffer, AS_TEXT) as book:
        page = book.add_worksheet(sheet)
        for number, row in _rows(text).items():
            for column, value in enumerate(row):
                if value is not None:
                    page.write_string(number - 1, column, cell_text(str(value)))
    return buffer.getvalue()


def _rows(text: str) -> dict[int, list[Cell]]:
    """The lines that hold anything, by their number in the paste."""
    found: dict[int, list[Cell]] = {}
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter="\t"), start=1):
            if any(cell.strip() for cell in row):
                found[number] = [cell or None for cell in row]
            if len(found) > MOST_ROWS or len(row) > MOST_COLUMNS:
                raise FileRefused(f"粘贴的内容超过 {MOST_ROWS} 行 × {MOST_COLUMNS} 列, 请改为导入文件")
            if any(len(cell) > LONGEST_TEXT for cell in row):
                raise FileRefused(f"有单元格的文字超过 {LONGEST_TEXT} 字")
    except csv.Error as error:
        raise FileRefused("粘贴的内容不是单元格, 请在 Excel 或 WPS 中选中单元格后复制") from error
    return found


def _is_head(rows: dict[int, list[Cell]], layout: SheetLayout) -> bool:
    first = next(iter(rows.values()))
    return len({title_of(cell) for cell in first} & set(layout.titles)) >= min(2, len(first))
