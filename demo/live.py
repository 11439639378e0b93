"""What happens in Yunxi while you watch: shortly before each edition of the demonstration clock a few facts come in."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from itertools import count
from random import Random

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from demo.news import News, record
from demo.newsroom import Newsroom, fields_of
from demo.yunxi.load import ACTOR, SLUG
from demo.yunxi.names import namings
from leaderboard.boards.clock import next_due
from leaderboard.boards.gather import gather_facts
from leaderboard.boards.models import Edition, Standing
from leaderboard.db import Database
from leaderboard.instant import Millis, local_date, now
from leaderboard.ledger.models import CapitalArrival, Project, StageEvent
from leaderboard.ledger.record import LedgerError
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import find_season, list_timetables, roster, scheme_in_force
from scoring.scheme_document import parse_scheme

log = logging.getLogger(__name__)

BEFORE_MS = 30_000
"""How long before an edition is due its facts are chosen and recorded."""
LEAST_MS = 10_000
"""An edition due sooner than this goes without: facts must be in before it is composed."""
REST = 4
"""For how many editions a unit that moved leaves the news to others, where others can move."""
LOOK_SECONDS = 4


def keep_adding(database: Database, over: threading.Event) -> None:
    """Add facts before each edition of the demonstration's race until `over` is set.

    Where the database fails an edition's facts are tried again; where anything else does, the next edition has its own.
    """
    done: Millis = 0
    while not over.is_set():
        due: Millis | None = None
        try:
            due = _next_due(database, max(done, now() + LEAST_MS))
            if due is not None and due - BEFORE_MS <= now():
                added = add_facts_before(database, due, now())
                log.info("%s new facts for the edition due next", added)
                done = due
                continue
        except DBAPIError:
            log.exception("the facts of the day could not be recorded; they will be tried again")
        except Exception:  # one edition without news is no reason for none ever after
            log.exception("the facts of the day could not be chosen; the next edition will have its own")
            done = due or done
        # A clock may be paused or resumed at any time, so that this looks again rather than sleep till then.
        over.wait(LOOK_SECONDS)


def add_facts_before(database: Database, due_at: Millis, recorded_at: Millis) -> int:
    """Record the verified news of the day for the edition due at an instant; returns how many facts.

    The same instant on the same board gives the same facts, and asking again adds nothing. They are chosen without
    a lock, so that nobody waits for it.
    """
    with database.reading() as session:
        chosen = _news(session, due_at)
    added = 0
    with database.session() as session:
        for news in chosen:
            try:
                record(session, news, recorded_at)
            except LedgerError as error:
                log.info("somebody was faster: %s", error)
            else:
                added += 1
        session.commit()
    return added


def _news(session: Session, due_at: Millis) -> list[News]:
    season = find_season(session, SLUG)
    if season is None or _already(session, due_at):
        return []
    today = local_date(due_at, list_timetables(session, season.id)[0].timezone)
    version = scheme_in_force(session, season.id, today, due_at)
    if version is None or today > season.ends_on:
        return []
    facts = gather_facts(session, season, roster(session, season.id, due_at), due_at)
    rng = Random(f"live/{due_at}")
    newsroom = Newsroom(rng, namings(rng), _codes(session, today.year))
    fields = fields_of(facts, parse_scheme(json.loads(version.document)), today)
    return newsroom.choose(fields, _just_moved(session, season))


def _next_due(database: Database, after: Millis) -> Millis | None:
    with database.reading() as session:
        season = find_season(session, SLUG)
        return next_due(session, season.id, after) if season else None


def _already(session: Session, due_at: Millis) -> bool:
    """Whether the demonstration recorded something just before this instant."""
    for table in (StageEvent, CapitalArrival):
        ours = select(func.count()).where(
            table.recorded_by == ACTOR, table.recorded_at >= due_at - BEFORE_MS, table.recorded_at < due_at
        )
        if session.scalar(ours):
            return True
    return False


def _codes(session: Session, year: int) -> Iterator[str]:
    """Codes for new projects that are not taken."""
    taken = set(session.scalars(select(Project.code).where(Project.code.like(f"YX{year}-N%"))))
    return (code for number in count(1) if (code := f"YX{year}-N{number:04d}") not in taken)


def _just_moved(session: Session, season: Season) -> frozenset[str]:
    """The units that changed their place in one of the newest editions."""
    newest = select(Edition.id).where(Edition.season_id == season.id).order_by(Edition.number.desc())
    moved = select(Unit.key).where(
        Unit.id == Standing.unit_id,
        Standing.edition_id.in_(session.scalars(newest.limit(REST)).all()),
        Standing.place != Standing.previous_place,
    )
    return frozenset(session.scalars(moved))
