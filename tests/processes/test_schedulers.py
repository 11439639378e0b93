"""Real processes on both databases: killed in the middle of a publication or asked by many, they publish once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
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
from tests.factories import OFFICE, small_race

Start = Callable[..., "subprocess.Popen[str]"]


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
def start(environment: dict[str, str]) -> Iterator[Start]:
    """Starts a Python process on the test's database; none of them outlives the test."""
    running: list[subprocess.Popen[str]] = []

    def begin(source: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", source, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def editions_of(session: Session, slug: str) -> list[Edition]:
    found = select(Edition).join(Season, Season.id == Edition.season_id).where(Season.slug == slug)
    return list(session.scalars(found.order_by(Edition.number)))


KILLED = """
import os, signal, sys
from config import Settings
from leaderboard import airing
from leaderboard.db import open_database

def end(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)

moment, run_id = sys.argv[1], int(sys.argv[2])
if moment == "claimed":
    airing.compose = end
elif moment == "stored":
    real = airing.announce
    airing.announce = lambda *arguments: (real(*arguments), end())
else:
    airing.log.info = end
settings = Settings()
airing.perform(open_database(settings.database_url), run_id, airing.Node.of(settings))
"""


@pytest.mark.parametrize(("moment", "left"), [("claimed", 0), ("stored", 0), ("committed", 1)])
def test_a_process_killed_while_publishing_leaves_one_edition_or_none(
    moment: str, left: int, database: Database, start: Start
):
    with database.session() as session:
        race = small_race(session)
        run = clock.request_run(session, race.season, "key", "li", now())
        session.commit()
    killed = start(KILLED, moment, str(run.id))
    output = killed.communicate(timeout=20)[0]
    assert killed.returncode == -signal.SIGKILL, output
    with database.reading() as session:
        assert len(editions_of(session, "race")) == left
    outcome = Outcome(run.id, State.HELD)
    end = time.monotonic() + 10
    while outcome.state is State.HELD and time.monotonic() < end:
        outcome = perform(database, run.id, Node("other", OFFICE, 30_000, 3))
        time.sleep(0.2)
    assert outcome == Outcome(run.id, State.PUBLISHED, 1)
    with database.reading() as session:
        assert len(editions_of(session, "race")) == 1


PRESS = """
import json, sys, time
from config import Settings
from leaderboard import airing
from leaderboard.boards import clock
from leaderboard.db import open_database
from leaderboard.instant import now
from leaderboard.seasons.read import find_season

settings = Settings()
database, node = open_database(settings.database_url), airing.Node.of(settings)
time.sleep(max(0, float(sys.argv[1]) - time.time()))
found = []
for _ in range(2):
    with database.session() as session:
        run = clock.request_run(session, find_season(session, "race"), "one press", "li", now())
        session.commit()
    found.append([run.id, airing.perform(database, run.id, node).state])
print(json.dumps(found))
"""


def test_a_button_pressed_many_times_publishes_once(database: Database, start: Start):
    """Three browsers press at the same moment, each twice, all with the form's one key."""
    with database.session() as session:
        small_race(session)
        session.commit()
    moment = str(time.time() + timedelta(seconds=3).total_seconds())
    presses = [start(PRESS, moment) for _ in range(3)]
    answers: list[Any] = [json.loads(press.communicate(timeout=30)[0].splitlines()[-1]) for press in presses]
    assert len({run_id for answer in answers for run_id, _ in answer}) == 1
    assert {state for answer in answers for _, state in answer} <= {"published", "held"}
    with database.reading() as session:
        assert [edition.number for edition in editions_of(session, "race")] == [1]
        assert list(broken_lines(session)) == []
