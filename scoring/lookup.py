"""The facts of a race by unit: its projects with shares, returns, targets, adjustments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from scoring.facts import Adjustment, Facts, Project, Return, Sample, StageEvent, Target
from scoring.result import AFTER_CUT_OFF, AWAITING_VERIFICATION, CREDIT_ENDED, OUTSIDE_COHORT, Count
from scoring.rules import Cohort
from scoring.schedule import due_share
from scoring.sums import whole_if_it_is


class Held(NamedTuple):
    """A project as one unit holds it: counts and amounts are taken times the share."""

    project: Project
    share: Fraction | int
    """A whole number where it is one, as with most projects: they have one holder."""
    since: date | None = None
    until: date | None = None

    def reason(self, on: date) -> str | None:
        """Why the credit does not cover a day, None where it does."""
        if self.since is None and self.until is None:
            return None
        inside = (self.since or on) <= on <= (self.until or on)
        return None if inside else CREDIT_ENDED


class Member(NamedTuple):
    """A project in a cohort with the contract that brought it in."""

    held: Held
    signed: StageEvent


class Lookup:
    """Facts by unit, sorted so that the order of input never matters, with the cut-off date."""

    def __init__(
        self,
        facts: Facts,
        as_of: date,
        curve: tuple[tuple[date, Fraction], ...] = (),
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.as_of = as_of
        self.starts_on = facts.starts_on
        self.ends_on = facts.ends_on
        self.curve = curve
        self.cohorts: dict[tuple[str, Cohort, str], tuple[Count, list[Member]]] = {}
        """Contracts of a unit by cohort and by what they are counted, as `signed_cohort` found them."""
        self._names = names or {}
        self._bundles = {member: unit.key for unit in facts.units for member in unit.members}
        self._held = _held(facts, self._bundles)
        self._returns: dict[tuple[str, str], list[Return]] = defaultdict(list)
        for row in sorted(facts.returns, key=lambda r: (r.period_end, r.id)):
            self._returns[self._bundle(row.unit), row.measure].append(row)
        self._adjustments: dict[tuple[str, str], list[Adjustment]] = defaultdict(list)
        for entry in sorted(facts.adjustments, key=lambda a: (a.on, a.id)):
            self._adjustments[self._bundle(entry.unit), entry.key].append(entry)
        self._targets: dict[tuple[str, str, str, str], list[Target]] = defaultdict(list)
        for target in facts.targets:
            key = self._bundle(target.unit), target.indicator, target.by, target.level
            self._targets[key].append(target)
        self._samples: dict[tuple[str, str], list[Sample]] = defaultdict(list)
        for sample in facts.samples:
            self._samples[self._bundle(sample.unit), sample.indicator].append(sample)

    def _bundle(self, unit: str) -> str:
        return self._bundles.get(unit, unit)

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

    def name_of(self, indicator: str) -> str:
        """Name of an indicator, for the target that carries its key."""
        return self._names.get(indicator, indicator)

    def sampled(self, unit: str, indicator: str) -> Fraction | None:
        """Verified / claimed over the unit's samples; None where nothing was sampled."""
        found = self._samples.get((unit, indicator), [])
        claimed = sum(sample.claimed for sample in found)
        return Fraction(sum(sample.verified for sample in found), claimed) if claimed else None

    @property
    def due(self) -> Fraction:
        """Share of a yearly target due by the cut-off: linear by months, or by the scheme's curve."""
        return due_share(self.starts_on, self.ends_on, self.as_of, self.curve)

    def window(self, name: str) -> tuple[date, date]:
        """First and last day of the season, or of the quarter or month of the cut-off."""
        if name == "ever":
            return date.min, date.max
        if name == "season":
            return self.starts_on, self.ends_on
        month = self.as_of.month if name == "month" else (self.as_of.month - 1) // 3 * 3 + 1
        return self.as_of.replace(month=month, day=1), self.as_of

    def dated_reason(
        self, on: date, *, verified: bool, first: date | None = None, last: date | None = None
    ) -> str | None:
        """Why a dated fact does not count, None where it does; the bounds are the season's unless given."""
        if on > self.as_of:
            return AFTER_CUT_OFF
        if not (first or self.starts_on) <= on <= (last or self.ends_on):
            return OUTSIDE_COHORT
        return None if verified else AWAITING_VERIFICATION


def _held(facts: Facts, bundles: dict[str, str]) -> dict[str, list[Held]]:
    held: dict[str, list[Held]] = defaultdict(list)
    for project in sorted(facts.projects, key=lambda p: p.code):
        shares: dict[tuple[str, date | None, date | None], Fraction] = {}
        for credit in project.credits:
            key = bundles.get(credit.unit, credit.unit), credit.since, credit.until
            shares[key] = shares[key] + credit.share if key in shares else credit.share
        for (unit, since, until), share in shares.items():
            held[unit].append(Held(project, whole_if_it_is(share), since, until))
    return held
