"""Real processes on both databases: killed in the middle of a publication or asked by many, they publish once."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import broken_lines
from leaderboard.airing import Node, Outcome, State, perform
from leaderboard.boards import clock
from leaderboard.boards.models import Edition
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.models import Season
from tests.doomed import press_twice, publish_until
from tests.factories import OFFICE, small_race
from tests.forked import Forked

Start = Callable[..., Forked]
READY_SECONDS = 1
"""The button is pressed so long after the first process starts: by then the others are there to press it too."""


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of every process on the test's database: it looks each second, and holds a run for two."""
    return os.environ | {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(tmp_path / "data"),
        "TICK_SECONDS": "1",
        "LEASE_SECONDS": "2",
    }


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts a process on the test's database; none of them outlives the test."""
    running: list[Forked] = []

    def begin(work: Callable[..., object], *arguments: object) -> Forked:
        running.append(Forked(tmp_path, environment, work, *arguments))
        return running[-1]

    yield begin
    for process in running:
        process.close()


def editions_of(session: Session, slug: str) -> list[Edition]:
    found = select(Edition).join(Season, Season.id == Edition.season_id).where(Season.slug == slug)
    return list(session.scalars(found.order_by(Edition.number)))


@pytest.mark.parametrize(("moment", "left"), [("claimed", 0), ("stored", 0), ("committed", 1)])
def test_a_process_killed_while_publishing_leaves_one_edition_or_none(
    moment: str, left: int, database: Database, start: Start
):
    with database.session() as session:
        race = small_race(session)
        run = clock.request_run(session, race.season, "key", "li", now())
        session.commit()
    killed = start(publish_until, moment, run.id)
    assert killed.ended() == -signal.SIGKILL, killed.said()
    with database.reading() as session:
        assert len(editions_of(session, "race")) == left
    outcome = Outcome(run.id, State.HELD)
    end = time.monotonic() + 60
    while outcome.state is State.HELD and time.monotonic() < end:
        outcome = perform(database, run.id, Node("other", OFFICE, 30_000, 3))
        time.sleep(0.2)
    assert outcome == Outcome(run.id, State.PUBLISHED, 1)
    with database.reading() as session:
        assert len(editions_of(session, "race")) == 1


def test_a_button_pressed_many_times_publishes_once(database: Database, start: Start):
    """Three browsers press at the same moment, each twice, all with the form's one key."""
    with database.session() as session:
        small_race(session)
        session.commit()
    moment = time.time() + READY_SECONDS
    presses = [start(press_twice, moment) for _ in range(3)]
    assert [press.ended() for press in presses] == [0, 0, 0], [press.said() for press in presses]
    answers: list[Any] = [json.loads(press.said().splitlines()[-1]) for press in presses]
    assert len({run_id for answer in answers for run_id, _ in answer}) == 1
    assert {state for answer in answers for _, state in answer} <= {"published", "held"}
    with database.reading() as session:
        assert [edition.number for edition in editions_of(session, "race")] == [1]
        assert list(broken_lines(session)) == []
