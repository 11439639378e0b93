"""The first step of a column whose parts pull both ways: stretches where even the best of both ends fails are skipped."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from scoring.measures import UnitMeasures
from scoring.reach_change import TIMES, Cell, Column, changed
from scoring.reach_columns import better_more
from scoring.reach_monotone import monotone, scheme_rule
from scoring.reach_regular import number_of
from scoring.reach_trial import Trial

MOST_LOOKS = 400
"""Stretches looked at before the search is given up as unproven."""


class Stretches:
    """One column of one unit; between two steps every number lies between its values at both."""

    def __init__(self, trial: Trial, column: Column, wanted: Fraction) -> None:
        self._trial, self._column, self._wanted = trial, column, wanted
        self._units: dict[str, UnitMeasures] = {unit.unit.key: unit for unit in trial.units}
        self.looks = 0

    def first(self, most: int) -> int | None:
        """The fewest steps that get there, none up to `most`; gives up after MOST_LOOKS."""
        waiting = [(1, most)]
        while waiting and self.looks < MOST_LOOKS:
            low, high = waiting.pop()
            if not self._there(self._best_of(low, high)):
                continue
            if low == high:
                return low
            middle = halfway(low, high)
            waiting += [(middle + 1, high), (low, middle)]
        return None

    def _there(self, change: dict[Cell, Fraction]) -> bool:
        self.looks += 1
        place = self._trial.after(change).place
        return place is not None and place <= self._wanted

    def _best_of(self, low: int, high: int) -> dict[Cell, Fraction]:
        """For every number of the unit the better of its two values, for a partner's the worse."""
        if low == high:
            return self._column.change(low)
        both = self._column.change(low), self._column.change(high)
        change: dict[Cell, Fraction] = {}
        for unit, key, times in {(c.unit, c.key, c.side == TIMES) for c in both[0]}:
            cells = [c for c in both[0] if (c.unit, c.key, c.side == TIMES) == (unit, key, times)]
            values = [self._worth(unit, key, times, {c: way[c] for c in cells}) for way in both]
            best = (values[1] > values[0]) == (unit == self._trial.unit)
            change |= {c: both[best][c] for c in cells}
        return change

    def _worth(self, unit: str, key: str, times: bool, change: dict[Cell, Fraction]) -> Fraction:
        """A number that is higher where it is better for its unit."""
        there = changed(self._units[unit], change, self._trial.scheme)
        if times:
            count = there.happened(key).value or Fraction(0)
            return count if scheme_rule(self._trial, key).kind == "bonus" else -count
        indicator = self._trial.scheme.indicator(key)
        reading, schedule = indicator.shape.on, self._trial.measures.schedule
        value = number_of(there.measured(key), reading, None, schedule) or Fraction(0)
        return value if better_more(indicator) else -value


def splittable(trial: Trial, column: Column, most: int) -> bool:
    """Whether every number of the column moves one way all along, and the place follows it."""
    return monotone(trial, [column], (1, most))


def halfway(low: int, high: int) -> int:
    """A step between two: in proportion where they are far apart, else in the middle."""
    return max(low, min(high - 1, isqrt(low * high))) if high > 4 * low else (low + high) // 2
