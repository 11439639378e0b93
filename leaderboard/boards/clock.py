"""The clock: due instants as rows, claimed by lease and epoch, so that any number of processes publish each one once.

Exactly once rests on three constraints and no lock: a due instant is a unique row, a claim is a conditional update
that raises the epoch, and an edition is announced only while the claim's epoch still stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Update, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.boards.due import active_timetables, materialise, rows_changed
from leaderboard.boards.models import DONE, DUE, FAILED, PUBLISHED, RUNNING, SKIPPED, DueRun, Edition
from leaderboard.boards.publish import Overtaken
from leaderboard.boards.timekeeping import check_clock
from leaderboard.instant import Millis
from leaderboard.seasons.models import Season, Timetable
from leaderboard.seasons.timetable import course_of
from leaderboard.words import gettext as _

CLOCK = "clock"
"""Who published an edition that nobody asked for by hand."""
OUTDATED = "本赛季已发布更晚的一期, 此期不再发布"
HELD_BACK = "已存为公示稿, 尚未发布"
AWAY = "数据库暂时不可用, 稍后自动重试"
ELSEWHERE = "另一进程正在发布"
TAKEN_OVER = "另一进程接手了发布"
CROWDED = "连续有其他各期抢先发布, 稍后自动重试"
BROKEN = "发布时出错: {why}"
"""What is told of a run, and kept with it, in Chinese: `run_log.run_words` tells it in the reader's language."""


def what_broke(error: Exception) -> str:
    """What is kept of a failure: of a refusal by the database its own words, never the statement with what it holds."""
    if isinstance(error, ValueError | Overtaken):
        return BROKEN.format(why=error)
    told = str(error.orig).partition("\n")[0] if isinstance(error, DBAPIError) else error
    return BROKEN.format(why=f"{type(error).__name__} {told}")


UNFINISHED = DueRun.state.in_([DUE, RUNNING])
"""Runs that wait to be published or are being published."""


class RunRefused(ValueError):
    """A run that cannot be brought back; the message says why, for the person who asked."""


def request_key(season: Season, once_key: str) -> str:
    """The key under which one press of the button happens once: a digest, so that any text will do."""
    return f"request/{hashlib.sha256(f'{season.slug}/{once_key}'.encode()).hexdigest()}"


def request_run(session: Session, season: Season, once_key: str, actor: str, at: Millis) -> DueRun:
    """A run asked for by hand, due at once; the same key gives the same run, however often it is pressed.

    Raises ClockOff where this machine's clock cannot be trusted to say when.
    """
    check_clock(session)
    key = request_key(season, once_key)
    if found := _run_of_key(session, key):
        return found
    # Instants of the timetable that have passed come first, or the season's editions would be out of order.
    materialise(session, at, season.id)
    newest = session.scalar(select(func.max(DueRun.due_at)).where(DueRun.season_id == season.id))
    due_at = at if newest is None else max(at, newest + 1)
    run = DueRun(
        season_id=season.id, timetable_id=None, once_key=key, due_at=due_at, state=DUE, requested_by=actor
    )
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError:
        if found := _run_of_key(session, key):
            return found
        raise
    record_act(session, actor, "edition.request", season.slug, run=run.id, due_at=run.due_at)
    return run


def _run_of_key(session: Session, key: str) -> DueRun | None:
    return session.scalars(select(DueRun).where(DueRun.once_key == key)).one_or_none()


def running(session: Session) -> Sequence[DueRun]:
    """The runs that nodes hold."""
    return session.scalars(select(DueRun).where(DueRun.state == RUNNING).order_by(DueRun.id)).all()


def claimable(session: Session, at: Millis) -> list[DueRun]:
    """The first unfinished run of each season, in due order, unless a living node holds it."""
    first = (
        select(DueRun.season_id, func.min(DueRun.due_at).label("due_at"))
        .where(UNFINISHED)
        .group_by(DueRun.season_id)
        .subquery()
    )
    is_first = (DueRun.season_id == first.c.season_id) & (DueRun.due_at == first.c.due_at)
    found = select(DueRun).join(first, is_first).where(UNFINISHED).order_by(DueRun.due_at, DueRun.id)
    heads: dict[int, DueRun] = {}
    for run in session.scalars(found):
        heads.setdefault(run.season_id, run)
    return [run for run in heads.values() if _is_free(run, at)]


def _is_free(run: DueRun, at: Millis) -> bool:
    return run.state == DUE or (run.lease_until is not None and run.lease_until < at)


def head_before(session: Session, run: DueRun) -> DueRun | None:
    """The first unfinished run of the season that is not later than this one; None when this one is finished."""
    found = select(DueRun).where(UNFINISHED, DueRun.season_id == run.season_id)
    head = session.scalars(found.order_by(DueRun.due_at, DueRun.id).limit(1)).first()
    return head if head is not None and (head.due_at, head.id) <= (run.due_at, run.id) else None


