"""Foreseeing: what a new edition means for each of its units, reckoned in a process of its own right after publication.

Publishing does not wait for it, and no page ever reckons it: a page says that it is being reckoned until it is there.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.boards.clock import CLOCK
from leaderboard.boards.foreseen import FORESEE, keep_foreseen
from leaderboard.boards.models import Edition
from leaderboard.boards.prospects import foresee, unforeseen
from leaderboard.db import Database
from leaderboard.jobs import queue
from leaderboard.jobs.read import asked_of, failed_jobs, latest_jobs
from leaderboard.workbook_jobs import Work

LOOKED_BACK = 200
"""So many jobs of this kind are looked at to see which editions were asked for already, done or failed."""


def ask(database: Database) -> int:
    """Ask for the newest edition of every season that nothing was reckoned for yet; how many were asked for."""
    with database.reading() as session:
        if not _unasked(session):
            return 0
    with database.session() as session:
        # Another clock may have asked for the same meanwhile.
        fresh = _unasked(session)
        for edition_id in fresh:
            queue.ask(session, CLOCK, FORESEE, {"edition": edition_id})
        session.commit()
    return len(fresh)


def _unasked(session: Session) -> list[int]:
    waiting = unforeseen(session)
    if not waiting:
        return []
    asked = {asked_of(job)["edition"] for job in latest_jobs(session, [FORESEE], LOOKED_BACK)}
    return [edition_id for edition_id in waiting if edition_id not in asked]


def reckon(work: Work) -> None:
    """The job: reckon and store it all, in one transaction with the job's end."""
    work.tell("reckoning")
    with work.database.reading() as session:
        edition = session.get_one(Edition, work.asked["edition"])
        found = foresee(session, edition)
    with work.database.session() as session:
        # Where the lease lapsed on the way, another process may have stored the same by now.
        if work.holds(session):
            keep_foreseen(session, CLOCK, found)
            work.end(session, {"units": len(found.units)})


def given_up(session: Session) -> list[int]:
    """The newest editions of their seasons that could not be reckoned, however often it was tried."""
    failed = {asked_of(job)["edition"] for job in failed_jobs(session, FORESEE, LOOKED_BACK)}
    return [edition_id for edition_id in unforeseen(session) if edition_id in failed] if failed else []
