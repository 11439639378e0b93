"""Puts a division's numbers together: points by shape and weight, missing numbers, gates, adjustments, sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoring.adjust import adjustment_lines
from scoring.early_rates import early_points, rounded_rate, with_rounded_rates
from scoring.facts import Unit
from scoring.measure import NOT_APPLICABLE, Measured
from scoring.measures import Measures, UnitMeasures
from scoring.normalise import Clamped, clamp
from scoring.relative import counts_places
from scoring.result import AdjustmentLine, IndicatorLine
from scoring.rules import ONE, Indicator, MissingKind, MissingRule, Scheme, Ties
from scoring.shape_rules import ZERO, Worth
from scoring.shapes import Earned, earn
from scoring.sight import Field, Sight, holds
from scoring.sums import exact_sum

NOTES = {
    MissingKind.ZERO: "zero_points",
    MissingKind.LEAVE_OUT: "left_out",
    MissingKind.REDISTRIBUTE: "redistributed",
    MissingKind.FULL: "full_points",
    MissingKind.FIXED: "fixed_points",
    MissingKind.UNRANKED: "unranked",
}
"""Notes on an indicator line for the rule that stood in for a missing number."""
WEIGHT_RAISED = "weight_raised"
NOTHING_MEASURED = "nothing_measured"
DISQUALIFIED = "disqualified"
GATE = "gate"
VOID = "void"


@dataclass(frozen=True, slots=True)
class Weighed:
    """An indicator of one unit, measured, with its weight for the unit (0 if it has none)."""

    indicator: Indicator
    weight: Fraction
    measured: Measured
    clamped: Clamped | None
    rule: MissingRule | None
    """The rule for its missing number, None where there is a number."""

    def missing_by(self, *kinds: MissingKind) -> bool:
        """Whether the number is missing and one of these rules holds."""
        return self.rule is not None and self.rule.kind in kinds

    @property
    def comparable(self) -> Fraction | None:
        """What the unit is compared by on this indicator's own board; missing is 0 only by the rule `zero`.

        Where less is better a missing number is no 0, which would be best of all.
        """
        if self.missing_by(MissingKind.ZERO) and self.indicator.better == "more":
            return Fraction(0)
        return self.measured.value

    @property
    def upwards(self) -> Fraction | None:
        """The same number turned so that more is better."""
        return self._turned(self.comparable)

    @property
    def parting(self) -> tuple[Fraction, Fraction]:
        """What tie-breakers part equals by: the number itself, more is better; one that is missing comes last.

        By no rule is a missing number a 0 here, which would be before a number below 0.
        """
        value = self._turned(self.measured.value)
        return Fraction(value is not None), value or Fraction(0)

    def _turned(self, value: Fraction | None) -> Fraction | None:
        return -value if value is not None and self.indicator.better == "less" else value

    @property
    def earns(self) -> bool:
        """Whether it can give points."""
        return self.indicator.gives_points


@dataclass(frozen=True, slots=True)
class Runner:
    """A unit with everything it earned, before its place; `unranked_reason` says why it cannot have one."""

    unit: Unit
    rows: tuple[Weighed, ...]
    sights: Mapping[str, Sight]
    indicators: tuple[IndicatorLine, ...]
    adjustments: tuple[AdjustmentLine, ...]
    score: Fraction | None
    unranked_reason: str | None


def weigh(units: Sequence[UnitMeasures], measures: Measures, scheme: Scheme) -> list[Runner]:
    """Everything the units of one division earned: lines, adjustments and scores, in the given order."""
    return [
        _runner(unit, rows, sights, scheme)
        for unit, (rows, sights) in zip(units, seen(units, measures, scheme), strict=True)
    ]


def seen(
    units: Sequence[UnitMeasures], measures: Measures, scheme: Scheme
) -> list[tuple[tuple[Weighed, ...], dict[str, Sight]]]:
    """Every unit's rows, and what shapes and conditions can see of them beside the rest of the division."""
    rows = [_rows(unit, measures, scheme) for unit in units]
    fields = [_field(units, [row[i] for row in rows], scheme) for i in range(len(scheme.indicators))]
    return [(row, _sights(row, fields, n, measures, scheme)) for n, row in enumerate(rows)]


