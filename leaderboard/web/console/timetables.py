"""Timetables on the console: added and changed after a look at their next dates, paused, and single dates called off."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session, object_session

from leaderboard.accounts.permissions import Action
from leaderboard.boards.due import make_due
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.instant import now
from leaderboard.seasons.models import ALL, ASK, LATEST_ONLY, Season, Timetable
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import list_timetables, present_season
from leaderboard.seasons.rule import MONTHLY, CutOff, Rule, parse_rule, rule_document
from leaderboard.seasons.timetable import (
    Course,
    add_timetable,
    change_timetable,
    days_for,
    pause_timetable,
    resume_timetable,
    skip_instant,
    unskip_instant,
)
from leaderboard.web.console.acts import carry_out
from leaderboard.web.console.door import door, season_at, show
from leaderboard.web.console.timetable_form import choices, rule_from, rule_words, typed_of
from leaderboard.web.console.timetable_shown import present, shown_dates
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.meanwhile import mark_of, overtaken
from leaderboard.web.requests import office, reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _

ONE = "/seasons/<slug>/timetables/<int:timetable_id>"
PLANNING = guard_action(Action.PLAN_TIMETABLE)


@door.get("/seasons/<slug>/timetables/new")
@guarded(PLANNING)
def new_timetable(slug: str) -> ResponseReturnValue:
    """The form for a timetable, with a proposal that can be kept as it is: its next dates are there to look at."""
    monthly = Rule(MONTHLY, CutOff(), day=5)
    typed = typed_of(monthly, _("月度榜单"), LATEST_ONLY)
    typed.confirmed("confirmed", [_seal(monthly)])
    return _form(season_at(slug), None, typed, rule=monthly)


@door.post("/seasons/<slug>/timetables")
@guarded(PLANNING)
def add(slug: str) -> ResponseReturnValue:
    """First show the next five dates, then, when they are confirmed, keep the timetable."""
    return _planned(season_at(slug), None)


@door.get(f"{ONE}/edit")
@guarded(PLANNING)
def edit_timetable(slug: str, timetable_id: int) -> ResponseReturnValue:
    """The form with what the timetable says now."""
    season = season_at(slug)
    timetable = _timetable(reading(), season, timetable_id)
    typed = typed_of(parse_rule(timetable.rule), timetable.name, timetable.catch_up)
    typed.values["seen"] = mark_of(present(timetable))
    return _form(season, timetable, typed)


@door.post(ONE)
@guarded(PLANNING)
def change(slug: str, timetable_id: int) -> ResponseReturnValue:
    """The same for a change: first the next five dates by the new rule, then, when confirmed, the change."""
    season = season_at(slug)
    # Who only looks waits for nobody's turn.
    session = writing() if request.form.get("confirmed") else reading()
    return _planned(season, _timetable(session, season, timetable_id))


@door.post(f"{ONE}/<any(pause, resume):change>")
@guarded(PLANNING)
def switch(slug: str, timetable_id: int, change: str) -> ResponseReturnValue:
    """Pause a timetable, or resume the one that was seen: whoever lets another's run has looked at its rule."""
    season, seen = season_at(slug), request.form.get("seen")

    def switched(session: Session) -> str:
        timetable = _timetable(session, season, timetable_id)
        if change == "resume":
            _check_seen(session, timetable, seen)
        # What has come due since the clock last looked stays due.
        make_due(session, now(), season.id)
        if change == "pause":
            pause_timetable(session, person().name, timetable)
            return _("时间表“{name}”已暂停").format(name=timetable.name)
        resume_timetable(session, person().name, timetable)
        return _("时间表“{name}”已恢复").format(name=timetable.name)

    return carry_out(switched, _timetables(season))


def _check_seen(session: Session, timetable: Timetable, seen: str | None) -> None:
    """Raise PlanError where the timetable is not as it stood beside the button; under two persons that must be told."""
    told = seen is not None or present_season(session, timetable.season_id).two_persons
    if told and seen != mark_of(present(timetable)):
        words = _(
            "没有恢复：只恢复您看过的时间表。“{name}”现为“{rule}”，停机错过后{catch_up}；请核对后再按一次"
        )
        rule, catch_up = rule_words(parse_rule(timetable.rule)), catch_ups()[timetable.catch_up]
        raise PlanError(words.format(name=timetable.name, rule=rule, catch_up=catch_up))


@door.post(f"{ONE}/skip")
@guarded(PLANNING)
def skip(slug: str, timetable_id: int) -> ResponseReturnValue:
    """Take one coming date out of a timetable, with a reason."""
    return _call_off(season_at(slug), timetable_id, off=True)


@door.post(f"{ONE}/unskip")
@guarded(PLANNING)
def unskip(slug: str, timetable_id: int) -> ResponseReturnValue:
    """Put a date back that was taken out."""
    return _call_off(season_at(slug), timetable_id, off=False)


def _call_off(season: Season, timetable_id: int, *, off: bool) -> ResponseReturnValue:
    session, actor = writing(), person().name
    timetable = _timetable(session, season, timetable_id)
    typed = Typed.of_request()
    due_at = typed.whole("due_at", most=10**14)
    try:
        if off:
            reason = typed.worded.get("reason", "")
            skip_instant(session, actor, timetable, due_at, reason=reason, at=now())
        else:
            unskip_instant(session, actor, timetable, due_at, at=now())
        session.commit()
    except PlanError as error:
        session.rollback()
        flash("; ".join(error.problems), "warning")
    else:
        flash(_("已跳过这一期，其余各期不变") if off else _("这一期照常发布"))
    return _back(season)


