"""A division's scores as sums of weight × mark, so that weights can be changed ten thousand times over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

from scoring.bent_units import bent_units
from scoring.measures import Measures
from scoring.race import score_measured
from scoring.result import IndicatorLine, RaceResult, Standing
from scoring.rules import MissingKind, MissingRules, Scheme, Ties
from scoring.shape_rules import MinMax, Proportional, Shape

ZERO = Fraction(0)
Weights = dict[str, Fraction]
REDISTRIBUTED = "redistributed"
LEFT_OUT = "left_out"
NUDGE = Fraction(1001, 1000)
"""Weights are multiplied by this to see how much of a line's points depends on its weight."""


class Role(Enum):
    """What becomes of one indicator's weight for one unit."""

    COUNTS = "counts"
    GIVEN = "given"
    """Missing, its weight goes to those that count."""
    LOST = "lost"
    """Missing, left out."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Weights stated for a unit, and what becomes of each; most divisions have one pattern for all."""

    weights: tuple[Fraction, ...]
    roles: tuple[Role, ...]

    @property
    def total(self) -> Fraction:
        """Sum of the stated weights."""
        return sum(self.weights, ZERO)

    @property
    def straight(self) -> bool:
        """Whether no weight is given away, so that scores are straight lines in the weights."""
        return Role.GIVEN not in self.roles

    def in_force(self, weights: Sequence[Fraction]) -> list[Fraction]:
        """Any weights after redistribution: those that count × (kept + given) / kept; nothing where none is kept."""
        if self.straight:
            return list(weights)
        by_role = {
            role: sum((w for w, r in zip(weights, self.roles, strict=True) if r is role), ZERO)
            for role in Role
        }
        kept = by_role[Role.COUNTS]
        raised = (kept + by_role[Role.GIVEN]) / kept if kept else ZERO
        factors = {Role.COUNTS: raised, Role.GIVEN: ZERO, Role.LOST: Fraction(1)}
        return [w * factors[role] for w, role in zip(weights, self.roles, strict=True)]


@dataclass(frozen=True, slots=True)
class Row:
    """A placed unit: score = Σ weight in force × mark, exactly, at the official weights."""

    unit: str
    place: Fraction
    score: Fraction
    pattern: Pattern
    marks: tuple[Fraction, ...]
    """Points / weight of each indicator, and in each of them the points that depend on no weight / total weight."""
    bends: bool = False
    """Whether some other weights give another score than this sum, by a limit, by rounding or by a rule on points."""

    @property
    def corners(self) -> list[Fraction]:
        """Scores with the whole weight on one indicator, over those that can have any."""
        pairs = zip(self.marks, self.pattern.roles, strict=True)
        return [mark * self.pattern.total for mark, role in pairs if role is not Role.GIVEN]

    def score_at(self, weights: Sequence[Fraction]) -> Fraction:
        """Score at other stated weights with the same total."""
        in_force = self.pattern.in_force(weights)
        return sum((w * mark for w, mark in zip(in_force, self.marks, strict=True)), ZERO)


@dataclass(frozen=True, slots=True)
class DivisionModel:
    """The placed units of one division in the board's order, over the indicators that have a weight there."""

    division: str
    indicators: tuple[str, ...]
    rows: tuple[Row, ...]
    ties: Ties

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """Every pattern that occurs, each once."""
        return tuple(dict.fromkeys(row.pattern for row in self.rows))

    @property
    def bends(self) -> bool:
        """Whether the sums are somebody's score near the official weights only."""
        return any(row.bends for row in self.rows)


def division_models(measures: Measures, scheme: Scheme, result: RaceResult) -> list[DivisionModel]:
    """One model for each division with placed units and weights; none without a total.

    Marks, adjustments and limits are taken as they are at the official weights; rows bend where changing the
    weights would change them too.
    """
    if not scheme.composite:
        return []
    fixed = _fixed_points(measures, scheme, result)
    bent = bent_units(measures, scheme, result)
    found = []
    for division in dict.fromkeys(standing.division for standing in result.standings):
        placed = [s for s in result.standings if s.division == division and s.place is not None]
        stated = {s.unit: scheme.weights(division, s.unit, result.as_of) for s in placed}
        keys = tuple(i.key for i in scheme.indicators if any(w.get(i.key, 0) > 0 for w in stated.values()))
        known: dict[Pattern, Pattern] = {}
        rows = [_row(s, stated[s.unit], keys, fixed, known) for s in placed]
        rows = [replace(row, bends=row.unit in bent or not _within(row, scheme)) for row in rows]
        if keys and all(row.pattern.total > 0 for row in rows):
            found.append(DivisionModel(division, keys, tuple(rows), scheme.ties))
    return found


