"""What may leave the house: of everything known, the facts an edition is scored from and hands out for ever."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction

from scoring.facts import SIGNED, Credit, Facts, Project, Return, StageEvent
from scoring.needs import kinds_looked_at, stages_looked_at
from scoring.rules import Scheme

AWAITING = "awaiting"
"""Id of a placeholder: it says that something awaits verification, and nothing else about it."""


def disclosed(facts: Facts, as_of: date, scheme: Scheme) -> Facts:
    """The facts without anything unverified, and without what the scheme does not ask for.

    A package is public and cannot be taken back, so what an office may yet refuse must not be in it: no accusation
    awaiting its check, no amount, no lead. Projects still in talks 洽谈 are there only where the scheme counts them,
    by code, days and credits alone. Where a unit has nothing verified but something waiting, one placeholder keeps
    the state "under verification" 待认定 without telling what, when or how much.
    """
    return replace(
        facts,
        projects=(*_settled(facts, as_of, scheme), *_waiting_projects(facts, as_of, scheme)),
        returns=(*(row for row in facts.returns if row.verified), *_waiting_returns(facts)),
        adjustments=tuple(entry for entry in facts.adjustments if entry.verified),
    )


def occurred_by(facts: Facts, as_of: date) -> Facts:
    """The facts without anything that occurred after a day, verified or not: all that concerns a board of that day."""
    return replace(
        facts,
        projects=tuple(_until(project, as_of) for project in facts.projects),
        returns=tuple(row for row in facts.returns if row.period_end <= as_of),
        adjustments=tuple(entry for entry in facts.adjustments if entry.on <= as_of),
    )


def _until(project: Project, as_of: date) -> Project:
    events = tuple(event for event in project.events if event.on <= as_of)
    arrivals = tuple(arrival for arrival in project.arrivals if arrival.on <= as_of)
    is_all = (events, arrivals) == (project.events, project.arrivals)
    return project if is_all else replace(project, events=events, arrivals=arrivals)


def _settled(facts: Facts, as_of: date, scheme: Scheme) -> Iterator[Project]:
    looked_at = {stage for stages in stages_looked_at(scheme) for stage in stages}
    kinds = kinds_looked_at(scheme)
    for project in facts.projects:
        sorts = tuple(kind for kind in project.kinds if kind in kinds)
        events = tuple([event for event in project.events if event.verified])
        arrivals = tuple([arrival for arrival in project.arrivals if arrival.verified])
        if arrivals or any(event.stage == SIGNED for event in events):
            told = (events, arrivals, sorts)
            is_all = told == (project.events, project.arrivals, project.kinds)
            yield project if is_all else replace(project, events=events, arrivals=arrivals, kinds=sorts)
            continue
        counted = tuple(
            event._replace(total_yuan=None, inward_yuan=None)
            for event in events
            if event.stage in looked_at and event.on <= as_of
        )
        if counted and project.credits:
            yield replace(project, name=project.code, events=counted, arrivals=(), kinds=sorts)


def _waiting_projects(facts: Facts, as_of: date, scheme: Scheme) -> Iterator[Project]:
    """A placeholder for each unit with nothing but waiting facts where the scheme looks for some."""
    found: dict[str, set[str]] = defaultdict(set)
    for unit in _waiting(facts, (SIGNED,), facts.starts_on, as_of):
        found[unit].add(SIGNED)
    for stages in stages_looked_at(scheme):
        for unit in _waiting(facts, stages, date.min, as_of):
            found[unit].add(stages[0])
    for unit in sorted(found):
        events = (
            StageEvent(AWAITING, stage, facts.starts_on, verified=False) for stage in sorted(found[unit])
        )
        yield Project(f"{AWAITING}-{unit}", "", (Credit(unit, Fraction(1)),), tuple(events))


def _waiting(facts: Facts, stages: tuple[str, ...], first: date, last: date) -> set[str]:
    """Units with events at the stages between two days, none of them verified."""
    waiting: set[str] = set()
    settled: set[str] = set()
    for project in facts.projects:
        events = [event for event in project.events if event.stage in stages and first <= event.on <= last]
        if events:
            is_settled = any(event.verified for event in events)
            (settled if is_settled else waiting).update(credit.unit for credit in project.credits)
    return waiting - settled


def _waiting_returns(facts: Facts) -> Iterator[Return]:
    settled = {(row.unit, row.measure) for row in facts.returns if row.verified}
    waiting = {(row.unit, row.measure) for row in facts.returns if not row.verified}
    for unit, measure in sorted(waiting - settled):
        yield Return(AWAITING, unit, measure, facts.starts_on, 0, verified=False)
