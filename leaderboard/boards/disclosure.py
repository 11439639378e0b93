"""What may leave the house: of everything known, the facts an edition is scored from and hands out for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction

from scoring.facts import SIGNED, Credit, Facts, Project, Return, StageEvent

AWAITING = "awaiting"
"""Id of a placeholder: it says that something awaits verification, and nothing else about it."""


def disclosed(facts: Facts, as_of: date) -> Facts:
    """The facts without anything unverified and without projects still in talks.

    A package is public and cannot be taken back, so what an office may yet refuse must not be in it: no accusation
    awaiting its check, no amount, no lead. Where a unit has nothing verified but something waiting, one placeholder
    keeps the state "under verification" 待认定 without telling what, when or how much.
    """
    return replace(
        facts,
        projects=(*_settled(facts), *_waiting_signings(facts, as_of)),
        returns=(*(row for row in facts.returns if row.verified), *_waiting_returns(facts)),
        adjustments=tuple(entry for entry in facts.adjustments if entry.verified),
    )


def _settled(facts: Facts) -> Iterator[Project]:
    for project in facts.projects:
        events = tuple(event for event in project.events if event.verified)
        arrivals = tuple(arrival for arrival in project.arrivals if arrival.verified)
        if arrivals or any(event.stage == SIGNED for event in events):
            yield replace(project, events=events, arrivals=arrivals)


def _waiting_signings(facts: Facts, as_of: date) -> Iterator[Project]:
    waiting, settled = set(), set()
    for project in facts.projects:
        signings = [e for e in project.events if e.stage == SIGNED and facts.starts_on <= e.on <= as_of]
        holders = {credit.unit for credit in project.credits}
        if any(event.verified for event in signings):
            settled |= holders
        elif signings:
            waiting |= holders
    for unit in sorted(waiting - settled):
        event = StageEvent(AWAITING, SIGNED, facts.starts_on, verified=False)
        yield Project(f"{AWAITING}-{unit}", "", (Credit(unit, Fraction(1)),), (event,))


def _waiting_returns(facts: Facts) -> Iterator[Return]:
    settled = {(row.unit, row.measure) for row in facts.returns if row.verified}
    waiting = {(row.unit, row.measure) for row in facts.returns if not row.verified}
    for unit, measure in sorted(waiting - settled):
        yield Return(AWAITING, unit, measure, facts.starts_on, 0, verified=False)
