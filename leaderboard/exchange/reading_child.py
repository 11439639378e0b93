"""Reads one workbook from standard input, writes its cells as JSON lines; runs alone, in a process of its own.

Started as a script by `workbook.py`, never imported by the service: a crafted file can make the reader ask for any
amount of memory and abort, and then only this process ends.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.parsers import expat  # doctypes are refused below, before an entity can be declared

from python_calamine import CalamineError, CalamineSheet, SheetTypeEnum, load_workbook

REFERENCE = re.compile(r"([A-Za-z]+)([0-9]+)")
ROW = re.compile(r"[A-Za-z]*([0-9]+)")
CHUNK = 1 << 16
LONGEST_TEXT = 32_767
EXIT_REFUSED = 3
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
    """Every XML part read once, by its name; which of them are sheets, `SheetParts` knows."""
    found = {}
    for entry in archive.infolist():
        if entry.filename.endswith((".xml", ".rels", ".vml")):
            scan = Scan(rows, columns)
            with archive.open(entry) as source:
                scan.parse(source)
            found[entry.filename] = scan
    return found


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


def plain_cell(value: object) -> object:
    """A cell as JSON: null, text, number, true or false, or {"date": ...}, {"time": ...}."""
    if isinstance(value, datetime):
        return {"date": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, time | timedelta):
        return {"time": str(value)}
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise Refused(f"有单元格的文字超过 {LONGEST_TEXT} 字")
        return value or None
    return value


def lines(sheet: CalamineSheet) -> Iterator[dict[str, Any]]:
    """The sheet's rows that hold anything, by the row number the spreadsheet program shows."""
    for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        cells = [plain_cell(value) for value in row]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield {"row": number, "cells": cells}


def read(data: bytes, rows: int, columns: int) -> Iterator[dict[str, Any]]:
    """Everything in the workbook: for each sheet its head, then its rows. Raises Refused."""
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
            yield {"sheet": meta.name, "merges": merges, "faults": faults.get(meta.name, [])}
            yield from lines(sheet)


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
    memory_mb, seconds, output_bytes, rows, columns = (int(argument) for argument in sys.argv[1:])
    limit(memory_mb, seconds, output_bytes)
    try:
        for line in read(sys.stdin.buffer.read(), rows, columns):
            sys.stdout.write(json.dumps(line, ensure_ascii=True) + "\n")
    except Refused as refusal:
        sys.stdout.write("\n" + json.dumps({"refused": str(refusal)}) + "\n")
        return EXIT_REFUSED
    except (CalamineError, zipfile.BadZipFile, expat.ExpatError, KeyError, ValueError, NotImplementedError):
        sys.stdout.write(
            "\n"
            + json.dumps({"refused": "文件已损坏, 无法打开, 请在 Excel 或 WPS 中重新另存为 .xlsx"})
            + "\n"
        )
        return EXIT_REFUSED
    sys.stdout.write(json.dumps({"end": True}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
