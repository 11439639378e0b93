"""Contributions one after the other, each beginning where the one before ended: they come to the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from leaderboard.boards.unit_view import Contribution


@dataclass(frozen=True, slots=True)
class Fall:
    """One contribution as a bar from where the sum stood to where it stands then, in shares of the widest span."""

    given: Contribution
    start: Fraction
    length: Fraction

    @property
    def is_less(self) -> bool:
        """Whether it takes points away."""
        return Fraction(self.given.points) < 0


def waterfall(contributions: Sequence[Contribution]) -> list[Fall]:
    """Every contribution with its bar; all bars lie between 0 and 1, and nought has a place of its own among them."""
    sums = [Fraction(0)]
    for given in contributions:
        sums.append(sums[-1] + Fraction(given.points))
    low, high = min(sums), max(sums)
    span = (high - low) or Fraction(1)
    return [
        Fall(given, (min(before, after) - low) / span, abs(after - before) / span)
        for given, before, after in zip(contributions, sums, sums[1:], strict=False)
    ]
