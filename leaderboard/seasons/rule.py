"""Rules of timetables: on which days and at which hour a board is due, and up to when facts count, as documents."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock_time
from typing import Any

from leaderboard.seasons.plan import PlanError
from leaderboard.words import gettext as _

MINUTES, DAILY, WORKING_DAY, WEEKLY, MONTHLY, NTH_WORKING_DAY, QUARTER_END, ONCE = KINDS = (
    "minutes",
    "daily",
    "working_day",
    "weekly",
    "monthly",
    "nth_working_day",
    "quarter_end",
    "once",
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST = "last"
SAME_DAY, PREVIOUS_DAY, MONTH_END, DAYS_BEFORE = CUT_OFFS = (
    "same_day",
    "previous_day",
    "month_end",
    "days_before",
)
KEEP, NEXT, PREVIOUS, SKIP = CLOSED_DAYS = ("keep", "next", "previous", "skip")
MOST_WEEKS, MOST_DAYS_BEFORE = 26, 60

_KEYS = {
    MINUTES: {"every", "until"},
    DAILY: {"time", "if_closed"},
    WORKING_DAY: {"time"},
    WEEKLY: {"days", "time", "weeks", "from", "if_closed"},
    MONTHLY: {"day", "time", "if_closed"},
    NTH_WORKING_DAY: {"nth", "time"},
    QUARTER_END: {"time", "if_closed"},
    ONCE: {"at"},
}
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
"""An hour of the day as a rule writes it: 09:00."""
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class CutOff:
    """Up to which day facts count 截至, and when what is entered stops counting 报送截止."""

    as_of: str = SAME_DAY
    """The day of publication, the day before, the end of the month before, or the day entry closes."""
    days_before: int = 0
    """How many days before publication entry closes."""
    time: clock_time | None = None
    """The hour at which entry closes; None keeps it open until publication."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a board is due; wall-clock times are those of the timetable's own zone."""

    kind: str
    cut_off: CutOff = CutOff()
    time: clock_time = clock_time(9)
    """The hour of every kind that names days."""
    days: tuple[str, ...] = ()
    """The weekdays of `weekly`, by name."""
    weeks: int = 1
    """Every how many weeks `weekly` is due."""
    start: date | None = None
    """A day in the first of these weeks, where there are weeks between."""
    day: int | str | None = None
    """The day of `monthly`: 1 to 31, or `last`; a month too short for it is due on its last day."""
    nth: int = 0
    """Which working day of the month, from its end where negative; a month with fewer is due on the last of them."""
    every: int = 0
    """Minutes between the instants of `minutes`, counted from midnight."""
    moment: datetime | None = None
    """The wall-clock time of `once`, or the last one of `minutes`."""
    if_closed: str = KEEP
    """What happens to a day that is no working day: kept, moved to the next or previous one, or left out."""

    @property
    def needs_calendar(self) -> bool:
        """Whether its instants depend on which days are working days."""
        return self.kind in {WORKING_DAY, NTH_WORKING_DAY} or self.if_closed != KEEP


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
            said = _("{name} {key} 应为 {choices} 之一, 现为 {found!r}")
            self.complain(said.format(name=name, key=key, choices=_("、").join(choices), found=found))
            return choices[0]
        return str(found)

    def hour(self, name: str) -> clock_time:
        found = self.document.get("time")
        match = CLOCK.fullmatch(found) if isinstance(found, str) else None
        if not match:
            said = _("{name} time 应写成 09:00 这样的二十四小时制, 现为 {found!r}")
            self.complain(said.format(name=name, found=found))
            return clock_time(0)
        return clock_time(int(match[1]), int(match[2]))

    def moment(self, key: str, name: str) -> datetime | None:
        return self._written(key, _MOMENT, name, _("2026-11-05T09:00 这样的当地时间"))

    def day(self, key: str, name: str) -> date | None:
        found = self._written(key, _DAY, name, _("2026-11-05 这样的日期"))
        return found and found.date()

    def _written(self, key: str, shape: re.Pattern[str], name: str, wanted: str) -> datetime | None:
        found = self.document.get(key)
        try:
            if isinstance(found, str) and shape.fullmatch(found):
                return datetime.fromisoformat(found)
        except ValueError:
            # A shape that fits and a day that does not exist get the same answer.
            pass
        said = _("{name} {key} 应写成 {wanted}, 现为 {found!r}")
        self.complain(said.format(name=name, key=key, wanted=wanted, found=found))
        return None

    def whole(self, key: str, least: int, most: int, name: str) -> int:
        found = self.document.get(key)
        if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
            said = _("{name} {key} 应为 {least} 到 {most} 的整数, 现为 {found!r}")
            self.complain(said.format(name=name, key=key, least=least, most=most, found=found))
            return least
        return found

    def weekdays(self) -> tuple[str, ...]:
        found = self.document.get("days")
        if not isinstance(found, list | tuple) or not found or not set(map(str, found)) <= set(WEEKDAYS):
            said = _("星期 days 应从 {weekdays} 中选一天或几天, 现为 {found!r}")
            self.complain(said.format(weekdays=_("、").join(WEEKDAYS), found=found))
            return ()
        return tuple(day for day in WEEKDAYS if day in found)

    def unknown(self, known: set[str], where: str) -> None:
        for key in sorted(map(str, set(self.document) - known)):
            self.complain(_("{where} 中没有 {key} 这一项").format(where=where, key=key))


