"""Many rows of whole numbers packed so that one multiplication weighs a whole column of them."""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul
from struct import Struct

WEIGHT_BITS = 64
"""Weights whose sum is no longer than this fit into the lanes."""
Row = tuple[int, ...]


class Lanes:
    """Rows of whole numbers of one width, to be summed under one set of weights after the other.

    A column is one long integer with a lane for each row: as wide as its longest number and the weights together,
    so that no weighed sum runs over into the next lane.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        columns = list(zip(*rows, strict=True))
        # A lane holds no sign: a column with numbers below 0 is packed from its lowest on.
        self._lows = [min(0, *column) for column in columns]
        longest = max(max(column) - low for column, low in zip(columns, self._lows, strict=True))
        self._width = (longest.bit_length() + WEIGHT_BITS + 7) // 8
        self._lanes = Struct(f"{self._width}s" * len(rows))
        self._columns = [self._packed(column, low) for column, low in zip(columns, self._lows, strict=True)]

    def _packed(self, column: Sequence[int], low: int) -> int:
        width = self._width
        return int.from_bytes(
            b"".join([(number - low).to_bytes(width, "little") for number in column]), "little"
        )

    def sums(self, weights: Sequence[int]) -> list[int]:
        """Σ weight × number of every row, in the order of the rows."""
        if min(weights) < 0 or sum(weights).bit_length() > WEIGHT_BITS:
            return [sum(map(mul, weights, row)) for row in self._rows]
        every = sum(map(mul, weights, self._columns)).to_bytes(self._lanes.size, "little")
        read = int.from_bytes
        found = [read(lane, "little") for lane in self._lanes.unpack(every)]
        below = sum(map(mul, weights, self._lows))
        return [number + below for number in found] if below else found
