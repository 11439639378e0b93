"""Measures read off the project facts, as known now: one GROUP BY instead of every fact of every project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from leaderboard.accounts.read import newest_lines
from leaderboard.boards.disclosure import disclosed
from leaderboard.boards.gather import gather_without_projects
from leaderboard.instant import Millis
from leaderboard.ledger.models import KEPT_STAGES, KeptArrival, KeptProject
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import RosterLine
from scoring.cohort import or_later
from scoring.facts import Facts
from scoring.lookup import Lookup
from scoring.measure import Measured, measure, mixed, ratio
from scoring.measures import Measures, UnitMeasures
from scoring.result import AWAITING_VERIFICATION, Count, LeftOutFact
from scoring.rules import (
    ArrivedOverContract,
    ArrivedOverTask,
    Cohort,
    Given,
    Indicator,
    Measure,
    Scheme,
    Signing,
    StageReached,
    Terms,
)
from scoring.terms import target_count
from scoring.times import times_of

SIGNED, INWARD, STATED, REACHED, ARRIVED, RECEIVED, SETTLED, WAITING, CUT = range(9)
Sum = tuple[Any, ...]
"""What is summed: one of the words above, then the cohort and the stages it is about."""
Totals = Mapping[Sum, Fraction | int]
AWAITED = LeftOutFact("project", "", "", "", None, AWAITING_VERIFICATION)
"""Stands for whatever awaits its verification, as the placeholder does that an edition tells."""


@dataclass(frozen=True, slots=True)
class Period:
    """The season's days and the cut-off."""

    starts_on: date
    ends_on: date
    as_of: date

    @property
    def last(self) -> date:
        """The last day that counts for the season."""
        return min(self.ends_on, self.as_of)


def is_read_off(scheme: Scheme) -> bool:
    """Whether project facts hold all that a scheme asks of projects; otherwise their facts have to be gathered."""
    by_projects = any(rule.per or rule.term for rule in scheme.adjustments)
    return not by_projects and not scheme.project_lights and all(map(_is_kept, scheme.indicators))


def _is_kept(indicator: Indicator) -> bool:
    if isinstance(indicator.measure, StageReached):
        return set(or_later(indicator.measure.stages)) <= set(KEPT_STAGES)
    return not isinstance(indicator.measure, Terms | Given)


def nothing_since(session: Session, known_at: Millis) -> bool:
    """Whether what was known at an instant is what is known now: no act was recorded after it."""
    return all(line.at <= known_at for line in newest_lines(session, 1))


def measures_now(
    session: Session,
    season: Season,
    lines: Sequence[RosterLine],
    scheme: Scheme,
    as_of: date,
    known_at: Millis,
) -> Measures:
    """What `measure_all` comes to from the facts that may be told, without the facts themselves."""
    others = gather_without_projects(session, season, list(lines), known_at)
    period = Period(others.starts_on, others.ends_on, as_of)
    totals = project_totals(session, [line.unit_id for line in lines], scheme, period)
    by_key = {line.key: totals[line.unit_id] for line in lines}
    return measures_of(disclosed(others, as_of, scheme), by_key, scheme, as_of)


def measures_of(others: Facts, totals: Mapping[str, Totals], scheme: Scheme, as_of: date) -> Measures:
    """Measures from totals over projects, by unit, and from all facts that are not about projects."""
    lookup = Lookup(others, as_of, scheme.curve, {i.key: i.name for i in scheme.indicators})
    return Measures(
        as_of=as_of,
        schedule=lookup.due,
        units=tuple(
            UnitMeasures(
                unit=unit,
                indicators={
                    i.key: _measured(lookup, totals[unit.key], unit.key, i) for i in scheme.indicators
                },
                times={rule.key: times_of(lookup, unit.key, rule) for rule in scheme.adjustments},
            )
            for unit in sorted(others.units, key=lambda unit: (unit.order, unit.key))
        ),
    )


def project_totals(
    session: Session, unit_ids: Sequence[int], scheme: Scheme, period: Period
) -> dict[int, dict[Sum, Fraction | int]]:
    """By unit, every sum over its projects that the scheme's measures are made of, each project times its share."""
    asked = dict(_asked(scheme, period))
    totals: dict[int, dict[Sum, Fraction | int]] = {unit: dict.fromkeys(asked, 0) for unit in unit_ids}
    _add(totals, list(asked), session.execute(by_share(list(asked.values()), unit_ids)))
    for wanted in asked:
        if wanted[0] == CUT and any(found[wanted] for found in totals.values()):
            over = wanted[1]
            _add(totals, [over], session.execute(_arrivals_cut(over, unit_ids, period)))
    return totals


def by_share(sums: Sequence[ColumnElement[int]], unit_ids: Sequence[int]) -> Select[Any]:
    """The GROUP BY: sums by unit and share, to be multiplied in whole numbers where nothing overflows."""
    share: list[Any] = [KeptProject.unit_id, KeptProject.share_num, KeptProject.share_den]
    columns = [column.label(f"sum_{n}") for n, column in enumerate(sums)]
    return select(*[*share, *columns]).where(KeptProject.unit_id.in_(unit_ids)).group_by(*share)


def _add(totals: dict[int, dict[Sum, Fraction | int]], names: Sequence[Sum], rows: Any) -> None:
    for unit, above, below, *sums in rows:
        found = totals[unit]
        for name, number in zip(names, sums, strict=True):
            if number:
                # Most projects are one unit's alone, and whole numbers add up many times faster.
                found[name] += int(number) * above if below == 1 else Fraction(int(number) * above, below)


