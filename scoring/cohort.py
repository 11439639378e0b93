"""Cohorts of projects: which contracts are in, which got further, and why each other one is left out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from operator import attrgetter

from scoring.facts import SIGNED, STANDARD_STAGES, Project, StageEvent
from scoring.lookup import Held, Lookup, Member
from scoring.result import (
    AFTER_CUT_OFF,
    AWAITING_VERIFICATION,
    BELOW_FLOOR,
    NO_AMOUNT,
    NOT_REACHED,
    OUTSIDE_COHORT,
    Count,
    CountedFact,
    LeftOutFact,
)
from scoring.rules import Cohort
from scoring.sums import exact_sum


def signed_cohort(lookup: Lookup, unit: str, cohort: Cohort, by: str) -> tuple[Count, list[Member]]:
    """The unit's contracts of a cohort, by count or by contracted inward yuan, each times its share.

    A project is in by its first verified signing, once; it must be signed between the cohort's first day and
    the season's last or the cut-off, whichever comes first. By amount a contract without a stated amount is
    left out. Found once, however many indicators look at it.
    """
    known = lookup.cohorts.get((unit, cohort, by))
    if known is None:
        known = lookup.cohorts[unit, cohort, by] = _signed(lookup, unit, cohort, by)
    return known


def _signed(lookup: Lookup, unit: str, cohort: Cohort, by: str) -> tuple[Count, list[Member]]:
    counted: list[CountedFact] = []
    left_out: list[LeftOutFact] = []
    members: list[Member] = []
    for held in lookup.held(unit):
        event, reason = reached(held.project, (SIGNED,), lookup.as_of)
        reason = _contract_reason(lookup, cohort, by, event, reason)
        reason = reason or (held.reason(event.on) if event else None)
        if event is None or reason is not None:
            left_out.append(left_out_project(held.project, event, reason or NOT_REACHED))
            continue
        amount = held.share * (1 if by == "count" else event.inward_yuan or 0)
        counted.append(counted_project(held, event, amount))
        members.append(Member(held, event))
    return total(by, counted, left_out), members


def reached_stage(lookup: Lookup, members: Iterable[Member], stages: tuple[str, ...]) -> Count:
    """How many members reached any of the stages by the cut-off, each times its share."""
    counted: list[CountedFact] = []
    left_out: list[LeftOutFact] = []
    for member in members:
        project = member.held.project
        event, reason = reached(project, stages, lookup.as_of)
        reason = reason or (member.held.reason(event.on) if event else None)
        if event is None or reason is not None:
            left_out.append(left_out_project(project, event, reason or NOT_REACHED))
        else:
            counted.append(counted_project(member.held, event, member.held.share))
    return total("count", counted, left_out)


def or_later(stages: Iterable[str]) -> tuple[str, ...]:
    """The stages with every later standard stage: what is built was once begun (建成项目计入开工).

    A season's own stages have no order here and imply nothing.
    """
    known = [STANDARD_STAGES.index(stage) for stage in stages if stage in STANDARD_STAGES]
    later = STANDARD_STAGES[min(known) :] if known else ()
    return (*later, *(stage for stage in stages if stage not in STANDARD_STAGES))


def reached(project: Project, stages: tuple[str, ...], as_of: date) -> tuple[StageEvent | None, str | None]:
    """The first event at any of the stages that counts by the cut-off; else the nearest one and why not."""
    first: StageEvent | None = None
    for event in project.events:
        if event.stage in stages and event.verified and event.on <= as_of:
            first = event if first is None else min(first, event, key=_BY_DAY)
    return (first, None) if first else _unreached(project, stages, as_of)


def _unreached(
    project: Project, stages: tuple[str, ...], as_of: date
) -> tuple[StageEvent | None, str | None]:
    """The nearest event at any of the stages, none of which counts yet, and why not."""
    events = [event for event in project.events if event.stage in stages]
    if not events:
        return None, NOT_REACHED
    in_time = [event for event in events if event.on <= as_of]
    reason = AWAITING_VERIFICATION if in_time else AFTER_CUT_OFF
    return min(in_time or events, key=_BY_DAY), reason


def total(by: str, counted: list[CountedFact], left_out: list[LeftOutFact]) -> Count:
    """A quantity added up from its facts."""
    return Count(exact_sum([fact.amount for fact in counted]), by, tuple(counted), tuple(left_out))


def counted_project(held: Held, event: StageEvent, amount: Fraction | int) -> CountedFact:
    """A project counted for one of its stage events."""
    project = held.project
    return CountedFact("project", project.code, event.id, project.name, event.on, held.share, amount)


def left_out_project(project: Project, event: StageEvent | None, reason: str) -> LeftOutFact:
    """A project not counted, with the stage event that was looked at, if there was one."""
    fact, on = (event.id, event.on) if event else ("", None)
    return LeftOutFact("project", project.code, fact, project.name, on, reason)


_BY_DAY = attrgetter("on", "id")


def _contract_reason(
    lookup: Lookup, cohort: Cohort, by: str, event: StageEvent | None, reason: str | None
) -> str | None:
    """Why a contract is not in the cohort: lasting reasons before the passing one of verification."""
    if event is None or reason == AFTER_CUT_OFF:
        return reason
    if not (cohort.since or lookup.starts_on) <= event.on <= lookup.ends_on:
        return OUTSIDE_COHORT
    if cohort.floor_yuan and event.total_yuan is not None and event.total_yuan < cohort.floor_yuan:
        return BELOW_FLOOR
    if (cohort.floor_yuan and event.total_yuan is None) or (by == "amount" and event.inward_yuan is None):
        return reason or NO_AMOUNT
    return reason
