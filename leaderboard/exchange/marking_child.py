"""Marks the errors of one workbook in a copy of it; runs alone, in a process of its own, like the reader.

Standard input is one line of JSON with the problems, then the file; standard output is the marked file. Started as a
script by `marking.py`, never imported by the service.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
import unicodedata
from collections import defaultdict
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

RED = PatternFill("solid", start_color="FFFFC7CE", end_color="FFFFC7CE")
RED_WORDS = Font(color="FF9C0006")
HEADER_WITHIN = 5
UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MOST_WORDS = 2000
WIDTH = 60
Problem = dict[str, Any]


def plain(value: object) -> str:
    """A title or name for comparing, as the checks read it: without blanks, full-width signs made half-width."""
    return "".join(unicodedata.normalize("NFKC", str(value or "")).split())


def write_text(cell: Any, text: str) -> None:
    """Text that is text whatever it begins with: never a formula."""
    cell.value = UNFIT.sub(" ", text)[:MOST_WORDS]
    cell.data_type = "s"


def mark(book: Workbook, problems: list[Problem], name: str) -> None:
    """Cells in error red, beside each row what is wrong with it, and all of it listed on a sheet of its own."""
    by_sheet: dict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        if problem["sheet"] and problem["row"]:
            by_sheet[plain(problem["sheet"])].append(problem)
    for sheet in book.worksheets:
        if plain(sheet.title) == name:
            book.remove(sheet)
        elif found := by_sheet.get(plain(sheet.title)):
            mark_sheet(sheet, found, name)
    list_all(book, problems, name)


def mark_sheet(sheet: Worksheet, problems: list[Problem], name: str) -> None:
    """One sheet: its red cells and the column of words right of everything else, or where an earlier check put it."""
    titles = titles_of(sheet)
    header, beside = titles.get(name, (1, (sheet.max_column or 1) + 1))
    for row in range(header + 1, (sheet.max_row or 1) + 1) if name in titles else ():
        sheet.cell(row, beside).value = None
    words: dict[int, list[str]] = defaultdict(list)
    for problem in problems:
        where = plain(problem["column"])
        words[problem["row"]].append(
            ": ".join(part for part in (problem["column"], problem["message"]) if part)
        )
        if problem["is_error"]:
            column = titles[where][1] if where in titles else place_without_title(sheet, problem)
            if column is not None and isinstance(cell := sheet.cell(problem["row"], column), Cell):
                cell.fill = RED
    for row, said in words.items():
        cell = sheet.cell(row, beside)
        if isinstance(cell, Cell):
            write_text(cell, "；".join(said))
            cell.font, cell.alignment = RED_WORDS, Alignment(wrap_text=True, vertical="top")
    if titles and isinstance(head := sheet.cell(header, beside), Cell):
        write_text(head, name)
    sheet.column_dimensions[get_column_letter(beside)].width = WIDTH


def place_without_title(sheet: Worksheet, problem: Problem) -> int | None:
    """The column of a problem where no title says it: right of its key, or as cells stand that were pasted."""
    if plain(problem["column"]) == plain(sheet.cell(problem["row"], 1).value):
        return 2
    position: int | None = problem.get("position")
    return position


def titles_of(sheet: Worksheet) -> dict[str, tuple[int, int]]:
    """Title -> row and column, of what stands in the first rows; of two the upper and left one."""
    found: dict[str, tuple[int, int]] = {}
    for row in sheet.iter_rows(max_row=HEADER_WITHIN):
        for cell in row:
            if cell.value is not None:
                found.setdefault(plain(cell.value), (cell.row or 1, cell.column or 1))
    return found


def list_all(book: Workbook, problems: list[Problem], name: str) -> None:
    """The sheet that lists every problem, first of all."""
    sheet = book.create_sheet(name, 0)
    for column, (title, width) in enumerate((("工作表", 14), ("行", 8), ("列", 18), ("说明", 90)), start=1):
        write_text(sheet.cell(1, column), title)
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, problem in enumerate(problems, start=2):
        told = problem["message"] if problem["is_error"] else f"提醒: {problem['message']}"
        for column, value in enumerate((problem["sheet"], problem["row"], problem["column"], told), start=1):
            if isinstance(value, int):
                sheet.cell(number, column, value)
            elif value:
                write_text(sheet.cell(number, column), value)
    book.active = 0


def main() -> None:
    """Bind this process as the reader is bound, then mark."""
    memory_mb, seconds, output_bytes = (int(argument) for argument in sys.argv[1:4])
    for what, most in (
        (resource.RLIMIT_AS, memory_mb * 1024 * 1024),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, output_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    told = json.loads(sys.stdin.buffer.readline())
    book = load_workbook(io.BytesIO(sys.stdin.buffer.read()))
    mark(book, told["problems"], told["name"])
    made = io.BytesIO()
    book.save(made)
    sys.stdout.buffer.write(made.getvalue())


if __name__ == "__main__":
    main()