def _asked(scheme: Scheme, period: Period) -> Iterator[tuple[Sum, ColumnElement[int]]]:
    """Every sum with its expression; a sum that several measures need is there once."""
    settled = KeptProject.signed_on.between(period.starts_on, period.as_of)
    waits = KeptProject.awaited_on.between(period.starts_on, period.as_of)
    yield (SETTLED,), _times(settled)
    yield (WAITING,), _times(and_(waits, or_(KeptProject.signed_on.is_(None), ~settled)))
    for indicator in scheme.indicators:
        yield from _asked_by(indicator.measure, period)


def _asked_by(asking: Measure, period: Period) -> Iterator[tuple[Sum, ColumnElement[int]]]:
    match asking:
        case Signing(cohort=cohort) | StageReached(cohort=cohort) | ArrivedOverContract(cohort=cohort):
            inside = _inside(cohort, period)
            stated = and_(inside, KeptProject.inward_yuan.is_not(None))
            if not isinstance(asking, ArrivedOverContract):
                yield (SIGNED, cohort), _times(inside)
            if not isinstance(asking, StageReached):
                yield (INWARD, cohort), _sum(stated, KeptProject.inward_yuan)
                yield (STATED, cohort), _times(stated)
            if isinstance(asking, StageReached):
                stages = or_later(asking.stages)
                days = (getattr(KeptProject, f"{stage}_on") <= period.as_of for stage in stages)
                yield (REACHED, cohort, stages), _times(and_(inside, or_(*days)))
            if isinstance(asking, ArrivedOverContract):
                whole = KeptProject.last_arrival_on <= period.as_of
                yield (ARRIVED, cohort), _sum(and_(stated, whole), KeptProject.since_signing_yuan)
                yield (CUT, (ARRIVED, cohort)), _times(and_(stated, ~whole))
        case ArrivedOverTask():
            whole = _all_in_season(period)
            yield (RECEIVED,), _sum(whole, KeptProject.arrived_yuan)
            yield (CUT, (RECEIVED,)), _times(~whole)


def _inside(cohort: Cohort, period: Period) -> ColumnElement[bool]:
    """Whether a contract is in a cohort, as `scoring.cohort` says."""
    signed = KeptProject.signed_on.between(cohort.since or period.starts_on, period.last)
    return and_(signed, KeptProject.total_yuan >= cohort.floor_yuan) if cohort.floor_yuan else signed


def _all_in_season(period: Period) -> ColumnElement[bool]:
    return and_(KeptProject.first_arrival_on >= period.starts_on, KeptProject.last_arrival_on <= period.last)


def _arrivals_cut(over: Sum, unit_ids: Sequence[int], period: Period) -> Select[Any]:
    """Money of projects of which some arrived before the first day that counts or after the last, day by day."""
    if over[0] == ARRIVED:
        stated = and_(_inside(over[1], period), KeptProject.inward_yuan.is_not(None))
        projects = and_(stated, KeptProject.last_arrival_on > period.as_of)
        days = KeptArrival.occurred_on.between(KeptProject.signed_on, period.as_of)
    else:
        projects = ~_all_in_season(period)
        days = KeptArrival.occurred_on.between(period.starts_on, period.last)
    joined = by_share([func.sum(KeptArrival.yuan)], unit_ids)
    return joined.join(KeptArrival, KeptArrival.project_id == KeptProject.project_id).where(projects, days)


def _times(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _sum(condition: ColumnElement[bool], column: Any) -> ColumnElement[int]:
    return func.sum(case((condition, column), else_=0))


def _measured(lookup: Lookup, totals: Totals, unit: str, indicator: Indicator) -> Measured:
    match indicator.measure:
        case Signing(level=level, cohort=cohort) as signing:
            parts = [
                (by, share, target_count(lookup, unit, indicator.key, by, level))
                for by, share in signing.shares
            ]
            return mixed(
                tuple(ratio(_signed(lookup, totals, cohort, by), task, share) for by, share, task in parts)
            )
        case StageReached(stages=stages, cohort=cohort):
            reached = Count(Fraction(totals[REACHED, cohort, or_later(stages)]), "count")
            return mixed((ratio(reached, _signed(lookup, totals, cohort, "count")),))
        case ArrivedOverContract(cohort=cohort):
            arrived = Count(Fraction(totals[ARRIVED, cohort]), "amount")
            return mixed((ratio(arrived, _signed(lookup, totals, cohort, "amount")),))
        case ArrivedOverTask(level=level):
            target = target_count(lookup, unit, indicator.key, "amount", level)
            return mixed((ratio(Count(Fraction(totals[RECEIVED,]), "amount"), target),))
    return measure(lookup, unit, indicator)


def _signed(lookup: Lookup, totals: Totals, cohort: Cohort, by: str) -> Count:
    """Contracts of a cohort; where there are none and all of the unit's are still waiting, it says so."""
    counted = totals[(SIGNED if by == "count" else STATED), cohort]
    waiting = totals[WAITING,] and not totals[SETTLED,] and not counted
    pending = waiting and (cohort.since is None or cohort.since <= lookup.starts_on)
    value = totals[(SIGNED if by == "count" else INWARD), cohort]
    return Count(Fraction(value), by, (), (AWAITED,) if pending else ())
