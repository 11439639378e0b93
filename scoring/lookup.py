"""The facts of a race by unit: its projects with shares, returns, targets, adjustments."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from scoring.facts import Adjustment, Facts, Project, Return, Target
from scoring.result import AFTER_CUT_OFF, AWAITING_VERIFICATION, OUTSIDE_COHORT


@dataclass(frozen=True, slots=True)
class Held:
    """A project as one unit holds it: counts and amounts are taken times the share."""

    project: Project
    share: Fraction


class Lookup:
    """Facts by unit, sorted so that the order of input never matters, with the cut-off date."""

    def __init__(self, facts: Facts, as_of: date) -> None:
        self.as_of = as_of
        self.starts_on = facts.starts_on
        self.ends_on = facts.ends_on
        self._held = _held(facts)
        self._returns: dict[tuple[str, str], list[Return]] = defaultdict(list)
        for row in sorted(facts.returns, key=lambda r: (r.period_end, r.id)):
            self._returns[row.unit, row.measure].append(row)
        self._adjustments: dict[tuple[str, str], list[Adjustment]] = defaultdict(list)
        for entry in sorted(facts.adjustments, key=lambda a: (a.on, a.id)):
            self._adjustments[entry.unit, entry.key].append(entry)
        self._targets: dict[tuple[str, str, str, str], list[Target]] = defaultdict(list)
        for target in facts.targets:
            self._targets[target.unit, target.indicator, target.by, target.level].append(target)

    def held(self, unit: str) -> list[Held]:
        """Projects credited to the unit, by code."""
        return self._held.get(unit, [])

    def returns(self, unit: str, measure: str) -> list[Return]:
        """The unit's returns of one measure, by period."""
        return self._returns.get((unit, measure), [])

    def adjustments(self, unit: str, key: str) -> list[Adjustment]:
        """Hand entries for the unit under one adjustment of the scheme, by date."""
        return self._adjustments.get((unit, key), [])

    def target(self, unit: str, indicator: str, by: str, level: str) -> int | None:
        """The unit's target, None where it has none; several of the same kind add up."""
        found = self._targets.get((unit, indicator, by, level))
        return sum(target.quantity for target in found) if found else None

    def dated_reason(
        self, on: date, *, verified: bool, first: date | None = None, last: date | None = None
    ) -> str | None:
        """Why a dated fact does not count, None where it does; the bounds are the season's unless given."""
        if on > self.as_of:
            return AFTER_CUT_OFF
        if not (first or self.starts_on) <= on <= (last or self.ends_on):
            return OUTSIDE_COHORT
        return None if verified else AWAITING_VERIFICATION


def _held(facts: Facts) -> dict[str, list[Held]]:
    held: dict[str, list[Held]] = defaultdict(list)
    for project in sorted(facts.projects, key=lambda p: p.code):
        shares: dict[str, Fraction] = defaultdict(Fraction)
        for credit in project.credits:
            shares[credit.unit] += credit.share
        for unit, share in shares.items():
            held[unit].append(Held(project, share))
    return held