def _rows(unit: UnitMeasures, measures: Measures, scheme: Scheme) -> tuple[Weighed, ...]:
    """Weigh every indicator of one unit; what has no weight for it does not apply."""
    weights = scheme.weights(unit.unit.division, unit.unit.key, measures.as_of)
    rows = []
    for indicator in scheme.indicators:
        measured = unit.measured(indicator.key) if indicator.key in weights else NOT_APPLICABLE
        x = measured.value if indicator.gives_points else measured.rate
        clamped = clamp(x, indicator.least_rate, indicator.cap) if x is not None else None
        rule = indicator.missing.for_state(measured.state)
        rows.append(Weighed(indicator, weights.get(indicator.key, ZERO), measured, clamped, rule))
    return tuple(rows)


def _field(units: Sequence[UnitMeasures], column: Sequence[Weighed], scheme: Scheme) -> Field:
    """One indicator over the division: hors concours units have no place and set no ends."""
    inside = [unit.unit.competing for unit in units]
    numbers = [_number(row, scheme) for row, competing in zip(column, inside, strict=True) if competing]
    indicator = column[0].indicator
    return Field(
        [
            _placed_by(row, scheme) if competing else None
            for row, competing in zip(column, inside, strict=True)
        ],
        [number for number in numbers if number is not None],
        indicator.better,
        ties=indicator.ties or Ties.COMPETITION,
        board_ties=indicator.ties or (Ties.COMPETITION if counts_places(indicator) else scheme.ties),
    )


def _number(row: Weighed, scheme: Scheme) -> Fraction | None:
    """The number a shape looks at: the rate between floor and cap, rounded where so stated, or the plain quantity."""
    x = row.clamped.rate if row.clamped else row.measured.value
    return x if row.measured.rate is None else rounded_rate(x, scheme)


def _placed_by(row: Weighed, scheme: Scheme) -> Fraction | None:
    """The number rules place units by; a board without a total goes by the exact rates, as its ranking does."""
    exact = row.measured.rate is None or not scheme.composite
    return row.comparable if exact else rounded_rate(row.comparable, scheme)


def _sights(
    rows: Sequence[Weighed], fields: Sequence[Field], index: int, measures: Measures, scheme: Scheme
) -> dict[str, Sight]:
    """What can be seen of one unit; rates are rounded first only where the scheme says so."""
    return {
        row.indicator.key: Sight(
            row.indicator,
            with_rounded_rates(row.measured, scheme),
            _number(row, scheme),
            measures.schedule,
            field,
            index,
            row.weight,
        )
        for row, field in zip(rows, fields, strict=True)
    }


def _runner(
    measured: UnitMeasures, rows: tuple[Weighed, ...], sights: Mapping[str, Sight], scheme: Scheme
) -> Runner:
    """One unit's lines and score: base + Σ points + Σ adjustments; None without a total or where unranked."""
    raised = weight_factor(rows)
    lines = [_line(row, sights, raised, scheme) for row in rows]
    for line in lines:
        sights[line.key].points, sights[line.key].weight = early_points(line.points, scheme), line.weight
    lines = [_gated(row, line, sights) for row, line in zip(rows, lines, strict=True)]
    if "points" in scheme.rounding.early:
        lines = [replace(line, points=early_points(line.points, scheme)) for line in lines]
    lines = _voided(lines, measured, scheme)
    for line in lines:
        sights[line.key].points = line.points
    without = raised is None or all(line.points is None for line in lines)
    reason = unranked_reason(measured, scheme, rows, nothing=without)
    adjustments: list[AdjustmentLine] = []
    score = None
    if scheme.composite:
        earned = exact_sum([line.points for line in lines if line.points is not None])
        adjustments = adjustment_lines(scheme, measured, sights, earned + scheme.base)
        score = earned + exact_sum([line.points for line in adjustments])
    return Runner(
        measured.unit,
        rows,
        sights,
        tuple(lines),
        tuple(adjustments),
        score if reason is None else None,
        reason,
    )


