"""Boards composed by hand: the next one beforehand, and one that waits, composed anew from what is known now.

They are scored before the turn to write has come, so that the office can go on writing meanwhile.
"""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.boards.drafts import (
    DraftRefused,
    due_by_hand,
    list_drafts,
    make_draft,
    revise,
    sketch_revision,
)
from leaderboard.boards.sketch import Sketch, sketch
from leaderboard.boards.timekeeping import after_boards
from leaderboard.instant import now
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import present_season
from leaderboard.web.console.acts import carry_out_after
from leaderboard.web.console.door import door, season_at, today
from leaderboard.web.console.drafts import ONE, PUBLISHING, draft_at, last_made
from leaderboard.web.guards import guarded, person
from leaderboard.web.requests import office
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _


@door.post("/seasons/<slug>/drafts")
@guarded(PUBLISHING)
def make_one_draft(slug: str) -> ResponseReturnValue:
    """Compose the next board as it would be now, for the house alone; only if none was made since the page was opened."""
    season, day, at = season_at(slug), today(), now()

    def look(session: Session) -> Sketch:
        _check_last(session, season)
        return sketch(session, season, due_by_hand(season, day, at))

    def make(session: Session, before: Sketch) -> str:
        _check_last(session, season)
        # Another board may have come out meanwhile, or the season have another last day.
        due = due_by_hand(present_season(session, season.id), day, after_boards(session, at))
        draft = make_draft(session, person().name, season, office(), due, before)
        return _("已出公示稿，截至 {day}").format(day=draft.as_of)

    return carry_out_after(look, make, url_for("console.drafts", slug=slug))


def _check_last(session: Session, season: Season) -> None:
    """Raise DraftRefused where a draft was made that whoever pressed has not seen: they would have one twice."""
    if request.form.get("seen") != str(last_made(list_drafts(session, season.id))):
        raise DraftRefused(
            _("打开本页之后已有人出了一份公示稿，这一次没有再出。还要再出一份，看过现有的再按一次。")
        )


@door.post(f"{ONE}/revise")
@guarded(PUBLISHING)
def revise_draft(slug: str, draft_id: int) -> ResponseReturnValue:
    """Compose a board anew from what is known now."""
    season, at, reason = season_at(slug), now(), Typed.of_request().worded.get("reason", "")

    def look(session: Session) -> Sketch:
        return sketch_revision(session, draft_at(session, season, draft_id), reason=reason, at=at)

    def again(session: Session, before: Sketch) -> str:
        found = draft_at(session, season, draft_id)
        known_at = after_boards(session, at)
        revise(session, person().name, found, office(), reason=reason, at=known_at, before=before)
        return _("已按现有台账重出，新稿尚未公示")

    return carry_out_after(look, again, url_for("console.drafts", slug=slug))
