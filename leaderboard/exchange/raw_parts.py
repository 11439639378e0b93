"""The parts of a workbook's archive, looked at before its cells are read: doctypes, far cells, errors, formulas, names.

Loaded by the process that reads one workbook, and by nothing that serves; so it loads little itself.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from xml.parsers import expat  # doctypes are refused below, before an entity can be declared

REFERENCE = re.compile(r"([A-Za-z]+)([0-9]+)")
ROW = re.compile(r"[A-Za-z]*([0-9]+)")
PLAIN_HEAD = re.compile(
    rb'(?:<\?xml version="1\.0"(?: encoding="([^"]*)")?(?: standalone="[a-z]*")?\?>)?\s*<(worksheet|sst)[\s>]'
)
CHUNK = 1 << 16
TAIL = 64
"""Bytes at a part's end in which its last tag stands, but for blanks that no program writes."""
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
        self.may_merge = True
        """Whether cells may be merged; looking which ones are takes another pass over the part."""
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
            scan.may_merge = b"mergeCell" in part
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
        and part[-TAIL:].rstrip().endswith(b"</%s>" % head[2])
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
