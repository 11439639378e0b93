"""Puts one unit's numbers together: points by weight, missing numbers, bonuses and deductions, the sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.adjust import adjustment_line
from scoring.measure import Measured
from scoring.measures import UnitMeasures
from scoring.normalise import clamp
from scoring.result import AdjustmentLine, IndicatorLine
from scoring.rules import ONE, Indicator, MissingKind, MissingRule, ReturnQuantity, Scheme

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


@dataclass(frozen=True, slots=True)
class Weighed:
    """An indicator of one unit, measured, with its weight in the unit's division (0 if it has none)."""

    indicator: Indicator
    weight: Fraction
    measured: Measured

    @property
    def rule(self) -> MissingRule | None:
        """The rule for its missing number, None where there is a number."""
        return self.indicator.missing.for_state(self.measured.state)

    def missing_by(self, *kinds: MissingKind) -> bool:
        """Whether the number is missing and one of these rules holds."""
        return self.rule is not None and self.rule.kind in kinds


@dataclass(frozen=True, slots=True)
class Assembled:
    """Everything one unit earned, before places; `unranked_reason` says why it cannot be placed."""

    indicators: tuple[IndicatorLine, ...]
    adjustments: tuple[AdjustmentLine, ...]
    score: Fraction | None
    unranked_reason: str | None


def assemble(measured: UnitMeasures, scheme: Scheme, rows: Sequence[Weighed]) -> Assembled:
    """One unit's lines and score: Σ points + Σ adjustments; None without a total or where unranked."""
    raised = _weight_factor(rows)
    lines = tuple(_line(row, raised, composite=scheme.composite) for row in rows)
    adjustments = tuple(adjustment_line(rule, measured.happened(rule.key)) for rule in scheme.adjustments)
    reason = _unranked_reason(scheme, rows, lines, raised)
    score = None
    if scheme.composite and reason is None:
        earned = [line.points for line in lines if line.points is not None]
        score = sum(earned, Fraction(0)) + sum((line.points for line in adjustments), Fraction(0))
    return Assembled(lines, adjustments, score, reason)


def _weight_factor(rows: Sequence[Weighed]) -> Fraction | None:
    """What remaining weights are multiplied by to take up the redistributed; None if none remain."""
    given = sum((r.weight for r in rows if r.missing_by(MissingKind.REDISTRIBUTE)), Fraction(0))
    away = (MissingKind.REDISTRIBUTE, MissingKind.LEAVE_OUT)
    kept = sum((r.weight for r in rows if not r.missing_by(*away)), Fraction(0))
    if not given:
        return ONE
    return (kept + given) / kept if kept else None


def _line(row: Weighed, raised: Fraction | None, *, composite: bool) -> IndicatorLine:
    """One indicator's line: points = weight × clamp(rate), or what the rule for the missing number says."""
    rate = row.measured.rate
    clamped = clamp(rate, row.indicator.floor, row.indicator.cap) if rate is not None else None
    weight = row.weight * (raised if raised is not None else ONE)
    note = (clamped.note or (WEIGHT_RAISED if weight != row.weight else None)) if clamped else None
    points = weight * clamped.rate if clamped else None
    if row.rule is not None:
        note = NOTES[row.rule.kind]
        weight = _weight_when_missing(row, weight)
        points = _points_when_missing(row.rule, weight)
    if not composite or isinstance(row.indicator.measure, ReturnQuantity):
        points = None
    return IndicatorLine(
        key=row.indicator.key,
        state=row.measured.state,
        parts=row.measured.parts,
        rate=rate,
        capped_rate=clamped.rate if clamped else None,
        weight=weight,
        points=points,
        note=note,
        place=None,
    )


def _weight_when_missing(row: Weighed, weight: Fraction) -> Fraction:
    """A redistributed weight is given away, a left out one stays visible as it was stated."""
    if row.missing_by(MissingKind.REDISTRIBUTE):
        return Fraction(0)
    return row.weight if row.missing_by(MissingKind.LEAVE_OUT) else weight


def _points_when_missing(rule: MissingRule, weight: Fraction) -> Fraction | None:
    match rule.kind:
        case MissingKind.ZERO:
            return Fraction(0)
        case MissingKind.FULL:
            return weight
        case MissingKind.FIXED:
            return rule.points
        case _:
            return None


def _unranked_reason(
    scheme: Scheme, rows: Sequence[Weighed], lines: Sequence[IndicatorLine], raised: Fraction | None
) -> str | None:
    for row in rows:
        if row.missing_by(MissingKind.UNRANKED):
            return row.measured.state.value
    if not scheme.composite:
        lead = next(row for row in rows if row.indicator.key == scheme.lead)
        return None if comparable(lead) is not None else lead.measured.state.value
    nothing = raised is None or all(line.points is None for line in lines)
    return NOTHING_MEASURED if nothing else None


def comparable(row: Weighed) -> Fraction | None:
    """What the unit is compared by on this indicator's own board; missing is 0 only by the rule `zero`."""
    if row.missing_by(MissingKind.ZERO):
        return Fraction(0)
    return row.measured.value
