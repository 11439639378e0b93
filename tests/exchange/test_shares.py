from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.exchange.cells import CellError
from leaderboard.exchange.names import Names
from leaderboard.exchange.shares import shares_of, shares_text

HALF = Fraction(1, 2)
UNITS = Names(
    [("liuxi", "柳溪镇"), ("qingshi", "青石镇"), ("group", "城投（集团）公司"), ("team1", "招商1组")]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("柳溪镇", [("liuxi", Fraction(1), True)]),
        ("liuxi", [("liuxi", Fraction(1), True)]),
        ("柳溪镇 1", [("liuxi", Fraction(1), True)]),
        ("城投(集团)公司", [("group", Fraction(1), True)]),
        ("柳溪镇 5;青石镇 5", [("liuxi", HALF, True), ("qingshi", HALF, True)]),
        ("柳溪镇５；青石镇５", [("liuxi", HALF, True), ("qingshi", HALF, True)]),
        ("柳溪镇：3\n青石镇：7", [("liuxi", Fraction(3, 10), True), ("qingshi", Fraction(7, 10), True)]),
        ("柳溪镇 50%; 青石镇 25%", [("liuxi", HALF, True), ("qingshi", Fraction(1, 4), True)]),
        ("柳溪镇 1/3", [("liuxi", Fraction(1, 3), True)]),
        ("招商1组 5;柳溪镇 5", [("team1", HALF, True), ("liuxi", HALF, True)]),
        ("招商1组", [("team1", Fraction(1), True)]),
        ("柳溪镇(待认定)", [("liuxi", Fraction(1), False)]),
        ("柳溪镇 5（待认定）;青石镇 5", [("liuxi", HALF, False), ("qingshi", HALF, True)]),
    ],
)
def test_shares_are_read(text: str, expected: list[tuple[str, Fraction, bool]]) -> None:
    assert [(s.unit, s.share, s.verified) for s in shares_of(text, UNITS)] == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("柳西镇", "没有已知的单位"),
        ("柳溪镇;青石镇", "每个单位后都要写分成"),
        ("柳溪镇 60%;青石镇 50%", "分成合计 11/10 超过 1"),
        ("柳溪镇 5;青石镇 50%", "不能混用"),
        ("柳溪镇 5", "只有一个单位时请写份额"),
        ("柳溪镇 5;柳溪镇 5", "出现了两次"),
        ("柳溪镇 0;青石镇 5", "应大于零"),
        ("柳溪镇 0;青石镇 0", "应大于零"),
        ("柳溪镇 1/0", "应大于零"),
        ("柳溪镇 3/2", "超过 1"),
    ],
)
def test_shares_that_make_no_sense_are_refused(text: str, words: str) -> None:
    with pytest.raises(CellError, match=words):
        shares_of(text, UNITS)


def test_a_name_that_ends_in_a_digit_is_not_taken_for_another() -> None:
    units = Names([("town5", "town5"), ("town55", "town55")])
    assert [(s.unit, s.share) for s in shares_of("town5 1/5", units)] == [("town5", Fraction(1, 5))]
    assert [s.unit for s in shares_of("town55", units)] == ["town55"]
    assert [s.unit for s in shares_of("town5 5;town55 5", units)] == ["town5", "town55"]


@given(
    st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=4),
    st.integers(0, 30),
)
def test_shares_written_are_read_back(parts: list[tuple[int, bool]], left_over: int) -> None:
    """Any shares of four units, with or without a part that is nobody's, come back as they were."""
    keys = ["liuxi", "qingshi", "group", "team1"]
    whole = sum(part for part, _ in parts) + left_over
    shares = [(keys[i], Fraction(part, whole), verified) for i, (part, verified) in enumerate(parts)]
    read = shares_of(shares_text([(UNITS.names[key], share, mark) for key, share, mark in shares]), UNITS)
    assert [(s.unit, s.share, s.verified) for s in read] == shares
