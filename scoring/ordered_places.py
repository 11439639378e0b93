"""Places of units that whole numbers have put in order: those that look alike are settled exactly, equals by the ties."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cmp_to_key
from itertools import compress, count, islice
from operator import eq

from scoring.rank import place_in_group
from scoring.rules import Ties

Compared = Callable[[int, int], int]
"""Of two units, by number: below 0 where the first is better, 0 where they are equal."""


class OrderedPlaces:
    """The places of one division under its rule for ties, given again and again for other orders of its units."""

    def __init__(self, units: int, ties: Ties) -> None:
        self._units = units
        self._ties = ties
        # A fraction is made once for each place, not once for each unit and order.
        self._numbers = [Fraction(place) for place in range(1, units + 1)]

    def given(
        self, order: list[int], keys: Sequence[int], compared: Compared | None
    ) -> list[Fraction | None]:
        """Place of each unit by number; None for those that are not in the order.

        The order is by keys, best first; units with the same key are told apart by comparing them, or are equal.
        """
        found: list[Fraction | None] = [None] * self._units
        done = merged = 0
        for start, stop in [*_alike(list(map(keys.__getitem__, order))), (len(order), len(order))]:
            for n, place in zip(
                order[done:start], self._numbers[done - merged : start - merged], strict=True
            ):
                found[n] = place
            done = start
            for group in _settled(order[start:stop], compared):
                for n, place in zip(group, self._shared(done, len(group), done - merged), strict=True):
                    found[n] = place
                done += len(group)
                merged += len(group) - 1 if self._ties is Ties.DENSE else 0
        return found

    def _shared(self, before: int, size: int, groups: int) -> Iterable[Fraction]:
        """Places of equal units that so many units, in so many groups, precede."""
        if self._ties is Ties.SEQUENTIAL:
            return self._numbers[before : before + size]
        if self._ties is Ties.COMPETITION:
            return [self._numbers[before]] * size
        return [place_in_group(self._ties, before, size, groups, 0)] * size


def _alike(keys: Sequence[int]) -> Iterator[tuple[int, int]]:
    """From where to where equal keys stand beside each other."""
    start = stop = 0
    for n in compress(count(), map(eq, keys, islice(keys, 1, None))):
        if n >= stop:
            if stop:
                yield start, stop
            start = n
        stop = n + 2
    if stop:
        yield start, stop


def _settled(close: list[int], compared: Compared | None) -> list[list[int]]:
    """Groups of exact equals among units that look alike, best first."""
    if compared is None:
        return [close] if close else []
    groups: list[list[int]] = []
    for n in sorted(close, key=cmp_to_key(compared)):
        if groups and compared(groups[-1][0], n) == 0:
            groups[-1].append(n)
        else:
            groups.append([n])
    return groups
