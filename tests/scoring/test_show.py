"""How exact numbers are printed: half up, percentages, fractions."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.reading import exact_number
from scoring.show import exact, plain, round_half_up, shown_rate


@pytest.mark.parametrize(
    ("number", "decimals", "shown"),
    [
        ("4.5", 0, "5"),
        ("-4.5", 0, "-5"),
        ("3.5", 0, "4"),
        ("2.345", 2, "2.35"),
        ("2.3449999", 2, "2.34"),
        ("-2.345", 2, "-2.35"),
        ("0.005", 2, "0.01"),
        ("0.004", 2, "0.00"),
        ("-0.004", 2, "0.00"),
        ("2/3", 4, "0.6667"),
        ("100", 2, "100.00"),
        ("0.999", 2, "1.00"),
        ("1234567.891", 1, "1234567.9"),
    ],
)
def test_half_is_rounded_away_from_zero(number: str, decimals: int, shown: str) -> None:
    assert round_half_up(Fraction(number), decimals) == shown


def test_decimals_cannot_be_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        round_half_up(Fraction(1), -1)


@given(cents=st.integers(-(10**9), 10**9), decimals=st.integers(0, 4))
def test_rounding_agrees_with_decimal(cents: int, decimals: int) -> None:
    expected = Decimal(cents).scaleb(-3).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert Decimal(round_half_up(Fraction(cents, 1000), decimals)) == expected


@pytest.mark.parametrize(
    ("rate", "decimals", "shown"),
    [
        ("45/52", 1, "86.5%"),
        ("39/52", 1, "75.0%"),
        ("5/3", 0, "167%"),
        ("0", 2, "0.00%"),
        ("173/200", 1, "86.5%"),
    ],
)
def test_rates_are_shown_as_percentages(rate: str, decimals: int, shown: str) -> None:
    assert shown_rate(Fraction(rate), decimals) == shown


@pytest.mark.parametrize(
    ("number", "in_full", "as_written"),
    [
        ("4.5", "9/2", "4.5"),
        ("5", "5", "5"),
        ("1/3", "1/3", "1/3"),
        ("-1.25", "-5/4", "-1.25"),
        ("0", "0", "0"),
    ],
)
def test_numbers_written_without_loss(number: str, in_full: str, as_written: str) -> None:
    assert exact(Fraction(number)) == in_full
    assert plain(Fraction(number)) == as_written


@given(number=st.fractions(-(10**12), 10**12, max_denominator=10**6))
def test_written_numbers_read_back(number: Fraction) -> None:
    assert exact_number(exact(number)) == number
    assert exact_number(plain(number)) == number


@pytest.mark.parametrize(
    "value",
    ["", " 1", "1 ", "1.", ".5", "1e3", "1/0", "１", "1/-2", "nan", "1_000", 1.5, True, None, [], "9" * 31],
)
def test_what_is_not_an_exact_number(value: object) -> None:
    assert exact_number(value) is None
