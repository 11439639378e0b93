"""The scheduler: prompt at the due instant, patient with trouble, and nothing kept that could be lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apscheduler.jobstores.memory import MemoryJobStore
from sqlalchemy import select, update

from config import Settings
from leaderboard import airing, schedule
from leaderboard.accounts.models import SignInFailure, UserSession
from leaderboard.accounts.sessions import Limits
from leaderboard.boards import clock
from leaderboard.boards.models import Edition
from leaderboard.db import Database
from leaderboard.instant import at_zone, now
from leaderboard.ledger.models import KeptProject
from leaderboard.schedule import Ticker
from leaderboard.seasons.timetable import add_timetable
from tests.factories import OFFICE, small_race
from tests.people import enrol

ZONE = "Asia/Shanghai"


@pytest.fixture
def ticker(database: Database) -> Iterator[Ticker]:
    """A clock that would by itself look once an hour."""
    ticker = Ticker(database, airing.Node("here", OFFICE, 30_000, 3), 3600)
    yield ticker
    if ticker.scheduler.running:
        ticker.stop()


def editions(database: Database) -> list[Edition]:
    with database.reading() as session:
        return list(session.scalars(select(Edition)))


def asked(database: Database) -> None:
    """A race whose board was asked for by hand."""
    with database.session() as session:
        clock.request_run(session, small_race(session).season, "key", "li", now())
        session.commit()


def due_in(database: Database, seconds: int) -> None:
    """A race that is due once, so many whole seconds from now."""
    with database.session() as session:
        race = small_race(session)
        moment = at_zone(now() // 1000 * 1000 + seconds * 1000, ZONE).replace(tzinfo=None)
        add_timetable(
            session,
            "tester",
            race.season,
            name="一次",
            rule={"kind": "once", "at": f"{moment:%Y-%m-%dT%H:%M:%S}"},
            zone=ZONE,
        )
        session.commit()


def test_an_edition_is_out_at_its_instant_and_not_at_the_next_tick(database: Database, ticker: Ticker):
    due_in(database, 2)
    ticker.start()
    end = time.monotonic() + 30
    while not editions(database) and time.monotonic() < end:
        time.sleep(0.05)
    [edition] = editions(database)
    assert edition.published_at >= edition.due_at


def test_the_scheduler_keeps_nothing_but_in_memory(ticker: Ticker):
    """A stored job is pickled code in a table, and two schedulers on one store run it twice."""
    ticker.start()
    assert {type(store) for store in ticker.scheduler._jobstores.values()} == {MemoryJobStore}
    [tick] = [job for job in ticker.scheduler.get_jobs() if job.id == "tick"]
    assert (tick.misfire_grace_time, tick.coalesce, tick.max_instances) == (None, True, 1)


def test_trouble_in_one_tick_does_not_end_the_clock(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    asked(database)
    real, left = airing.tick, [2]

    def troubled(*args: Any, **kwargs: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise ConnectionError("gone")
        return real(*args, **kwargs)

    monkeypatch.setattr(schedule.airing, "tick", troubled)
    ticker = schedule.start_in_background(settings.model_copy(update={"tick_seconds": 1}), database)
    end = time.monotonic() + 10
    while not editions(database) and time.monotonic() < end:
        time.sleep(0.05)
    ticker.stop()
    assert len(editions(database)) == 1


def test_stopping_finishes_the_edition_at_hand(
    database: Database, ticker: Ticker, monkeypatch: pytest.MonkeyPatch
):
    asked(database)
    real, begun = airing.compose, []

    def slow(*args: Any) -> Any:
        begun.append(True)
        time.sleep(1)
        return real(*args)

    monkeypatch.setattr(airing, "compose", slow)
    ticker.start()
    end = time.monotonic() + 8
    while not begun and time.monotonic() < end:
        time.sleep(0.02)
    ticker.stop()
    assert len(editions(database)) == 1


def test_each_night_tells_what_differs_from_the_ledger(
    database: Database, ticker: Ticker, caplog: pytest.LogCaptureFixture
):
    with database.session() as session:
        small_race(session)
        session.commit()
    ticker.look_over()
    assert caplog.messages == []
    with database.session() as session:
        session.execute(update(KeptProject).values(arrived_yuan=1))
        session.commit()
    ticker.look_over()
    assert caplog.messages[0] == "project_fact of project race-1 differ from its facts"
    ticker.start()
    assert ticker.scheduler.get_job("night").next_run_time.astimezone(ZoneInfo(ZONE)).hour == 3


def test_each_night_forgets_sessions_that_are_of_no_use_any_more(database: Database) -> None:
    """A session of a month ago makes its address familiar no more; one of yesterday does, though it has ended."""
    account, day = enrol(database), 24 * 3_600_000
    with database.session() as session:
        for days in (31, 1):
            session.add(
                UserSession(
                    token_hash=f"{days}",
                    account_id=account.id,
                    started_at=now() - days * day,
                    seen_at=1,
                    ended_at=1,
                )
            )
            session.add(SignInFailure(source=f"address {days}", failures=2, last_at=now() - days * day))
        session.add(SignInFailure(source="locked", failures=9, last_at=1, locked_until=now() + day))
        session.commit()
    node = airing.Node("here", OFFICE, 30_000, 3)
    Ticker(database, node, 3600, limits=Limits(failures=5, lock=1, idle=1, age=1)).forget()
    with database.reading() as session:
        assert session.scalars(select(UserSession.token_hash)).all() == ["1"]
        assert set(session.scalars(select(SignInFailure.source))) == {"address 1", "locked"}
