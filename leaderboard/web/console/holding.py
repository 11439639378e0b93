"""Holding a season's boards back at the console: the freeze and its reveal, and the window every board goes through."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.boards.countersign import REVEAL, ask
from leaderboard.releasing import reveal
from leaderboard.seasons.holding import MOST_WINDOW_DAYS, freeze_season, set_window
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import PlanError
from leaderboard.web.console.acts import carry_out, try_out
from leaderboard.web.console.door import door, season_at
from leaderboard.web.console.drafts import desk, window_of
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.meanwhile import mark_of, overtaken
from leaderboard.web.requests import database, office, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _

PUBLISHING = guard_action(Action.PUBLISH_EDITION)


@door.post("/seasons/<slug>/freeze")
@guarded(PUBLISHING)
def freeze(slug: str) -> ResponseReturnValue:
    """Keep the last edition in public until the reveal."""
    season, reason = season_at(slug), Typed.of_request().worded.get("reason", "")

    def begin(session: Session) -> str:
        freeze_season(session, person().name, season, reason=reason)
        return _("已封榜：公开的仍是封榜前的一期")

    return carry_out(begin, url_for("console.drafts", slug=slug))


@door.post("/seasons/<slug>/reveal")
@guarded(PUBLISHING)
def reveal_season(slug: str) -> ResponseReturnValue:
    """End the freeze and publish what waited."""
    season, typed = season_at(slug), Typed.of_request()
    reason, newest_only = typed.worded.get("reason", ""), "newest_only" in typed.values
    back = url_for("console.drafts", slug=slug)

    def first(session: Session) -> str:
        ask(session, person().name, season, REVEAL, reason=reason, newest_only=newest_only)
        return _("已提出揭榜，待另一位管理员会签")

    def end() -> str:
        numbers = reveal(
            database(), season.id, person().name, office(), reason=reason, newest_only=newest_only
        )
        return revealed_words(numbers)

    return carry_out(first, back) if season.two_persons else try_out(end, back)


def revealed_words(numbers: list[int]) -> str:
    """What a reveal came to."""
    if not numbers:
        return _("已揭榜，没有等待发布的一期")
    return _("已揭榜，发布第 {numbers} 期").format(numbers=_("、").join(map(str, numbers)))


@door.post("/seasons/<slug>/window")
@guarded(PUBLISHING)
def change_window(slug: str) -> ResponseReturnValue:
    """Set for how many working days every board lies open before it is published."""
    season, typed = season_at(slug), Typed.of_request()
    days = typed.whole("days", least=0, most=MOST_WINDOW_DAYS)
    contact, reason = typed.worded.get("contact"), typed.worded.get("reason", "")
    session = writing()
    held = session.get_one(Season, season.id)
    present = window_of(held)
    words = {"days": _("工作日数（0 为不公示）"), "contact": _("异议联系方式")}
    both = [(words[name], value, typed.worded.get(name, "")) for name, value in present.items()]
    if overtaken(typed, mark_of(present), both):
        session.rollback()
        return desk(season, typed, 409)
    if not typed.ok:
        session.rollback()
        return desk(season, typed, 422)
    try:
        set_window(session, person().name, held, days=days, contact=contact, reason=reason)
        session.commit()
    except PlanError as error:
        session.rollback()
        typed.complain("", "; ".join(error.problems))
        return desk(season, typed, 422)
    flash(_("公示期已调整，正在公示的公示稿不受影响"))
    return redirect(url_for("console.drafts", slug=slug))
