"""Errors handed back in the user's own file: red cells, a column of words beside each row, a list of all."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from xlsxwriter import Workbook

from config import Settings
from leaderboard.exchange.archive import MB, Limits
from leaderboard.exchange.layout import CHECKED, TABLES
from leaderboard.exchange.pasted import AS_TEXT
from leaderboard.exchange.problems import FileRefused, Problem
from leaderboard.exchange.workbook import run_child

CHILD = Path(__file__).with_name("marking_child.py")
MOST_UNPACKED = 30 * MB
"""A larger file takes too long to write again; its errors are handed back as a list alone."""


def marked_workbook(
    data: bytes, errors: Sequence[Problem], warnings: Sequence[Problem], settings: Settings
) -> bytes:
    """A copy of the file with what is wrong marked in it; a list of it where the file cannot be written again."""
    problems = [asdict(p) | {"is_error": True, "position": _position(p)} for p in errors]
    problems += [asdict(p) | {"is_error": False} for p in warnings]
    told = json.dumps({"problems": problems, "name": CHECKED}).encode() + b"\n"
    limits = Limits.of(settings)
    if _unpacked(data) <= MOST_UNPACKED:
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as taken:
            given.write(told + data)
            given.seek(0)
            try:
                run_child(CHILD, given, taken, limits)
            except FileRefused:
                return listed([*errors, *warnings])
            taken.seek(0)
            made = taken.read()
        if zipfile.is_zipfile(io.BytesIO(made)):
            return made
    return listed([*errors, *warnings])


def listed(problems: Iterable[Problem]) -> bytes:
    """A workbook that lists problems and holds nothing else."""
    buffer = io.BytesIO()
    with Workbook(buffer, AS_TEXT) as book:
        sheet = book.add_worksheet(CHECKED)
        for column, (title, width) in enumerate((("工作表", 14), ("行", 8), ("列", 18), ("说明", 90))):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title)
        for number, problem in enumerate(problems, start=1):
            for column, value in enumerate((problem.sheet, problem.row, problem.column, problem.message)):
                if value is not None:
                    sheet.write(number, column, value)
    return buffer.getvalue()


def _position(problem: Problem) -> int | None:
    """Where the column of a problem stands in the template, for cells that came without a head."""
    titles = next((table.titles for table in TABLES if table.name == problem.sheet), ())
    return titles.index(problem.column) + 1 if problem.column in titles else None


def _unpacked(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(entry.file_size for entry in archive.infolist())
