"""How sure a place is when weights vary: shares of draws per place, and ranking without an indicator.

Every number here is exact for its seed and stands beside the published ones; none of them enters a published number.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from operator import sub

from scoring.measures import Measures
from scoring.place_counts import ARRAYS, Group, count_places, whole_marks
from scoring.race import score_measured
from scoring.result import RaceResult
from scoring.rules import Scheme, Ties
from scoring.weight_draws import Drawn, any_weights, in_force, varied
from scoring.weight_model import DivisionModel, Pattern, Row, reweighted, times

ZERO, ONE = Fraction(0), Fraction(1)
DRAWS = 10_000
COVERAGE = Fraction(9, 10)
PROBES = 3
"""How many draws are scored again in full to see whether the division's model holds."""
HARDLY_ANY = Fraction(1, 1 << 23)
"""What stands for no weight at all, at which an indicator would not count."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The places of one unit over many draws of weights."""

    unit: str
    official: Fraction
    draws: int
    behind: array[int]
    """In how many draws at most so many units were ahead."""
    shift: Fraction
    """Place - units ahead, by the scheme's ties."""

    @property
    def ahead(self) -> list[int]:
        """In how many draws exactly so many units were ahead."""
        return list(map(sub, self.behind, [0, *self.behind[:-1]]))

    @property
    def shares(self) -> dict[Fraction, Fraction]:
        """Share of the draws for each place that occurred, best place first; they sum to 1."""
        return {
            number + self.shift: Fraction(often, self.draws)
            for number, often in enumerate(self.ahead)
            if often
        }

    def interval(self, coverage: Fraction = COVERAGE) -> tuple[Fraction, Fraction]:
        """From the place reached in more than (1 - coverage) / 2 of the draws to the one exceeded in no more."""
        covered, whole = coverage.as_integer_ratio()
        outside = (whole - covered) * self.draws // (2 * whole)
        best = bisect_right(self.behind, outside)
        worst = bisect_left(self.behind, self.draws - outside)
        return best + self.shift, worst + self.shift

    def among_first(self, places: int) -> Fraction:
        """Share of the draws with this place or a better one."""
        return sum((share for place, share in self.shares.items() if place <= places), ZERO)


@dataclass(frozen=True, slots=True)
class WithoutIndicator:
    """The ranking of a division with one indicator left out and its weight spread over the others."""

    indicator: str
    places: dict[str, Fraction]
    mean_shift: Fraction
    """R_S = Σ |place - official place| / number of units."""


def under_any_weights(
    model: DivisionModel, seed: str, draws: int = DRAWS, *, arrays: bool = ARRAYS
) -> list[Spread]:
    """Places of every unit over weights drawn evenly from all that sum to the full mark.

    Raises ValueError without draws or for a division that is too large.
    """
    drawn = any_weights(len(model.indicators), _checked(draws), _seed(model, seed))
    return _spreads(model, drawn, factors=False, arrays=arrays)


def under_varied_weights(
    model: DivisionModel, percent: Fraction, seed: str, draws: int = DRAWS, *, arrays: bool = ARRAYS
) -> list[Spread]:
    """Places of every unit over weights times 1 ± x %, each drawn evenly by itself, brought back to their sum.

    Raises ValueError for x below 0 or above 100, without draws, or for a division that is too large.
    """
    if not 0 <= percent <= 100:
        raise ValueError("权重变动幅度应在 0 到 100（%）之间")
    if percent == 0:
        return [_as_it_is(row, len(model.rows), _checked(draws)) for row in model.rows]
    drawn = varied(len(model.indicators), _checked(draws), _seed(model, seed), percent)
    return _spreads(model, drawn, factors=True, arrays=arrays)


def _checked(draws: int) -> int:
    if draws < 1:
        raise ValueError("抽样次数应不小于 1")
    return draws


def _seed(model: DivisionModel, seed: str) -> str:
    return f"{seed}/{model.division}"


def _as_it_is(row: Row, units: int, draws: int) -> Spread:
    first = int(row.place) - 1
    behind = array("i", [0] * first + [draws] * (units - first))
    return Spread(row.unit, row.place, draws, behind, 1 + row.place - int(row.place))


@dataclass(frozen=True, slots=True)
class _Class:
    """Units whose scores are equal whatever the weights, and who share their official place."""

    rows: tuple[Row, ...]

    @property
    def first(self) -> Row:
        return self.rows[0]


