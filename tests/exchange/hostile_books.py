"""Files that are no workbooks, or that mean harm, each made from a sound one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import pytest

from tests.exchange.books import full_book

MB = 1_000_000

OLE = bytes.fromhex("d0cf11e0a1b11ae1")

SHEET = "xl/worksheets/sheet1.xml"


def rebuilt(change: Mapping[str, bytes] | None = None, drop: str = "", flag: int = 0) -> bytes:
    """A sound workbook with some of its parts replaced, added or dropped."""
    source = zipfile.ZipFile(io.BytesIO(full_book()))
    parts = {name: source.read(name) for name in source.namelist() if name != drop} | dict(change or {})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    data = bytearray(buffer.getvalue())
    if flag:
        start = data.find(b"PK\x01\x02")
        while start >= 0:
            data[start + 8] |= flag
            start = data.find(b"PK\x01\x02", start + 4)
    return bytes(data)


def sheet_xml(cells: str, before: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'{before}<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'.encode()


def declared(data: bytes, size: int) -> bytes:
    """The directory says that the sheet unpacks to so many bytes."""
    changed = bytearray(data)
    start = changed.find(SHEET.encode(), changed.find(b"PK\x01\x02")) - 46
    changed[start + 24 : start + 28] = size.to_bytes(4, "little")
    return bytes(changed)


def bomb() -> bytes:
    """A sheet that unpacks to more than may be unpacked."""
    return declared(full_book(), 201 * MB)


def steep() -> bytes:
    """Far below the size limit unpacked, but packed several hundred times."""
    return rebuilt({SHEET: sheet_xml(" " * 20 * MB)})


def small_bombs() -> bytes:
    """Entries each too small to be looked at alone, together packed several hundred times."""
    return rebuilt({f"xl/media/{i}.bin": b"\x00" * 900_000 for i in range(50)})


def far_cell(reference: str = "XFD1048576") -> bytes:
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return rebuilt({SHEET: sheet_xml(f'<row r="{row}"><c r="{reference}"><v>1</v></c></row>')})


def unnamed(cells: str) -> bytes:
    """A first cell near, others that leave their place to be counted."""
    return rebuilt({SHEET: sheet_xml(f'<row r="1"><c r="A1"><v>1</v></c></row>{cells}')})


def entities(kind: str) -> bytes:
    doctypes = {
        "laughs": '<!DOCTYPE x [<!ENTITY a "哈哈哈哈"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        "external": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    }
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row>'
    return rebuilt({SHEET: sheet_xml(cell, doctypes[kind])})


def lying() -> bytes:
    """The directory says that the sheet unpacks to 100 bytes; it is 40 MB."""
    return declared(rebuilt({SHEET: sheet_xml(" " * 40 * MB)}), 100)


def repeated() -> bytes:
    buffer = io.BytesIO(full_book())
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(SHEET, b"<worksheet/>")
    return buffer.getvalue()


def recoded(encoding: str, declared: str) -> bytes:
    """A sheet that is sound XML in another encoding than every spreadsheet program writes."""
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return rebuilt({SHEET: (head + sheet_xml("").decode()).encode(encoding)})


def same_names() -> bytes:
    with zipfile.ZipFile(io.BytesIO(full_book())) as archive:
        listed = archive.read("xl/workbook.xml").decode()
    return rebuilt({"xl/workbook.xml": listed.replace('name="目标"', 'name="单位"').encode()})


HOSTILE: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty", lambda: b"", r"文件是空的 \(0 字节\)"),
    ("csv", "项目编号,节点\nP-001,签约\n".encode, "文本文件"),
    ("csv of Excel", lambda: "项目编号,节点\n".encode("gb18030"), "文本文件"),
    ("web page", lambda: b"<html><table></table></html>", "网页"),
    ("old xls", lambda: OLE + b"\x00" * 600, "旧的 .xls"),
    ("encrypted", lambda: OLE + b"\x00" * 512 + "EncryptedPackage".encode("utf-16-le"), "密码"),
    ("encrypted entries", lambda: rebuilt(flag=1), "密码"),
    ("picture", lambda: b"\x89PNG\r\n\x1a\n\x00\x00", "不是 .xlsx"),
    ("only the start of a zip", lambda: full_book()[:2000], "已损坏"),
    ("zip of something", lambda: rebuilt(drop="xl/workbook.xml"), "不是 Excel 工作簿"),
    ("macros", lambda: rebuilt({"xl/vbaProject.bin": b"x"}), "含有宏"),
    ("macro sheet", lambda: rebuilt({"xl/macrosheets/sheet1.xml": b"<x/>"}), "含有宏"),
    ("sheet in UTF-16", lambda: recoded("utf-16", ""), "不是 UTF-8"),
    ("sheet said to be in UTF-16", lambda: recoded("utf-16-le", "UTF-16"), "不是 UTF-8"),
    ("sheet in another encoding", lambda: recoded("latin-1", "ISO-8859-1"), "不是 UTF-8"),
    ("two sheets of one name", same_names, "都叫 单位"),
    ("binary workbook", lambda: rebuilt({"xl/workbook.bin": b"x"}), ".xlsb"),
    ("too many entries", lambda: rebuilt({f"x/{i}": b"" for i in range(200)}), "超过 200 个"),
    ("a name twice", repeated, "重名"),
    ("zip bomb", bomb, "解压后有"),
    ("steep ratio", steep, "压缩比超过 100 倍"),
    ("steep in small pieces", small_bombs, "压缩比超过 100 倍"),
    ("too large to upload", lambda: b"PK\x03\x04" + b"x" * 20 * MB, "超过 20.0 MB 的上限"),
    ("lying directory", lying, "已损坏"),
    ("far cell", far_cell, "单元格 XFD1048576 有内容"),
    ("far row", lambda: far_cell("A200001"), "单元格 A200001 有内容"),
    ("far column", lambda: far_cell("BM1"), "单元格 BM1 有内容"),
    (
        "far row, cell unnamed",
        lambda: unnamed('<row r="1048576"><c><v>1</v></c></row>'),
        "第 1048576 行第 1 列",
    ),
    (
        "row after a far row",
        lambda: unnamed('<row r="200000"/><row><c><v>1</v></c></row>'),
        "第 200001 行第 1 列",
    ),
    (
        "row named by a cell",
        lambda: unnamed('<row r="A1048576"><c><v>1</v></c></row>'),
        "第 1048576 行第 1 列",
    ),
    (
        "far column, unnamed",
        lambda: unnamed('<row r="2"><c r="BL2"/><c><v>1</v></c></row>'),
        "第 2 行第 65 列",
    ),
    (
        "small letters",
        lambda: unnamed('<row r="2"><c r="xfd1048576"><v>1</v></c></row>'),
        "xfd1048576 有内容",
    ),
    ("row of eight digits", lambda: unnamed('<row><c r="A10485760"><v>1</v></c></row>'), "A10485760 有内容"),
    ("no place at all", lambda: unnamed('<row><c r="7A"><v>1</v></c></row>'), "7A 有内容"),
    ("entities", lambda: entities("laughs"), "实体定义"),
    ("external entity", lambda: entities("external"), "实体定义"),
    ("broken XML", lambda: rebuilt({SHEET: b"<worksheet><sheetData>"}), "已损坏"),
    ("no parts", lambda: rebuilt(drop="xl/_rels/workbook.xml.rels"), "已损坏"),
]
