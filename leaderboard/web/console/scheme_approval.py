"""The second person's page: what was submitted and why, what it would change, and the decision."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.boards.preview import Comparison
from leaderboard.boards.read import latest_edition
from leaderboard.rulebook.differences import Difference, differences
from leaderboard.seasons.approval import (
    approve_scheme,
    authors,
    return_scheme,
    submissions_of,
    withdraw_scheme,
)
from leaderboard.seasons.models import SchemeVersion, Season
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import list_schemes
from leaderboard.seasons.schemes import DraftChanged, unfit_day
from leaderboard.web.console.acts import carry_out
from leaderboard.web.console.door import door, season_at, show, today
from leaderboard.web.console.scheme import seen_draft
from leaderboard.web.console.scheme_desk import Desk, desk_of
from leaderboard.web.console.scheme_order import due_instead, succession
from leaderboard.web.console.scheme_trial import Trial, division_names
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _


@door.get("/seasons/<slug>/scheme/approval")
def approval(slug: str) -> ResponseReturnValue:
    """What waits for the second person, beside what is in force; whoever may read the console may look."""
    return _approval_page(season_at(slug), Typed())


@door.post("/seasons/<slug>/scheme/approve")
@guarded(guard_action(Action.APPROVE_SCHEME))
def approve(slug: str) -> ResponseReturnValue:
    """Put the submitted version in force, as another person than its authors."""
    season, typed = season_at(slug), Typed.of_request()
    day = typed.day("effective_on") if typed.values.get("effective_on") else None

    def decide(session: Session, version: SchemeVersion) -> str:
        approve_scheme(session, person().name, version, today=today(), effective_on=day)
        told = _("第 {version} 版方案已批准，自 {day} 起用于新发布的各期；已发布的各期不变")
        said = told.format(version=version.version_no, day=version.effective_on)
        return said + succession(session, season.id, version.effective_on or today())

    return _decision(season, typed, decide)


@door.post("/seasons/<slug>/scheme/return")
@guarded(guard_action(Action.APPROVE_SCHEME))
def return_draft(slug: str) -> ResponseReturnValue:
    """Give the submitted version back to its authors with the reason."""
    typed = Typed.of_request()
    reason = typed.text("answer", most=500)

    def decide(session: Session, version: SchemeVersion) -> str:
        return_scheme(session, person().name, version, reason=reason)
        return _("第 {version} 版方案已退回").format(version=version.version_no)

    return _decision(season_at(slug), typed, decide)


@door.post("/seasons/<slug>/scheme/withdraw")
@guarded(guard_action(Action.DRAFT_SCHEME))
def withdraw(slug: str) -> ResponseReturnValue:
    """Take the submitted version back before it is decided on."""
    season = season_at(slug)

    def take_back(session: Session) -> str:
        version = withdraw_scheme(session, person().name, seen_draft(session, season))
        return _("第 {version} 版方案已撤回，可继续修改").format(version=version.version_no)

    return carry_out(take_back, url_for("console.scheme", slug=slug))


def _decision(
    season: Season, typed: Typed, decide: Callable[[Session, SchemeVersion], str]
) -> ResponseReturnValue:
    """Decide on the very version that was seen; what is refused comes back with what was typed."""
    if not typed.ok:
        return _approval_page(season, typed, 422)
    session = writing()
    try:
        said = decide(session, seen_draft(session, season))
        session.commit()
    except (PlanError, DraftChanged) as error:
        session.rollback()
        typed.complain("", str(error))
        return _approval_page(season, typed, 409 if isinstance(error, DraftChanged) else 422)
    flash(said)
    return redirect(url_for("console.scheme", slug=season.slug))


def _approval_page(season: Season, typed: Typed, status: int = 200) -> ResponseReturnValue:
    session = reading()
    desk = desk_of(season)
    trial, own, overdue = None, set[str](), False
    changed: list[Difference] = []
    due, changed_then = None, list[Difference]()
    if desk.draft is not None and desk.waiting is not None:
        document: dict[str, Any] = json.loads(desk.draft.document)
        due = due_instead(session, season.id, desk.waiting.effective_on, today())
        held = json.loads(due.document) if due else None
        trial = Trial(season, document, desk.as_of, is_read_only=True, against=held)
        in_force = json.loads(desk.in_force.document) if desk.in_force else {}
        changed = differences(in_force, document, division_names(season))
        changed_then = differences(held, document, division_names(season)) if held else []
        own = authors(session, desk.draft, desk.waiting)
        overdue = any(unfit_day(session, desk.draft, desk.waiting.effective_on, today()))
    numbers = {version.id: version.version_no for version in list_schemes(session, season.id)}
    return show(
        "approval",
        status,
        here="scheme",
        season=season,
        desk=desk,
        # What was decided meanwhile is seen before it is decided on again.
        seen=desk.seen if status == 409 else request.form.get("seen", desk.seen),
        typed=typed,
        trial=trial,
        effect=trial.effect if trial else None,
        past_effects=trial.past() if trial else [],
        changed=changed,
        due=due,
        changed_then=changed_then,
        effect_today=_effect_today(desk, trial) if trial and due and desk.in_force else None,
        edition=latest_edition(session, season.id),
        is_own=person().name in own,
        overdue=overdue,
        succession=succession(session, season.id, desk.waiting.effective_on) if desk.waiting else "",
        today=today(),
        past=[
            (numbers[found.scheme_version_id], found)
            for found in submissions_of(session, season.id)
            if found.outcome is not None
        ],
    )


def _effect_today(desk: Desk, trial: Trial) -> Comparison:
    """What the submitted rules would change from those in force today."""
    return Trial(desk.season, trial.document, desk.as_of, is_read_only=True).effect
