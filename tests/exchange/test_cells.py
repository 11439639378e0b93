from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from leaderboard.exchange import cells
from leaderboard.exchange.cells import CellError, Told, yes_of
from leaderboard.exchange.workbook import Cell

MARCH = date(2026, 3, 5)


@pytest.mark.parametrize(
    "typed",
    [
        {"date": "2026-03-05"},
        {"date": "2026-03-05T00:00:00"},
        "2026-03-05",
        " 2026/3/5 ",
        "2026.3.5",
        "2026年3月5日",
        "２０２６年３月５日",
        "20260305",
        20260305.0,
        46086.0,
        "2026-03-05 00:00:00",
    ],
)
def test_a_date_is_read_however_it_is_written(typed: Cell) -> None:
    """Serial 46086: 2026-01-01 is 46023 (45658 is 2025-01-01, plus 365), and March 5 is 63 days later."""
    assert cells.day_of(typed, Told()) == MARCH


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026-02-30", '"2026-02-30" 不是存在的日期, 请改为 2026-02-28 之类的日期'),
        ("2024-02-30", "请改为 2024-02-29 之类的日期"),
        ("2026-13-01", "不是存在的日期"),
        ("5/3/2026", "不是日期"),
        ("三月五日", "不是日期"),
        (12.5, "不是日期"),
        (True, "不是日期"),
        ({"time": "09:00:00"}, "不是日期"),
    ],
)
def test_a_date_that_is_none_is_refused(typed: Cell, words: str) -> None:
    with pytest.raises(CellError, match=words):
        cells.day_of(typed, Told())


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [
        (1234.5, 12_345_000),
        ("1234.5", 12_345_000),
        ("1,234.50", 12_345_000),
        ("１２３４．５", 12_345_000),
        (" 1234.5　", 12_345_000),
        (0.0001, 1),
        (0.1 + 0.2, 3_000),
        (12345.6789, 123_456_789),
        (99999999999.9999, 999_999_999_999_999),
        (0, 0),
    ],
)
def test_wan_become_exact_yuan(typed: Cell, yuan: int) -> None:
    assert cells.yuan_of(typed, Told()) == yuan


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("12.34567", "精确到元"),
        (0.00005, "精确到元"),
        (-1, "不能为负数"),
        ("五千万", "不是数字"),
        ("5000万", "不要带单位"),
        ("1,23", "不是数字"),
        ("1e3", "不是数字"),
        ("100000000000000", "核对单位"),
        ({"date": "2026-03-05"}, "不是数字"),
        (float("inf"), "不是数字"),
        (float("nan"), "不是数字"),
        (True, "不是数字"),
    ],
)
def test_what_is_no_amount_is_refused(typed: Cell, words: str) -> None:
    with pytest.raises(CellError, match=words):
        cells.yuan_of(typed, Told())


def test_what_was_put_right_is_told() -> None:
    told = Told()
    assert cells.number_of("１，２３４．５０", told) == Decimal("1234.50")
    assert told == ["全角字符已按半角读取", "带千分位逗号的数字已按数值读取"]
    assert cells.day_of(46086, serial := Told()) == MARCH
    assert serial == ["未设为日期格式的数字已按 Excel 日期序号读取"]


def test_a_code_keeps_its_zeros() -> None:
    assert cells.code_of("00123", Told()) == "00123"
    assert cells.code_of(123.0, Told()) == "123"
    assert cells.code_of("Ｐ－００１　", Told()) == "P-001"


def test_text_loses_only_what_cannot_be_seen() -> None:
    assert cells.text_of("　某\t县\x00 ", most=10) == "某 县"
    assert cells.text_of("第一行\r\n第二行", most=10, lines=True) == "第一行\n第二行"
    with pytest.raises(CellError, match="共 11 字, 应不超过 10 字"):
        cells.text_of("字" * 11, most=10)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        *((typed, True) for typed in ("是", " 是 ", "yes", "YES", "Y", "y", "Ｙ", "True", "TRUE", True)),
        *((typed, False) for typed in ("否", "no", "No", "N", "n", "false", "FALSE", False)),
    ],
)
def test_yes_and_no_are_read_as_people_write_them(typed: Cell, means: bool) -> None:
    assert yes_of(typed, Told()) is means


@pytest.mark.parametrize("typed", ["也许", "不", "on", "1", 1, 0.0, "yesno"])
def test_what_is_neither_yes_nor_no_is_refused_with_all_that_is_read(typed: Cell) -> None:
    with pytest.raises(CellError, match=re.escape("应为 是 或 否 (yes 或 no、Y 或 N、TRUE 或 FALSE 也可)")):
        yes_of(typed, Told())
