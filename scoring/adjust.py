"""Bonuses and deductions 加减分: how often each happened, and what it is worth up to its ceiling."""

from __future__ import annotations

from fractions import Fraction

from scoring.cohort import or_later, reached_stage, signed_cohort, total
from scoring.lookup import Lookup
from scoring.result import AdjustmentLine, Count, CountedFact, LeftOutFact
from scoring.rules import ONE, AdjustmentRule, Cohort, PerProject


def times_of(lookup: Lookup, unit: str, rule: AdjustmentRule) -> Count:
    """How often an adjustment happened to a unit: by its projects, or as entered by hand."""
    return _per_project(lookup, unit, rule.per) if rule.per else _by_hand(lookup, unit, rule)


def adjustment_line(rule: AdjustmentRule, count: Count) -> AdjustmentLine:
    """Points of one adjustment: ± min(each × times, ceiling)."""
    sign = 1 if rule.kind == "bonus" else -1
    raw = rule.each * (count.value or 0)
    points = raw if rule.ceiling is None else min(raw, rule.ceiling)
    return AdjustmentLine(rule.key, sign * raw, sign * points, count.counted, count.left_out)


def _per_project(lookup: Lookup, unit: str, per: PerProject) -> Count:
    signed, members = signed_cohort(lookup, unit, Cohort(per.min_total_yuan), "count")
    reached = reached_stage(lookup, members, or_later((per.stage,)))
    return Count(reached.value, "count", reached.counted, signed.left_out + reached.left_out)


def _by_hand(lookup: Lookup, unit: str, rule: AdjustmentRule) -> Count:
    counted: list[CountedFact] = []
    left_out: list[LeftOutFact] = []
    for entry in lookup.adjustments(unit, rule.key):
        reason = lookup.dated_reason(entry.on, verified=entry.verified)
        if reason is None:
            amount = Fraction(entry.times)
            counted.append(CountedFact("adjustment", rule.key, entry.id, entry.reason, entry.on, ONE, amount))
        else:
            left_out.append(LeftOutFact("adjustment", rule.key, entry.id, entry.reason, entry.on, reason))
    return total("count", counted, left_out)