def parse_rule(document: str | Mapping[str, Any]) -> Rule:
    """The rule a JSON text or mapping describes; raises PlanError naming everything that is wrong with it."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError as error:
            raise PlanError(_("发布规则不是有效的 JSON")) from error
    if not isinstance(document, Mapping):
        raise PlanError(
            _("发布规则应写成由名称和内容组成的一组, 如 %s") % '{"kind": "daily", "time": "09:00"}'
        )
    reader = _Reader(document)
    kind = reader.choice("kind", KINDS, None, _("发布周期"))
    if reader.problems:
        raise PlanError(*reader.problems)
    cut_off = _cut_off_of(reader)
    rule = Rule(kind, cut_off, **_parts_of(reader, kind))
    due = rule.moment.time() if kind == ONCE and rule.moment else rule.time
    if kind != MINUTES and cut_off.time and not cut_off.days_before and cut_off.time > due:
        said = _("报送截止 {closes:%H:%M} 晚于发布时刻 {due:%H:%M}")
        reader.complain(said.format(closes=cut_off.time, due=due))
    reader.unknown({"kind", "cut_off"} | _KEYS[kind], _("{kind} 规则").format(kind=kind))
    if reader.problems:
        raise PlanError(*reader.problems)
    return rule


def _parts_of(reader: _Reader, kind: str) -> dict[str, Any]:
    """What a rule of this kind says beside its kind and cut-off."""
    if kind == MINUTES:
        until = reader.moment("until", _("结束时间")) if "until" in reader.document else None
        return {"every": reader.whole("every", 1, 1440, _("间隔分钟数")), "moment": until}
    if kind == ONCE:
        return {"moment": reader.moment("at", _("发布时间"))}
    parts: dict[str, Any] = {}
    if kind == WEEKLY:
        parts = {"days": reader.weekdays(), **_weeks_of(reader)}
    if kind == MONTHLY:
        last = reader.document.get("day") == LAST
        parts["day"] = LAST if last else reader.whole("day", 1, 31, _("每月日期 (月末写 last)"))
    if kind == NTH_WORKING_DAY:
        parts["nth"] = reader.whole("nth", -15, 15, _("第几个工作日 (倒数用负数)"))
        if parts["nth"] == 0:
            reader.complain(_("第几个工作日 nth 不能为 0"))
    if "if_closed" in _KEYS[kind]:
        parts["if_closed"] = reader.choice("if_closed", CLOSED_DAYS, KEEP, _("遇非工作日"))
    return parts | {"time": reader.hour(_("发布时刻"))}


def _weeks_of(reader: _Reader) -> dict[str, Any]:
    """Every how many weeks, and from which on; a rule of every week names neither."""
    if "weeks" not in reader.document:
        return {}
    weeks = reader.whole("weeks", 1, MOST_WEEKS, _("间隔周数"))
    every_week = reader.document["weeks"] == 1
    return {"weeks": weeks, "start": None if every_week else reader.day("from", _("起始周的任一天"))}


def _cut_off_of(reader: _Reader) -> CutOff:
    """A name, or a group of `as_of`, `days_before` and `time` where entry closes before publication."""
    found = reader.document.get("cut_off", SAME_DAY)
    if not isinstance(found, Mapping):
        return CutOff(reader.choice("cut_off", CUT_OFFS[:3], SAME_DAY, _("数据截至")))
    inner = _Reader(found)
    cut_off = CutOff(
        inner.choice("as_of", CUT_OFFS, DAYS_BEFORE, _("数据截至")),
        inner.whole("days_before", 0, MOST_DAYS_BEFORE, _("提前天数")) if "days_before" in found else 0,
        inner.hour(_("报送截止时刻")) if "time" in found else None,
    )
    if cut_off.as_of != DAYS_BEFORE and cut_off.days_before and cut_off.time is None:
        inner.complain(_("提前报送截止要写明时刻 time"))
    inner.unknown({"as_of", "days_before", "time"}, _("数据截至 cut_off"))
    reader.problems += inner.problems
    return cut_off


def rule_document(rule: Rule) -> dict[str, Any]:
    """The rule as the document that `parse_rule` reads back to the same rule."""
    values = {
        "every": rule.every,
        "until": rule.moment and rule.moment.isoformat(),
        "at": rule.moment and rule.moment.isoformat(),
        "days": list(rule.days),
        "weeks": None if rule.weeks == 1 else rule.weeks,
        "from": rule.start and rule.start.isoformat(),
        "day": rule.day,
        "nth": rule.nth,
        "time": f"{rule.time:%H:%M}",
        "if_closed": None if rule.if_closed == KEEP else rule.if_closed,
    }
    parts = {key: values[key] for key in sorted(_KEYS[rule.kind]) if values[key] is not None}
    return {"kind": rule.kind, **parts, "cut_off": _cut_off_document(rule.cut_off)}


def _cut_off_document(cut_off: CutOff) -> str | dict[str, Any]:
    if cut_off.as_of != DAYS_BEFORE and cut_off.time is None:
        return cut_off.as_of
    time = None if cut_off.time is None else f"{cut_off.time:%H:%M}"
    parts = {"as_of": cut_off.as_of, "days_before": cut_off.days_before, "time": time}
    return {key: value for key, value in parts.items() if value is not None}
