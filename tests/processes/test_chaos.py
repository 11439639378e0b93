"""Six schedulers on one database, killed and stalled at random: each due edition is published exactly once, in order."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import broken_lines
from leaderboard.boards.check_witness import check_witness
from leaderboard.boards.models import DONE, RUNNING, DueRun, Edition, PublicForm, Standing
from leaderboard.boards.package import digest, unpacked
from leaderboard.boards.witness import read_witness
from leaderboard.db import Database
from leaderboard.instant import at_zone, now
from leaderboard.seasons.models import Season
from leaderboard.seasons.timetable import add_timetable
from tests.factories import FOUR_RATES, STARTS, put_in_force, start_race

ZONE = "Asia/Shanghai"
SECOND, MINUTE = 1000, 60_000
SEASONS = ("one", "two", "three", "four", "five", "six")
MISSED = 50
"""Instants of each season that have passed when the schedulers start."""
COMING = {"one": 3, "two": 2}
"""Instants that come while they work."""
DUE = len(SEASONS) * MISSED + sum(COMING.values())
PATIENCE = 480
"""Seconds after which a machine is too busy to prove anything; two idle cores need less than a tenth."""
SCHEDULERS = 6
LEASE_SECONDS = 2
CALM = 9
"""Editions that are published between one blow and the next, however slow the machine is."""
ONE_RATE = FOUR_RATES | {"indicators": [FOUR_RATES["indicators"][0] | {"weight": "100"}]}

NURSERY = """
import os, signal, sys
from config import Settings
from leaderboard import schedule
from leaderboard.boards import render
from leaderboard.boards.publish import Due, compose
from leaderboard.db import open_database
from leaderboard.instant import now
from leaderboard.logs import start_logging
from leaderboard.office import Office
from leaderboard.seasons.read import list_seasons

# What an edition means for each unit is reckoned by an interpreter of its own; dozens of them would have most of both
# cores here, and tests/test_working.py is about them.
schedule.WORK_SECONDS = 3600
# Pages have tests of their own, and drawing them would be half of all the work here: every edition has its forms and
# files, but the pages among them are empty, and nobody who is born gets ready to draw them.
render.board_page = render.indicator_page = lambda *_: b"<!DOCTYPE html>"
schedule.get_ready = lambda: None

# Modules are loaded and statements are compiled once, so that a scheduler is at work a moment after it was born.
settings = Settings()
database = open_database(settings.database_url, busy_timeout_ms=schedule.BUSY_TIMEOUT_MS)
with database.reading() as session:
    season = list_seasons(session)[0]
    compose(session, season, Due(season.ends_on, now(), now()), Office.of(settings))
database.engine.dispose()
schedule.open_database = lambda *_, **__: database
start_logging()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("ready", flush=True)
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        schedule.run_forever(settings)
        os._exit(0)
    print(child, flush=True)
