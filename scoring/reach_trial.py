"""Tries changes on one unit of a division: its place after scoring again, weighing no more than can have moved."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoring.aggregate import Runner, Weighed, weigh
from scoring.ladder import Ladder
from scoring.measures import Measures, UnitMeasures
from scoring.race import ranking_key
from scoring.reach_change import Change, changed
from scoring.relative import nodes, relative_indicators
from scoring.rules import PerReading, Scheme
from scoring.shape_rules import Condition, Reading, Shape

ENDLESS = (Reading.PLACE, Reading.OF_MEAN)
"""Numbers that every unit's number moves, not the best and the worst alone."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A unit after a change: its place and all it earned."""

    place: Fraction | None
    runner: Runner


class Trial:
    """One unit among its division; raises KeyError for a unit that was not measured."""

    def __init__(self, measures: Measures, scheme: Scheme, unit: str) -> None:
        division = next((u.unit.division for u in measures.units if u.unit.key == unit), None)
        if division is None:
            raise KeyError(unit)
        self.scheme, self.measures, self.unit = scheme, measures, unit
        self.units = [found for found in measures.units if found.unit.division == division]
        self.index = next(n for n, found in enumerate(self.units) if found.unit.key == unit)
        self.relative = relative_indicators(scheme)
        runners = weigh(self.units, measures, scheme)
        self.before = Tried(None, runners[self.index])
        self._ladder = self._ranked(runners)
        self.before = Tried(self._ladder.place(self._ladder.keys[self.index], self.index), self.before.runner)
        self._witnesses = self._find_witnesses(runners)
        self._ladders = {self._ends(self.before.runner): self._ladder}

    @property
    def own(self) -> UnitMeasures:
        """The unit as measured."""
        return self.units[self.index]

    def division_measures(self, change: Change) -> Measures:
        """The division alone with the change made, to be scored whole."""
        units = tuple(changed(unit, change, self.scheme) for unit in self.units)
        return Measures(self.measures.as_of, self.measures.schedule, units)

    def after(self, change: Change) -> Tried:
        """The unit's place after the change: exact, whoever else moves by it."""
        if self._witnesses is None or any(cell.unit != self.unit for cell in change):
            return self._after_all(change)
        few = [changed(self.own, change, self.scheme), *self._witnesses]
        runner = weigh(few, self.measures, self.scheme)[0]
        ladder = self._ladders.get(self._ends(runner))
        if ladder is None:
            return self._after_all(change)
        return Tried(ladder.place(ranking_key(runner, self.scheme), self.index), runner)

    def _after_all(self, change: Change) -> Tried:
        """The same with the whole division weighed again."""
        runners = weigh(self.division_measures(change).units, self.measures, self.scheme)
        ladder = self._ranked(runners)
        runner = runners[self.index]
        if not any(cell.unit != self.unit for cell in change):
            self._ladders[self._ends(runner)] = ladder
        return Tried(ladder.place(ladder.keys[self.index], self.index), runner)

    def _ranked(self, runners: list[Runner]) -> Ladder:
        return Ladder([ranking_key(runner, self.scheme) for runner in runners], self.scheme.ties)

    def _ends(self, runner: Runner) -> tuple[tuple[Fraction | None, Fraction | None], ...]:
        """Lowest and highest number of every indicator scored beside others: while they stay, the others stay."""
        fields = [runner.sights[key].field for key in sorted(self.relative)]
        return tuple((field.low, field.high) for field in fields)

    def _find_witnesses(self, runners: list[Runner]) -> list[UnitMeasures] | None:
        """Few other units among whom the unit earns what it earns among all; None where all are needed."""
        rules = tuple((indicator.shape, indicator.gates) for indicator in self.scheme.indicators)
        if any(_reads_endless(node) for node in nodes((rules, self.scheme.adjustments))):
            return None
        found: dict[str, UnitMeasures] = {}
        for position, indicator in enumerate(self.scheme.indicators):
            others = [
                (number, n)
                for n, runner in enumerate(runners)
                if n != self.index and runner.unit.competing
                if (number := _number(runner.rows[position])) is not None
            ]
            if others and indicator.key in self.relative:
                ends = min(others)[1], max(others)[1]
                found |= {self.units[n].unit.key: self.units[n] for n in ends}
        return list(found.values())


def _number(row: Weighed) -> Fraction | None:
    """The number between floor and cap that sets the ends of a division."""
    return row.clamped.rate if row.clamped else row.measured.value


def _reads_endless(node: object) -> bool:
    return isinstance(node, Shape | Condition | PerReading) and node.on in ENDLESS