def _row(
    standing: Standing,
    stated: Mapping[str, Fraction],
    keys: Sequence[str],
    fixed: Mapping[tuple[str, str], Fraction],
    known: dict[Pattern, Pattern],
) -> Row:
    """Marks of one unit; whatever else is in its score is spread over all indicators alike."""
    lines = {line.key: line for line in standing.indicators}
    used = [lines[key] for key in keys]
    pattern = Pattern(
        tuple(stated.get(key, ZERO) for key in keys),
        tuple(_role(line, stated.get(line.key, ZERO)) for line in used),
    )
    pattern = known.setdefault(pattern, pattern)
    marks = [_mark(line, fixed.get((standing.unit, line.key), ZERO)) for line in used]
    score = standing.score if standing.score is not None else ZERO
    weighed = sum((line.weight * mark for line, mark in zip(used, marks, strict=True)), ZERO)
    rest = (score - weighed) / pattern.total if pattern.total else ZERO
    place = standing.place if standing.place is not None else ZERO
    return Row(standing.unit, place, score, pattern, tuple(mark + rest for mark in marks))


def _within(row: Row, scheme: Scheme) -> bool:
    """Whether no weights take the score to a limit of its own: it does not pass any where it is farthest out."""
    least, most = scheme.score_least, scheme.score_most
    return (most is None or max(row.corners) <= most) and (least is None or min(row.corners) >= least)


def _role(line: IndicatorLine, stated: Fraction) -> Role:
    if line.note == REDISTRIBUTED or stated <= 0:
        return Role.GIVEN
    return Role.LOST if line.note == LEFT_OUT else Role.COUNTS


def _mark(line: IndicatorLine, fixed: Fraction) -> Fraction:
    return (line.points - fixed) / line.weight if line.points is not None and line.weight else ZERO


def _fixed_points(measures: Measures, scheme: Scheme, result: RaceResult) -> dict[tuple[str, str], Fraction]:
    """Points of each unit's indicator that do not grow with its weight; looked for only where there may be any."""
    suspects = {i.key for i in scheme.indicators if not _plain(i.shape) or i.gates or _fixes(i.missing)}
    if not suspects or "points" in scheme.rounding.early:
        return {}
    nudged = reweighted(scheme, lambda weights: {key: weight * NUDGE for key, weight in weights.items()})
    after = {
        (standing.unit, line.key): line.points
        for standing in score_measured(measures, nudged).standings
        for line in standing.indicators
    }
    found = {}
    for standing in result.standings:
        for line in standing.indicators:
            then = after[standing.unit, line.key]
            if line.key in suspects and line.points is not None and then is not None:
                found[standing.unit, line.key] = line.points - (then - line.points) / (NUDGE - 1)
    return found


def _plain(shape: Shape) -> bool:
    """Whether points are weight × something, with no plain points in it."""
    kind = shape.kind
    straight = isinstance(kind, Proportional) or (isinstance(kind, MinMax) and not kind.when_equal.points)
    return straight and shape.least is None and shape.most is None


def _fixes(missing: MissingRules) -> bool:
    rules = (missing.not_reported, missing.no_denominator, missing.not_applicable, missing.under_verification)
    return any(rule.kind is MissingKind.FIXED for rule in rules)


def reweighted(scheme: Scheme, change: Callable[[Weights], Weights]) -> Scheme:
    """The same scheme with every set of weights in it, whomever it is for, put through a change."""
    whole = change({indicator.key: indicator.weight for indicator in scheme.indicators})
    return replace(
        scheme,
        indicators=tuple(replace(i, weight=whole[i.key]) for i in scheme.indicators),
        divisions=tuple(
            replace(rules, weights=tuple(change(dict(rules.weights)).items())) for rules in scheme.divisions
        ),
        weightings=tuple(
            replace(one, weights=tuple(change(dict(one.weights)).items())) for one in scheme.weightings
        ),
    )


def times(factors: Mapping[str, Fraction]) -> Callable[[Weights], Weights]:
    """The change that multiplies weights by factors and brings each set back to its total.

    A set that would be left without any weight stays as it is.
    """

    def change(weights: Weights) -> Weights:
        raw = {key: weight * factors.get(key, 1) for key, weight in weights.items()}
        total = sum(raw.values(), ZERO)
        if not total:
            return weights
        whole = sum(weights.values(), ZERO)
        return {key: weight * whole / total for key, weight in raw.items()}

    return change
