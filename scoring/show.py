"""Exact numbers as printed text: rounded only here, as the scheme says, or written out in full."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from fractions import Fraction

MOST_PLACES = 30
"""Longer decimals are written as fractions; documents are read back up to this many digits."""


def round_half_up(x: Fraction | int, decimals: int) -> str:
    """`x` with that many decimals, a half always away from zero (4.5 → 5, -4.5 → -5), never "-0".

    Raises ValueError when decimals are negative.
    """
    above, below = x.as_integer_ratio()
    return _half_up(above, below, decimals)


def _half_up(above: int, below: int, decimals: int) -> str:
    """One number over another in whole numbers alone: a board has some ten thousand of them."""
    if decimals < 0:
        raise ValueError("decimals must not be negative")
    unit = 10**decimals
    digits = (2 * abs(above) * unit + below) // (2 * below)
    sign = "-" if above < 0 and digits else ""
    if not decimals:
        return f"{sign}{digits}"
    whole, rest = divmod(digits, unit)
    return f"{sign}{whole}.{rest:0{decimals}d}"


class Round(StrEnum):
    """How a shown number loses its last digits: half up 四舍五入, towards zero 截尾, or away from it 进位."""

    HALF_UP = "half_up"
    DOWN = "down"
    UP = "up"


def rounded(x: Fraction | int, decimals: int, how: Round = Round.HALF_UP) -> str:
    """`x` with that many decimals, rounded as stated; raises ValueError when decimals are negative."""
    if how is Round.HALF_UP:
        return round_half_up(x, decimals)
    value = Fraction(x)
    scaled = abs(value) * 10**decimals
    digits = -(-scaled.numerator // scaled.denominator) if how is Round.UP else scaled.__floor__()
    return round_half_up(Fraction(digits if value > 0 else -digits, 10**decimals), decimals)


def shown_rate(rate: Fraction | int, decimals: int = 1, how: Round = Round.HALF_UP) -> str:
    """A rate as a percentage, 173/200 → "86.5%"; the decimals are of the percent figure."""
    above, below = rate.as_integer_ratio()
    if how is Round.HALF_UP:
        return f"{_half_up(100 * above, below, decimals)}%"
    return f"{rounded(Fraction(100 * above, below), decimals, how)}%"


exact: Callable[[Fraction | int], str] = str
"""A number without loss: "5" for a whole number, otherwise the reduced fraction "9/2"."""


def plain(x: Fraction | int) -> str:
    """`x` without loss as people write it: "1.2" where a decimal of at most 30 places says it, otherwise "1/3"."""
    above, below = x.as_integer_ratio()
    if below == 1:
        return str(above)
    twos, rest = _divided_out(below, 2)
    fives, rest = _divided_out(rest, 5)
    places = max(twos, fives)
    return _half_up(above, below, places) if rest == 1 and places <= MOST_PLACES else str(x)


def _divided_out(number: int, prime: int) -> tuple[int, int]:
    """How often the prime divides the number, and what is left."""
    times = 0
    while number % prime == 0:
        number, times = number // prime, times + 1
    return times, number
