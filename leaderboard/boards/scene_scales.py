"""The scales that scenes are drawn on: the course of a track 赛道 by score, and one length for each rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from leaderboard.boards.view import HeadlineView
from leaderboard.formatters import plain

Document = dict[str, Any]

QUARTERS = 4
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one runner stands, in per cent of the lane: how far along, what is left, and the stretch from zero to it."""

    at: str
    rest: str
    run_from: str
    run: str
    is_early: bool
    """Whether there is more room before it than behind it."""


@dataclass(frozen=True, slots=True)
class Course:
    """The length of a lane: from zero, or the lowest score where that is below, to the full mark or a higher score."""

    low: Fraction
    high: Fraction
    full_mark: Fraction

    def spot(self, score: str | None) -> Spot:
        """Where a score stands; without one at the start."""
        value = self.low if score is None else Fraction(score)
        part, zero = ((one - self.low) / (self.high - self.low) for one in (value, Fraction(0)))
        start = part if score is None else zero
        shares = (part, 1 - part, min(part, start), abs(part - start))
        at, rest, run_from, run = (plain(share * WHOLE) for share in shares)
        return Spot(at, rest, run_from, run, is_early=part < Fraction(9, 20))

    @property
    def marks(self) -> list[tuple[str, str]]:
        """The quarters of the full mark with where they stand; the last is the finish."""
        quarters = [self.full_mark * part / QUARTERS for part in range(QUARTERS + 1)]
        return [(plain(mark), self.spot(str(mark)).at) for mark in quarters]


def course(board: Document, rows: Sequence[Document]) -> Course:
    """The course for these rows: equal scores stand level, and nobody runs out of the picture."""
    scores = [Fraction(row["score"]) for row in rows if row["score"] is not None]
    full = Fraction(board["scheme"]["full_mark"])
    high = max([full, *scores])
    return Course(min([Fraction(0), *scores]), high if high > 0 else Fraction(1), full)


def longest_rates(indicators: Sequence[Document], rows: Sequence[Document]) -> dict[str, str]:
    """By indicator what its longest bar stands for: 100 %, or the best rate of the rows where that is higher."""
    return {
        indicator["key"]: _longest(indicator, [row["indicators"][indicator["key"]]["rate"] for row in rows])
        for indicator in indicators
    }


def longest_totals(many: Sequence[Sequence[HeadlineView]]) -> dict[str, str]:
    """The same for totals of the race or of several divisions."""
    indicators = {total.indicator["key"]: total.indicator for totals in many for total in totals}
    return {
        key: _longest(indicator, [t.rate for totals in many for t in totals if t.indicator["key"] == key])
        for key, indicator in indicators.items()
    }


def _longest(indicator: Document, rates: Sequence[str | None]) -> str:
    least = Fraction(1 if indicator["kind"] == "rate" else 0)
    return str(max([least, *(Fraction(rate) for rate in rates if rate is not None)]))


def has_shares(rows: Sequence[Document]) -> bool:
    """Whether the fraction of some small count has decimals, as shares of projects make them."""
    values = [value for row in rows for value in row["indicators"].values() if value["small"]]
    counts = [value[part] for value in values for part in ("numerator", "denominator")]
    return any(count is not None and Fraction(count).denominator > 1 for count in counts)
