"""Real processes on both databases: killed and started again at random, they publish each due edition exactly once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import broken_lines
from leaderboard.airing import Node, Outcome, State, perform
from leaderboard.boards import clock
from leaderboard.boards.models import DONE, RUNNING, DueRun, Edition, PublicForm, Standing
from leaderboard.boards.package import digest, unpacked
from leaderboard.db import Database
from leaderboard.instant import at_zone, now
from leaderboard.seasons import plan
from leaderboard.seasons.models import Season
from leaderboard.seasons.timetable import add_timetable
from tests.factories import FOUR_RATES, OFFICE, STARTS, small_race, start_race

ZONE = "Asia/Shanghai"
MINUTE = 60_000
SCHEDULERS, KILLS = 4, 5
SCHEDULE = (
    "from config import Settings; from leaderboard.schedule import run_forever; run_forever(Settings())"
)

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Start]:
    """Starts a Python process on the test's database; none of them outlives the test."""
    running: list[subprocess.Popen[str]] = []
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(tmp_path / "data"),
        "TICK_SECONDS": "1",
        "LEASE_SECONDS": "2",
    }

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


def missed_minutes(session: Session, slug: str, count: int) -> None:
    """A season under way for hours, whose board was due at each of the last `count` minutes."""
    this_minute = now() // MINUTE * MINUTE
    early = this_minute - 300 * MINUTE
    race = start_race(session, slug, planned_at=early)
    for key in ("east", "west"):
        race.unit(f"{slug}-{key}")
    version = plan.draft_scheme(session, "tester", race.season, FOUR_RATES)
    plan.approve_scheme(
        session, "tester", version, effective_on=STARTS, reason="测试", today=STARTS, approved_at=early
    )
    last = at_zone(this_minute, ZONE).replace(tzinfo=None)
    add_timetable(
        session,
        "tester",
        race.season,
        name="每分钟",
        rule={"kind": "minutes", "every": 1, "until": last.isoformat()},
        zone=ZONE,
        catch_up="all",
        starts_at=this_minute - (count - 1) * MINUTE,
    )


def runs_in(database: Database, state: str) -> list[DueRun]:
    with database.reading() as session:
        return list(session.scalars(select(DueRun).where(DueRun.state == state)))


def one_at_work(database: Database, processes: list[subprocess.Popen[str]]) -> int | None:
    """A process that holds a run just now, to be killed in the middle of its work."""
    owners = {int((run.owner or ":0").rpartition(":")[2]) for run in runs_in(database, RUNNING)}
    busy = (number for number, process in enumerate(processes) if process.pid in owners)
    return next(busy, None)


def wait_until_stoppable(process: subprocess.Popen[str]) -> None:
    """A process that was only just started has no handler for SIGTERM yet, and nothing to finish."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
        if int(caught.split()[1], 16) & 1 << signal.SIGTERM - 1:
            return
        time.sleep(0.05)
    raise AssertionError("the scheduler did not start within 20 seconds")


def editions_of(session: Session, slug: str) -> list[Edition]:
    found = select(Edition).join(Season, Season.id == Edition.season_id).where(Season.slug == slug)
    return list(session.scalars(found.order_by(Edition.number)))


def check_whole(session: Session, slug: str, count: int) -> None:
    """Each due minute has its one edition, in due order, numbered without a gap, chained and complete."""
    editions = editions_of(session, slug)
    assert [edition.number for edition in editions] == list(range(1, count + 1))
    steps = [later.due_at - earlier.due_at for earlier, later in pairwise(editions)]
    assert steps == [MINUTE] * (count - 1)
    runs = session.scalars(select(DueRun).where(DueRun.season_id == editions[0].season_id)).all()
    assert {run.state for run in runs} == {DONE}
    assert sorted(run.id for run in runs) == sorted(edition.run_id or 0 for edition in editions)
    previous = None
    for edition in editions:
        package = unpacked(edition.package)
        assert digest(package) == edition.hash
        assert (edition.previous_hash, package["previous_hash"]) == (previous, previous)
        previous = edition.hash
        of_it = Standing.edition_id == edition.id
        assert session.scalar(select(func.count()).select_from(Standing).where(of_it)) == 2
    forms = select(PublicForm.edition_id, func.count()).where(
        PublicForm.edition_id.in_([e.id for e in editions])
    )
    assert len({number for _, number in session.execute(forms.group_by(PublicForm.edition_id))}) == 1


def test_four_schedulers_publish_each_due_edition_once_while_being_killed(database: Database, start: Start):
    seasons, count, chance = ("one", "two"), 8, random.Random(20261122)
    with database.session() as session:
        for slug in seasons:
            missed_minutes(session, slug, count)
        session.commit()
    processes = [start(SCHEDULE) for _ in range(SCHEDULERS)]
    kills, end = 0, time.monotonic() + 90
    while time.monotonic() < end and len(runs_in(database, DONE)) < len(seasons) * count:
        # Most are killed in the middle of their work, some while they start or wait.
        victim = one_at_work(database, processes) if chance.random() < 0.8 else chance.randrange(SCHEDULERS)
        if kills < KILLS and victim is not None and runs_in(database, DONE):
            processes[victim].kill()
            processes[victim].wait()
            processes[victim] = start(SCHEDULE)
            kills += 1
        time.sleep(chance.uniform(0.1, 0.4))
    assert kills >= 3
    for process in processes:
        wait_until_stoppable(process)
        process.send_signal(signal.SIGTERM)
    outputs = [process.communicate(timeout=20)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * SCHEDULERS, outputs
    assert all("Traceback" not in output for output in outputs), outputs
    with database.reading() as session:
        # Some were killed in the middle of their work, and others finished it.
        assert any(run.epoch > 1 for run in session.scalars(select(DueRun)))
        for slug in seasons:
            check_whole(session, slug, count)
        assert list(broken_lines(session)) == []


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
