"""Scores and places alone, exact and fast: for weighing the same measured numbers again and again.

A scored race keeps every intermediate number; a tally keeps for each cell only what it gives at any weight. Where one
set of weights turns a whole division into whole numbers over one denominator, new weights cost one multiplication an
indicator. `score_measured` says why, a tally says who is where; they always agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import repeat
from math import lcm
from operator import mul
from typing import NamedTuple

from scoring.cells import NONE, Cells, plain_cells, plain_indicators, seen_cells
from scoring.lanes import Lanes
from scoring.measures import Measures, UnitMeasures
from scoring.ordered_places import OrderedPlaces
from scoring.race import score_measured
from scoring.rules import Scheme
from scoring.shape_rules import AtLeast, Bands, Reading, Requirement, Shape

BITS = 96
"""Bits behind the point of the whole numbers that decide all but the closest pairs."""
LEVEL_BITS = 512
"""A denominator that all shares of a division have in common is used up to this length."""
Weights = Mapping[str, Fraction]
Ratios = list[tuple[int, int] | None]
Numbers = list[Fraction | None]


class Ranked(NamedTuple):
    """Score and place of each unit of a division, None where it has none, in the order of the units."""

    scores: Numbers
    places: Numbers


def tallies(measures: Measures, scheme: Scheme) -> dict[str, Tally]:
    """A tally for each division, by its key, in the order of the units."""
    divisions: dict[str, list[UnitMeasures]] = {}
    for unit in measures.units:
        divisions.setdefault(unit.unit.division, []).append(unit)
    return {key: Tally(units, measures, scheme) for key, units in divisions.items()}


@dataclass(slots=True)
class _Line:
    """One unit ready to be weighed: score = (Σ weight × whole + points) / below, the points being the last whole."""

    cells: Cells
    wholes: tuple[int, ...]
    below: int
    weights: tuple[Fraction, ...]
    bent: bool
    """Whether the score is more than that: redistributed weights, limits."""
    placed: bool


class Tally:
    """The units of one division under one scheme, to be weighed with any weights."""

    def __init__(self, units: Sequence[UnitMeasures], measures: Measures, scheme: Scheme) -> None:
        self._scheme = scheme
        self._measures = replace(measures, units=tuple(units))
        self._keys = [indicator.key for indicator in scheme.indicators]
        self.units = [unit.unit.key for unit in units]
        self.steady = is_steady(scheme)
        """False where points depend on other points or on rounding: then the whole race is scored each time."""
        self._lines = self._prepared() if self.steady else []
        self._placed_lines = [n for n, line in enumerate(self._lines) if line.placed]
        self._scoreless = [n for n, line in enumerate(self._lines) if line.cells.reason is not None]
        self._places_of = OrderedPlaces(len(self._lines), scheme.ties)

    @cached_property
    def _lanes(self) -> Lanes | None:
        """All units at once, where one set of weights turns them into whole numbers over one denominator."""
        if any(line.bent for line in self._lines) or len({line.below for line in self._lines}) != 1:
            return None
        return Lanes([line.wholes for line in self._lines])

    def _prepared(self) -> list[_Line]:
        every = self._cells()
        common = _common(
            {d for cells in every for _, d in cells.shares} | {cells.points.denominator for cells in every}
        )
        limited = self._scheme.score_least is not None or self._scheme.score_most is not None
        known: dict[tuple[tuple[str, Fraction], ...], tuple[Fraction, ...]] = {}
        shared = None if self._scheme.weightings else self._own_weights(every[0].unit, known)
        lines = []
        for cells in every:
            above, beside = cells.points.as_integer_ratio()
            below = common or lcm(beside, *[d for _, d in cells.shares])
            wholes = (*[n * (below // d) for n, d in cells.shares], above * (below // beside))
            weights = shared if shared is not None else self._own_weights(cells.unit, known)
            bent = limited or bool(cells.given or cells.bent)
            placed = cells.reason is None and cells.unit.unit.competing
            lines.append(_Line(cells, wholes, below, weights, bent, placed))
        return lines

    def _cells(self) -> list[Cells]:
        scheme, measures = self._scheme, self._measures
        plain = plain_indicators(scheme)
        if plain is None:
            return list(seen_cells(measures.units, measures, scheme))
        return list(plain_cells(measures.units, measures, scheme, plain))

    def _own_weights(
        self, unit: UnitMeasures, known: dict[tuple[tuple[str, Fraction], ...], tuple[Fraction, ...]]
    ) -> tuple[Fraction, ...]:
        """The unit's weights in the order of the indicators; equal ones are one object."""
        stated = self._scheme.weights(unit.unit.division, unit.unit.key, self._measures.as_of)
        key = tuple(stated.items())
        if key not in known:
            known[key] = self._ordered(stated)
        return known[key]

    def _ordered(self, weights: Weights) -> tuple[Fraction, ...]:
        return tuple(weights.get(key, Fraction(0)) for key in self._keys)

    def scores(self, weights: Weights | None = None) -> Numbers:
        """Exact score of each unit, under the scheme's weights or the same ones for all; None without one."""
        if not self.steady:
            return self._scored(weights).scores
        if weights is not None and self._lanes is not None:
            return self._level_scores(*self._sums(self._lanes, weights))
        return self._scores(self._ratios(weights))

    def places(self, weights: Weights | None = None) -> Numbers:
        """Place of each unit by the scheme's ties and tie-breakers; None where it has none."""
        if not self.steady:
            return self._scored(weights).places
        if weights is not None and self._lanes is not None:
            return self._level_places(self._sums(self._lanes, weights)[0])
        return self._places(self._ratios(weights))

    def ranking(self, weights: Weights | None = None) -> Ranked:
        """Scores and places at once."""
        if not self.steady:
            return self._scored(weights)
        if weights is not None and self._lanes is not None:
            sums, below = self._sums(self._lanes, weights)
            return Ranked(self._level_scores(sums, below), self._level_places(sums))
        ratios = self._ratios(weights)
        return Ranked(self._scores(ratios), self._places(ratios))

    def _sums(self, lanes: Lanes, weights: Weights) -> tuple[list[int], int]:
        """Every score as a whole number over one denominator, so that none has to be divided to be compared."""
        whole, scale = _whole(self._ordered(weights))
        return lanes.sums(whole), scale * self._lines[0].below

    def _level_scores(self, sums: Sequence[int], below: int) -> Numbers:
        found: Numbers = list(map(Fraction, sums, repeat(below)))
        for n in self._scoreless:
            found[n] = None
        return found

    def _level_places(self, sums: Sequence[int]) -> Numbers:
        order = sorted(self._placed_lines, key=sums.__getitem__, reverse=True)
        return self._places_of.given(order, sums, self._parted if self._scheme.tie_breakers else None)

    def _scores(self, ratios: Ratios) -> Numbers:
        return [
            None if ratio is None or line.cells.reason is not None else Fraction(*ratio)
            for line, ratio in zip(self._lines, ratios, strict=True)
        ]

    def _places(self, found: Ratios) -> Numbers:
        order = [n for n in self._placed_lines if found[n] is not None]
        ratios = [ratio or NONE for ratio in found]
        quick = [(above << BITS) // below for above, below in ratios]
        order.sort(key=quick.__getitem__, reverse=True)

        def compared(one: int, other: int) -> int:
            (a, b), (c, d) = ratios[one], ratios[other]
            left, right = a * d, c * b
            if left == right:
                return self._parted(one, other)
            return 1 if left < right else -1

        return self._places_of.given(order, quick, compared)

    def _parted(self, one: int, other: int) -> int:
        """Which of two units with equal scores the tie-breakers put first, below 0 for the first; 0 where none does."""
        own, others = self._lines[one].cells.breakers, self._lines[other].cells.breakers
        return (own < others) - (own > others)

    def _ratios(self, weights: Weights | None) -> Ratios:
        """Every score as whole numbers above and below the line; None where no weight is left."""
        given = None if weights is None else self._ordered(weights)
        # Equal weights are one object, and asking for its identity is cheaper than comparing fractions.
        scaled: dict[int, tuple[list[int], int]] = {}
        found: Ratios = []
        for line in self._lines:
            own = given if given is not None else line.weights
            if line.bent:
                bent = self._bent(line, own)
                found.append(None if bent is None else bent.as_integer_ratio())
                continue
            if id(own) not in scaled:
                scaled[id(own)] = _whole(own)
            whole, scale = scaled[id(own)]
            found.append((sum(map(mul, whole, line.wholes)), scale * line.below))
        return found

    def _bent(self, line: _Line, weights: Sequence[Fraction]) -> Fraction | None:
        """A score that is more than weights times shares: redistributed weights, limits, plain points.

        None where all weight is to be given away and nobody is left to take it.
        """
        cells = line.cells
        away = sum((weights[n] for n in cells.given), Fraction(0))
        raised = Fraction(1)
        if away:
            kept = sum(weights, Fraction(0)) - away - sum((weights[n] for n in cells.left), Fraction(0))
            if not kept:
                return None
            raised = (kept + away) / kept
        score = sum((w * n / d for w, (n, d) in zip(weights, cells.shares, strict=True) if n), Fraction(0))
        score = score * raised + cells.points
        for number, earned, times in cells.bent:
            score += earned.at(weights[number] * raised)[0] * times
        if self._scheme.score_most is not None:
            score = min(score, self._scheme.score_most)
        if self._scheme.score_least is not None:
            score = max(score, self._scheme.score_least)
        return score

    def _scored(self, weights: Weights | None) -> Ranked:
        """Score and place of each unit by scoring the division whole."""
        scheme = self._scheme
        if weights is not None:
            indicators = tuple(replace(i, weight=weights.get(i.key, Fraction(0))) for i in scheme.indicators)
            scheme = replace(scheme, indicators=indicators, divisions=(), weightings=())
        by_unit = {standing.unit: standing for standing in score_measured(self._measures, scheme).standings}
        own = [by_unit[key] for key in self.units]
        return Ranked([standing.score for standing in own], [standing.place for standing in own])


def _common(denominators: Iterable[int]) -> int | None:
    """The denominator all of these have in common; None where it is too long to be of use."""
    common = 1
    for denominator in denominators:
        common = lcm(common, denominator)
        if common.bit_length() > LEVEL_BITS:
            return None
    return common


def _whole(weights: Sequence[Fraction]) -> tuple[list[int], int]:
    """Weights as whole numbers over one denominator, which is the weight of plain points and stands last."""
    scale = lcm(*[weight.denominator for weight in weights])
    return [*[int(weight * scale) for weight in weights], scale], scale


def is_steady(scheme: Scheme) -> bool:
    """Whether points at other weights follow from shares alone.

    They do not without a total, where points or scores are rounded on the way, and where a condition looks at points.
    """
    if not scheme.composite or {"points", "score"} & set(scheme.rounding.early):
        return False
    asked = [gate.needs for indicator in scheme.indicators for gate in indicator.gates]
    asked += [rule.when for rule in scheme.adjustments if rule.when is not None]
    if any(rule.reading is not None and _of_points(rule.reading.on) for rule in scheme.adjustments):
        return False
    shapes = [indicator.shape for indicator in scheme.indicators]
    return not any(map(_looks_at_points, asked)) and not any(map(_shape_looks, shapes))


def _of_points(on: Reading) -> bool:
    return on in (Reading.POINTS, Reading.MARK)


def _looks_at_points(requirement: Requirement) -> bool:
    if isinstance(requirement, AtLeast):
        return any(map(_looks_at_points, requirement.conditions))
    return _of_points(requirement.on)


def _shape_looks(shape: Shape) -> bool:
    if _of_points(shape.on):
        return True
    if not isinstance(shape.kind, Bands):
        return False
    return any(any(map(_looks_at_points, band.also)) or _shape_looks(band.shape) for band in shape.kind.bands)
