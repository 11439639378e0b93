"""Airing: one due edition run to its end, and what becomes of it when something is in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from leaderboard import airing
from leaderboard.airing import Node, Outcome, State, perform, tick
from leaderboard.boards import clock
from leaderboard.boards.correct import withdraw
from leaderboard.boards.models import DueRun, Edition
from leaderboard.boards.publish import Overtaken
from leaderboard.boards.read import latest_edition
from leaderboard.boards.run_log import unmade
from leaderboard.db import Database
from leaderboard.instant import from_local, now
from leaderboard.orphans import owner_name, take_back_orphans
from leaderboard.seasons.models import Season
from leaderboard.seasons.timetable import add_timetable
from tests.factories import OFFICE, small_race, start_race

ZONE = "Asia/Shanghai"
NODE = Node("here", OFFICE, 30_000, 3)


def asked(database: Database, slug: str = "race", key: str = "key") -> int:
    """A race with one run asked for by hand."""
    with database.session() as session:
        race = small_race(session, slug)
        run = clock.request_run(session, race.season, key, "li", now())
        session.commit()
        return run.id


def stored(database: Database, run_id: int) -> DueRun:
    with database.reading() as session:
        return session.get_one(DueRun, run_id)


def editions(database: Database) -> list[Edition]:
    with database.reading() as session:
        return list(session.scalars(select(Edition).order_by(Edition.season_id, Edition.number)))


def test_a_run_is_published_once_however_often_it_is_performed(database: Database):
    run_id = asked(database)
    first = perform(database, run_id, NODE)
    assert first == Outcome(run_id, State.PUBLISHED, 1)
    assert perform(database, run_id, NODE) == first
    assert tick(database, NODE) == []
    [edition] = editions(database)
    run = stored(database, run_id)
    assert (edition.run_id, edition.due_at, edition.known_at) == (run_id, run.due_at, run.due_at)
    assert (edition.published_by, run.state, run.owner) == ("li", "done", "here")


def test_a_late_edition_is_that_of_its_due_instant(database: Database):
    """Two days are caught up at once: each edition has its own day, and the facts known at its own hour."""
    with database.session() as session:
        race = small_race(session)
        add_timetable(
            session,
            "tester",
            race.season,
            name="每天",
            rule={"kind": "daily", "time": "09:00"},
            zone=ZONE,
            catch_up="all",
            starts_at=now() + 1,
        )
        session.commit()
    start = now()
    with database.reading() as session:
        dues = [clock.next_due(session, None, start)]
        dues.append(clock.next_due(session, None, dues[0] or 0))
        after = clock.next_due(session, None, dues[1] or 0)
    outcomes = tick(database, NODE, at=dues[1])
    assert [(o.state, o.number) for o in outcomes] == [(State.PUBLISHED, 1), (State.PUBLISHED, 2)]
    first, second = editions(database)
    assert [first.due_at, second.due_at] == dues
    assert [first.known_at, second.known_at] == dues
    assert (first.next_due_at, second.next_due_at) == (dues[1], after)
    assert (second.as_of - first.as_of).days == 1
    assert second.previous_hash == first.hash
    assert first.published_by == clock.CLOCK


def test_what_is_due_already_is_published_before_what_is_asked_for(database: Database):
    first, second = asked(database), 0
    with database.session() as session:
        run = session.get_one(DueRun, first)
        season = session.get_one(Season, run.season_id)
        second = clock.request_run(session, season, "second", "li", run.due_at).id
        session.commit()
    assert perform(database, second, NODE) == Outcome(second, State.PUBLISHED, 2)
    assert [edition.run_id for edition in editions(database)] == [first, second]


def test_a_season_without_a_scheme_fails_at_once_and_says_why(database: Database):
    with database.session() as session:
        race = start_race(session)
        race.unit("liuxi")
        run_id = clock.request_run(session, race.season, "key", "li", now()).id
        session.commit()
    outcome = perform(database, run_id, NODE)
    assert outcome.state is State.FAILED
    assert "考核方案" in (outcome.message or "")
    run = stored(database, run_id)
    assert (run.state, run.attempt, run.message) == ("failed", 1, outcome.message)


def failing(error: Exception, times: int, monkeypatch: pytest.MonkeyPatch, name: str = "compose") -> None:
    """Let composing (or announcing) go wrong so many times before it works again."""
    real, left = getattr(airing, name), [times]

    def stand_in(*args: Any, **kwargs: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise error
        return real(*args, **kwargs)

    monkeypatch.setattr(airing, name, stand_in)


def test_a_failure_is_tried_again_and_forgotten_when_it_works(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    run_id = asked(database)
    failing(ValueError("算不出来"), 2, monkeypatch)
    assert [tick(database, NODE)[0].state for _ in range(3)] == [State.RETRY, State.RETRY, State.PUBLISHED]
    run = stored(database, run_id)
    assert (run.state, run.message, run.epoch) == ("done", None, 3)


def test_after_its_tries_a_run_stops_as_failed_with_the_reason(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    run_id = asked(database)
    failing(ZeroDivisionError("division by zero"), 99, monkeypatch)
    states = [outcome.state for _ in range(4) for outcome in tick(database, NODE)]
    assert states == [State.RETRY, State.RETRY, State.FAILED]
    run = stored(database, run_id)
    assert (run.state, run.attempt) == ("failed", 3)
    assert run.message == "发布时出错: ZeroDivisionError division by zero"
    assert editions(database) == []


def test_trouble_of_one_season_keeps_no_other_waiting(database: Database, monkeypatch: pytest.MonkeyPatch):
    asked(database, "one")
    asked(database, "two")
    failing(ValueError("算不出来"), 1, monkeypatch)
    assert [outcome.state for outcome in tick(database, NODE)] == [State.RETRY, State.PUBLISHED]


def test_a_locked_database_is_no_fault_of_the_run(database: Database, monkeypatch: pytest.MonkeyPatch):
    run_id = asked(database)
    failing(OperationalError("update", {}, Exception("locked")), 5, monkeypatch, "announce")
    assert [tick(database, NODE)[0].state for _ in range(6)] == [State.RETRY] * 5 + [State.PUBLISHED]
    assert stored(database, run_id).attempt == 0


def test_a_node_with_another_key_uses_up_no_try(database: Database):
    """It may come by as often as it likes; the node with the office's key airs the edition."""
    with database.session() as session:
        race = small_race(session)
        race.publish()
        run_id = clock.request_run(session, race.season, "key", "li", now()).id
        session.commit()
    stranger = Node("stranger", replace(OFFICE, seed=b"\x05" * 32), 30_000, 3)
    for _ in range(4):
        assert perform(database, run_id, stranger).state is State.RETRY
    assert [outcome.state for outcome in tick(database, stranger)] == [State.RETRY]
    assert (stored(database, run_id).state, stored(database, run_id).attempt) == ("due", 0)
    assert perform(database, run_id, NODE) == Outcome(run_id, State.PUBLISHED, 2)


