"""Timetables: when a season's board is aired, as rules that people can read, and the instants they come to."""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import Millis, from_local, local_date, now
from leaderboard.seasons.models import CATCH_UP, LATEST_ONLY, Season, Timetable
from leaderboard.seasons.plan import PlanError

MINUTES, DAILY, WEEKLY, MONTHLY, QUARTER_END, ONCE = KINDS = (
    "minutes",
    "daily",
    "weekly",
    "monthly",
    "quarter_end",
    "once",
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST = "last"
SAME_DAY, PREVIOUS_DAY = CUT_OFFS = ("same_day", "previous_day")

_KEYS = {
    MINUTES: {"every", "until"},
    DAILY: {"time"},
    WEEKLY: {"days", "time"},
    MONTHLY: {"day", "time"},
    QUARTER_END: {"time"},
    ONCE: {"at"},
}
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")
_FAR = 400
"""Days to look ahead: every rule that comes again does so within a year."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a board is due; wall-clock times are those of the timetable's own zone."""

    kind: str
    cut_off: str = SAME_DAY
    time: clock_time = clock_time(9)
    """The hour of `daily`, `weekly`, `monthly` and `quarter_end`."""
    days: tuple[str, ...] = ()
    """The weekdays of `weekly`, by name."""
    day: int | str | None = None
    """The day of `monthly`: 1 to 31, or `last`; a month too short for it is due on its last day."""
    every: int = 0
    """Minutes between the instants of `minutes`, counted from midnight."""
    moment: datetime | None = None
    """The wall-clock time of `once`, or the last one of `minutes`."""


class _Reader:
    """Takes the parts of a rule out of its document and collects what is wrong with them."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.problems: list[str] = []

    def complain(self, problem: str) -> None:
        self.problems.append(problem)

    def choice(self, key: str, choices: tuple[str, ...], default: str | None, name: str) -> str:
        found = self.document.get(key, default)
        if found not in choices:
            self.complain(f"{name} {key} 应为 {'、'.join(choices)} 之一, 现为 {found!r}")
            return choices[0]
        return str(found)

    def hour(self) -> clock_time:
        found = self.document.get("time")
        match = _CLOCK.fullmatch(found) if isinstance(found, str) else None
        if not match:
            self.complain(f"发布时刻 time 应写成 09:00 这样的二十四小时制, 现为 {found!r}")
            return clock_time(0)
        return clock_time(int(match[1]), int(match[2]))

    def moment(self, key: str, name: str) -> datetime | None:
        found = self.document.get(key)
        try:
            if isinstance(found, str) and _MOMENT.fullmatch(found):
                return datetime.fromisoformat(found)
        except ValueError:
            # A shape that fits and a day that does not exist get the same answer.
            pass
        self.complain(f"{name} {key} 应写成 2026-11-05T09:00 这样的当地时间, 现为 {found!r}")
        return None

    def whole(self, key: str, least: int, most: int, name: str) -> int:
        found = self.document.get(key)
        if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
            self.complain(f"{name} {key} 应为 {least} 到 {most} 的整数, 现为 {found!r}")
            return least
        return found

    def weekdays(self) -> tuple[str, ...]:
        found = self.document.get("days")
        if not isinstance(found, list | tuple) or not found or not set(map(str, found)) <= set(WEEKDAYS):
            self.complain(f"星期 days 应从 {'、'.join(WEEKDAYS)} 中选一天或几天, 现为 {found!r}")
            return ()
        return tuple(day for day in WEEKDAYS if day in found)


def parse_rule(document: str | Mapping[str, Any]) -> Rule:
    """The rule a JSON text or mapping describes; raises PlanError naming everything that is wrong with it."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError as error:
            raise PlanError("发布规则不是有效的 JSON") from error
    if not isinstance(document, Mapping):
        raise PlanError('发布规则应写成由名称和内容组成的一组, 如 {"kind": "daily", "time": "09:00"}')
    reader = _Reader(document)
    kind = reader.choice("kind", KINDS, None, "发布周期")
    rule = _rule_of(reader, kind)
    if document.get("kind") in KINDS:
        for key in sorted(set(document) - {"kind", "cut_off"} - _KEYS[kind]):
            reader.complain(f"{kind} 规则中没有 {key} 这一项")
        if reader.problems:
            raise PlanError(*reader.problems)
        return rule
    raise PlanError(reader.problems[0])


def _rule_of(reader: _Reader, kind: str) -> Rule:
    cut_off = reader.choice("cut_off", CUT_OFFS, SAME_DAY, "数据截至")
    if kind == MINUTES:
        until = reader.moment("until", "结束时间") if "until" in reader.document else None
        return Rule(kind, cut_off, every=reader.whole("every", 1, 1440, "间隔分钟数"), moment=until)
    if kind == ONCE:
        return Rule(kind, cut_off, moment=reader.moment("at", "发布时间"))
    if kind == WEEKLY:
        return Rule(kind, cut_off, days=reader.weekdays(), time=reader.hour())
    if kind == MONTHLY:
        last = reader.document.get("day") == LAST
        day: int | str = LAST if last else reader.whole("day", 1, 31, f"每月日期 (月末写 {LAST})")
        return Rule(kind, cut_off, day=day, time=reader.hour())
    return Rule(kind, cut_off, time=reader.hour())


def rule_document(rule: Rule) -> dict[str, Any]:
    """The rule as the document that `parse_rule` reads back to the same rule."""
    values = {
        "every": rule.every,
        "until": rule.moment and rule.moment.isoformat(),
        "at": rule.moment and rule.moment.isoformat(),
        "days": list(rule.days),
        "day": rule.day,
        "time": f"{rule.time:%H:%M}",
    }
    parts = {key: values[key] for key in sorted(_KEYS[rule.kind]) if values[key] is not None}
    return {"kind": rule.kind, **parts, "cut_off": rule.cut_off}


def _falls_on(rule: Rule, day: date) -> bool:
    """Whether a rule of days is due on this day."""
    last = monthrange(day.year, day.month)[1]
    if rule.kind == WEEKLY:
        return WEEKDAYS[day.weekday()] in rule.days
    if rule.kind == MONTHLY:
        return day.day == (last if rule.day == LAST else min(int(rule.day or 1), last))
    if rule.kind == QUARTER_END:
        return day.month % 3 == 0 and day.day == last
    return rule.kind == DAILY


def _midnight(day: date, zone: str) -> Millis:
    return from_local(datetime.combine(day, clock_time(0)), zone)


def _next_minutes(rule: Rule, zone: str, after: Millis) -> Millis | None:
    today = local_date(after, zone)
    start, step = _midnight(today, zone), rule.every * 60_000
    found = start + ((after - start) // step + 1) * step
    # The count starts again at midnight, so an interval that does not divide the day ends early.
    found = min(found, _midnight(today + timedelta(days=1), zone))
    return None if rule.moment is not None and found > from_local(rule.moment, zone) else found


def due_after(rule: Rule, zone: str, after: Millis) -> Millis | None:
    """The first due instant strictly after the given one; None when the rule is over."""
    if rule.kind == MINUTES:
        return _next_minutes(rule, zone, after)
    if rule.kind == ONCE:
        only = None if rule.moment is None else from_local(rule.moment, zone)
        return only if only is not None and only > after else None
    today = local_date(after, zone)
    for day in (today + timedelta(days=ahead) for ahead in range(_FAR)):
        if _falls_on(rule, day) and (found := from_local(datetime.combine(day, rule.time), zone)) > after:
            return found
    return None


def due_between(rule: Rule, zone: str, after: Millis, until: Millis) -> Iterator[Millis]:
    """Due instants after `after` and not later than `until`, in order."""
    found = due_after(rule, zone, after)
    while found is not None and found <= until:
        yield found
        found = due_after(rule, zone, found)


def next_dates(rule: Rule, zone: str, n: int = 5, after: Millis | None = None) -> list[Millis]:
    """The next n due instants, from now unless said otherwise; what is shown before a timetable is saved."""
    start = now() if after is None else after
    return list(islice(due_between(rule, zone, start, start + 10**15), n))


def as_of(rule: Rule, due_at: Millis, zone: str) -> date:
    """The day up to which facts count 截至 in an edition due at the instant."""
    day = local_date(due_at, zone)
    return day - timedelta(days=1) if rule.cut_off == PREVIOUS_DAY else day


def add_timetable(  # noqa: PLR0913 - the columns of the table, all by name
    session: Session,
    actor: str,
    season: Season,
    *,
    name: str,
    rule: str | Mapping[str, Any],
    zone: str,
    catch_up: str = LATEST_ONLY,
    starts_at: Millis | None = None,
) -> Timetable:
    """Give a season a timetable, from `starts_at` or from now on; raises PlanError with every reason against it."""
    problems = [] if name.strip() else ["时间表需要一个名称"]
    if catch_up not in CATCH_UP:
        problems.append(f"错过后的处理 catch_up 应为 {'、'.join(CATCH_UP)} 之一, 现为 {catch_up!r}")
    if not _is_zone(zone):
        problems.append(f"没有名为 {zone} 的时区, 请写成 Asia/Shanghai 这样的名称")
    try:
        parsed = parse_rule(rule)
    except PlanError as error:
        raise PlanError(*problems, *error.problems) from error
    if problems:
        raise PlanError(*problems)
    timetable = Timetable(
        season_id=season.id,
        name=name.strip(),
        rule=json.dumps(rule_document(parsed), ensure_ascii=False),
        timezone=zone,
        catch_up=catch_up,
        starts_at=now() if starts_at is None else starts_at,
        planned_by=actor,
    )
    session.add(timetable)
    session.flush()
    record_act(
        session,
        actor,
        "timetable.add",
        f"{season.slug}/{timetable.id}",
        name=name,
        rule=rule_document(parsed),
    )
    return timetable


def _is_zone(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def pause_timetable(session: Session, actor: str, timetable: Timetable) -> None:
    """Stop a timetable; what is due already stays due. Pausing it again changes nothing."""
    if timetable.is_active:
        timetable.is_active = 0
        session.flush()
        record_act(session, actor, "timetable.pause", f"timetable {timetable.id}", name=timetable.name)


def resume_timetable(session: Session, actor: str, timetable: Timetable, at: Millis | None = None) -> None:
    """Let a timetable run again from now on; instants that passed during the pause are not made up for."""
    if not timetable.is_active:
        timetable.is_active, timetable.starts_at = 1, now() if at is None else at
        session.flush()
        record_act(session, actor, "timetable.resume", f"timetable {timetable.id}", name=timetable.name)
