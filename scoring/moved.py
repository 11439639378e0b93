"""What moved a unit between two editions: its own change, the others', the rules' and the roster's, summing exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import product
from math import factorial
from typing import NamedTuple

from scoring.aggregate import Runner, weigh
from scoring.facts import Facts, Unit
from scoring.ladder import Key, Ladder
from scoring.measures import Measures, UnitMeasures, measure_all
from scoring.race import ranking_key
from scoring.relative import relative_indicators
from scoring.rules import Scheme

OWN, OTHERS, RULE, ROSTER = BLOCKS = ("own", "others", "rule", "roster")
SPLIT = "split"
NEW = "new"
LEFT = "left"
ABSENT = "absent"
UNRANKED = "unranked"
BETWEEN = "unranked_between"
DIVISION = "division_changed"
OUTCOMES = (SPLIT, NEW, LEFT, ABSENT, UNRANKED, BETWEEN, DIVISION)
"""`split`: score and place are split; `division_changed`: the score alone, places of two divisions do not compare;
`new`, `left`, `absent`: in one edition only, or in neither; `unranked`: without a place in one of them;
`unranked_between`: placed in both, but without a place when only some of the blocks change."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What one edition was scored from."""

    facts: Facts
    scheme: Scheme
    as_of: date


@dataclass(frozen=True, slots=True)
class Split:
    """A change = later - earlier and its four parts, which sum to it exactly; of a place, less is better."""

    earlier: Fraction
    later: Fraction
    own: Fraction
    others: Fraction
    rule: Fraction
    roster: Fraction

    @property
    def change(self) -> Fraction:
        """Later - earlier."""
        return self.later - self.earlier


@dataclass(frozen=True, slots=True)
class Movement:
    """What moved one unit; a split is None where the outcome says that there is none."""

    unit: str
    outcome: str
    score: Split | None = None
    place: Split | None = None
    own: Mapping[str, Fraction] = field(default_factory=dict)
    """The score's own part by indicator and adjustment; these sum to it exactly."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Which blocks are the later edition's (1) and which the earlier's (0)."""

    own: int
    others: int
    rule: int
    roster: int


class Value(NamedTuple):
    """Score and place of a unit, and its points by indicator and adjustment."""

    score: Fraction | None
    place: Fraction | None
    points: Mapping[str, Fraction]


MIXES = [Mix(*bits) for bits in product((0, 1), repeat=4)]
EARLIER, LATER = MIXES[0], MIXES[-1]


class Movements:
    """The change between two editions, split for every unit over the same few scorings.

    Each part is the Shapley value of its block: the mean, over the 24 orders in which the four blocks can be
    switched from the earlier edition to the later one, of what switching it changes. The blocks:
    `own`: what is measured of the unit itself (facts, targets, and the date they are counted at), of a shared
    project its own share; `others`: the same of every other unit; `rule`: the scheme, with the share of the
    season due and the weights its calendar gives by then; `roster`: which units run, in which division, and
    how (hors concours, bundles, indicators that do not apply); a unit that joined or left brings its facts with
    it. A block that did not change gets 0.
    """

    def __init__(self, earlier: Edition, later: Edition) -> None:
        self._editions = earlier, later
        self._rosters = [{unit.key: unit for unit in edition.facts.units} for edition in self._editions]
        self._relative = any(relative_indicators(edition.scheme) for edition in self._editions)
        self._only = _only_in_one(self._rosters)
        self._one_scheme = earlier.scheme == later.scheme
        self._one_roster = self._rosters[0] == self._rosters[1]
        self._measured: dict[tuple[int, int, int], Mapping[str, UnitMeasures]] = {}
        self._fields: dict[tuple[int, int, int, str], _Field] = {}

    def unit(self, key: str) -> Movement:
        """What moved one unit, or why that cannot be said."""
        before, after = (roster.get(key) for roster in self._rosters)
        if before is None or after is None:
            return Movement(key, ABSENT if before is after else NEW if before is None else LEFT)
        ends = [self._value(key, mix) for mix in (EARLIER, LATER)]
        if any(value.place is None for value in ends):
            return Movement(key, UNRANKED)
        values = {mix: self._value(key, mix) for mix in MIXES}
        if any(value.place is None for value in values.values()):
            return Movement(key, BETWEEN)
        score = _split({mix: value.score for mix, value in values.items()})
        own = {} if score is None else _own_parts({mix: value.points for mix, value in values.items()})
        if before.division != after.division:
            return Movement(key, DIVISION, score, own=own)
        return Movement(key, SPLIT, score, _split({mix: value.place for mix, value in values.items()}), own)

    def _value(self, key: str, mix: Mix) -> Value:
        """Score and place of a unit under a mix of both editions."""
        division = self._rosters[mix.roster][key].division
        inside = self._field(mix.others, mix, division)
        if mix.own == mix.others or self._measures(0, mix)[key] == self._measures(1, mix)[key]:
            return inside.value(key)
        if self._relative:
            return self._weighed(mix, division, swapped=key).value(key)
        runner = self._field(mix.own, mix, division).runners[key]
        place = inside.place(key, ranking_key(runner, self._editions[mix.rule].scheme))
        return Value(runner.score, place, _points(runner))

    def _field(self, facts: int, mix: Mix, division: str) -> _Field:
        found = facts, mix.rule, mix.roster, division
        if found not in self._fields:
            self._fields[found] = self._weighed(replace(mix, own=facts, others=facts), division)
        return self._fields[found]

    def _weighed(self, mix: Mix, division: str, swapped: str | None = None) -> _Field:
        """A division with the others' measures, one unit's own ones among them."""
        roster = sorted(self._rosters[mix.roster].values(), key=lambda unit: (unit.order, unit.key))
        inside = [unit for unit in roster if unit.division == division]
        units = []
        for unit in inside:
            facts = mix.own if unit.key == swapped else self._only.get(unit.key, mix.others)
            units.append(self._measures(facts, mix)[unit.key])
        rules = self._editions[mix.rule]
        measures = Measures(rules.as_of, self._due(mix.rule), tuple(units))
        return _Field(weigh(units, measures, rules.scheme), rules.scheme)

    def _due(self, rule: int) -> Fraction:
        edition = self._editions[rule]
        return measure_all(replace(edition.facts, units=()), edition.scheme, edition.as_of).schedule

    def _measures(self, facts: int, mix: Mix) -> Mapping[str, UnitMeasures]:
        """Everything measured over one edition's facts, for a roster and by a scheme."""
        # Equal schemes measure alike and equal rosters are one: no need to measure for both.
        found = facts, 0 if self._one_scheme else mix.rule, 0 if self._one_roster else mix.roster
        if found not in self._measured:
            edition = self._editions[facts]
            units = tuple(self._rosters[mix.roster].values())
            measured = measure_all(
                replace(edition.facts, units=units), self._editions[mix.rule].scheme, edition.as_of
            )
            self._measured[found] = {unit.unit.key: unit for unit in measured.units}
        return self._measured[found]


