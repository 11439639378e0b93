"""What lies on the desk of a season's scheme: the version in force, the draft, and on which version it stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from leaderboard.instant import now
from leaderboard.seasons.approval import last_submission
from leaderboard.seasons.drafts import FOUR_RATES, approved_since, current_draft
from leaderboard.seasons.models import RETURNED, SchemeSubmission, SchemeVersion, Season
from leaderboard.seasons.read import scheme_in_force, schemes_to_come
from leaderboard.web.console.door import today
from leaderboard.web.requests import reading


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk: the scheme in force, the draft, and the document the form starts from."""

    season: Season
    in_force: SchemeVersion | None
    newest: SchemeVersion | None
    """The approved version that holds last, in force or waiting for its day: a new draft starts from it."""
    draft: SchemeVersion | None
    waiting: SchemeSubmission | None
    """How the draft was submitted, while it waits for the second person."""
    returned: SchemeSubmission | None = None
    """How the draft came back from the second person, until it is submitted again."""
    since: tuple[SchemeVersion, ...] = ()
    """Versions that were approved after the draft was begun, whose changes it therefore may not hold."""

    @property
    def base(self) -> dict[str, Any]:
        """The draft, else the newest approved scheme, else the four rates."""
        version = self.draft or self.newest
        document: dict[str, Any] = json.loads(version.document) if version else dict(FOUR_RATES)
        return document

    @property
    def seen(self) -> str:
        """Which draft a form was filled in over, as its hidden field carries it: "3.2", or "" for none."""
        return f"{self.draft.version_no}.{self.draft.revision}" if self.draft else ""

    @property
    def as_of(self) -> date:
        """The cut-off of what-ifs: today, and never after the season's end."""
        return min(today(), self.season.ends_on)


def desk_of(season: Season) -> Desk:
    """The desk of a season as it is now."""
    session = reading()
    on = min(today(), season.ends_on)
    draft = current_draft(session, season.id)
    last = last_submission(session, draft) if draft else None
    in_force = scheme_in_force(session, season.id, on, now())
    return Desk(
        season,
        in_force,
        newest=next(reversed(schemes_to_come(session, season.id, on)), in_force),
        draft=draft,
        waiting=last if last and last.outcome is None else None,
        returned=last if last and last.outcome == RETURNED else None,
        since=tuple(approved_since(session, draft)) if draft else (),
    )
