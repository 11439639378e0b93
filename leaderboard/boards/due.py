"""Due instants as rows: what a timetable's rule comes to, and what happens to instants that were missed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, cast

from sqlalchemy import Update, func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.boards.models import DUE, SKIPPED, DueRun
from leaderboard.boards.timekeeping import check_clock
from leaderboard.instant import Millis, local_date
from leaderboard.seasons.models import ALL, ASK, LATEST_ONLY, Season, Timetable
from leaderboard.seasons.timetable import course_of

PUNCTUAL_MS = 5 * 60_000
"""An instant materialised later than this was missed, for a timetable that asks."""
MOST_ROWS = 500
"""Rows made for one timetable at a time: a year of missed minutes must not fill a transaction."""

REPLACED = "已错过, 按“只补最近一期”的约定由其后的一期代替"
REPLACED_MANY = "此期及更早的 {number} 期已错过, 按“只补最近一期”的约定由其后的一期代替"
ASKING = "已错过, 请管理员决定补发或不再发布"
ASKING_MANY = "此期及更早的 {number} 期已错过, 请管理员决定是否补发此期"
CALLED_OFF = "管理员事先跳过: {reason}"


@dataclass(frozen=True, slots=True)
class _Missed:
    """Due instants of one timetable that have no row yet, the newest of them."""

    timetable: Timetable
    instants: tuple[Millis, ...]
    older: int
    """How many still older ones there are beyond these."""
    called_off: Mapping[Millis, str]
    """Instants that an administrator took out beforehand, with the reason."""

    @property
    def newest(self) -> Millis | None:
        """The newest instant that was not taken out."""
        return next((i for i in reversed(self.instants) if i not in self.called_off), None)

    def why_skipped(self, instant: Millis, at: Millis) -> str | None:
        """Why an instant is not due, by what was decided beforehand or by the policy for missed ones; None when it is."""
        if instant in self.called_off:
            return CALLED_OFF.format(reason=self.called_off[instant])
        is_newest, policy = instant == self.newest, self.timetable.catch_up
        is_oldest_kept = instant == self.instants[0] and self.older
        if policy == LATEST_ONLY and not is_newest:
            return REPLACED_MANY.format(number=self.older) if is_oldest_kept else REPLACED
        if policy == ASK and not (is_newest and at - instant <= PUNCTUAL_MS):
            return ASKING_MANY.format(number=self.older) if is_oldest_kept else ASKING
        return None


def timetable_key(timetable_id: int, due_at: Millis) -> str:
    """The key under which a timetable's due instant happens once."""
    return f"timetable/{timetable_id}/{due_at}"


def active_timetables(session: Session, season_id: int | None = None) -> Sequence[Timetable]:
    """Timetables that are not paused, of one season or of all."""
    found = select(Timetable).where(Timetable.is_active == 1).order_by(Timetable.id)
    return session.scalars(
        found if season_id is None else found.where(Timetable.season_id == season_id)
    ).all()


def _without_row(session: Session, at: Millis, season_id: int | None = None) -> Iterator[_Missed]:
    for timetable in active_timetables(session, season_id):
        last = session.scalar(select(func.max(DueRun.due_at)).where(DueRun.timetable_id == timetable.id))
        course = course_of(session, timetable)
        instants = course.between(max(course.begins_at - 1, last or 0), at)
        if timetable.catch_up == ALL:
            # The rest comes with the next tick, which goes on from the last row.
            kept, total = tuple(islice(instants, MOST_ROWS)), 0
        else:
            newest: deque[Millis] = deque(maxlen=MOST_ROWS)
            total = 0
            for instant in instants:
                newest.append(instant)
                total += 1
            kept = tuple(newest)
        if kept:
            yield _Missed(timetable, kept, max(0, total - len(kept)), course.skipped)


def anything_due(session: Session, at: Millis) -> bool:
    """Whether a due instant has no row yet: a look that needs no write transaction."""
    return next(_without_row(session, at), None) is not None


def materialise(session: Session, at: Millis, season_id: int | None = None) -> int:
    """Give every due instant up to `at` its row, by each timetable's catch-up policy; returns how many became due.

    `latest`: only the newest is due, older ones are skipped. `all`: each is due. `ask`: those not noticed within
    five minutes are skipped until an administrator brings them back. What was taken out beforehand is skipped by any
    policy. What is skipped says so in its message.
    """
    count = 0
    for missed in list(_without_row(session, at, season_id)):
        for instant in missed.instants:
            message = missed.why_skipped(instant, at)
            if _insert_due(session, missed.timetable, instant, message, at) and message is None:
                count += 1
        if missed.timetable.catch_up == LATEST_ONLY and missed.newest is not None:
            _skip_waiting(session, missed.timetable, missed.newest, at)
    return count


def make_due(session: Session, at: Millis, season_id: int | None = None) -> None:
    """Give whatever has come due its row before somebody changes what is due, so that it stays due.

    Raises ClockOff where this machine's clock may not say what that is.
    """
    check_clock(session)
    # Of very many missed instants one call makes the first few hundred.
    while materialise(session, at, season_id):
        pass


def _insert_due(
    session: Session, timetable: Timetable, due_at: Millis, message: str | None, at: Millis
) -> bool:
    """Insert one row in a savepoint; False when another node was quicker."""
    run = DueRun(
        season_id=timetable.season_id,
        timetable_id=timetable.id,
        once_key=timetable_key(timetable.id, due_at),
        due_at=due_at,
        state=SKIPPED if message else DUE,
        message=message,
        finished_at=at if message else None,
    )
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError:
        return False
    return True


def _skip_waiting(session: Session, timetable: Timetable, before: Millis, at: Millis) -> None:
    """Older instants of the timetable that nobody has begun are replaced by the newest one."""
    rows_changed(
        session,
        update(DueRun)
        .where(DueRun.timetable_id == timetable.id, DueRun.due_at < before, DueRun.state == DUE)
        .values(state=SKIPPED, message=REPLACED, finished_at=at),
    )


def rows_changed(session: Session, statement: Update) -> int:
    """How many rows a conditional update changed: who changes none was too late."""
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount


def cut_off(session: Session, run: DueRun, season: Season, zone: str) -> date:
    """The day up to which facts count in a run's edition: its timetable's, and never after the season's end."""
    timetable = _timetable_of(session, run)
    if timetable is None:
        return min(local_date(run.due_at, zone), season.ends_on)
    return course_of(session, timetable).as_of(run.due_at)


def entry_closed(session: Session, run: DueRun) -> Millis:
    """The instant up to which what was entered counts in a run's edition: its timetable's, else the due instant."""
    timetable = _timetable_of(session, run)
    return run.due_at if timetable is None else course_of(session, timetable).known_at(run.due_at)


def _timetable_of(session: Session, run: DueRun) -> Timetable | None:
    return None if run.timetable_id is None else session.get(Timetable, run.timetable_id)
