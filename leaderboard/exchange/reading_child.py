"""Reads one workbook from standard input, writes its cells as JSON lines; runs alone, in a process of its own.

Started as a script by `workbook.py`, never imported by the service: a crafted file can make the reader ask for any
amount of memory and abort, and then only this process ends.
"""

from __future__ import annotations

import gc
import io
import os
import resource
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from operator import itemgetter
from typing import Any
from xml.parsers import expat

import orjson
from python_calamine import CalamineError, CalamineSheet, SheetTypeEnum, load_workbook

from leaderboard.exchange.raw_parts import Refused, SheetParts, scan_parts

LONGEST_TEXT = 32_767
ENDLESS = (float("inf"), float("-inf"))
LINE = orjson.OPT_APPEND_NEWLINE | orjson.OPT_PASSTHROUGH_DATETIME
AT_ONCE = 500
"""Rows in one line of the answer."""
LAST = itemgetter(-1)
EXIT_REFUSED = 3
UNREADABLE = (CalamineError, zipfile.BadZipFile, expat.ExpatError, KeyError, ValueError, NotImplementedError)
BROKEN = "文件已损坏, 无法打开, 请在 Excel 或 WPS 中重新另存为 .xlsx"


def plain_value(value: object) -> object:
    """A date or time as JSON: {"date": ...} or {"time": ...}."""
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"time": str(value)}


def spelled(value: object) -> object:
    """A number larger than any as a word, which every column of numbers refuses. Raises Refused for too long a text."""
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise Refused(f"有单元格的文字超过 {LONGEST_TEXT} 字")
    return str(value) if value in ENDLESS else value


def line_of(**content: object) -> bytes:
    """One line of the answer."""
    return orjson.dumps(content, default=plain_value, option=LINE)


def rows_from(first: int, rows: Sequence[Sequence[object]]) -> bytes:
    """A line with rows that follow each other, the first under its number."""
    line = line_of(first=first, rows=rows)
    # A number larger than any comes out as null: only where there may be one, or a long text, is every cell looked at.
    if b"null" in line or b'\\"' in line or may_hold_long_text(line):
        return line_of(first=first, rows=[[spelled(value) for value in row] for row in rows])
    return line


def may_hold_long_text(line: bytes) -> bool:
    """Whether there is half a longest text without a quote, as there is in every text that is longer than the longest."""
    half = (LONGEST_TEXT + 1) // 2
    return any(line.find(b'"', start, start + half) < 0 for start in range(0, len(line) - half + 1, half))


def packs(sheet: CalamineSheet) -> Iterator[bytes]:
    """The sheet's rows that hold anything, many at a time, by the row number the spreadsheet program shows."""
    rows = sheet.to_python(skip_empty_area=False)
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        # Rows filled to the end need no look at each of them.
        if all(some) and "" not in map(LAST, some):
            yield rows_from(start + 1, some)
        else:
            yield from filled(start + 1, some)


def filled(start: int, rows: Sequence[list[Any]]) -> Iterator[bytes]:
    """Of some rows, the first under its number, those that hold anything, without blanks at their ends."""
    first, pack = start, []
    for number, row in enumerate(rows, start=start):
        while row and row[-1] == "":
            row.pop()
        if row:
            pack.append(row)
        if not row:
            if pack:
                yield rows_from(first, pack)
            first, pack = number + 1, []
    if pack:
        yield rows_from(first, pack)


def read(data: bytes, rows: int, columns: int) -> Iterator[bytes]:
    """Everything in the workbook as lines: for each sheet its head, then its rows. Raises Refused."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        scans = scan_parts(archive, rows, columns)
        names = SheetParts(archive).names
    by_name = {name: scans[path] for path, name in names.items()}
    for name, scan in by_name.items():
        if scan.far is not None:
            raise Refused(
                f"工作表 {name} 的单元格 {scan.far} 有内容, 超出 {rows} 行 × {columns} 列的范围, 请删除后重试"
            )
    book = load_workbook(io.BytesIO(data))
    if twice := [name for name, times in Counter(book.sheet_names).items() if times > 1]:
        raise Refused(f"有两张工作表都叫 {twice[0]}, 无法确定以哪张为准, 请改名或删除一张")
    for meta in book.sheets_metadata:
        if meta.typ == SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_name(meta.name)
            scanned = by_name.get(meta.name)
            merged = (sheet.merged_cell_ranges or []) if scanned is None or scanned.may_merge else []
            merges = [[first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1] for first, last in merged]
            yield line_of(sheet=meta.name, merges=merges, faults=scanned.faults if scanned else [])
            yield from packs(sheet)


def limit(memory_mb: int, seconds: int, output_bytes: int) -> None:
    """Bind this process: address space, processor time, what it may write; no core is left behind."""
    for what, most in (
        (resource.RLIMIT_AS, memory_mb * 1024 * 1024),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, output_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main() -> int:
    """Read standard input under the limits given as arguments; the last line is {"end": true}."""
    answer = sys.stdout.buffer
    memory_mb, seconds, output_bytes, rows, columns = (int(argument) for argument in sys.argv[1:])
    limit(memory_mb, seconds, output_bytes)
    gc.disable()  # nothing here goes round in circles, and the process is short
    try:
        for line in read(sys.stdin.buffer.read(), rows, columns):
            answer.write(line)
    except Refused as refusal:
        answer.write(line_of(refused=str(refusal)))
        return EXIT_REFUSED
    except UNREADABLE:
        answer.write(line_of(refused=BROKEN))
        return EXIT_REFUSED
    answer.write(line_of(end=True))
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Nothing is left to be tidied up, and letting go of every cell takes its time.
    os._exit(code)
