"""Reads one workbook from standard input, writes its cells as JSON lines; runs alone, in a process of its own.

Started as a script by `workbook.py`, never imported by the service: a crafted file can make the reader ask for any
amount of memory and abort, and then only this process ends.
"""

from __future__ import annotations

import gc
import io
import os
import re
import resource
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from xml.parsers import expat  # doctypes are refused below, before an entity can be declared

import orjson
from python_calamine import CalamineError, CalamineSheet, SheetTypeEnum, load_workbook

REFERENCE = re.compile(r"([A-Za-z]+)([0-9]+)")
ROW = re.compile(r"[A-Za-z]*([0-9]+)")
PLAIN_HEAD = re.compile(
    rb'(?:<\?xml version="1\.0"(?: encoding="([^"]*)")?(?: standalone="[a-z]*")?\?>)?\s*<(worksheet|sst)[\s>]'
)
CHUNK = 1 << 16
LONGEST_TEXT = 32_767
ENDLESS = (float("inf"), float("-inf"))
LINE = orjson.OPT_APPEND_NEWLINE | orjson.OPT_PASSTHROUGH_DATETIME
AT_ONCE = 500
"""Rows in one line of the answer."""
EXIT_REFUSED = 3
BROKEN = "文件已损坏, 无法打开, 请在 Excel 或 WPS 中重新另存为 .xlsx"
UTF_8, UTF_16_MARKS = "utf-8", (b"\xff\xfe", b"\xfe\xff")
NOT_UTF_8 = "文件内容不是 UTF-8 编码, 会有内容读不出来, 请在 Excel 或 WPS 中重新另存为 .xlsx"
"""The reader of cells takes a part in UTF-16 for an empty one, so that its rows would be lost without a word."""


class Refused(Exception):
    """A file this process will not read on, with the sentence for the person who sent it."""


class Scan:
    """One pass over a part's XML: refuses doctypes, finds cells that are far away, in error, or a formula unsaved."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        self.far: str | None = None
        self.faults: list[tuple[int, int, str]] = []
        self._reference = self._type = ""
        self._row = self._next_column = 1
        self._place: tuple[int, int] | None = None
        self._has_formula = self._has_value = self._in_value = self._is_computed = False

    def parse(self, source: Any) -> None:
        """Read a part to its end. Raises Refused for a doctype or text that is no XML."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.XmlDeclHandler = self._declaration
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            while chunk := source.read(CHUNK):
                if chunk.startswith(UTF_16_MARKS):
                    raise Refused(NOT_UTF_8)
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Refused("文件内容不完整或已损坏, 请在 Excel 或 WPS 中重新另存为 .xlsx") from error

    def _doctype(self, *_: object) -> None:
        raise Refused("文件内含有实体定义 (DOCTYPE), 正常的表格不会有, 拒绝读取")

    def _declaration(self, _version: str, encoding: str | None, _alone: int) -> None:
        if (encoding or UTF_8).lower() != UTF_8:
            raise Refused(NOT_UTF_8)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "row":
            if match := ROW.fullmatch(attributes.get("r", "")):
                self._row = int(match[1])
        elif tag == "c":
            self._reference, self._type = attributes.get("r", ""), attributes.get("t", "")
            self._place = self._place_of(self._reference)
            # A formula whose result is the empty text says so by its type; without one, nothing was computed.
            self._has_formula = self._has_value = False
            self._is_computed = self._type == "str"
        elif tag == "f":
            self._has_formula = True
        elif tag in {"v", "is"}:
            self._has_value = self._in_value = True

    def _text(self, text: str) -> None:
        if self._in_value and text.strip():
            self._is_computed = True

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag in {"v", "is"}:
            self._in_value = False
        elif tag == "row":
            self._row, self._next_column = self._row + 1, 1
        elif tag == "c":
            self._end_cell()

    def _end_cell(self) -> None:
        row, column = self._place or (self.rows + 1, 1)
        if self._has_value and self.far is None and (row > self.rows or column > self.columns):
            self.far = self._reference or f"第 {row} 行第 {column} 列"
        if self._type == "e":
            self.faults.append((row, column, "error"))
        elif self._has_formula and not (self._has_value and self._is_computed):
            self.faults.append((row, column, "formula"))

    def _place_of(self, reference: str) -> tuple[int, int] | None:
        """Row and column of a cell, by its reference or, where it has none, next to the cell before it.

        None for a reference that names no place.
        """
        row, column = self._row, self._next_column
        if reference:
            match = REFERENCE.fullmatch(reference)
            if match is None:
                return None
            row, column = int(match[2]), 0
            for letter in match[1].upper():
                column = column * 26 + ord(letter) - 64
        self._next_column = column + 1
        return row, column


