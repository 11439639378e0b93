"""Timetables on the console: in words with their next dates, added after a look at those dates, paused, resumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from leaderboard.accounts.permissions import Action
from leaderboard.instant import Millis
from leaderboard.seasons.instants import next_dates
from leaderboard.seasons.models import ALL, ASK, LATEST_ONLY, Timetable
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import list_timetables
from leaderboard.seasons.rule import (
    DAILY,
    LAST,
    MINUTES,
    MONTHLY,
    ONCE,
    PREVIOUS_DAY,
    QUARTER_END,
    SAME_DAY,
    WEEKDAYS,
    WEEKLY,
    Rule,
    parse_rule,
)
from leaderboard.seasons.timetable import add_timetable, pause_timetable, resume_timetable
from leaderboard.web.console.door import door, season_at, show
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import office, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _


@dataclass(frozen=True, slots=True)
class ShownTimetable:
    """A timetable as people read it, with the next instants it comes to."""

    timetable: Timetable
    words: str
    dates: list[Millis]


def shown_timetable(timetable: Timetable) -> ShownTimetable:
    """The timetable in words, with its next five instants while it runs."""
    rule = parse_rule(timetable.rule)
    dates = next_dates(rule, timetable.timezone) if timetable.is_active else []
    return ShownTimetable(timetable, rule_words(rule), dates)


def weekday_words() -> dict[str, str]:
    """The names of the weekdays."""
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return dict(zip(WEEKDAYS, names, strict=True))


def kind_words() -> dict[str, str]:
    """The kinds of rule a person may choose from."""
    return {
        MONTHLY: _("每月"),
        WEEKLY: _("每周"),
        DAILY: _("每天"),
        QUARTER_END: _("每季末日"),
        MINUTES: _("每隔几分钟"),
        ONCE: _("只一次"),
    }


def rule_words(rule: Rule) -> str:
    """A rule in one line: 每月 5 日 09:00, 数据截至前一日."""
    hour = f"{rule.time:%H:%M}"
    if rule.kind == MINUTES:
        words = _("每 {every} 分钟").format(every=rule.every)
    elif rule.kind == ONCE:
        words = _("只一次，{moment}").format(moment=f"{rule.moment:%Y-%m-%d %H:%M}")
    elif rule.kind == WEEKLY:
        days = "、".join(weekday_words()[day] for day in rule.days)
        words = _("每{days} {hour}").format(days=days, hour=hour)
    elif rule.kind == MONTHLY and rule.day == LAST:
        words = _("每月最后一日 {hour}").format(hour=hour)
    elif rule.kind == MONTHLY:
        words = _("每月 {day} 日 {hour}").format(day=rule.day, hour=hour)
    elif rule.kind == QUARTER_END:
        words = _("每季末日 {hour}").format(hour=hour)
    else:
        words = _("每天 {hour}").format(hour=hour)
    return f"{words} · {_('数据截至前一日')}" if rule.cut_off.as_of == PREVIOUS_DAY else words


def rule_from(typed: Typed) -> dict[str, Any]:
    """The rule's document from the fields of the form; whether it holds is the rule's own business."""
    kind = typed.values.get("kind", "")
    rule: dict[str, Any] = {"kind": kind}
    if kind in {DAILY, WEEKLY, MONTHLY, QUARTER_END}:
        rule["time"] = typed.values.get("time", "")
    if kind == WEEKLY:
        rule["days"] = [day for day in WEEKDAYS if f"on_{day}" in typed.values]
    if kind == MONTHLY:
        day = typed.values.get("day", "")
        rule["day"] = int(day) if day.isdigit() else LAST
    if kind == MINUTES:
        rule["every"] = typed.whole("every", most=1440)
    if kind == ONCE:
        rule["at"] = typed.values.get("at", "").replace(" ", "T")
    return rule | {"cut_off": PREVIOUS_DAY if "previous_day" in typed.values else SAME_DAY}


@door.get("/seasons/<slug>/timetables/new")
@guarded(guard_action(Action.PLAN_TIMETABLE))
def new_timetable(slug: str) -> ResponseReturnValue:
    """The form for a timetable."""
    return _form(slug, Typed({"kind": MONTHLY, "day": "5", "time": "09:00", "every": "30"}))


@door.post("/seasons/<slug>/timetables")
@guarded(guard_action(Action.PLAN_TIMETABLE))
def add(slug: str) -> ResponseReturnValue:
    """First show the next five dates, then, when they are confirmed, keep the timetable."""
    season = season_at(slug)
    typed = Typed.of_request()
    name = typed.text("name")
    catch_up = typed.choice("catch_up", [LATEST_ONLY, ALL, ASK])
    try:
        document = rule_from(typed)
        rule = parse_rule(document)
    except PlanError as error:
        typed.complain("", "; ".join(error.problems))
        return _form(slug, typed, status=422)
    if not typed.ok:
        return _form(slug, typed, status=422)
    dates = next_dates(rule, office().zone)
    if "confirmed" not in typed.values:
        return _form(slug, typed, dates=dates, words=rule_words(rule))
    session = writing()
    add_timetable(
        session, person().name, season, name=name, rule=document, zone=office().zone, catch_up=catch_up
    )
    session.commit()
    flash(_("时间表“{name}”已生效").format(name=name))
    return redirect(url_for("console.publish", slug=slug))


@door.post("/seasons/<slug>/timetables/<int:timetable_id>/<any(pause, resume):change>")
@guarded(guard_action(Action.PLAN_TIMETABLE))
def switch(slug: str, timetable_id: int, change: str) -> ResponseReturnValue:
    """Pause or resume a timetable."""
    season = season_at(slug)
    session = writing()
    timetable = next((t for t in list_timetables(session, season.id) if t.id == timetable_id), None)
    if timetable is None:
        abort(404)
    if change == "pause":
        pause_timetable(session, person().name, timetable)
        flash(_("时间表“{name}”已暂停").format(name=timetable.name))
    else:
        resume_timetable(session, person().name, timetable)
        flash(_("时间表“{name}”已恢复").format(name=timetable.name))
    session.commit()
    return redirect(url_for("console.publish", slug=slug))


def _form(
    slug: str,
    typed: Typed,
    *,
    dates: list[Millis] | None = None,
    words: str | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    return show(
        "timetable",
        status,
        here="publish",
        season=season_at(slug),
        typed=typed,
        dates=dates,
        words=words,
        kinds=kind_words(),
        weekdays=weekday_words(),
        days=[str(day) for day in range(1, 32)] + [LAST],
    )
