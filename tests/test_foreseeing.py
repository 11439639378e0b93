"""Foreseeing: asked for once for each newest edition, and reckoned as a job beside publishing."""

from __future__ import annotations

from sqlalchemy import select

from config import Settings
from leaderboard import foreseeing
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.clock import request_run
from leaderboard.boards.models import DueRun
from leaderboard.boards.prospect_models import DivisionField, Prospect
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.jobs.models import DONE, Job
from leaderboard.working import Worker
from tests.factories import race_of
from tests.web.races import TODAY, committed_race


def jobs(database: Database) -> list[Job]:
    with database.reading() as session:
        return list(session.scalars(select(Job).order_by(Job.id)))


def test_the_newest_edition_is_reckoned_once(database: Database, settings: Settings) -> None:
    committed_race(database)
    assert [foreseeing.ask(database), foreseeing.ask(database)] == [1, 0]
    Worker(database, settings).do_here(jobs(database)[0].id)
    (job,) = jobs(database)
    with database.reading() as session:
        assert (job.state, len(session.scalars(select(Prospect)).all())) == (DONE, 3)
        assert len(session.scalars(select(DivisionField)).all()) == 1
        last = session.scalars(select(AuditLine).order_by(AuditLine.seq_no.desc()).limit(1)).one()
    assert (last.action, last.actor) == ("edition.foresee", "clock")
    assert foreseeing.ask(database) == 0
    with database.session() as session:
        race_of(session, "now").publish(TODAY)
        session.commit()
    assert foreseeing.ask(database) == 1


def test_what_failed_is_not_asked_for_for_ever(database: Database) -> None:
    committed_race(database)
    foreseeing.ask(database)
    with database.session() as session:
        session.scalars(select(Job)).one().state = "failed"
        session.commit()
    assert foreseeing.ask(database) == 0


def test_publishing_is_not_made_to_wait_for_it(database: Database) -> None:
    committed_race(database)
    with database.reading() as session:
        assert session.scalars(select(Prospect)).all() == []


def test_a_season_that_catches_up_is_reckoned_once_it_has(database: Database) -> None:
    committed_race(database)
    with database.session() as session:
        run = request_run(session, race_of(session, "now").season, "key", "li", now())
        session.commit()
    assert foreseeing.ask(database) == 0
    with database.session() as session:
        session.get_one(DueRun, run.id).state = "done"
        session.commit()
    assert foreseeing.ask(database) == 1
