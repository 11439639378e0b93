"""How often a bonus or deduction happened to a unit: by its projects, by a measured quantity, or by hand."""

from __future__ import annotations

from fractions import Fraction

from scoring.cohort import or_later, reached_stage, signed_cohort, total
from scoring.lookup import Lookup
from scoring.result import OUTSIDE_RANGE, Count, CountedFact, LeftOutFact
from scoring.rules import ONE, AdjustmentRule, Cohort, PerProject
from scoring.terms import term_count


def times_of(lookup: Lookup, unit: str, rule: AdjustmentRule) -> Count:
    """How often an adjustment happened to a unit: by its projects, by a measured quantity, or by hand."""
    if rule.per:
        return _per_project(lookup, unit, rule.per)
    if rule.term:
        return term_count(lookup, unit, rule.key, rule.term)
    return _by_hand(lookup, unit, rule)


def _per_project(lookup: Lookup, unit: str, per: PerProject) -> Count:
    signed, members = signed_cohort(lookup, unit, Cohort(per.min_total_yuan), "count")
    reached = reached_stage(lookup, members, or_later((per.stage,)))
    return Count(reached.value, "count", reached.counted, signed.left_out + reached.left_out)


def _by_hand(lookup: Lookup, unit: str, rule: AdjustmentRule) -> Count:
    """Entries by hand: times, or where the rule asks for a range each entry's own points."""
    counted: list[CountedFact] = []
    left_out: list[LeftOutFact] = []
    for entry in lookup.adjustments(unit, rule.key):
        reason = lookup.dated_reason(entry.on, verified=entry.verified)
        amount = Fraction(entry.times)
        if rule.each_least is not None:
            amount = entry.points if entry.points is not None else rule.each
            inside = rule.each_least <= amount <= rule.each
            reason = reason or (None if inside else OUTSIDE_RANGE)
        if reason is None:
            counted.append(CountedFact("adjustment", rule.key, entry.id, entry.reason, entry.on, ONE, amount))
        else:
            left_out.append(LeftOutFact("adjustment", rule.key, entry.id, entry.reason, entry.on, reason))
    return total("count", counted, left_out)