def _timetable(session: Session, season: Season, timetable_id: int) -> Timetable:
    found = next((t for t in list_timetables(session, season.id) if t.id == timetable_id), None)
    return found or abort(404)


def _back(season: Season) -> ResponseReturnValue:
    return redirect(_timetables(season))


def _timetables(season: Season) -> str:
    return url_for("console.publish", slug=season.slug, _anchor="timetables")


def _planned(season: Season, timetable: Timetable | None) -> ResponseReturnValue:
    """What was typed, with its next dates; kept once the dates of this very rule were seen and confirmed."""
    typed = Typed.of_request()
    name = typed.text("name")
    catch_up = typed.choice("catch_up", catch_ups())
    document = rule_from(typed)
    rule = _rule_of(typed, document)
    if rule is None:
        return _again(season, timetable, typed, status=422)
    if timetable is not None:
        mine = (name, rule_words(rule), catch_ups()[catch_up])
        if overtaken(typed, mark_of(present(timetable)), _both(timetable, mine)):
            return _again(season, timetable, typed, status=409)
    if not typed.confirmed("confirmed", [_seal(rule)]):
        return _again(season, timetable, typed, rule=rule)
    session = writing()
    try:
        told = _told(season, _keep(session, season, timetable, name=name, rule=document, catch_up=catch_up))
        session.commit()
    except (PlanError, ClockOff) as error:
        session.close()
        typed.complain("", str(error))
        return _again(season, timetable, typed, rule=rule, status=422)
    flash(told)
    return _back(season)


def _keep(
    session: Session,
    season: Season,
    timetable: Timetable | None,
    *,
    name: str,
    rule: Mapping[str, Any],
    catch_up: str,
) -> Timetable:
    """Add the timetable, or change it where there is one."""
    actor, at = person().name, now()
    if timetable is None:
        zone = office().zone
        return add_timetable(session, actor, season, name=name, rule=rule, zone=zone, catch_up=catch_up)
    # What has come due by the old rule since the clock last looked stays due.
    make_due(session, at, season.id)
    change_timetable(session, actor, timetable, name=name, rule=rule, catch_up=catch_up, at=at)
    return timetable


def _told(season: Season, kept: Timetable) -> str:
    """Whether the timetable that was kept runs, and if not, what it waits for."""
    if kept.is_active:
        words = _("时间表“{name}”已生效")
    elif season.two_persons and kept.planned_by == person().name:
        words = _("时间表“{name}”已保存，待另一位管理员启用")
    else:
        words = _("时间表“{name}”已更改，仍为暂停；要按它发布，请点“恢复”")
    return words.format(name=kept.name)


def _again(
    season: Season, timetable: Timetable | None, typed: Typed, *, rule: Rule | None = None, status: int = 200
) -> ResponseReturnValue:
    """The form with what was typed, and nobody waits for it: a session that is closed leaves the timetable as it was."""
    if timetable is not None and (session := object_session(timetable)):
        session.close()
    return _form(season, timetable, typed, rule=rule, status=status)


def _both(timetable: Timetable, mine: tuple[str, str, str]) -> Iterator[tuple[str, str, str]]:
    """The timetable as it is now and as it was typed, in words."""
    words = (_("名称"), _("周期"), _("停机错过后"))
    now_is = (timetable.name, rule_words(parse_rule(timetable.rule)), catch_ups()[timetable.catch_up])
    yield from zip(words, now_is, mine, strict=True)


def catch_ups() -> dict[str, str]:
    """What is done about editions that fell due while nothing ran, in words."""
    return {LATEST_ONLY: _("只补最近一期"), ALL: _("逐期补发"), ASK: _("由管理员决定")}


def _rule_of(typed: Typed, document: dict[str, Any]) -> Rule | None:
    """The rule that was typed; None where a field is wrong, or where they do not hold together."""
    if not typed.ok:
        return None
    try:
        return parse_rule(document)
    except PlanError as error:
        typed.complain("", "; ".join(error.problems))
        return None


def _seal(rule: Rule) -> str:
    """A digest by which the rule that is confirmed is known to be the one whose dates were shown."""
    written = json.dumps(rule_document(rule), sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def _form(
    season: Season, timetable: Timetable | None, typed: Typed, *, rule: Rule | None = None, status: int = 200
) -> ResponseReturnValue:
    """The form, with the rule in words and its next dates once there is one to look at."""
    looked: dict[str, Any] = {"dates": None, "words": None, "missing": [], "may_keep": False}
    if rule is not None:
        zone = timetable.timezone if timetable else office().zone
        course = Course(rule, zone, days_for(reading(), rule), {}, season.ends_on)
        dates = shown_dates(course)
        looked = {
            "dates": dates,
            "words": rule_words(rule),
            "missing": course.years_missing(now()),
            # One that is finished comes to no date any more, and may still be called something else.
            "may_keep": bool(dates) or (timetable is not None and parse_rule(timetable.rule) == rule),
        }
    return show(
        "timetable",
        status,
        here="publish",
        season=season,
        timetable=timetable,
        typed=typed,
        catch_ups=catch_ups(),
        **looked,
        **choices(),
    )