def _classes(model: DivisionModel) -> list[_Class]:
    """In the board's order; units that tie-breakers or the sequence part are classes of their own."""
    found = []
    for _, group in groupby(model.rows, key=lambda row: row.place):
        rows = list(group)
        if len(rows) == 1:
            found.append(_Class((rows[0],)))
            continue
        equal: dict[tuple[Pattern, tuple[Fraction, ...]], list[Row]] = {}
        for row in rows:
            equal.setdefault((row.pattern, row.marks), []).append(row)
        found += [_Class(tuple(rows)) for rows in equal.values()]
    return found


def _spreads(model: DivisionModel, drawn: Drawn, *, factors: bool, arrays: bool) -> list[Spread]:
    classes = _classes(model)
    totals = {pattern: pattern.total for pattern in model.patterns}
    largest = max(totals.values())
    even = len(set(totals.values())) == 1
    marks = whole_marks([one.first.marks if even else _scaled(one.first, largest) for one in classes])
    groups = []
    for pattern in totals:
        numbers = [n for n, one in enumerate(classes) if one.first.pattern == pattern]
        own = in_force(pattern, drawn, factors=factors)
        groups.append(Group(tuple(numbers), tuple(marks[n] for n in numbers), own))
    # Where equal scores count as one place, equal units are counted as one.
    sizes = [1 if model.ties is Ties.DENSE else len(one.rows) for one in classes]
    counts = count_places(groups, sizes, arrays=arrays)
    found = [
        Spread(row.unit, row.place, len(drawn), behind, _shift(model.ties, len(one.rows)))
        for one, behind in zip(classes, counts, strict=True)
        for row in one.rows
    ]
    order = {row.unit: n for n, row in enumerate(model.rows)}
    return sorted(found, key=lambda spread: order[spread.unit])


def _scaled(row: Row, largest: Fraction) -> tuple[Fraction, ...]:
    """Marks as if all units had the same total of weights."""
    factor = row.pattern.total / largest
    return tuple(mark * factor for mark in row.marks)


def _shift(ties: Ties, equal: int) -> Fraction:
    """What is added to the number of units ahead, where so many are equal."""
    if ties is Ties.MODIFIED:
        return Fraction(equal)
    return Fraction(equal + 1, 2) if ties is Ties.FRACTIONAL else ONE


def model_holds(
    model: DivisionModel, measures: Measures, scheme: Scheme, percent: Fraction, seed: str
) -> bool:
    """Whether weights within ± x % give every unit the score the model gives it.

    They do wherever no unit's points bend; otherwise each weight's two ends and a few draws are scored in full.
    """
    if not model.bends:
        return True
    for factors in [*_ends(len(model.indicators), percent), *_probes(model, percent, seed)]:
        change = times(dict(zip(model.indicators, factors, strict=True)))
        scores = {s.unit: s.score for s in score_measured(measures, reweighted(scheme, change)).standings}
        for row in model.rows:
            own = change(dict(zip(model.indicators, row.pattern.weights, strict=True)))
            if row.score_at([own[key] for key in model.indicators]) != scores[row.unit]:
                return False
    return True


def _probes(model: DivisionModel, percent: Fraction, seed: str) -> Iterator[tuple[Fraction, ...]]:
    for factors in varied(len(model.indicators), PROBES, _seed(model, seed), percent):
        yield tuple(map(Fraction, factors))


def _ends(indicators: int, percent: Fraction) -> Iterator[tuple[Fraction, ...]]:
    """Factors that make each weight in turn as large and as small as it gets beside the others."""
    low, high = max(1 - percent / 100, HARDLY_ANY), 1 + percent / 100
    for chosen in range(indicators):
        yield tuple(high if n == chosen else low for n in range(indicators))
        yield tuple(low if n == chosen else high for n in range(indicators))


def without_each_indicator(
    measures: Measures, scheme: Scheme, result: RaceResult, division: str
) -> list[WithoutIndicator]:
    """Rank a division once without each of its indicators, the others' weights raised to the same sum.

    Scored in full, so that every rule of the scheme holds; an indicator that is alone has no such ranking.
    """
    official = {s.unit: s.place for s in result.standings if s.division == division and s.place is not None}
    found = []
    for indicator in scheme.indicators:
        stated = [scheme.weights(division, unit, result.as_of) for unit in official]
        used = any(weights.get(indicator.key) for weights in stated)
        alone = any(not any(w for key, w in weights.items() if key != indicator.key) for weights in stated)
        if not used or alone or not scheme.composite:
            continue
        other = score_measured(measures, reweighted(scheme, times({indicator.key: ZERO})))
        places = {s.unit: s.place for s in other.standings if s.unit in official and s.place is not None}
        shifts = [abs(place - (official[unit] or ZERO)) for unit, place in places.items()]
        mean = sum(shifts, ZERO) / len(shifts) if shifts else ZERO
        found.append(WithoutIndicator(indicator.key, places, mean))
    return found
