"""Tries changes on one unit of a division: its place after scoring again, weighing no more than can have moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from scoring.aggregate import Runner, Weighed, weigh
from scoring.ladder import Key, Ladder
from scoring.measures import Measures, UnitMeasures
from scoring.race import ranking_key, score_measured
from scoring.reach_change import Change, changed
from scoring.relative import nodes, relative_indicators
from scoring.result import Standing
from scoring.rules import PerReading, Scheme
from scoring.shape_rules import Condition, Reading, Shape

ENDLESS = (Reading.PLACE, Reading.OF_MEAN)
"""Numbers that every unit's number moves, not the best and the worst alone."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A unit after a change: its place and all it earned."""

    place: Fraction | None
    runner: Runner
    key: Key | None
    ladder: Ladder


class Division:
    """A division as it stands before anything is tried: weighed and ranked once for the trials of all its units."""

    def __init__(self, measures: Measures, scheme: Scheme, key: str) -> None:
        self.measures, self.scheme = measures, scheme
        self.units = [found for found in measures.units if found.unit.division == key]
        self.index = {found.unit.key: n for n, found in enumerate(self.units)}
        self.runners = weigh(self.units, measures, scheme)
        self.ladder = ranked(self.runners, scheme)

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """The division scored whole and alone."""
        alone = Measures(self.measures.as_of, self.measures.schedule, tuple(self.units))
        return score_measured(alone, self.scheme).standings


class Trials:
    """The trials of the units of a race, each division and each unit begun once, however often it is asked for."""

    def __init__(self, measures: Measures, scheme: Scheme) -> None:
        self.measures, self.scheme = measures, scheme
        self._where = {found.unit.key: found.unit.division for found in measures.units}
        self._divisions: dict[str, Division] = {}
        self._trials: dict[str, Trial] = {}

    def division(self, unit: str) -> Division:
        """The division of a unit; raises KeyError for one that was not measured."""
        key = self._where[unit]
        if key not in self._divisions:
            self._divisions[key] = Division(self.measures, self.scheme, key)
        return self._divisions[key]

    def of(self, unit: str) -> Trial:
        """The trial of a unit; raises KeyError for one that was not measured."""
        if unit not in self._trials:
            self._trials[unit] = Trial(self.division(unit), unit)
        return self._trials[unit]


class Trial:
    """One unit among its division; raises KeyError for a unit of another."""

    def __init__(self, division: Division, unit: str) -> None:
        self.scheme, self.measures, self.unit = division.scheme, division.measures, unit
        self.units = division.units
        self.index = division.index[unit]
        self.relative = relative_indicators(division.scheme)
        runners = division.runners
        self.before = self._tried(runners[self.index], division.ladder)
        self._witnesses = self._find_witnesses(runners)
        self._ladders = {self._ends(self.before.runner): self.before.ladder}

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
        if self._witnesses is None:
            return self._after_all(change)
        moved = [n for n in sorted(self._moved(change)) if n != self.index]
        few = [changed(self.units[n], change, self.scheme) for n in (self.index, *moved)]
        beside = [unit for unit in self._witnesses if unit.unit.key not in {row.unit.key for row in few}]
        runners = weigh([*few, *beside], self.measures, self.scheme)
        ladder = self._ladders.get(self._ends(runners[0]))
        if ladder is None:
            return self._after_all(change)
        keys = [ranking_key(runner, self.scheme) for runner in runners[: len(few)]]
        if moved:
            ladder = ladder.replaced(dict(zip(moved, keys[1:], strict=True)))
        return Tried(ladder.place(keys[0], self.index), runners[0], keys[0], ladder)

    def _moved(self, change: Change) -> set[int]:
        """Which units of the division the change names."""
        named = {cell.unit for cell in change}
        return {n for n, unit in enumerate(self.units) if unit.unit.key in named}

    def _after_all(self, change: Change) -> Tried:
        """The same with the whole division weighed again."""
        runners = weigh(self.division_measures(change).units, self.measures, self.scheme)
        ladder = ranked(runners, self.scheme)
        if not self._moved(change) - {self.index}:
            self._ladders[self._ends(runners[self.index])] = ladder
        return self._tried(runners[self.index], ladder)

    def _tried(self, runner: Runner, ladder: Ladder) -> Tried:
        key = ladder.keys[self.index]
        return Tried(ladder.place(key, self.index), runner, key, ladder)

    def margin(self, tried: Tried, wanted: Fraction) -> Fraction | None:
        """Own score (or leading number) less that of the unit whose place is wanted; None where there is none.

        Not below zero where the place is reached, except by tie-breakers: a guide for searching, no proof.
        """
        rival = tried.ladder.rival(wanted.__floor__(), self.index)
        return None if tried.key is None or rival is None else tried.key[0] - rival[0]

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


def ranked(runners: Sequence[Runner], scheme: Scheme) -> Ladder:
    """Runners of one division on the ladder of its places."""
    return Ladder([ranking_key(runner, scheme) for runner in runners], scheme.ties)


def _number(row: Weighed) -> Fraction | None:
    """The number between floor and cap that sets the ends of a division."""
    return row.clamped.rate if row.clamped else row.measured.value


def _reads_endless(node: object) -> bool:
    return isinstance(node, Shape | Condition | PerReading) and node.on in ENDLESS