def test_an_edition_that_comes_between_makes_it_compose_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    run_id = asked(database)
    failing(Overtaken("第 1 期已由他处发布"), 2, monkeypatch, "announce")
    assert perform(database, run_id, NODE) == Outcome(run_id, State.PUBLISHED, 1)
    assert stored(database, run_id).attempt == 0


def test_a_node_that_stalled_past_its_lease_throws_its_work_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    """While the first node is about to announce, a second takes the run over and publishes."""
    run_id = asked(database)
    real, seen = airing.clock.finish, []

    def stall(session: Session, run: int, epoch: int, at: int) -> bool:
        monkeypatch.setattr(airing.clock, "finish", real)
        session.rollback()
        with database.session() as other:
            assert clock.renew(other, run, epoch, at - 60_000, 1)
            other.commit()
        seen.append(perform(database, run, Node("second", OFFICE, 30_000, 3)))
        return real(session, run, epoch, at)

    monkeypatch.setattr(airing.clock, "finish", stall)
    assert perform(database, run_id, NODE).state is State.HELD
    assert seen == [Outcome(run_id, State.PUBLISHED, 1)]
    assert len(editions(database)) == 1
    assert stored(database, run_id).owner == "second"


def test_a_run_held_elsewhere_is_left_alone(database: Database):
    run_id = asked(database)
    with database.session() as session:
        clock.claim(session, run_id, 0, "elsewhere", now(), 30_000)
        session.commit()
    assert tick(database, NODE) == []
    assert perform(database, run_id, NODE).state is State.HELD


def test_an_older_instant_is_not_published_after_a_newer_edition(database: Database):
    with database.session() as session:
        race = small_race(session)
        race.publish()
        add_timetable(
            session,
            "tester",
            race.season,
            name="补录",
            rule={"kind": "once", "at": "2026-01-02T09:00"},
            zone=ZONE,
            starts_at=from_local(datetime.fromisoformat("2026-01-01"), ZONE),
        )
        session.commit()
    [outcome] = tick(database, NODE)
    assert (outcome.state, outcome.message) == (State.SKIPPED, clock.OUTDATED)
    assert len(editions(database)) == 1


def test_an_instant_left_out_is_aired_once_the_newer_edition_is_withdrawn(database: Database):
    """While the newer one stands the older is refused; afterwards it becomes the board of the season."""
    older = asked(database)
    with database.session() as session:
        run = session.get_one(DueRun, older)
        newer = clock.request_run(session, session.get_one(Season, run.season_id), "newer", "li", now()).id
        assert clock.claim(session, older, 0, "here", now(), 30_000)
        assert clock.skip(session, older, 1, now(), "停电")
        session.commit()
    assert perform(database, newer, NODE).number == 1
    with database.session() as session:
        run = session.get_one(DueRun, older)
        assert list(unmade(session, run.season_id)) == []
        with pytest.raises(clock.RunRefused, match="其后的一期已经发布"):
            clock.bring_back(session, "li", run)
        withdraw(session, "li", session.scalars(select(Edition)).one(), reason="漏计")
        assert [waiting.id for waiting in unmade(session, run.season_id)] == [older]
        clock.bring_back(session, "li", run)
        session.commit()
    assert perform(database, older, NODE) == Outcome(older, State.PUBLISHED, 2)
    with database.reading() as session:
        latest = latest_edition(session, session.get_one(DueRun, older).season_id)
        assert latest is not None
        assert (latest.number, latest.run_id) == (2, older)


def test_a_stopping_node_begins_no_other_edition(database: Database):
    asked(database)
    assert tick(database, NODE, stopping=lambda: True) == []
    assert editions(database) == []


def test_a_node_left_by_its_process_is_free_at_once(database: Database):
    """A process that is gone holds nothing: the same machine takes its run back without waiting for the lease."""
    run_id = asked(database)
    with database.session() as session:
        clock.claim(session, run_id, 0, owner_name(2**22 + 1), now(), 10**9)
        session.commit()
    take_back_orphans(database)
    assert stored(database, run_id).state == "due"
    with database.session() as session:
        clock.claim(session, run_id, 1, owner_name(), now(), 10**9)
        session.commit()
    take_back_orphans(database)
    assert stored(database, run_id).state == "running"
