"""Files that are no workbook, or want to do harm: refused in words, within bounded memory, fast."""

from __future__ import annotations

import io
import os
import resource
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.exchange import workbook
from leaderboard.exchange.archive import Limits
from leaderboard.exchange.problems import FileRefused
from leaderboard.exchange.raw_parts import is_plain, odd_cell
from leaderboard.exchange.workbook import read_workbook
from leaderboard.seasons.models import Season
from tests.exchange.books import full_book, refused

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


@pytest.mark.parametrize(("make", "words"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_a_file_that_is_no_workbook_is_refused_in_words(make: Callable[[], bytes], words: str) -> None:
    data = make()
    started = time.monotonic()
    with pytest.raises(FileRefused, match=words):
        read_workbook(data)
    assert time.monotonic() - started < 10


def test_refusing_costs_this_process_nothing() -> None:
    """The bomb and the far cell leave this process's greatest memory where it was: 60 MB would show."""
    files = [bomb(), far_cell(), entities("laughs")]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for data in files:
        with pytest.raises(FileRefused):
            read_workbook(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_a_reader_that_wants_too_much_memory_is_stopped() -> None:
    """Let through the first look, the far cell makes the reader ask for 549 GB: it ends, this process does not."""
    with pytest.raises(FileRefused, match="内存或时间超过上限"):
        read_workbook(far_cell(), Limits(rows=1_048_576, columns=16_384, memory_mb=512))


def test_a_reader_that_says_too_much_is_stopped() -> None:
    with pytest.raises(FileRefused, match="内存或时间超过上限"):
        read_workbook(full_book(), Limits(text_bytes=200))


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    monkeypatch.setattr(workbook, "CHILD", slow)
    started = time.monotonic()
    with pytest.raises(FileRefused, match="内存或时间超过上限"):
        read_workbook(full_book(), Limits(seconds=1))
    assert time.monotonic() - started < 10


def test_the_reader_sees_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spy = tmp_path / "spy.py"
    spy.write_text(
        "import json, os\nprint(json.dumps({'refused': ' '.join(sorted(os.environ))}))\n", encoding="utf-8"
    )
    monkeypatch.setattr(workbook, "CHILD", spy)
    monkeypatch.setenv("SECRET_KEY", "hidden")
    with pytest.raises(FileRefused) as seen:
        read_workbook(full_book())
    assert "SECRET_KEY" not in str(seen.value)
    assert "PATH" in str(seen.value)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(FileRefused, match=r"无法打开文件 nowhere\.xlsx"):
        read_workbook(Path("nowhere.xlsx"))


def test_no_file_is_read_past_the_limit(tmp_path: Path) -> None:
    """A sparse file of 20 GB costs no more than one just past the limit."""
    large = tmp_path / "large.xlsx"
    with large.open("wb") as file:
        os.truncate(file.fileno(), 20_000 * MB)
    with pytest.raises(FileRefused, match=r"超过 20\.0 MB 的上限"):
        read_workbook(large)


def test_a_refused_file_changes_nothing(session: Session) -> None:
    assert refused(session, far_cell()) == [
        "工作表 说明 的单元格 XFD1048576 有内容, 超出 200000 行 × 64 列的范围, 请删除后重试"
    ]
    assert session.scalar(select(func.count()).select_from(Season)) == 0
    assert session.scalar(select(func.count()).select_from(AuditLine)) == 0


def test_a_number_larger_than_any_is_no_blank() -> None:
    """Taken for infinite it has no place in an answer; left out, the figure would be lost without a word."""
    sheets = read_workbook(rebuilt({SHEET: sheet_xml('<row r="1"><c r="A1"><v>1e999</v></c></row>')}))
    assert sheets["说明"].rows == {1: ["inf"]}


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A7"><f>1/0</f></c>',
        '<c r="A7" t="e"><v>#DIV/0!</v></c>',
        '<c r="BM7"><v>1</v></c>',
        '<c r="A200001"><v>1</v></c>',
        '<c r="A1000000"><v>1</v></c>',
        "<c><v>1</v></c>",
        '<c\tr="XFD7"><v>1</v></c>',
        '<c s="1" r="XFD7"><v>1</v></c>',
        '<c r="a7"><v>1</v></c>',
    ],
)
def test_one_odd_cell_has_the_whole_sheet_looked_at_closely(cell: str) -> None:
    """The quick look passes only a sheet in which nothing can be far, in error or without its result."""
    odd = odd_cell(200_000, 64)
    sound = '<row r="7"><c r="A7" s="1" t="s"><v>0</v></c><c r="BL7"/><c r="AA199999"><v>1</v></c></row>'
    assert is_plain(sheet_xml(sound), odd)
    assert not is_plain(sheet_xml(sound + f'<row r="8">{cell}</row>'), odd)


@pytest.mark.parametrize("head", ["<!DOCTYPE x>", '<?xml version="1.0" encoding="UTF-16"?>', "\ufeff", "x"])
def test_an_odd_head_has_the_whole_sheet_looked_at_closely(head: str) -> None:
    assert not is_plain(sheet_xml("", head), odd_cell(200_000, 64))


@pytest.mark.parametrize("text", ["镇" * 32_768, '"' * 32_768, "\\" * 32_768, 'a"' * 16_384])
def test_a_text_longer_than_a_cell_can_hold_is_refused_whatever_it_is_made_of(text: str) -> None:
    def book(text: str) -> bytes:
        cell = f'<row r="2"><c r="A2" t="inlineStr"><is><t>{text}</t></is></c></row>'
        return rebuilt({SHEET: sheet_xml(cell)})

    assert read_workbook(book(text[:-1]))["说明"].rows == {2: [text[:-1]]}
    with pytest.raises(FileRefused, match="超过 32767 字"):
        read_workbook(book(text))


def test_rows_keep_their_numbers_around_blank_ones() -> None:
    rows = "".join(f'<row r="{n}"><c r="B{n}"><v>{n}</v></c></row>' for n in (1, 2, 5, 6, 1200))
    assert read_workbook(rebuilt({SHEET: sheet_xml(rows)}))["说明"].rows == {
        n: ["", n] for n in (1, 2, 5, 6, 1200)
    }


def test_rows_keep_their_numbers_from_one_line_of_the_answer_to_the_next() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(3, 1504))
    assert read_workbook(rebuilt({SHEET: sheet_xml(rows)}))["说明"].rows == {n: [n] for n in range(3, 1504)}