"""


@dataclass
class Schedulers:
    """Processes of the clock, born of one that has loaded the program; killed, stopped and continued by their ids."""

    nursery: subprocess.Popen[str]
    alive: list[int] = field(default_factory=list)
    stopped: dict[int, threading.Timer] = field(default_factory=dict)
    """Process -> what wakes it: one that holds SQLite's lock would otherwise keep the test itself waiting."""
    kills: int = 0
    stalls: int = 0

    def bear(self) -> None:
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write("one\n")
        self.nursery.stdin.flush()
        self.alive.append(int(self.nursery.stdout.readline()))

    def kill(self, process: int) -> None:
        os.kill(process, signal.SIGKILL)
        self.alive.remove(process)
        self.kills += 1
        self.bear()

    def stall(self, process: int) -> None:
        """Stop a process for longer than its lease lasts: somebody else will take over what it was doing."""
        os.kill(process, signal.SIGSTOP)
        self.stopped[process] = threading.Timer(LEASE_SECONDS + 0.5, self.wake, [process])
        self.stopped[process].start()
        self.stalls += 1

    def wake(self, process: int) -> None:
        os.kill(process, signal.SIGCONT)
        del self.stopped[process]

    def end(self, how: signal.Signals) -> None:
        for timer in list(self.stopped.values()):
            timer.join()
        for process in self.alive:
            with suppress(ProcessLookupError):
                os.kill(process, how)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder in memory where there is one: processes die here, no machine does."""
    memory = Path("/dev/shm")  # noqa: S108 - only a folder of our own in it is used
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def schedulers(database_url: str, tmp_path: Path) -> Iterator[Callable[[], Schedulers]]:
    """Starts the nursery once the test has prepared the database; nobody outlives the test."""
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(tmp_path / "data"),
        "TICK_SECONDS": "1",
        "LEASE_SECONDS": str(LEASE_SECONDS),
        "PYTHONFAULTHANDLER": "1",
    }
    begun: list[Schedulers] = []

    def begin() -> Schedulers:
        with (tmp_path / "log").open("w") as log:
            nursery = subprocess.Popen(
                [sys.executable, "-c", NURSERY],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        begun.append(Schedulers(nursery))
        assert nursery.stdout is not None
        assert nursery.stdout.readline() == "ready\n", (tmp_path / "log").read_text(encoding="utf-8")
        for _ in range(SCHEDULERS):
            begun[0].bear()
        return begun[0]

    yield begin
    for found in begun:
        found.end(signal.SIGKILL)
        found.nursery.kill()
        found.nursery.communicate()


def prepare(session: Session, slug: str) -> None:
    """A season of two units, due at each of the last minutes, and in some seasons at a few seconds to come."""
    this_minute = now() // MINUTE * MINUTE
    early = this_minute - 300 * MINUTE
    race = start_race(session, slug, planned_at=early)
    for key in ("east", "west"):
        race.unit(f"{slug}-{key}")
    put_in_force(session, race.season, ONE_RATE, STARTS, approved_at=early)
    missed = {"kind": "minutes", "every": 1, "until": local(this_minute)}
    times(session, race.season, missed, this_minute - (MISSED - 1) * MINUTE)
    for number in range(COMING.get(slug, 0)):
        coming = now() // SECOND * SECOND + (6 + 5 * number) * SECOND
        times(session, race.season, {"kind": "once", "at": local(coming)}, early)


def times(session: Session, season: Season, rule: dict[str, Any], starts_at: int) -> None:
    add_timetable(
        session, "tester", season, name="试发", rule=rule, zone=ZONE, catch_up="all", starts_at=starts_at
    )


def local(instant: int) -> str:
    return at_zone(instant, ZONE).replace(tzinfo=None).isoformat()


def done(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(DueRun.state == DONE)) or 0


def at_work(database: Database, found: Schedulers) -> list[int]:
    """The processes that hold a run just now and are not stopped: to be hit in the middle of their work."""
    with database.reading() as session:
        owners = session.scalars(select(DueRun.owner).where(DueRun.state == RUNNING)).all()
    holding = {int((owner or ":0").rpartition(":")[2]) for owner in owners}
    return [process for process in found.alive if process in holding and process not in found.stopped]


def make_trouble(database: Database, found: Schedulers, chance: random.Random) -> None:
    """Kill or, once in four times, stall a scheduler: mostly one at work, sometimes one that starts or waits."""
    awake = [process for process in found.alive if process not in found.stopped]
    victims = (at_work(database, found) if chance.random() < 0.8 else awake) or awake
    if (found.kills + found.stalls) % 4 == 3 and len(awake) > 1:
        found.stall(chance.choice(victims))
    else:
        found.kill(chance.choice(victims))


def check_whole(session: Session, slug: str) -> None:
    """Each due instant has its one edition, in due order, numbered without a gap, chained and complete."""
    season = session.scalars(select(Season).where(Season.slug == slug)).one()
    runs = session.scalars(select(DueRun).where(DueRun.season_id == season.id).order_by(DueRun.due_at)).all()
    editions = session.scalars(
        select(Edition).where(Edition.season_id == season.id).order_by(Edition.number)
    ).all()
    assert len(runs) == MISSED + COMING.get(slug, 0)
    assert {run.state for run in runs} == {DONE}
    assert [edition.number for edition in editions] == list(range(1, len(runs) + 1))
    assert [edition.run_id for edition in editions] == [run.id for run in runs]
    assert [edition.due_at for edition in editions] == [run.due_at for run in runs]
    assert all(later.published_at > earlier.published_at for earlier, later in pairwise(editions))
    previous = None
    for edition in editions:
        package = unpacked(edition.package)
        assert digest(package) == edition.hash
        assert (edition.previous_hash, package["previous_hash"]) == (previous, previous)
        previous = edition.hash
    for table, of_each in ((Standing, 2), (PublicForm, None)):
        counts = session.scalars(
            select(func.count())
            .select_from(table)
            .where(table.edition_id.in_([edition.id for edition in editions]))
            .group_by(table.edition_id)
        ).all()
        assert len(counts) == len(editions)
        assert len({of_each or counts[0], *counts}) == 1


def test_six_schedulers_publish_three_hundred_due_editions_once_each_while_killed_and_stalled(
    database: Database, schedulers: Callable[[], Schedulers], tmp_path: Path
):
    with database.session() as session:
        for slug in SEASONS:
            prepare(session, slug)
        session.commit()
    found, chance = schedulers(), random.Random(20261122)
    end, blow = time.monotonic() + PATIENCE, CALM
    while (count := done(database)) < DUE and time.monotonic() < end:
        if count >= blow:
            make_trouble(database, found, chance)
            blow = count + CALM
        time.sleep(chance.uniform(0.02, 0.1))
    found.end(signal.SIGTERM)
    end = time.monotonic() + 60
    while any(Path(f"/proc/{process}").exists() for process in found.alive) and time.monotonic() < end:
        time.sleep(0.05)
    left = [process for process in found.alive if Path(f"/proc/{process}").exists()]
    if left:
        # Where each of their threads stands is written to the log.
        found.end(signal.SIGABRT)
        time.sleep(2)
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert not left, log[-9000:]
    assert "Traceback" not in log, log[-3000:]
    assert found.kills >= 10
    assert found.stalls >= 5
    with database.reading() as session:
        published = session.scalar(select(func.count()).select_from(Edition))
        distinct = session.scalar(select(func.count(Edition.run_id.distinct())))
        assert (published, distinct) == (DUE, DUE)
        # Some were hit in the middle of their work, and others finished it.
        assert session.scalar(select(func.count()).where(DueRun.epoch > 1))
        for slug in SEASONS:
            check_whole(session, slug)
        assert list(broken_lines(session)) == []
        lines = read_witness(tmp_path / "data" / "witness" / "editions.jsonl")
        assert list(check_witness(session, lines)) == []
        # Nothing twice; what the last blows left out is written with the next announcement.
        told = {(line.said.season, line.said.number) for line in lines if line.said}
        assert DUE - SCHEDULERS <= len(told) == len(lines)
