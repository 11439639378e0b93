"""What happens in Yunxi while you watch: shortly before each edition of the demonstration clock a few facts come in."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from random import Random

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from demo.yunxi.facts import EVIDENCE
from demo.yunxi.load import ACTOR, SLUG, WATCHED
from demo.yunxi.money import WAN, contract
from demo.yunxi.names import namings
from demo.yunxi.units import ALONE, UNITS
from leaderboard.db import Database
from leaderboard.instant import Millis, local_date, now
from leaderboard.ledger.models import CapitalArrival, Project, StageEvent
from leaderboard.ledger.read import find_project, known_project_facts
from leaderboard.ledger.record import Source, add_arrival, add_credits, add_project, add_stage_event
from leaderboard.seasons.models import Season, Timetable
from leaderboard.seasons.read import find_season, find_unit, list_timetables
from leaderboard.seasons.timetable import due_after, parse_rule

log = logging.getLogger(__name__)

BEFORE_MS = 10_000
"""How long before an edition is due its facts are recorded."""
RETRY_SECONDS = 5


@dataclass
class _Known:
    """What is known of one project: stages reached, contracted and arrived yuan, and its newest day."""

    stages: set[str] = field(default_factory=set)
    inward_yuan: int = 0
    arrived_yuan: int = 0
    last_on: date = date.min


@dataclass(frozen=True)
class _Today:
    """One day's news: where it is recorded, from what chance, and under which source."""

    session: Session
    rng: Random
    on: date
    recorded_at: Millis
    known: dict[int, _Known]

    def source(self, evidence: str) -> Source:
        """Recorded and verified at once."""
        return Source(ACTOR, evidence, verified=True, recorded_at=self.recorded_at)

    def pick(self, fits: Callable[[_Known], bool]) -> Project | None:
        """A project that fits, by chance."""
        found = sorted(key for key, known in self.known.items() if fits(known) and known.last_on <= self.on)
        return self.session.get_one(Project, self.rng.choice(found)) if found else None


def add_todays_facts(session: Session, at: Millis) -> int:
    """Record one to three plausible, verified facts of the day for the edition due at `at`; returns how many.

    The same instant gives the same facts, and asking again adds nothing.
    """
    season = find_season(session, SLUG)
    watched = _watched(session, season) if season else None
    if season is None or watched is None:
        return 0
    today = local_date(at, watched.timezone)
    recorded_at = at - BEFORE_MS
    if today > season.ends_on or _already(session, recorded_at):
        return 0
    news = _Today(session, Random(f"live/{at}"), today, recorded_at, _known(session))
    kinds = news.rng.sample((_groundbreaking, _arrival, _signing), k=news.rng.randint(1, 3))
    return sum(kind(news) for kind in kinds)


def keep_adding(database: Database, over: threading.Event) -> None:
    """Add facts before each edition of the demonstration clock until it ends or `over` is set."""
    done: Millis = 0
    while not over.is_set():
        due = _next_due(database, max(done, now()))
        if due is None:
            return
        if over.wait(max(0, due - BEFORE_MS - now()) / 1000):
            return
        try:
            with database.session() as session:
                added = add_todays_facts(session, due)
                session.commit()
            log.info("%s new facts for the edition due next", added)
            done = due
        except DBAPIError:
            log.exception("the facts of the day could not be recorded; they will be tried again")
            over.wait(RETRY_SECONDS)


def _next_due(database: Database, after: Millis) -> Millis | None:
    with database.reading() as session:
        season = find_season(session, SLUG)
        watched = _watched(session, season) if season else None
        return due_after(parse_rule(watched.rule), watched.timezone, after) if watched else None


def _watched(session: Session, season: Season) -> Timetable | None:
    found = [t for t in list_timetables(session, season.id) if t.name == WATCHED and t.is_active]
    return found[-1] if found else None


def _already(session: Session, recorded_at: Millis) -> bool:
    for table in (StageEvent, CapitalArrival):
        same = select(func.count()).where(table.recorded_by == ACTOR, table.recorded_at == recorded_at)
        if session.scalar(same):
            return True
    return False


def _known(session: Session) -> dict[int, _Known]:
    """What is known of every project of the demonstration."""
    found: dict[int, _Known] = defaultdict(_Known)
    ours = select(Project.id).where(Project.code.like("YX%"))
    for event in session.execute(known_project_facts(StageEvent).where(StageEvent.project_id.in_(ours))):
        known = found[event.project_id]
        known.stages.add(event.stage)
        known.inward_yuan += event.inward_yuan or 0
        known.last_on = max(known.last_on, event.occurred_on)
    for arrival in session.execute(
        known_project_facts(CapitalArrival).where(CapitalArrival.project_id.in_(ours))
    ):
        found[arrival.project_id].arrived_yuan += arrival.yuan
    return dict(found)


def _groundbreaking(news: _Today) -> int:
    """A registered project breaks ground."""
    project = news.pick(
        lambda known: {"signed", "registered"} <= known.stages and "started" not in known.stages
    )
    if project is None:
        return 0
    add_stage_event(
        news.session, news.source(EVIDENCE["started"]), project, stage="started", occurred_on=news.on
    )
    return 1


def _arrival(news: _Today) -> int:
    """Money arrives for a project that is short of its contract."""
    project = news.pick(lambda known: "registered" in known.stages and known.arrived_yuan < known.inward_yuan)
    if project is None:
        return 0
    known = news.known[project.id]
    part = known.inward_yuan * news.rng.randint(3, 10) // 100
    yuan = max(WAN, min(part, known.inward_yuan - known.arrived_yuan) // WAN * WAN)
    add_arrival(news.session, news.source("银行到账回单"), project, occurred_on=news.on, amount_yuan=yuan)
    return 1


def _signing(news: _Today) -> int:
    """A project in talks is signed; where there is none left, a new one comes."""
    project = news.pick(
        lambda known: "talks" in known.stages and "signed" not in known.stages
    ) or _new_project(news)
    signed = contract(news.rng)
    add_stage_event(
        news.session,
        news.source(EVIDENCE["signed"]),
        project,
        stage="signed",
        occurred_on=news.on,
        total_yuan=signed.total_yuan,
        inward_yuan=signed.inward_yuan,
    )
    return 1


def _new_project(news: _Today) -> Project:
    """An investor nobody has talked to before; the unit that found it has the whole credit."""
    number = len(news.known) + 1
    code = f"YX{news.on.year}-N{number:04d}"
    while find_project(news.session, code):
        number += 1
        code = f"YX{news.on.year}-N{number:04d}"
    naming = next(namings(news.rng))
    source = news.source(EVIDENCE["talks"])
    project = add_project(
        news.session,
        source,
        code=code,
        name=naming.name,
        name_en=naming.name_en,
        investor=naming.investor,
        industry=naming.industry,
    )
    finders = [unit.key for unit in UNITS if unit.key not in ALONE]
    finder = find_unit(news.session, news.rng.choice(finders))
    if finder is not None:
        add_credits(news.session, source, project, shares=[(finder.id, Fraction(1))], occurred_on=news.on)
    return project
