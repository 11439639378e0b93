"""Boards composed by hand: the next one beforehand, and one that waits, composed anew from what is known now.

They are scored before the turn to write has come, so that the office can go on writing meanwhile.
"""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.boards.drafts import make_draft, revise, sketch_revision
from leaderboard.boards.publish import Due
from leaderboard.boards.sketch import Sketch, sketch
from leaderboard.instant import now
from leaderboard.web.console.acts import carry_out_after
from leaderboard.web.console.door import door, season_at, today
from leaderboard.web.console.drafts import ONE, PUBLISHING, draft_at
from leaderboard.web.guards import guarded, person
from leaderboard.web.requests import office
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _


@door.post("/seasons/<slug>/drafts")
@guarded(PUBLISHING)
def make_one_draft(slug: str) -> ResponseReturnValue:
    """Compose the next board as it would be now, for the house alone."""
    season, at = season_at(slug), now()
    due = Due(min(today(), season.ends_on), at, at)

    def make(session: Session, before: Sketch) -> str:
        draft = make_draft(session, person().name, season, office(), due, before)
        return _("已出公示稿，截至 {day}").format(day=draft.as_of)

    back = url_for("console.drafts", slug=slug)
    return carry_out_after(lambda session: sketch(session, season, due), make, back)


@door.post(f"{ONE}/revise")
@guarded(PUBLISHING)
def revise_draft(slug: str, draft_id: int) -> ResponseReturnValue:
    """Compose a board anew from what is known now."""
    season, at, reason = season_at(slug), now(), Typed.of_request().worded.get("reason", "")

    def look(session: Session) -> Sketch:
        return sketch_revision(session, draft_at(session, season, draft_id), reason=reason, at=at)

    def again(session: Session, before: Sketch) -> str:
        found = draft_at(session, season, draft_id)
        revise(session, person().name, found, office(), reason=reason, at=at, before=before)
        return _("已按现有台账重出，新稿尚未公示")

    return carry_out_after(look, again, url_for("console.drafts", slug=slug))
