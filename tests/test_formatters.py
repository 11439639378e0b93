"""How money is written: in short on boards, to the last yuan and cent where somebody answers for it."""

from __future__ import annotations

import pytest

from leaderboard.formatters import exact_money, exact_quantity, money
from leaderboard.words import ENGLISH, speaking


@pytest.mark.parametrize(
    ("yuan", "short", "exact", "english"),
    [
        (None, "—", "—", "—"),
        (0, "0 万元", "0 万元", "¥0m"),
        (85, "85 元", "85 元", "¥0.000085m"),
        (12_345, "1.23 万元", "1.2345 万元", "¥0.012345m"),
        (32_000_000, "3200 万元", "3200 万元", "¥32m"),
        (194_000_000, "1.94 亿元", "1.94 亿元", "¥194m"),
        (100_540_000, "1.01 亿元", "10054 万元", "¥100.54m"),
        (200_540_000, "2.01 亿元", "20054 万元", "¥200.54m"),
        (123_456_789, "1.23 亿元", "12345.6789 万元", "¥123.456789m"),
        (-123_456_789, "-1.23 亿元", "-12345.6789 万元", "¥-123.456789m"),
        ("2005401/20", "10.03 万元", "10.027005 万元", "¥0.10027005m"),
    ],
)
def test_exact_money_never_rounds(yuan: int | str | None, short: str, exact: str, english: str) -> None:
    assert (money(yuan), exact_money(yuan)) == (short, exact)
    with speaking(ENGLISH):
        assert exact_money(yuan) == english


def test_a_target_is_told_as_it_was_set() -> None:
    assert (exact_quantity(150_005_000, "amount"), exact_quantity("7/2", "count")) == ("15000.5 万元", "3.5")