def weight_factor(rows: Sequence[Weighed]) -> Fraction | None:
    """What remaining weights are multiplied by to take up the redistributed; None if none remain."""
    given = [row.weight for row in rows if row.missing_by(MissingKind.REDISTRIBUTE)]
    if not any(given):
        return ONE
    away = (MissingKind.REDISTRIBUTE, MissingKind.LEAVE_OUT)
    kept = exact_sum(row.weight for row in rows if not row.missing_by(*away))
    return (kept + exact_sum(given)) / kept if kept else None


def _line(
    row: Weighed, sights: Mapping[str, Sight], raised: Fraction | None, scheme: Scheme
) -> IndicatorLine:
    """One indicator's line: points by its shape, or what the rule for the missing number says."""
    weight = row.weight if raised is None or raised is ONE else row.weight * raised
    working: tuple[tuple[str, Fraction], ...] = ()
    if row.rule is not None:
        note: str | None = NOTES[row.rule.kind]
        weight = _weight_when_missing(row, weight)
        points = row.rule.at(weight)
    else:
        earned = earn(row.indicator.shape, sights[row.indicator.key], sights)
        points, note = earned.at(weight)
        note = note or (row.clamped.note if row.clamped else None)
        note = note or (WEIGHT_RAISED if weight is not row.weight and weight != row.weight else None)
        working = _working(earned, weight)
    return IndicatorLine(
        key=row.indicator.key,
        state=row.measured.state,
        parts=row.measured.parts,
        rate=row.measured.rate,
        capped_rate=row.clamped.rate if row.clamped and row.measured.rate is not None else None,
        weight=weight,
        points=_counted_points(row, points, scheme),
        note=note,
        place=sights[row.indicator.key].board_place,
        working=working,
    )


def _counted_points(row: Weighed, points: Fraction | None, scheme: Scheme) -> Fraction | None:
    """No points without a total, nor for a plain quantity that no shape turns into points."""
    return points if scheme.composite and row.earns else None


def _working(earned: Earned, weight: Fraction) -> tuple[tuple[str, Fraction], ...]:
    return tuple(
        (name, step.at(weight) if isinstance(step, Worth) else step) for name, step in earned.working
    )


def _gated(row: Weighed, line: IndicatorLine, sights: Mapping[str, Sight]) -> IndicatorLine:
    """The line after the first condition that is not met; a missing number is the missing rules' affair."""
    if line.points is None or row.rule is not None:
        return line
    for n, gate in enumerate(row.indicator.gates, 1):
        if not holds(gate.needs, line.key, sights):
            points = gate.otherwise.at(line.weight) if gate.times is None else gate.times * line.points
            working = (*line.working, ("before_gate", line.points), ("gate", Fraction(n)))
            return replace(
                line,
                points=points,
                note=GATE,
                gate=gate.name or None,
                working=working,
            )
    return line


def _voided(lines: Sequence[IndicatorLine], measured: UnitMeasures, scheme: Scheme) -> list[IndicatorLine]:
    """Indicators that an adjustment which happened makes worthless."""
    void = {key for rule in scheme.adjustments if measured.happened(rule.key).value for key in rule.voids}
    return [
        replace(line, points=Fraction(0), note=VOID) if line.key in void and line.points is not None else line
        for line in lines
    ]


def _weight_when_missing(row: Weighed, weight: Fraction) -> Fraction:
    """A redistributed weight is given away, a left out one stays visible as it was stated."""
    if row.missing_by(MissingKind.REDISTRIBUTE):
        return Fraction(0)
    return row.weight if row.missing_by(MissingKind.LEAVE_OUT) else weight


def unranked_reason(
    measured: UnitMeasures, scheme: Scheme, rows: Sequence[Weighed], *, nothing: bool
) -> str | None:
    """Why a unit cannot have a place, None where it can; `nothing` says that no indicator gave it points."""
    for row in rows:
        if row.missing_by(MissingKind.UNRANKED):
            return row.measured.state.value
    if any(rule.disqualifies and measured.happened(rule.key).value for rule in scheme.adjustments):
        return DISQUALIFIED
    if not scheme.composite:
        lead = next(row for row in rows if row.indicator.key == scheme.lead)
        return None if lead.comparable is not None else lead.measured.state.value
    return NOTHING_MEASURED if nothing else None
