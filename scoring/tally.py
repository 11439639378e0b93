"""Scores and places alone, exact and fast: for weighing the same measured numbers again and again.

A scored race keeps every intermediate number; a tally keeps for each cell only what it gives at any weight, so that
new weights cost one multiplication a cell. `score_measured` says why, a tally says who is where; they always agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cmp_to_key
from itertools import pairwise
from math import lcm
from operator import mul

from scoring.cells import ALL, NONE, Cells, plain_cells, plain_indicators, seen_cells
from scoring.measures import Measures, UnitMeasures
from scoring.race import score_measured
from scoring.rank import place_in_group
from scoring.rules import Scheme, Ties
from scoring.shape_rules import AtLeast, Bands, Reading, Requirement, Shape

BITS = 96
"""Bits behind the point of the whole numbers that decide all but the closest pairs."""
LEVEL_BITS = 512
"""A denominator that all shares of a division have in common is used up to this length."""
Weights = Mapping[str, Fraction]
Ratios = list[tuple[int, int] | None]


def tallies(measures: Measures, scheme: Scheme) -> dict[str, Tally]:
    """A tally for each division, by its key, in the order of the units."""
    divisions: dict[str, list[UnitMeasures]] = {}
    for unit in measures.units:
        divisions.setdefault(unit.unit.division, []).append(unit)
    return {key: Tally(units, measures, scheme) for key, units in divisions.items()}


@dataclass(slots=True)
class _Line:
    """One unit ready to be weighed: score = Σ weight × whole / below + points."""

    cells: Cells
    wholes: tuple[int, ...]
    below: int
    weights: tuple[Fraction, ...]
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
        self._level = self._is_level()
        """Whether one set of weights turns all shares into whole numbers that can be compared as they are."""
        self._alone = [Fraction(place) for place in range(1, len(self._lines) + 1)]

    def _is_level(self) -> bool:
        if self._scheme.score_least is not None or self._scheme.score_most is not None:
            return False
        if any(line.cells.given or line.cells.bent or line.cells.points for line in self._lines):
            return False
        return len({line.below for line in self._lines}) == 1

    def _prepared(self) -> list[_Line]:
        scheme, measures = self._scheme, self._measures
        plain = plain_indicators(scheme)
        if plain is None:
            found = seen_cells(measures.units, measures, scheme)
        else:
            found = plain_cells(measures.units, measures, scheme, plain)
        lines = []
        known: dict[tuple[tuple[str, Fraction], ...], tuple[Fraction, ...]] = {}
        shared = None if scheme.weightings else self._own_weights(measures.units[0], known)
        every = list(found)
        common = lcm(*{d for cells in every for _, d in cells.shares})
        level = common.bit_length() <= LEVEL_BITS
        for cells in every:
            below = common if level else lcm(*[d for _, d in cells.shares])
            wholes = tuple([n * (below // d) for n, d in cells.shares])
            weights = shared if shared is not None else self._own_weights(cells.unit, known)
            placed = cells.reason is None and cells.unit.unit.competing
            lines.append(_Line(cells, wholes, below, weights, placed))
        return lines

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

    def scores(self, weights: Weights | None = None) -> list[Fraction | None]:
        """Exact score of each unit, under the scheme's weights or the same ones for all; None without one."""
        if not self.steady:
            return [score for score, _ in self._scored(weights)]
        return self._scores(self._ratios(weights))

    def places(self, weights: Weights | None = None) -> list[Fraction | None]:
        """Place of each unit by the scheme's ties and tie-breakers; None where it has none."""
        if not self.steady:
            return [place for _, place in self._scored(weights)]
        if self._level and weights is not None:
            return self._level_places(self._ordered(weights))
        return self._places(self._ratios(weights))

    def ranking(self, weights: Weights | None = None) -> list[tuple[Fraction | None, Fraction | None]]:
        """Score and place of each unit at once."""
        if not self.steady:
            return self._scored(weights)
        ratios = self._ratios(weights)
        return list(zip(self._scores(ratios), self._places(ratios), strict=True))

    def _scores(self, ratios: Ratios) -> list[Fraction | None]:
        return [
            None if ratio is None or line.cells.reason is not None else Fraction(*ratio)
            for line, ratio in zip(self._lines, ratios, strict=True)
        ]

    def _level_places(self, weights: tuple[Fraction, ...]) -> list[Fraction | None]:
        """Places by whole scores over one denominator, which need no division to be compared."""
        scale = lcm(*[weight.denominator for weight in weights])
        whole = [int(weight * scale) for weight in weights]
        scores = [sum(map(mul, whole, line.wholes)) for line in self._lines]
        order = sorted(self._placed_lines, key=scores.__getitem__, reverse=True)
        return self._placed(order, scores, None)

    def _places(self, found: Ratios) -> list[Fraction | None]:
        order = [n for n in self._placed_lines if found[n] is not None]
        ratios = [ratio or NONE for ratio in found]
        quick = [(above << BITS) // below for above, below in ratios]
        order.sort(key=quick.__getitem__, reverse=True)
        return self._placed(order, quick, ratios)

    def _placed(
        self, order: list[int], quick: list[int], ratios: list[tuple[int, int]] | None
    ) -> list[Fraction | None]:
        """Places in order; units closer than a hair are compared exactly (None: they are equal), then by tie-breakers."""
        ties = self._scheme.ties
        found: list[Fraction | None] = [None] * len(self._lines)
        keys = [quick[n] for n in order]
        edges = [n for n, (above, key) in enumerate(pairwise(keys), 1) if above != key]
        number = 0
        for start, stop in pairwise([0, *edges, len(order)] if order else []):
            if stop - start == 1:
                found[order[start]] = self._alone[number if ties is Ties.DENSE else start]
                number += 1
                continue
            before = start
            for group in self._settled(order[start:stop], ratios):
                for offset, n in enumerate(group):
                    found[n] = place_in_group(ties, before, len(group), number, offset)
                before += len(group)
                number += 1
        return found

    def _settled(self, close: list[int], ratios: list[tuple[int, int]] | None) -> list[list[int]]:
        """Groups of exact equals among units that look alike."""

        def compared(one: int, other: int) -> int:
            (a, b), (c, d) = (ratios[one], ratios[other]) if ratios else (ALL, ALL)
            left, right = a * d, c * b
            if left == right:
                return _order(self._lines[other].cells.breakers, self._lines[one].cells.breakers)
            return 1 if left < right else -1

        groups: list[list[int]] = []
        for n in sorted(close, key=cmp_to_key(compared)):
            if groups and compared(groups[-1][0], n) == 0:
                groups[-1].append(n)
            else:
                groups.append([n])
        return groups

    def _ratios(self, weights: Weights | None) -> Ratios:
        """Every score as whole numbers above and below the line; None where no weight is left."""
        given = None if weights is None else self._ordered(weights)
        # Equal weights are one object, and asking for its identity is cheaper than comparing fractions.
        scaled: dict[int, tuple[list[int], int]] = {}
        limits = self._scheme.score_least is not None or self._scheme.score_most is not None
        found: Ratios = []
        for line in self._lines:
            own = given if given is not None else line.weights
            cells = line.cells
            if id(own) not in scaled:
                scale = lcm(*[weight.denominator for weight in own])
                scaled[id(own)] = [int(weight * scale) for weight in own], scale
            whole, scale = scaled[id(own)]
            if cells.given or cells.bent or cells.points or limits:
                bent = self._bent(line, own)
                found.append(None if bent is None else bent.as_integer_ratio())
            else:
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

    def _scored(self, weights: Weights | None) -> list[tuple[Fraction | None, Fraction | None]]:
        """Score and place of each unit by scoring the division whole."""
        scheme = self._scheme
        if weights is not None:
            indicators = tuple(replace(i, weight=weights.get(i.key, Fraction(0))) for i in scheme.indicators)
            scheme = replace(scheme, indicators=indicators, divisions=(), weightings=())
        by_unit = {s.unit: (s.score, s.place) for s in score_measured(self._measures, scheme).standings}
        return [by_unit[key] for key in self.units]


def _order(one: tuple[Fraction, ...], other: tuple[Fraction, ...]) -> int:
    return (one > other) - (one < other)


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
