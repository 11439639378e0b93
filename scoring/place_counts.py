"""How often each place falls to each unit over many draws of weights: whole numbers, sorted draw by draw.

The same counts come out with and without NumPy, which only makes large divisions faster; published numbers use
neither.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from itertools import accumulate, islice
from operator import mul
from sys import byteorder
from typing import Any, TypeAlias

from scoring.weight_draws import Drawn

MARK_BITS = 23
"""Marks are rounded to this many bits of their range before they are drawn over."""
INDEX_BITS = 16
MOST_UNITS = 4096
"""Counts grow with the square of the units; more than this in one division would take too much memory."""
BATCH, COUNTED = 32, 896
"""Draws that are weighed together in arrays, and such that are counted together."""
TOGETHER = 1 << 18
"""Places that are kept before they are counted, without arrays."""
ARRAYS = find_spec("numpy") is not None
"""Whether NumPy is there."""
FEW = 40
"""So few units are counted sooner without NumPy."""
# A key is score × 2^16 + order: marks below 2^23 times weights of little more than 2^23 in all fit in 63 bits.
Counts: TypeAlias = "list[array[int]]"


@dataclass(frozen=True, slots=True)
class Group:
    """Units that feel the same weights: their numbers in the board's order, whole marks, and weights draw by draw."""

    numbers: tuple[int, ...]
    marks: tuple[tuple[int, ...], ...]
    weights: Drawn


def whole_marks(rows: Sequence[Sequence[Fraction]]) -> list[tuple[int, ...]]:
    """Marks between the lowest and the highest of all, as whole numbers below 2^23."""
    low = min(min(row) for row in rows)
    width = max(max(row) for row in rows) - low
    if not width:
        return [(0,) * len(row) for row in rows]
    most = (1 << MARK_BITS) - 1
    # (mark - low) / width × most, without making a fraction of each step.
    above, below = most * width.denominator, width.numerator * low.denominator
    n, d = low.as_integer_ratio()
    return [
        tuple(
            [
                (mark.numerator * d - n * mark.denominator) * above // (mark.denominator * below)
                for mark in row
            ]
        )
        for row in rows
    ]


def count_places(groups: Sequence[Group], sizes: Sequence[int], *, arrays: bool = ARRAYS) -> Counts:
    """For each unit (or class of `sizes` equal ones) in how many draws at most so many units were ahead.

    Numbers run over the groups from 0 in the board's order; two units that a draw's whole numbers cannot tell apart
    stand in it. Raises ValueError for more than 4,096 units.
    """
    if len(sizes) > MOST_UNITS:
        raise ValueError(f"单位不能超过 {MOST_UNITS} 个")
    if arrays and len(sizes) > FEW:
        return _with_numpy(groups, sizes)
    return _with_integers(groups, sizes)


def _with_integers(groups: Sequence[Group], sizes: Sequence[int]) -> Counts:
    """One long integer holds a mark of every unit, so that four multiplications weigh a whole division."""
    number, units = len(sizes), sum(sizes)
    found = [array("i", bytes(4 * units)) for _ in sizes]
    even = units == number
    for batch in _batches(_orders(groups, number), max(1, TOGETHER // number)):
        if even:
            for ahead, column in enumerate(zip(*batch, strict=True), 1):
                for order, often in Counter(column).items():
                    found[order][number - ahead] += often
            continue
        for orders in batch:
            behind = accumulate([sizes[-1 - order] for order in orders])
            for order, ahead in zip(orders, behind, strict=True):
                found[order][units - ahead] += 1
    return [array("i", accumulate(row)) for row in found[::-1]]


def _orders(groups: Sequence[Group], number: int) -> Iterator[list[int]]:
    """Numbers of the units from worst to best, draw by draw."""
    lanes = [[_lanes(column) for column in zip(*group.marks, strict=True)] for group in groups]
    keys = [_lanes([number - 1 - n for n in group.numbers], shift=0) for group in groups]
    widths = [8 * len(group.numbers) for group in groups]
    lowest = 0 if byteorder == "little" else 3
    for weights in zip(*(group.weights for group in groups), strict=True):
        found: list[int] = []
        for own, lane, key, width in zip(weights, lanes, keys, widths, strict=True):
            whole = sum(map(mul, own, lane), key)
            found += memoryview(whole.to_bytes(width, byteorder)).cast("Q")
        found.sort()
        # The lowest sixteen bits of every key.
        yield memoryview(array("Q", found)).cast("B").cast("H")[lowest::4].tolist()


def _lanes(column: Sequence[int], shift: int = INDEX_BITS) -> int:
    return int.from_bytes(array("Q", [value << shift for value in column]).tobytes(), byteorder)


def _batches(orders: Iterator[list[int]], size: int) -> Iterator[list[list[int]]]:
    while batch := list(islice(orders, size)):
        yield batch


def _with_numpy(groups: Sequence[Group], sizes: Sequence[int]) -> Counts:
    """The same in arrays, so many draws at a time that memory does not grow with their number."""
    import numpy as np  # noqa: PLC0415 - not needed to run, and slow to load

    number, units = len(sizes), sum(sizes)
    span, lower = units.bit_length(), 0 if byteorder == "little" else 1
    found = np.zeros(number << span, np.int32)
    weighers = [_Weigher(group, number) for group in groups]
    size_of = np.array(sizes[::-1], np.int64)
    ahead = np.arange(units - 1, -1, -1, dtype=np.int64) if units == number else None
    last = np.uint64((1 << INDEX_BITS) - 1)
    room = np.empty((COUNTED, number), np.uint64)
    total = len(groups[0].weights)
    for first in range(0, total, COUNTED):
        keys = room[: min(COUNTED, total - first)]
        for start in range(0, len(keys), BATCH):
            block, stop = keys[start : start + BATCH], 0
            for weigher in weighers:
                stop = weigher.fill(block, first + start, stop)
            block.sort(axis=1)
            block &= last
            cells = block.view(np.int64)
            places = ahead if ahead is not None else units - np.cumsum(size_of[cells], axis=1)
            cells <<= span
            cells += places
        # The lower halves of the counts, which are small: no second table is made of them.
        found += np.bincount(keys.view(np.int64).ravel(), minlength=found.size).view(np.int32)[lower::2]
    rows = found.reshape(number, -1)
    np.cumsum(rows, axis=1, out=rows)
    return [array("i", row[:units].tobytes()) for row in rows[::-1]]


class _Weigher:
    """The keys of one group: score × 2^16 + order, draw by draw.

    Scores are whole numbers below 2^47, which binary fractions of 53 bits multiply and add without rounding.
    """

    def __init__(self, group: Group, number: int) -> None:
        import numpy as np  # noqa: PLC0415 - see above

        self._marks = np.array(list(zip(*group.marks, strict=True)), np.float64)
        self._order = np.array([number - 1 - n for n in group.numbers], np.uint64)
        self._weights = np.array(group.weights, np.float64)
        self._scores = np.empty((BATCH, len(group.numbers)))
        self._multiply = np.matmul

    def fill(self, block: Any, first: int, start: int) -> int:
        """Write the group's columns from `start` on, for the draws from `first` on; where its columns end."""
        stop = start + len(self._order)
        columns, scores = block[:, start:stop], self._scores[: len(block)]
        self._multiply(self._weights[first : first + len(block)], self._marks, out=scores)
        columns[...] = scores
        columns <<= INDEX_BITS
        columns += self._order
        return stop
