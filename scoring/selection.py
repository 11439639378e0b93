"""Which projects of a unit a term takes: by cohort, stage, size, kind and history, and why each other is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from scoring.cohort import or_later, reached
from scoring.facts import SIGNED, Project, StageEvent
from scoring.lookup import Held, Lookup
from scoring.result import (
    ALREADY_COUNTED,
    BELOW_FLOOR,
    EXCLUDED_KIND,
    NO_AMOUNT,
    NOT_REACHED,
    OUTSIDE_COHORT,
    OUTSIDE_RANGE,
)
from scoring.term_rules import Which

UNSIGNED = StageEvent("", SIGNED, date.min)
"""Stands for the contract of a project that has none."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A project looked at: the event that would count it, its contract, and why it is left out (None: it is in)."""

    held: Held
    event: StageEvent | None
    contract: StageEvent
    reason: str | None


def chosen(lookup: Lookup, unit: str, which: Which) -> Iterator[Chosen]:
    """Every project of the unit, in or out."""
    stages = or_later(which.stages)
    for held in lookup.held(unit):
        contract, unsigned = reached(held.project, (SIGNED,), lookup.as_of)
        event, reason = _event(held.project, stages, which, lookup.as_of)
        reason = _lasting_reason(lookup, which, held.project, contract, unsigned) or reason
        if reason is None and event is not None:
            reason = _dated_reason(lookup, which, event) or held.reason(event.on)
        yield Chosen(held, event, contract or UNSIGNED, reason)


def _event(
    project: Project, stages: tuple[str, ...], which: Which, as_of: date
) -> tuple[StageEvent | None, str | None]:
    """The stage event that counts, or the plan to reach the stage where plans are counted."""
    if not which.planned:
        return reached(project, stages, as_of)
    plans = [plan for plan in project.plans if plan.stage in which.stages]
    if not plans:
        return None, NOT_REACHED
    first = min(plans, key=lambda plan: plan.on)
    return StageEvent("", first.stage, first.on), None


def _dated_reason(lookup: Lookup, which: Which, event: StageEvent) -> str | None:
    first, last = lookup.window("season" if which.planned else which.reached)
    return None if first <= event.on <= last else OUTSIDE_COHORT


def _lasting_reason(
    lookup: Lookup, which: Which, project: Project, contract: StageEvent | None, unsigned: str | None
) -> str | None:
    """Why a project is not looked at whatever it reached: cohort, kind, history, size, figures."""
    if which.cohort == "season":
        if contract is None or unsigned is not None:
            return unsigned or NOT_REACHED
        if not (which.since or lookup.starts_on) <= contract.on <= lookup.ends_on:
            return OUTSIDE_COHORT
    if set(which.without) & set(project.kinds) or (which.kinds and not set(which.kinds) & set(project.kinds)):
        return EXCLUDED_KIND
    if which.most_seasons is not None and project.seasons_counted >= which.most_seasons:
        return ALREADY_COUNTED
    return _size_reason(which, contract) or _figure_reason(which, project)


def _size_reason(which: Which, contract: StageEvent | None) -> str | None:
    if not which.min_total_yuan and which.below_total_yuan is None:
        return None
    size = contract.total_yuan if contract else None
    if size is None:
        return NO_AMOUNT
    if size < which.min_total_yuan:
        return BELOW_FLOOR
    return OUTSIDE_RANGE if which.below_total_yuan is not None and size >= which.below_total_yuan else None


def _figure_reason(which: Which, project: Project) -> str | None:
    figures = dict(project.figures)
    short = any(figures.get(name, Fraction(0)) < least for name, least in which.least_figures)
    return BELOW_FLOOR if short else None
