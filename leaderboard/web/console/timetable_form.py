"""The form of a timetable: its choices, the rule that was typed into it, and a rule in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from leaderboard.seasons.rule import (
    CLOCK,
    DAILY,
    DAYS_BEFORE,
    KEEP,
    KINDS,
    LAST,
    MINUTES,
    MONTH_END,
    MONTHLY,
    MOST_DAYS_BEFORE,
    MOST_WEEKS,
    NEXT,
    NTH_WORKING_DAY,
    ONCE,
    PREVIOUS,
    PREVIOUS_DAY,
    QUARTER_END,
    SAME_DAY,
    SKIP,
    WEEKDAYS,
    WEEKLY,
    WORKING_DAY,
    CutOff,
    Rule,
)
from leaderboard.web.typed import Typed
from leaderboard.words import ENGLISH, language
from leaderboard.words import gettext as _

DAYS = (*(str(day) for day in range(1, 32)), LAST)
MOVABLE = (MONTHLY, WEEKLY, DAILY, QUARTER_END)
"""Kinds whose day may turn out to be no working day."""
NTHS = [str(number) for number in (*range(1, 16), *range(-1, -16, -1))]
"""Working days of a month to choose from, from its start and from its end."""


def weekday_words() -> dict[str, str]:
    """The names of the weekdays."""
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return dict(zip(WEEKDAYS, names, strict=True))


def kind_words() -> dict[str, str]:
    """The kinds of rule a person may choose from."""
    return {
        MONTHLY: _("每月"),
        NTH_WORKING_DAY: _("每月第几个工作日"),
        WEEKLY: _("每周"),
        WORKING_DAY: _("每个工作日"),
        DAILY: _("每天"),
        QUARTER_END: _("每季末日"),
        MINUTES: _("每隔几分钟"),
        ONCE: _("只一次"),
    }


def closed_words() -> dict[str, str]:
    """What may become of a day that is no working day."""
    return {
        KEEP: _("照常发布"),
        NEXT: _("顺延到下一工作日"),
        PREVIOUS: _("提前到上一工作日"),
        SKIP: _("不发布"),
    }


def cut_off_words() -> dict[str, str]:
    """Up to which day facts may count."""
    return {
        SAME_DAY: _("发布当日"),
        PREVIOUS_DAY: _("发布前一日"),
        MONTH_END: _("上月末"),
        DAYS_BEFORE: _("录入截止日"),
    }


def choices() -> dict[str, Any]:
    """Everything the form offers to choose from."""
    return {
        "kinds": kind_words(),
        "weekdays": weekday_words(),
        "days": {day: _("最后一日") if day == LAST else day for day in DAYS},
        "nths": {number: nth_words(int(number)) for number in NTHS},
        "closed": closed_words(),
        "cut_offs": cut_off_words(),
    }


def nth_words(number: int) -> str:
    """第 3 个, 倒数第 1 个; 3rd, last."""
    words = _("第 {n} 个") if number > 0 else _("倒数第 {n} 个")
    return words.format(n=_ordinal(number) if language() == ENGLISH else abs(number)).strip()


def _ordinal(number: int) -> str:
    """1st, 22nd, 13th; nothing of the very last, which needs no number."""
    if number == -1:
        return ""
    count = abs(number)
    ending = "th" if count in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"


def rule_words(rule: Rule) -> str:
    """A rule in one line: 每月 5 日 09:00, 数据截至前一日."""
    parts = [_days_words(rule)]
    if rule.if_closed != KEEP:
        parts.append(_("遇非工作日{moved}").format(moved=closed_words()[rule.if_closed]))
    if rule.cut_off != CutOff():
        parts.append(_cut_off_in_words(rule.cut_off))
    return " · ".join(parts)


def _days_words(rule: Rule) -> str:
    hour = f"{rule.time:%H:%M}"
    moment = f"{rule.moment:%Y-%m-%d %H:%M}" if rule.moment else ""
    if rule.kind == MINUTES:
        words = _("每 {every} 分钟，到 {moment} 为止") if moment else _("每 {every} 分钟")
        return words.format(every=rule.every, moment=moment)
    if rule.kind == ONCE:
        return _("只一次，{moment}").format(moment=moment)
    if rule.kind == WEEKLY:
        days = _("、").join(weekday_words()[day] for day in rule.days)
        words = _("每{days} {hour}") if rule.weeks == 1 else _("每 {weeks} 周的{days} {hour}")
        return words.format(days=days, hour=hour, weeks=rule.weeks)
    if rule.kind == MONTHLY and rule.day != LAST:
        return _("每月 {day} 日 {hour}").format(day=rule.day, hour=hour)
    if rule.kind == NTH_WORKING_DAY:
        return _("每月{nth}工作日 {hour}").format(nth=nth_words(rule.nth), hour=hour)
    words = {
        MONTHLY: _("每月最后一日 {hour}"),
        QUARTER_END: _("每季末日 {hour}"),
        WORKING_DAY: _("每个工作日 {hour}"),
        DAILY: _("每天 {hour}"),
    }[rule.kind]
    return words.format(hour=hour)


def _cut_off_in_words(cut_off: CutOff) -> str:
    day = cut_off_words()[cut_off.as_of]
    if cut_off.as_of == DAYS_BEFORE:
        day = _("发布前 {n} 日").format(n=cut_off.days_before)
    if cut_off.time is None:
        return _("数据截至{day}").format(day=day)
    when = _("发布前 {n} 日").format(n=cut_off.days_before) if cut_off.days_before else _("发布当日")
    return _("数据截至{day}，{when} {hour} 停止录入").format(day=day, when=when, hour=f"{cut_off.time:%H:%M}")


def rule_from(typed: Typed) -> dict[str, Any]:
    """The rule's document from the fields of the form, each problem noted beside its field.

    Whether the parts hold together is the rule's own business.
    """
    kind = typed.choice("kind", KINDS)
    rule: dict[str, Any] = {"kind": kind}
    if kind not in {MINUTES, ONCE}:
        rule["time"] = _hour(typed, "time")
    if kind == WEEKLY:
        rule |= _weeks_from(typed)
    if kind == MONTHLY:
        day = typed.choice("day", DAYS)
        rule["day"] = int(day) if day.isdigit() else LAST
    if kind == NTH_WORKING_DAY:
        rule["nth"] = int(typed.choice("nth", NTHS) or 0)
    if kind == MINUTES:
        rule["every"] = typed.whole("every", most=1440)
        if typed.values.get("until"):
            rule["until"] = _moment(typed, "until")
    if kind == ONCE:
        rule["at"] = _moment(typed, "at")
    if kind in MOVABLE:
        rule["if_closed"] = typed.values.get("if_closed") or KEEP
    return rule | {"cut_off": _cut_off_from(typed)}


def _weeks_from(typed: Typed) -> dict[str, Any]:
    """The weekdays, and every how many weeks from which on."""
    days = [day for day in WEEKDAYS if f"on_{day}" in typed.values]
    if not days:
        typed.complain("days", _("请至少选一天"))
    if typed.values.get("weeks", "1") in {"", "1"}:
        return {"days": days}
    return {"days": days, "weeks": typed.whole("weeks", most=MOST_WEEKS), "from": str(typed.day("from"))}


def _hour(typed: Typed, name: str) -> str:
    found = typed.values.get(name, "")
    if not CLOCK.fullmatch(found):
        typed.complain(name, _("请填写二十四小时制的时刻，如 09:00"))
    return found


def _moment(typed: Typed, name: str) -> str:
    found = typed.values.get(name, "").replace(" ", "T")
    try:
        datetime.fromisoformat(found)
    except ValueError:
        typed.complain(name, _("请填写日期和时刻，如 2026-11-05 09:00"))
    return found


def _cut_off_from(typed: Typed) -> str | dict[str, Any]:
    as_of = typed.values.get("cut_off") or SAME_DAY
    before = (
        typed.whole("days_before", least=0, most=MOST_DAYS_BEFORE) if typed.values.get("days_before") else 0
    )
    closing = _hour(typed, "closing") if typed.values.get("closing") else ""
    if as_of != DAYS_BEFORE and before and not closing:
        typed.complain("closing", _("提前停止录入，请写明时刻"))
    if as_of != DAYS_BEFORE and not before and not closing:
        return as_of
    return {"as_of": as_of, "days_before": before} | ({"time": closing} if closing else {})


def _moment_typed(rule: Rule) -> str:
    """As the browser's own field writes it: seconds only where there are any."""
    if rule.moment is None:
        return ""
    return rule.moment.isoformat(timespec="seconds" if rule.moment.second else "minutes")


def typed_of(rule: Rule, name: str, catch_up: str) -> Typed:
    """The form as it would have been filled in for a rule: what is changed begins with what there is."""
    values = {
        "name": name,
        "catch_up": catch_up,
        "kind": rule.kind,
        "time": f"{rule.time:%H:%M}",
        "day": str(rule.day or 5),
        "nth": str(rule.nth or 1),
        "weeks": str(rule.weeks),
        "from": rule.start.isoformat() if rule.start else "",
        "every": str(rule.every or 30),
        "at": _moment_typed(rule) if rule.kind == ONCE else "",
        "until": _moment_typed(rule) if rule.kind == MINUTES else "",
        "if_closed": rule.if_closed,
        "cut_off": rule.cut_off.as_of,
        "days_before": str(rule.cut_off.days_before or ""),
        "closing": f"{rule.cut_off.time:%H:%M}" if rule.cut_off.time else "",
    }
    return Typed(values | {f"on_{day}": "1" for day in rule.days})
