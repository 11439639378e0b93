"""The instants a rule comes to, and up to which day and which instant facts count in an edition due at one of them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from itertools import islice

from leaderboard.instant import Millis, from_local, local_date, now
from leaderboard.seasons.calendar import MONDAY_TO_FRIDAY, WorkingDays
from leaderboard.seasons.rule import (
    DAILY,
    DAYS_BEFORE,
    KEEP,
    LAST,
    MINUTES,
    MONTH_END,
    MONTHLY,
    NEXT,
    NTH_WORKING_DAY,
    ONCE,
    PREVIOUS,
    PREVIOUS_DAY,
    QUARTER_END,
    WEEKDAYS,
    WEEKLY,
    WORKING_DAY,
    Rule,
)

_FAR = 1500
"""Days to look ahead: a rule that comes again does so within a year, or within four where closed days are left out."""
_DAY = timedelta(days=1)
AGES = 10**15
"""Milliseconds to look ahead where only the number of instants is bounded."""


def _falls_on(rule: Rule, day: date, days: WorkingDays) -> bool:
    """Whether a rule of days names this day, before closed days are looked at."""
    last = monthrange(day.year, day.month)[1]
    if rule.kind == WORKING_DAY:
        return days.is_working(day)
    if rule.kind == WEEKLY:
        return WEEKDAYS[day.weekday()] in rule.days and _week_of(day, rule.start) % rule.weeks == 0
    if rule.kind == MONTHLY:
        return day.day == (last if rule.day == LAST else min(int(rule.day or 1), last))
    if rule.kind == NTH_WORKING_DAY:
        return day == days.nth_of_month(day, rule.nth)
    if rule.kind == QUARTER_END:
        return day.month % 3 == 0 and day.day == last
    return rule.kind == DAILY


def _week_of(day: date, start: date | None) -> int:
    """How many weeks, which begin on Monday, lie between the start's and the day's."""
    begin = day if start is None else start
    return ((day - _DAY * day.weekday()) - (begin - _DAY * begin.weekday())).days // 7


def _moved(rule: Rule, day: date, days: WorkingDays) -> date | None:
    """The day on which the board is aired that was meant for this one; None where a closed day is left out."""
    if rule.if_closed == KEEP or days.is_working(day):
        return day
    if rule.if_closed == NEXT:
        return days.next_from(day)
    return days.previous_from(day) if rule.if_closed == PREVIOUS else None


def _midnight(day: date, zone: str) -> Millis:
    return from_local(datetime.combine(day, clock_time(0)), zone)


def _next_minutes(rule: Rule, zone: str, after: Millis) -> Millis | None:
    today = local_date(after, zone)
    start, step = _midnight(today, zone), rule.every * 60_000
    found = start + ((after - start) // step + 1) * step
    # The count starts again at midnight, so an interval that does not divide the day ends early.
    found = min(found, _midnight(today + _DAY, zone))
    return None if rule.moment is not None and found > from_local(rule.moment, zone) else found


def due_after(rule: Rule, zone: str, after: Millis, days: WorkingDays = MONDAY_TO_FRIDAY) -> Millis | None:
    """The first due instant strictly after the given one; None when the rule is over."""
    if rule.kind == MINUTES:
        return _next_minutes(rule, zone, after)
    if rule.kind == ONCE:
        only = None if rule.moment is None else from_local(rule.moment, zone)
        return only if only is not None and only > after else None
    today = local_date(after, zone)
    # A board meant for the closed days just before today may have moved to today.
    first = days.previous_from(today - _DAY) if rule.if_closed == NEXT else today
    for day in (first + _DAY * ahead for ahead in range(_FAR)):
        aired = _moved(rule, day, days) if _falls_on(rule, day, days) else None
        if aired and (found := from_local(datetime.combine(aired, rule.time), zone)) > after:
            return found
    return None


def due_between(
    rule: Rule, zone: str, after: Millis, until: Millis, days: WorkingDays = MONDAY_TO_FRIDAY
) -> Iterator[Millis]:
    """Due instants after `after` and not later than `until`, in order."""
    found = due_after(rule, zone, after, days)
    while found is not None and found <= until:
        yield found
        found = due_after(rule, zone, found, days)


def next_dates(
    rule: Rule, zone: str, n: int = 5, after: Millis | None = None, days: WorkingDays = MONDAY_TO_FRIDAY
) -> list[Millis]:
    """The next n due instants, from now unless said otherwise; what is shown before a timetable is saved."""
    start = now() if after is None else after
    return list(islice(due_between(rule, zone, start, start + AGES, days), n))


def years_without_notice(rule: Rule, zone: str, after: Millis, days: WorkingDays) -> list[int]:
    """The years on whose working days the next instants depend and whose notice was not imported."""
    if not rule.needs_calendar:
        return []
    looked_at = {
        local_date(instant, zone).year for instant in [after, *next_dates(rule, zone, 5, after, days)]
    }
    return sorted(looked_at - days.years)


def as_of(rule: Rule, due_at: Millis, zone: str) -> date:
    """The day up to which facts count 截至 in an edition due at the instant, counted from the day it is aired on."""
    day = local_date(due_at, zone)
    if rule.cut_off.as_of == PREVIOUS_DAY:
        return day - _DAY
    if rule.cut_off.as_of == MONTH_END:
        return day.replace(day=1) - _DAY
    return day - _DAY * rule.cut_off.days_before if rule.cut_off.as_of == DAYS_BEFORE else day


def known_at(rule: Rule, due_at: Millis, zone: str) -> Millis:
    """The instant up to which what was entered counts 报送截止: the due instant, unless the rule closes entry before."""
    if rule.cut_off.time is None:
        return due_at
    day = local_date(due_at, zone) - _DAY * rule.cut_off.days_before
    return min(due_at, from_local(datetime.combine(day, rule.cut_off.time), zone))
