"""Foreseeing: asked for once for each newest edition, and reckoned as a job beside publishing."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from leaderboard import foreseeing
from leaderboard.accounts.models import ADMINISTRATOR, REPORTER, AuditLine
from leaderboard.boards.clock import request_run
from leaderboard.boards.foreseen import keep_foreseen
from leaderboard.boards.models import DueRun, Edition
from leaderboard.boards.prospect_models import DivisionField, Prospect
from leaderboard.boards.prospects import Foreseen, foresee
from leaderboard.boards.read import latest_edition
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.jobs import queue
from leaderboard.jobs.models import DONE, DUE, FAILED, Job
from leaderboard.working import Worker, perform
from tests.factories import race_of
from tests.people import visitor
from tests.visiting import Visit
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


@pytest.mark.engines("sqlite", "postgresql")
def test_two_clocks_ask_once_for_one_edition(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one asks between the look of the first one and its turn to write."""
    committed_race(database)
    open_turn, asked = Database.session, []

    def overtaken(own: Database) -> AbstractContextManager[Session]:
        monkeypatch.undo()
        asked.append(foreseeing.ask(database))
        return open_turn(own)

    monkeypatch.setattr(Database, "session", overtaken)
    asked.append(foreseeing.ask(database))
    assert (asked, len(jobs(database))) == ([1, 0], 1)


def test_who_comes_too_late_stores_nothing(database: Database, settings: Settings) -> None:
    """The lease lapsed while it reckoned, and another process was done with the same before it."""
    committed_race(database)
    foreseeing.ask(database)
    [job] = jobs(database)
    with database.session() as session:
        lapsed = queue.claim(session, job.id, "elsewhere:1", now() - 60_000, 1)
        session.commit()
    Worker(database, settings).do_here(job.id)
    assert lapsed is not None
    perform(database, settings, job.id, lapsed)
    with database.reading() as session:
        reckoned = session.scalars(select(AuditLine).where(AuditLine.action == "edition.foresee")).all()
    assert ([job.state for job in jobs(database)], len(reckoned)) == ([DONE], 1)


def break_reckoning(monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """Reckoning fails so many times, then works; gives the tries."""
    tries: list[int] = []

    def broken(session: Session, edition: Edition) -> Foreseen:
        tries.append(edition.id)
        if len(tries) <= times:
            raise ArithmeticError
        return foresee(session, edition)

    monkeypatch.setattr(foreseeing, "foresee", broken)
    return tries


def work_through(database: Database, settings: Settings) -> None:
    """Take the job up as often as the clock would."""
    while any(job.state == DUE for job in jobs(database)):
        foreseeing.ask(database)
        Worker(database, settings).do_here(jobs(database)[0].id)


def test_what_fails_is_tried_again(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed_race(database)
    foreseeing.ask(database)
    tries = break_reckoning(monkeypatch, settings.run_attempts - 1)
    work_through(database, settings)
    (job,) = jobs(database)
    assert (job.state, len(tries)) == (DONE, 3)
    with database.reading() as session:
        assert foreseeing.given_up(session) == []


def test_what_failed_three_times_is_told_to_administrators_until_it_is_reckoned(
    app: Flask, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, visit: Visit
) -> None:
    race = committed_race(database)
    foreseeing.ask(database)
    tries = break_reckoning(monkeypatch, settings.run_attempts)
    work_through(database, settings)
    assert ([job.state for job in jobs(database)], len(tries)) == ([FAILED], 3)
    assert foreseeing.ask(database) == 0
    told = "当年赛季：第 1 期的前景测算几次都没有成功"
    chen = visitor(app, database, ADMINISTRATOR, "chen")
    li = visitor(app, database, REPORTER, "li", race.units["liuxi"].id)
    assert told in visit("/console/", client=chen).text()
    for page in ("/my/why", "/my/lift", "/my/sure"):
        text = visit(page, client=li).text()
        assert "本期的测算没有成功，系统已提示主办单位" in text
        assert "正在测算" not in text
    with database.session() as session:
        season = race_of(session, "now").season
        edition = latest_edition(session, season.id)
        assert edition is not None
        keep_foreseen(session, "chen", foresee(session, edition))
        session.commit()
    assert told not in visit("/console/", client=chen).text()
    assert "推动 3 个项目开工" in visit("/my/lift", client=li).text()


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
