"""How the boards are doing: what an operator's probe wants to know at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.boards.models import DUE, FAILED, RUNNING, DueRun, Edition
from leaderboard.instant import Millis


@dataclass(frozen=True, slots=True)
class Health:
    """Seconds since things happened; None where nothing of the kind exists."""

    newest_edition_age: int | None
    oldest_due_age: int | None
    """How long the oldest unfinished run has been due: more than a minute means that no clock is ticking."""
    last_run_age: int | None
    failed_runs: int


def health(session: Session, at: Millis) -> Health:
    """The state of boards and clock at an instant."""
    waiting = select(func.min(DueRun.due_at)).where(DueRun.state.in_([DUE, RUNNING]))
    return Health(
        newest_edition_age=_age(session.scalar(select(func.max(Edition.published_at))), at),
        oldest_due_age=_age(session.scalar(waiting), at),
        last_run_age=_age(session.scalar(select(func.max(DueRun.finished_at))), at),
        failed_runs=session.scalar(select(func.count()).where(DueRun.state == FAILED)) or 0,
    )


def _age(instant: Millis | None, at: Millis) -> int | None:
    return None if instant is None else max(0, (at - instant) // 1000)
