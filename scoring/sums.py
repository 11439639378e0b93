"""Exact sums and products of many fractions, in whole numbers as far as they go."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction


def exact_sum(values: Iterable[Fraction | int]) -> Fraction:
    """Σ values; 0 of none. Terms with the same denominator are added as whole numbers."""
    by_denominator: dict[int, int] = {}
    for value in values:
        above, below = value.as_integer_ratio()
        by_denominator[below] = by_denominator.get(below, 0) + above
    if len(by_denominator) == 1:
        ((below, above),) = by_denominator.items()
        return Fraction(above, below)
    return sum((Fraction(above, below) for below, above in by_denominator.items()), Fraction(0))


def whole_if_it_is(number: Fraction) -> Fraction | int:
    """The same number, as a whole one where it is one: those are quicker to multiply, to add and to write."""
    return number.numerator if number.denominator == 1 else number
