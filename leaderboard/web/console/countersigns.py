"""The rule of two persons at the console: switched on at once and off by two, and what waits for the second person."""

from __future__ import annotations

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.boards.correct import withdraw
from leaderboard.boards.countersign import (
    ALONE,
    REVEAL,
    act_words,
    agree,
    ask,
    find_countersign,
    refuse,
    want_two,
)
from leaderboard.boards.drafts import DraftRefused
from leaderboard.boards.models import Countersign, Edition
from leaderboard.releasing import reveal
from leaderboard.seasons.models import Season
from leaderboard.web.console.acts import carry_out, try_out
from leaderboard.web.console.door import door, season_at
from leaderboard.web.console.holding import revealed_words
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import database, office, reading
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _

ONE = "/seasons/<slug>/countersigns/<int:countersign_id>"
PUBLISHING = guard_action(Action.PUBLISH_EDITION)


@door.post("/seasons/<slug>/two-persons")
@guarded(PUBLISHING)
def two_persons(slug: str) -> ResponseReturnValue:
    """Want two persons from now on; or, where they are wanted, ask another to agree that one is enough.

    The button does the opposite once somebody else has pressed it: it holds only for the rule it was shown with.
    """
    season, typed = season_at(slug), Typed.of_request()
    reason = typed.worded.get("reason", "")

    def change(session: Session) -> str:
        if typed.values.get("seen") != str(season.two_persons):
            raise DraftRefused(_("须几人发布已由他人改过，请看过现在的规则再定"))
        if season.two_persons:
            ask(session, person().name, season, ALONE, reason=reason)
            return _("已提出，待另一位管理员会签；会签之前仍须两人发布")
        want_two(session, person().name, season, reason=reason)
        return _("自现在起，本赛季须两人发布")

    return carry_out(change, _back(slug))


@door.post(f"{ONE}/agree")
@guarded(PUBLISHING)
def agree_countersign(slug: str, countersign_id: int) -> ResponseReturnValue:
    """Agree to what another asked for, and do it."""
    season = season_at(slug)
    asked = _asked(reading(), season, countersign_id)
    if asked.act == REVEAL:
        return _revealed(season, asked)

    def settle(session: Session) -> str:
        found = agree(session, person().name, _asked(session, season, countersign_id))
        if found.edition_id is None:
            return _("已会签：{act}").format(act=act_words()[found.act])
        edition = session.get_one(Edition, found.edition_id)
        withdraw(session, person().name, edition, reason=found.reason, agreed=found)
        return _("已会签，第 {n} 期已撤回").format(n=edition.number)

    return carry_out(settle, _back(slug))


def _revealed(season: Season, asked: Countersign) -> ResponseReturnValue:
    season_id, countersign_id, reason, newest = season.id, asked.id, asked.reason, bool(asked.newest_only)
    name, ours = person().name, office()

    def end() -> str:
        numbers = reveal(
            database(),
            season_id,
            name,
            ours,
            reason=reason,
            newest_only=newest,
            countersign_id=countersign_id,
        )
        return revealed_words(numbers)

    return try_out(end, _back(season.slug))


@door.post(f"{ONE}/refuse")
@guarded(PUBLISHING)
def refuse_countersign(slug: str, countersign_id: int) -> ResponseReturnValue:
    """Refuse what another asked for, or take one's own asking back."""
    season, answer = season_at(slug), Typed.of_request().worded.get("answer", "")

    def settle(session: Session) -> str:
        asked = _asked(session, season, countersign_id)
        refuse(session, person().name, asked, answer=answer)
        return _("已撤回提请") if asked.asked_by == person().name else _("已答复不同意")

    return carry_out(settle, _back(slug))


def _asked(session: Session, season: Season, countersign_id: int) -> Countersign:
    return find_countersign(session, season.id, countersign_id) or abort(404)


def _back(slug: str) -> str:
    return url_for("console.drafts", slug=slug)
