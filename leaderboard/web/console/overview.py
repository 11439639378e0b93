"""The console's first page: every season with its newest edition, what is next and what waits for someone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.boards.clock import next_due
from leaderboard.boards.models import DueRun, Edition
from leaderboard.boards.read import latest_edition
from leaderboard.boards.run_log import run_words, unmade
from leaderboard.instant import Millis, now
from leaderboard.ledger.waiting import Asked, count_awaiting
from leaderboard.seasons.approval import authors, awaiting_approval
from leaderboard.seasons.drafts import current_draft
from leaderboard.seasons.models import SchemeSubmission, SchemeVersion, Season
from leaderboard.seasons.read import list_seasons, ranked, roster, scheme_in_force
from leaderboard.web.console.door import door, may, show, today
from leaderboard.web.console.season_steps import Step, steps_of
from leaderboard.web.guards import person
from leaderboard.web.requests import reading


@dataclass(frozen=True, slots=True)
class SeasonState:
    """Where one season stands."""

    season: Season
    units: int
    edition: Edition | None
    next_due_at: Millis | None
    in_force: SchemeVersion | None
    draft: SchemeVersion | None
    awaiting: int
    unmade: Sequence[DueRun]
    steps: Sequence[Step]
    """What leads to the first edition; empty once there is one."""


def state_of(session: Session, season: Season) -> SeasonState:
    """Everything the overview says about a season."""
    at = now()
    lines, edition = roster(session, season.id, at), latest_edition(session, season.id)
    return SeasonState(
        season=season,
        units=len(ranked(lines)),
        edition=edition,
        next_due_at=next_due(session, season.id, at),
        in_force=scheme_in_force(session, season.id, min(today(), season.ends_on), at),
        draft=current_draft(session, season.id),
        awaiting=count_awaiting(session, Asked(tuple(line.unit_id for line in lines), season.id)),
        unmade=unmade(session, season.id),
        steps=[] if edition or not may(Action.PLAN_SEASON) else steps_of(session, season),
    )


@door.get("/")
def overview() -> ResponseReturnValue:
    """Where every season stands."""
    session = reading()
    states = [state_of(session, season) for season in list_seasons(session)]
    return show("overview", here="overview", states=states, why=run_words, mine=_to_approve(session))


def _to_approve(session: Session) -> list[tuple[Season, SchemeVersion, SchemeSubmission]]:
    """Schemes that wait for the very person who looks: not for their authors."""
    if not may(Action.APPROVE_SCHEME):
        return []
    return [
        (season, version, submission)
        for season, version, submission in awaiting_approval(session)
        if person().name not in authors(session, version, submission)
    ]
