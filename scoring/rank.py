"""Places from values: one generic rule per way of treating ties, on exact values."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any, Protocol, TypeVar

from scoring.rules import Ties


class Comparable(Protocol):
    """Anything with a total order: Fraction, int, or tuples of them (value first, then tie-breakers)."""

    def __lt__(self, other: Any, /) -> bool: ...


Value = TypeVar("Value", bound=Comparable)


def places(
    scores: Sequence[Value | None], *, ties: Ties | str = Ties.COMPETITION, descending: bool = True
) -> list[Fraction | None]:
    """Place of each score, first is 1; a None has no place and takes none.

    Equal scores get: competition 1,2,2,4; dense 1,2,2,3; modified 1,3,3,4; fractional 1,5/2,5/2,4 (mean of
    the places filled); sequential 1,2,3,4 in the order they are given. Raises ValueError for an unknown tie
    rule.
    """
    rule = Ties(ties)
    known = [(_quick(score), index) for index, score in enumerate(scores) if score is not None]
    ordered = sorted(known, key=lambda pair: pair[0], reverse=descending)
    result: list[Fraction | None] = [None] * len(scores)
    before = 0
    for group_number, (_, group) in enumerate(groupby(ordered, key=lambda pair: pair[0])):
        indices = [index for _, index in group]
        for offset, index in enumerate(indices):
            result[index] = place_in_group(rule, before, len(indices), group_number, offset)
        before += len(indices)
    return result


def _quick(score: Any) -> Any:
    """The same order, decided by whole numbers wherever two values differ by more than a hair.

    Fractions are slow to compare; their whole part in units of 2⁻⁹⁶ settles all but the closest pairs, for which
    the exact value stands behind it.
    """
    if isinstance(score, Fraction):
        return (score.numerator << 96) // score.denominator, score
    if isinstance(score, tuple):
        return tuple(_quick(value) for value in score)
    return score


def place_in_group(rule: Ties, before: int, size: int, group_number: int, offset: int) -> Fraction:
    """Place of one member of a group of equals that `before` others precede."""
    match rule:
        case Ties.COMPETITION:
            return Fraction(before + 1)
        case Ties.DENSE:
            return Fraction(group_number + 1)
        case Ties.MODIFIED:
            return Fraction(before + size)
        case Ties.FRACTIONAL:
            return before + Fraction(size + 1, 2)
        case Ties.SEQUENTIAL:
            return Fraction(before + offset + 1)
