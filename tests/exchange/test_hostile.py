"""Files that are no workbooks or mean harm are refused in words, and cost this process nothing."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
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
from tests.exchange.hostile_books import HOSTILE, MB, SHEET, bomb, entities, far_cell, rebuilt, sheet_xml


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
