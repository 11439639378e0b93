"""Reading the run log: what the clock and the button did, what failed, what waits for a decision."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.boards.clock import (
    AWAY,
    BROKEN,
    CROWDED,
    ELSEWHERE,
    HELD_BACK,
    OUTDATED,
    TAKEN_OVER,
    UNFINISHED,
    request_key,
)
from leaderboard.boards.due import ASKING, ASKING_MANY, CALLED_OFF, REPLACED, REPLACED_MANY
from leaderboard.boards.gather import NOTHING_IN_FORCE
from leaderboard.boards.keys import OTHER_KEY
from leaderboard.boards.models import DONE, FAILED, SKIPPED, Draft, DueRun, Edition
from leaderboard.boards.read import last_numbered, latest_edition
from leaderboard.boards.release import DIFFERING, NEWEST_ONLY, OUTRUN
from leaderboard.seasons.models import Season
from leaderboard.words import gettext as _

KEPT = (
    *(REPLACED, REPLACED_MANY, ASKING, ASKING_MANY, CALLED_OFF, OUTDATED, HELD_BACK),
    *(AWAY, ELSEWHERE, TAKEN_OVER, CROWDED, BROKEN, NOTHING_IN_FORCE, OTHER_KEY),
    *(DIFFERING, OUTRUN, NEWEST_ONLY),
)
"""What is kept with a run or a draft or told of it, in Chinese whoever reads it later."""
_BLANK = re.compile(r"\\{(\w+)\\}")


def run_words(message: str | None) -> str:
    """What was kept with a run or a draft, in the reader's language; what people and failures said stays as it was."""
    for sentence in KEPT:
        shape = _BLANK.sub(r"(?P<\1>.+)", re.escape(sentence))
        if message and (found := re.fullmatch(shape, message, re.DOTALL)):
            parts = found.groupdict()
            if sentence == BROKEN:
                parts["why"] = run_words(parts["why"])
            return _(sentence).format(**parts)
    return message or ""


@dataclass(frozen=True, slots=True)
class Ahead:
    """The edition that a press of the button comes to, after everything that is under way."""

    number: int
    published: int
    """The number of the season's last edition; 0 before the first."""
    newest_run: int
    """The newest run that goes on or came to something; 0 without any."""


def edition_ahead(session: Session, season_id: int) -> Ahead:
    """What the next press comes to: runs that are due or being published come out first, unless a later one is out."""
    last, newest = last_numbered(session, season_id), latest_edition(session, season_id)
    published = last.number if last else 0
    goes_on = UNFINISHED & (DueRun.due_at >= (newest.due_at if newest else 0))
    runs = select(func.count(), func.max(DueRun.id)).where(DueRun.season_id == season_id)
    waiting, _id = session.execute(runs.where(goes_on)).one()
    _count, newest_run = session.execute(runs.where(goes_on | (DueRun.state == DONE))).one()
    return Ahead(published + waiting + 1, published, newest_run or 0)


def list_runs(session: Session, season_id: int, limit: int = 20) -> Sequence[DueRun]:
    """Due runs of a season, newest first."""
    return session.scalars(
        select(DueRun)
        .where(DueRun.season_id == season_id)
        .order_by(DueRun.due_at.desc(), DueRun.id.desc())
        .limit(limit)
    ).all()


def find_run(session: Session, season_id: int, run_id: int) -> DueRun | None:
    """One run of the season, if it has it."""
    return session.scalars(
        select(DueRun).where(DueRun.id == run_id, DueRun.season_id == season_id)
    ).one_or_none()


def is_requested(session: Session, season: Season, once_key: str) -> bool:
    """Whether this press of the button has come in before."""
    found = select(DueRun.id).where(DueRun.once_key == request_key(season, once_key))
    return session.scalar(found) is not None


def editions_by_run(session: Session, season_id: int, limit: int = 50) -> dict[int, int]:
    """Run -> number of the edition it published, for the newest editions of a season."""
    rows = session.execute(
        select(Edition.run_id, Edition.number)
        .where(Edition.season_id == season_id, Edition.run_id.is_not(None))
        .order_by(Edition.number.desc())
        .limit(limit)
    )
    return {run_id: number for run_id, number in rows if run_id is not None}


def drafts_by_run(session: Session, season_id: int) -> dict[int, int]:
    """Run -> the draft it came to that is not published, for the runs of a season."""
    found = select(Draft.run_id, Draft.id).where(Draft.season_id == season_id, Draft.edition_id.is_(None))
    rows = session.execute(found.where(Draft.run_id.is_not(None)))
    return {run_id: draft_id for run_id, draft_id in rows if run_id is not None}


def unmade(session: Session, season_id: int) -> Sequence[DueRun]:
    """Runs that failed or were put aside after the newest edition was due: they may still be brought back."""
    last = latest_edition(session, season_id)
    found = select(DueRun).where(DueRun.season_id == season_id, DueRun.state.in_([FAILED, SKIPPED]))
    if last is not None:
        found = found.where(DueRun.due_at > last.due_at)
    return session.scalars(found.order_by(DueRun.due_at.desc())).all()
