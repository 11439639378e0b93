"""Editions after they were published: corrected by a later number, or withdrawn with a public reason."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.boards.correct import (
    begin_correction,
    preview_correction,
    sketch_correction,
    way_on,
    withdraw,
)
from leaderboard.boards.countersign import WITHDRAW, ask
from leaderboard.boards.difference import Effect
from leaderboard.boards.drafts import DraftRefused, list_drafts
from leaderboard.boards.gather import NothingInForce
from leaderboard.boards.models import PUBLISHED, Draft, Edition
from leaderboard.boards.read import find_edition
from leaderboard.boards.timekeeping import ClockOff, after_boards
from leaderboard.instant import now
from leaderboard.seasons.models import Season
from leaderboard.web.console.door import door, season_at, show
from leaderboard.web.console.drafts import names_of_facts, unit_names
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import close_sessions, office, reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _

ONE = "/seasons/<slug>/editions/<int:number>"
PUBLISHING = guard_action(Action.PUBLISH_EDITION)


@door.get(ONE)
def edition(slug: str, number: int) -> ResponseReturnValue:
    """What a correction begun now would change, and the way to a withdrawal."""
    return _page(season_at(slug), number, Typed())


@door.post(f"{ONE}/correct")
@guarded(PUBLISHING)
def correct_edition(slug: str, number: int) -> ResponseReturnValue:
    """Compose the edition anew as a draft, with what the public will be told of it."""
    season, typed = season_at(slug), Typed.of_request()
    try:
        draft = _corrected(season, number, typed.worded.get("note", ""))
    except (DraftRefused, NothingInForce, ClockOff) as error:
        close_sessions(None)
        typed.complain("note", str(error))
        return _page(season, number, typed, 422)
    flash(_("更正稿已出，尚未公布：请核对后公示或发布"))
    return redirect(url_for("console.draft", slug=slug, draft_id=draft.id))


def _corrected(season: Season, number: int, note: str) -> Draft:
    """The draft of a correction, worked out before the turn to write has come: on a large race that takes long."""
    looking, at = reading(), now()
    before = sketch_correction(looking, _edition(looking, season, number), note=note, at=at)
    session = writing()
    found = _edition(session, season, number)
    known_at = after_boards(session, at)
    draft = begin_correction(session, person().name, found, office(), note=note, at=known_at, before=before)
    session.commit()
    return draft


@door.post(f"{ONE}/withdraw")
@guarded(PUBLISHING)
def withdraw_edition(slug: str, number: int) -> ResponseReturnValue:
    """Withdraw the edition whose number was typed once more."""
    season, typed = season_at(slug), Typed.of_request()
    if typed.values.get("number") != str(number):
        typed.complain("number", _("期号不符，没有撤回；请输入 {n}").format(n=number))
        return _page(season, number, typed, 422)
    session = writing()
    try:
        found, reason = _edition(session, season, number), typed.worded.get("reason", "")
        if season.two_persons:
            ask(session, person().name, season, WITHDRAW, reason=reason, edition=found)
        else:
            withdraw(session, person().name, found, reason=reason)
        session.commit()
    except (DraftRefused, ClockOff) as error:
        session.rollback()
        typed.complain("reason", str(error))
        return _page(season, number, typed, 422)
    done = _("已提出撤回第 {n} 期，待另一位管理员会签") if season.two_persons else _("第 {n} 期已撤回")
    flash(done.format(n=number))
    return redirect(url_for("console.drafts", slug=slug, _anchor="editions"))


def _edition(session: Session, season: Season, number: int) -> Edition:
    return find_edition(session, season.slug, number, public_only=False) or abort(404)


def _under_way(session: Session, found: Edition) -> Draft | None:
    live = list_drafts(session, found.season_id, live_only=True)
    return next((draft for draft in live if draft.corrects_id == found.id), None)


def _effect(session: Session, found: Edition) -> Effect | None:
    try:
        return preview_correction(session, found) if found.state == PUBLISHED else None
    except NothingInForce:
        return None


def _page(season: Season, number: int, typed: Typed, status: int = 200) -> ResponseReturnValue:
    session = reading()
    found = _edition(session, season, number)
    under_way = _under_way(session, found)
    return show(
        "edition",
        status,
        here="drafts",
        season=season,
        edition=found,
        under_way=under_way,
        way_on=None if found.state == PUBLISHED else way_on(session, found),
        effect=None if under_way else _effect(session, found),
        names=unit_names(session),
        called=names_of_facts(season, found.package),
        typed=typed,
    )