def claim(session: Session, run_id: int, epoch: int, owner: str, at: Millis, lease_ms: int) -> bool:
    """Take a run for this node until the lease ends; False when another node was quicker or still holds it."""
    free = (DueRun.state == DUE) | ((DueRun.state == RUNNING) & (DueRun.lease_until < at))
    taken = rows_changed(
        session,
        update(DueRun)
        .where(DueRun.id == run_id, DueRun.epoch == epoch, free)
        .values(state=RUNNING, owner=owner, lease_until=at + lease_ms, epoch=epoch + 1),
    )
    return taken == 1


def _held(run_id: int, epoch: int) -> Update:
    """Changes a run only while it is still held under this epoch."""
    return update(DueRun).where(DueRun.id == run_id, DueRun.epoch == epoch, DueRun.state == RUNNING)


def renew(session: Session, run_id: int, epoch: int, at: Millis, lease_ms: int) -> bool:
    """Hold a claimed run longer; False when it was taken over meanwhile."""
    return rows_changed(session, _held(run_id, epoch).values(lease_until=at + lease_ms)) == 1


def finish(session: Session, run_id: int, epoch: int, at: Millis, message: str | None = None) -> bool:
    """Mark a claimed run as done; False when it was taken over, and its edition must not be announced."""
    done = _held(run_id, epoch).values(state=DONE, message=message, finished_at=at)
    return rows_changed(session, done) == 1


def fail(session: Session, run_id: int, epoch: int, at: Millis, message: str, attempts: int) -> str | None:
    """Count a failed try and keep why; the run is due again until `attempts` tries, then failed.

    Returns the new state, or None when the run was taken over meanwhile.
    """
    run = session.get_one(DueRun, run_id, populate_existing=True)
    state = FAILED if run.attempt + 1 >= attempts else DUE
    values: dict[str, Any] = {
        "state": state,
        "attempt": run.attempt + 1,
        "message": message,
        "lease_until": None,
    }
    values["finished_at"] = at if state == FAILED else None
    return state if rows_changed(session, _held(run_id, epoch).values(**values)) else None


def skip(session: Session, run_id: int, epoch: int, at: Millis, message: str) -> bool:
    """Put a claimed run aside with the reason; False when it was taken over meanwhile."""
    values = {"state": SKIPPED, "message": message, "finished_at": at, "lease_until": None}
    return rows_changed(session, _held(run_id, epoch).values(**values)) == 1


def release(session: Session, run_id: int, epoch: int) -> bool:
    """Give a claimed run back untried, for any node to take at once."""
    return rows_changed(session, _held(run_id, epoch).values(state=DUE, lease_until=None)) == 1


def bring_back(session: Session, actor: str, run: DueRun) -> None:
    """Make a skipped or failed run due again; raises RunRefused when a later edition of the season is out.

    In a season that wants two persons it comes to a draft of whoever brought it back.
    """
    if run.state not in {SKIPPED, FAILED}:
        raise RunRefused(_("只有已跳过或已失败的一期可以补发"))
    if is_outdated(session, run):
        raise RunRefused(_("其后的一期已经发布, 不能再补发更早的一期"))
    run.state, run.attempt, run.finished_at = DUE, 0, None
    told: dict[str, Any] = {"due_at": run.due_at}
    if session.get_one(Season, run.season_id).two_persons:
        # What somebody brings back was called off or failed: it is theirs, and another publishes it.
        run.requested_by = actor
        told["two_persons"] = True
    session.flush()
    record_act(session, actor, "run.bring_back", f"run {run.id}", **told)


def is_outdated(session: Session, run: DueRun) -> bool:
    """Whether an edition of the season stands in public that was due later than this run; a withdrawn one does not."""
    standing = select(func.max(Edition.due_at)).where(Edition.season_id == run.season_id)
    newest = session.scalar(standing.where(Edition.state == PUBLISHED))
    return newest is not None and newest > run.due_at


def next_due(session: Session, season_id: int | None, after: Millis) -> Millis | None:
    """The next instant after this one at which a season's board (or, with None, any board) is due."""
    return min((instant for _timetable, instant in upcoming(session, season_id, after)), default=None)


def upcoming(session: Session, season_id: int | None, after: Millis) -> Iterator[tuple[Timetable, Millis]]:
    """Each timetable of a season (with None of all) that goes on, with its next instant after this one."""
    for timetable in active_timetables(session, season_id):
        course = course_of(session, timetable)
        instant = course.first_after(max(after, course.begins_at - 1))
        if instant is not None:
            yield timetable, instant