def scan_parts(archive: zipfile.ZipFile, rows: int, columns: int) -> dict[str, Scan]:
    """Every XML part looked at, by its name; which of them are sheets, `SheetParts` knows."""
    found, odd = {}, odd_cell(rows, columns)
    for entry in archive.infolist():
        if entry.filename.endswith((".xml", ".rels", ".vml")):
            scan = found[entry.filename] = Scan(rows, columns)
            part = archive.read(entry)
            if not is_plain(part, odd):
                scan.parse(io.BytesIO(part))
    return found


def odd_cell(rows: int, columns: int) -> re.Pattern[bytes]:
    """Finds a cell that is not certainly named and within so many rows and columns.

    The last rows of the table may be taken for odd: a part with such a cell is only looked at more closely.
    """
    whole, rest = divmod(min(columns, 26 * 27), 26)
    letters = ["[A-Z]" if whole else f"[A-{chr(64 + rest)}]"]
    letters += [f"[A-{chr(63 + whole)}][A-Z]"] if whole > 1 else []
    letters += [f"{chr(64 + whole)}[A-{chr(64 + rest)}]"] if whole and rest else []
    first, others = int(str(rows)[0]), len(str(rows)) - 1
    numbers = [f"[1-9][0-9]{{0,{others - 1}}}"] if others else ["(?!)"]
    numbers += [f"[1-{first - 1}][0-9]{{{others}}}"] if first > 1 else []
    named = f' r="(?:{"|".join(letters)})(?:{"|".join(numbers)})"'
    return re.compile(f"<c(?=[\\s/>])(?!{named})".encode())


def is_plain(part: bytes, odd: re.Pattern[bytes]) -> bool:
    """Whether a part is a sheet or its texts as every program writes them, with no doctype, far cell, error or formula.

    Such a part needs no second reader: what it says of its cells, the reader of cells understands as this one would.
    """
    head = PLAIN_HEAD.match(part)
    return (
        head is not None
        and (head[1] or b"utf-8").lower() == b"utf-8"
        and part.rstrip().endswith(b"</%s>" % head[2])
        and b"<f" not in part
        and b'"e"' not in part
        and odd.search(part) is None
    )


class SheetParts:
    """Which part holds which sheet, from the workbook's own list."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._paths: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self._read(archive, "xl/_rels/workbook.xml.rels", self._relationship)
        self._read(archive, "xl/workbook.xml", self._sheet)

    def _read(self, archive: zipfile.ZipFile, part: str, handler: Any) -> None:
        if part in archive.namelist():
            parser = expat.ParserCreate(namespace_separator=" ")
            parser.StartElementHandler = handler
            parser.Parse(archive.read(part), True)

    def _relationship(self, name: str, attributes: dict[str, str]) -> None:
        if name.endswith("Relationship"):
            target = attributes.get("Target", "").lstrip("/")
            path = target if target.startswith("xl/") else f"xl/{target}"
            self._paths[attributes.get("Id", "")] = path

    def _sheet(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == "sheet":
            for key, value in attributes.items():
                if key.endswith("relationships id") and value in self._paths:
                    self.names[self._paths[value]] = attributes.get("name", "")


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
    # A number larger than any comes out as null, and too long a text as a long piece between two quotes: only where
    # there may be one is every cell looked at.
    if b"null" in line or b'\\"' in line or max(map(len, line.split(b'"'))) > LONGEST_TEXT:
        return line_of(first=first, rows=[[spelled(value) for value in row] for row in rows])
    return line


def packs(sheet: CalamineSheet) -> Iterator[bytes]:
    """The sheet's rows that hold anything, many at a time, by the row number the spreadsheet program shows."""
    first, pack = 1, []
    for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        while row and row[-1] == "":
            row.pop()
        if row:
            pack.append(row)
        if not row or len(pack) == AT_ONCE:
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
    faults = {}
    for path, name in names.items():
        scan = scans[path]
        if scan.far is not None:
            raise Refused(
                f"工作表 {name} 的单元格 {scan.far} 有内容, 超出 {rows} 行 × {columns} 列的范围, 请删除后重试"
            )
        faults[name] = scan.faults
    book = load_workbook(io.BytesIO(data))
    if twice := [name for name, times in Counter(book.sheet_names).items() if times > 1]:
        raise Refused(f"有两张工作表都叫 {twice[0]}, 无法确定以哪张为准, 请改名或删除一张")
    for meta in book.sheets_metadata:
        if meta.typ == SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_name(meta.name)
            merged = sheet.merged_cell_ranges or []
            merges = [[first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1] for first, last in merged]
            yield line_of(sheet=meta.name, merges=merges, faults=faults.get(meta.name, []))
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
    except (CalamineError, zipfile.BadZipFile, expat.ExpatError, KeyError, ValueError, NotImplementedError):
        answer.write(line_of(refused=BROKEN))
        return EXIT_REFUSED
    answer.write(line_of(end=True))
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Nothing is left to be tidied up, and letting go of every cell takes its time.
    os._exit(code)
