"""The clock as a door: a scheduler that wakes at every tick and at every due instant, alone or inside the web process.

Only the memory job store is used: what is due is kept as rows of our own, so a scheduler holds nothing that could be
lost, doubled or dropped, and any number of them may run.
"""

from __future__ import annotations

import logging
import signal
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from config import Settings
from leaderboard import airing
from leaderboard.boards import clock
from leaderboard.db import Database, open_database
from leaderboard.instant import now

log = logging.getLogger(__name__)

BUSY_TIMEOUT_MS = 30_000
"""How long the clock waits for SQLite's write lock; it has more patience than a person at a page."""


@dataclass(eq=False)
class Ticker:
    """A running clock: ticks until it is stopped, and finishes the edition at hand before it stops."""

    database: Database
    node: airing.Node
    every_ms: int
    scheduler: BackgroundScheduler = field(init=False)
    stopping: threading.Event = field(default_factory=threading.Event, init=False)

    def __post_init__(self) -> None:
        self.scheduler = BackgroundScheduler(
            timezone=UTC,
            jobstores={"default": MemoryJobStore()},
            # Ticks run in the scheduler's own thread: there is no pool that could refuse work while Python ends.
            executors={"default": DebugExecutor()},
            # A late tick is still a tick, several late ones are one, and two never run at once.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin to tick, at once for the first time."""
        first = datetime.fromtimestamp(now() / 1000, UTC)
        self.scheduler.add_job(
            self.tick, "interval", seconds=self.every_ms / 1000, id="tick", next_run_time=first
        )
        self.scheduler.start()
        log.info("the clock ticks every %s s as %s", self.every_ms / 1000, self.node.owner)

    def tick(self) -> None:
        """Run what is due and arrange to wake at the next due instant; a failure is logged, and the clock goes on."""
        try:
            for outcome in airing.tick(self.database, self.node, stopping=self.stopping.is_set):
                log.info("run %s: %s %s", outcome.run_id, outcome.state, outcome.message or "")
            self._wake_when_due()
        except Exception:  # the next tick may find the database back
            log.exception("the clock could not look for due editions; it will try again")

    def _wake_when_due(self) -> None:
        """An edition due before the next tick is aired at its instant, not at the tick after it."""
        instant = now()
        with self.database.reading() as session:
            due = clock.next_due(session, None, instant)
        if due is not None and due <= instant + self.every_ms:
            moment = datetime.fromtimestamp(due / 1000, UTC)
            self.scheduler.add_job(self.tick, "date", run_date=moment, id=f"due-{due}", replace_existing=True)

    def stop(self) -> None:
        """Finish the edition at hand, begin no other, and stop."""
        self.stopping.set()
        self.scheduler.pause()
        self.scheduler.shutdown(wait=True)
        log.info("the clock has stopped")


def start_in_background(settings: Settings, database: Database) -> Ticker:
    """Tick in a thread of this process, as the web process of `make run` does; returns what `stop` is called on."""
    ticker = Ticker(database, airing.Node.of(settings), settings.tick_seconds * 1000)
    ticker.start()
    return ticker


def run_forever(settings: Settings) -> None:
    """Tick until SIGTERM or SIGINT: what `leaderboard scheduler` does; any number of such processes may run."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Stopping inside a signal handler would race with the tick at hand: only the main thread stops.
        signal.signal(number, lambda _number, _frame: over.set())
    database = open_database(settings.resolved_database_url(), busy_timeout_ms=BUSY_TIMEOUT_MS)
    ticker = start_in_background(settings, database)
    over.wait()
    ticker.stop()
    database.engine.dispose()