def moved(earlier: Edition, later: Edition) -> list[Movement]:
    """What moved every unit of either edition, by key."""
    movements = Movements(earlier, later)
    keys = {unit.key for edition in (earlier, later) for unit in edition.facts.units}
    return [movements.unit(key) for key in sorted(keys)]


def _only_in_one(rosters: list[dict[str, Unit]]) -> dict[str, int]:
    """Units of one edition alone, with which one it is."""
    earlier, later = rosters
    return dict.fromkeys(earlier.keys() - later.keys(), 0) | dict.fromkeys(later.keys() - earlier.keys(), 1)


class _Field:
    """A division weighed, with its ladder of places."""

    def __init__(self, runners: list[Runner], scheme: Scheme) -> None:
        self.runners = {runner.unit.key: runner for runner in runners}
        self._index = {runner.unit.key: n for n, runner in enumerate(runners)}
        self._ladder = Ladder([ranking_key(runner, scheme) for runner in runners], scheme.ties)

    def value(self, key: str) -> Value:
        runner = self.runners[key]
        return Value(runner.score, self.place(key, self._ladder.keys[self._index[key]]), _points(runner))

    def place(self, key: str, value: Key | None) -> Fraction | None:
        return self._ladder.place(value, self._index[key])


def _split(values: Mapping[Mix, Fraction | None]) -> Split | None:
    """The Shapley value of each block; None where nothing is summed (a board without a total has no score)."""
    known = {mix: value for mix, value in values.items() if value is not None}
    if len(known) < len(values):
        return None
    parts = {block: _shapley(known, block) for block in BLOCKS}
    return Split(known[EARLIER], known[LATER], **parts)


def _own_parts(values: Mapping[Mix, Mapping[str, Fraction]]) -> dict[str, Fraction]:
    """The own part of each indicator and adjustment: a score is the sum of its points, so its part is theirs summed."""
    keys = dict.fromkeys(key for points in values.values() for key in points)
    return {
        key: _shapley({mix: points.get(key, Fraction(0)) for mix, points in values.items()}, OWN)
        for key in keys
    }


def _points(runner: Runner) -> dict[str, Fraction]:
    given = {line.key: line.points for line in runner.indicators if line.points is not None}
    return given | {line.key: line.points for line in runner.adjustments}


def _shapley(values: Mapping[Mix, Fraction], block: str) -> Fraction:
    """Mean change over the orders: s! (3 - s)! / 4! of them switch the block after s certain others."""
    part = Fraction(0)
    for mix in MIXES:
        if getattr(mix, block):
            continue
        switched = mix.own + mix.others + mix.rule + mix.roster
        orders = factorial(switched) * factorial(3 - switched)
        part += orders * (values[replace(mix, **{block: 1})] - values[mix])
    return part / factorial(4)
