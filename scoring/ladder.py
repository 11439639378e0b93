"""A division's ranking keys as a ladder: which place a unit would have with another key, without ranking all again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from fractions import Fraction

from scoring.rank import place_in_group
from scoring.rules import Ties

Key = tuple[Fraction, ...]
"""Score first, then the tie-breakers; None has no place."""


class Ladder:
    """The keys of all units of a division, in the office's order."""

    def __init__(self, keys: Sequence[Key | None], ties: Ties) -> None:
        self.keys = list(keys)
        self._ties = ties
        self._sorted = sorted(key for key in keys if key is not None)
        self._distinct = sorted(set(self._sorted))

    def place(self, key: Key | None, index: int) -> Fraction | None:
        """Place of the unit at an index if its key were this one and all others stayed; None without a key."""
        if key is None:
            return None
        own = self.keys[index]
        left, right = bisect_left(self._sorted, key), bisect_right(self._sorted, key)
        passed = own is not None and own > key
        before = len(self._sorted) - right - passed
        size = right - left - (own == key) + 1
        groups = len(self._distinct) - bisect_right(self._distinct, key) - (passed and self._alone(own))
        return place_in_group(self._ties, before, size, groups, self._earlier(key, index))

    def rival(self, place: int, index: int) -> Key | None:
        """The key that a unit at an index must reach for a place: of the others, the one so far from the top."""
        own = self.keys[index]
        others = len(self._sorted) - (own is not None)
        at = others - place
        if at < 0 or place < 1:
            return None
        return self._sorted[at + (own is not None and self._sorted[at] >= own)]

    def replaced(self, keys: Mapping[int, Key | None]) -> Ladder:
        """The same ladder with other keys at some indices."""
        return Ladder([keys.get(n, key) for n, key in enumerate(self.keys)], self._ties)

    def _alone(self, key: Key | None) -> bool:
        if key is None:
            return False
        return bisect_right(self._sorted, key) - bisect_left(self._sorted, key) == 1

    def _earlier(self, key: Key, index: int) -> int:
        """Equals that stand earlier in the office's order; asked only where that decides."""
        if self._ties is not Ties.SEQUENTIAL:
            return 0
        return sum(other == key for other in self.keys[:index])
