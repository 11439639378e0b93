"""A season's own card on the console: what it is called, its period until a board rests on it, and who may see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.boards.countersign import HIDE, SHOW, ask
from leaderboard.boards.period import move_period, why_fixed
from leaderboard.boards.read import last_numbered
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import PlanError, show_season
from leaderboard.seasons.rename import rename_season
from leaderboard.web.console.acts import carry_out
from leaderboard.web.console.door import door, season_at, show
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.meanwhile import filled_in_over, mark_of, overtaken
from leaderboard.web.requests import office, reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _

PLANNING = guard_action(Action.PLAN_SEASON)
NAMES = ("title", "title_en", "authority", "source")
PERIOD = ("starts_on", "ends_on")


def values_of(season: Season) -> dict[str, str]:
    """What the card says."""
    names = {name: getattr(season, name) or "" for name in NAMES}
    return names | {"starts_on": str(season.starts_on), "ends_on": str(season.ends_on)}


@door.get("/seasons/<slug>/card")
@guarded(PLANNING)
def season_card(slug: str) -> ResponseReturnValue:
    """The card as a form."""
    season = season_at(slug)
    return _page(season, filled_in_over(values_of(season)))


@door.post("/seasons/<slug>/card")
@guarded(PLANNING)
def change_season(slug: str) -> ResponseReturnValue:
    """Change what the card says, with the reason; who saves second sees what the first one saved."""
    found = season_at(slug)
    session = writing()
    season = session.get_one(Season, found.id)
    typed = Typed.of_request()
    names: dict[str, str | None] = {"title": typed.text("title")}
    names |= {name: typed.text(name, needed=False) or None for name in ("title_en", "authority")}
    names["source"] = typed.text("source", most=500, needed=False) or None
    reason = typed.text("reason", most=500)
    if overtaken(typed, mark_of(values_of(season)), _both(session, season, typed)):
        session.rollback()
        return _page(season_at(slug), typed, 409)
    if not typed.ok:
        session.rollback()
        return _page(season_at(slug), typed, 422)
    try:
        _keep(session, season, typed, names, reason)
        session.commit()
    except PlanError as error:
        session.rollback()
        typed.complain("", "; ".join(error.problems))
        return _page(season_at(slug), typed, 422)
    flash(_("赛季资料已保存；已发布的各期不变"))
    return redirect(url_for("console.setup", slug=slug))


def _both(session: Session, season: Season, typed: Typed) -> Iterator[tuple[str, str, str]]:
    """What the form offers to change, as it is now and as it was typed; the period only while no board rests on it."""
    offered = NAMES if why_fixed(session, season) else (*NAMES, *PERIOD)
    words, present = card_words(), values_of(season)
    return ((words[name], present[name], typed.worded.get(name, "")) for name in offered)


def _keep(session: Session, season: Season, typed: Typed, names: dict[str, str | None], reason: str) -> None:
    """Names and, where the form offered it, the period; nothing that stays as it is."""
    changed: dict[str, Any] = {
        name: value for name, value in names.items() if (getattr(season, name) or None) != value
    }
    if changed:
        rename_season(session, person().name, season, reason=reason, **changed)
    if typed.values.keys() & set(PERIOD):
        starts_on, ends_on = (typed.day(name) for name in PERIOD)
        if not typed.ok:
            raise PlanError(_("起止日期应写成 2026-10-31"))
        move_period(session, person().name, season, starts_on=starts_on, ends_on=ends_on, reason=reason)


@door.post("/seasons/<slug>/public")
@guarded(PLANNING)
def show_or_hide(slug: str) -> ResponseReturnValue:
    """Open the season's boards to the public, or close them, with the reason."""
    season, typed = season_at(slug), Typed.of_request()
    is_public = typed.values.get("is_public") == "1"

    def switch(session: Session) -> str:
        reason = typed.worded.get("reason", "")
        held = session.get_one(Season, season.id)
        if held.two_persons:
            ask(session, person().name, held, SHOW if is_public else HIDE, reason=reason)
            return _("已提出，待另一位管理员会签")
        show_season(session, person().name, held, is_public=is_public, reason=reason)
        return _("榜单已向公众公开") if is_public else _("榜单已停止公开")

    return carry_out(switch, url_for("console.season_card", slug=slug))


def _page(season: Season, typed: Typed, status: int = 200) -> ResponseReturnValue:
    return show(
        "season_card",
        status,
        here="setup",
        season=season,
        typed=typed,
        fixed=why_fixed(reading(), season),
        announced=last_numbered(reading(), season.id) is not None,
        labels=card_words(),
        office_is=office().name,
    )


def card_words() -> dict[str, str]:
    """What the parts of the card are called."""
    return {
        "title": _("名称"),
        "title_en": _("英文名"),
        "authority": _("主办单位"),
        "source": _("数据来源"),
        "starts_on": _("开始日"),
        "ends_on": _("结束日"),
    }
