"""How the boards are doing: what an operator's probe and an administrator's banner want to know at a glance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from leaderboard.boards.models import DUE, FAILED, RUNNING, DueRun, Edition, Screen, ScreenReport
from leaderboard.boards.read import latest_edition
from leaderboard.boards.release import releasable
from leaderboard.boards.revisions import stopped
from leaderboard.boards.timekeeping import MOST_OFF_MS, clock_offset
from leaderboard.instant import Millis
from leaderboard.outbox.read import overdue
from leaderboard.seasons.models import Season

OVERDUE_MS = 2 * 60_000
"""A run that is not finished by then keeps the public waiting, though it may still succeed."""
GONE_MS: Millis = 180_000
"""A screen reports once a minute; one that missed three is taken for gone."""
FOLLOWED_MS: Millis = 60_000
"""A screen asks every 25 seconds at least: by then it shows a new edition and has said so."""


@dataclass(frozen=True, slots=True)
class Health:
    """Seconds since things happened; None where nothing of the kind exists."""

    newest_edition_age: int | None
    oldest_due_age: int | None
    """How long the oldest unfinished run has been due: more than a minute means that no clock is ticking."""
    last_run_age: int | None
    failed_runs: int
    """Due runs that were given up, and drafts that the clock could not release, until a person sees to them."""
    stale_boards: int
    """Seasons whose public board should have been followed by a newer one."""
    clock_offset: float
    """How far the clock of the node that answers is ahead of the database's time."""
    clock_refuses: bool
    """Whether that is too far, so that this node publishes nothing."""
    overdue_messages: int
    """Messages that did not get through, as to the folder of public files, for two minutes and more."""
    screens: int
    """Screens that are not revoked and of seasons open to the public."""
    screens_connected: int
    """Those of them that reported in the last three minutes."""
    screens_behind: int
    """Connected ones that show another edition than the newest, one minute after it was published."""


@dataclass(frozen=True, slots=True)
class Stale:
    """A season whose newest edition stays up although a later one was due."""

    season: Season
    since: Millis
    """When the first edition that is missing was due."""
    failed: bool
    """Whether it was given up; otherwise it is late and the clock still tries."""
    message: str | None
    draft_id: int | None = None
    """The draft that should have become the edition, where it is not a run that failed or is late."""
    has_edition: bool = True
    """Whether there is an older edition that stays up; the season's first one may be what is missing."""


def health(session: Session, at: Millis) -> Health:
    """The state of boards and clock at an instant."""
    waiting = select(func.min(DueRun.due_at)).where(DueRun.state.in_([DUE, RUNNING]))
    offset = clock_offset(session)
    screens = _screens(session, at)
    return Health(
        newest_edition_age=_age(session.scalar(select(func.max(Edition.published_at))), at),
        oldest_due_age=_age(session.scalar(waiting), at),
        last_run_age=_age(session.scalar(select(func.max(DueRun.finished_at))), at),
        failed_runs=(session.scalar(select(func.count()).where(DueRun.state == FAILED)) or 0)
        + len(stopped(session)),
        stale_boards=len(stale_boards(session, at)),
        clock_offset=offset / 1000,
        clock_refuses=abs(offset) > MOST_OFF_MS,
        overdue_messages=sum(each.count for each in overdue(session, at)),
        screens=len(screens),
        screens_connected=sum(is_connected for is_connected, _behind in screens),
        screens_behind=sum(is_connected and is_behind for is_connected, is_behind in screens),
    )


def _screens(session: Session, at: Millis) -> list[tuple[bool, bool]]:
    """For each screen in use: whether it is connected, and whether it shows another edition than it should."""
    found = session.execute(
        select(Screen.season_id, Screen.seen_at, ScreenReport.edition_number)
        .join(Season, Season.id == Screen.season_id)
        .outerjoin(ScreenReport, ScreenReport.screen_id == Screen.id)
        .where(Screen.is_revoked == 0, Season.is_public == 1)
    ).all()
    newest = {season_id: latest_edition(session, season_id) for season_id in {row.season_id for row in found}}
    due = {
        season_id: edition.number
        for season_id, edition in newest.items()
        if edition is not None and edition.published_at <= at - FOLLOWED_MS
    }
    return [
        (
            row.seen_at is not None and row.seen_at > at - GONE_MS,
            row.season_id in due and row.edition_number != due[row.season_id],
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class _Missing:
    """A run or a draft that is not the edition it should be by now."""

    season_id: int
    due_at: Millis
    since: Millis
    failed: bool
    message: str | None
    draft_id: int | None = None


def stale_boards(session: Session, at: Millis) -> list[Stale]:
    """The seasons that wait for an edition, in their order: a later run or draft was given up or is two minutes late.

    A draft is late by the end of its window or by its reveal; one that lies open, is held by an objection or by a
    freeze is not.
    """
    missing: dict[int, list[_Missing]] = {}
    for one in sorted((*_runs(session, at), *_drafts(session, at)), key=lambda one: one.due_at):
        missing.setdefault(one.season_id, []).append(one)
    stale = (_stale(session, season_id, missing[season_id]) for season_id in sorted(missing))
    return [season for season in stale if season is not None]


_LATE = DueRun.state.in_([DUE, RUNNING]) & (DueRun.due_at < bindparam("late"))
_LATE_OR_FAILED = select(DueRun).where(_LATE | (DueRun.state == FAILED)).order_by(DueRun.id)
"""Every page of the console asks this: putting it together each time would take longer than the answer."""


def _runs(session: Session, at: Millis) -> Iterator[_Missing]:
    for run in session.scalars(_LATE_OR_FAILED, {"late": at - OVERDUE_MS}):
        yield _Missing(run.season_id, run.due_at, run.due_at, run.state == FAILED, run.message)


def _drafts(session: Session, at: Millis) -> Iterator[_Missing]:
    given_up = [draft for _season, draft in stopped(session)]
    for draft in (*given_up, *releasable(session, at - OVERDUE_MS - 1)):
        since = draft.closes_at or draft.due_at
        yield _Missing(draft.season_id, draft.due_at, since, draft.reason is not None, draft.reason, draft.id)


def _stale(session: Session, season_id: int, missing: Sequence[_Missing]) -> Stale | None:
    newest = session.scalar(select(func.max(Edition.due_at)).where(Edition.season_id == season_id))
    after = [one for one in missing if one.due_at > (newest or 0)]
    if not after:
        return None
    failed = [one for one in after if one.failed]
    told = (failed or after)[-1]
    season = session.get_one(Season, season_id)
    has_edition = newest is not None
    return Stale(season, after[0].since, bool(failed), told.message, told.draft_id, has_edition)


def _age(instant: Millis | None, at: Millis) -> int | None:
    return None if instant is None else max(0, (at - instant) // 1000)
