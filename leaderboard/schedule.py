"""The clock as a door: a scheduler that wakes at every tick and at every due instant, alone or inside the web process.

Only the memory job store is used: what is due is kept as rows of our own, so a scheduler holds nothing that could be
lost, doubled or dropped, and any number of them may run.
"""

from __future__ import annotations

import logging
import signal
import threading
from datetime import UTC, datetime, timedelta

from apscheduler.executors.debug import DebugExecutor
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from config import Settings
from leaderboard import airing, foreseeing
from leaderboard.accounts.sessions import Limits
from leaderboard.accounts.sign_in import prune
from leaderboard.boards.render import get_ready
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.db import Database, open_database
from leaderboard.dispatch import Outbox, outbox_of
from leaderboard.instant import now
from leaderboard.ledger.project_facts import wrong_project_facts
from leaderboard.orphans import take_back_orphans
from leaderboard.witnessing import keep_witness
from leaderboard.working import Worker

log = logging.getLogger(__name__)

BUSY_TIMEOUT_MS = 30_000
"""How long the clock waits for its turn to write; it has more patience than a person at a page."""
HEARD_SECONDS = 0.5
"""How often the main thread looks whether it was told to stop."""
WORK_SECONDS = 1
"""How often the clock looks for long work that somebody waits for."""
NIGHT_HOUR = 3
"""The hour of the office's day at which what is kept beside the ledger is compared with it."""


class _Wake(BaseTrigger):  # type: ignore[misc] # APScheduler ships no types
    """Wakes the clock at every tick, and shortly before and at a due instant when that is earlier."""

    def __init__(self, every: timedelta) -> None:
        self.every = every
        self.due: datetime | None = None

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """At once for the first time; after that always later than now, so that late ticks never pile up."""
        if previous is None:
            return now
        tick = now + self.every
        return self.due if self.due is not None and now < self.due < tick else tick


class Ticker:
    """A running clock: ticks until it is stopped, and finishes the edition at hand before it stops."""

    def __init__(
        self,
        database: Database,
        node: airing.Node,
        every_seconds: float,
        outbox: Outbox | None = None,
        worker: Worker | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.database = database
        self.node = node
        self.outbox = outbox
        self.worker = worker
        self.limits = limits
        """How old sessions get, where this clock is to forget those that are of no use any more."""
        self._working: threading.Thread | None = None
        self._sent = False
        """Whether this clock has begun to bring out what the outbox holds."""
        self.stopping = threading.Event()
        self._orphaned = True
        """Whether what a process that was killed left undone may still be lying about."""
        self._refused = False
        """Whether the last tick found this machine's clock too far off; it is told once, not at every tick."""
        self._wake = _Wake(timedelta(seconds=every_seconds))
        self.scheduler = BackgroundScheduler(
            timezone=UTC,
            jobstores={"default": MemoryJobStore()},
            # Ticks run in the scheduler's own thread: there is no pool that could refuse work while Python ends.
            # The outbox has a thread of its own, so that a slow way out never keeps an edition waiting.
            executors={
                "default": DebugExecutor(),
                "outbox": ThreadPoolExecutor(1),
                "night": ThreadPoolExecutor(1),
            },
            # A late tick is still a tick, several late ones are one, and two never run at once.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin to tick, at once for the first time."""
        self.scheduler.add_job(self.tick, self._wake, id="tick")
        if self.outbox is not None:
            at_once = datetime.fromtimestamp(now() / 1000, UTC)
            every = IntervalTrigger(seconds=max(1, round(self._wake.every.total_seconds())))
            self.scheduler.add_job(self.send, every, id="outbox", executor="outbox", next_run_time=at_once)
        at_night = CronTrigger(hour=NIGHT_HOUR, timezone=self.node.office.zone)
        self.scheduler.add_job(self.look_over, at_night, id="night", executor="night")
        self.scheduler.add_job(self.forget, at_night, id="forget", executor="night")
        self.scheduler.start()
        if self.worker is not None:
            self._working = threading.Thread(target=self.work, name="work", daemon=True)
            self._working.start()
        log.info("the clock ticks every %s as %s", self._wake.every, self.node.owner)

    def tick(self) -> None:
        """Run what is due, score what is due next, and note when that is; a failure is logged, and the clock goes on.

        A machine whose own clock is off says so once and publishes nothing until it is right again.
        """
        began = now()
        try:
            if self._orphaned:
                take_back_orphans(self.database)
                # Whoever died between an announcement and its line left the line to be written.
                keep_witness(self.database, self.node.office)
                self._orphaned = False
            for outcome in airing.tick(self.database, self.node, stopping=self.stopping.is_set):
                log.info("run %s: %s %s", outcome.run_id, outcome.state, outcome.message or "")
            with self.database.reading() as session:
                # From the tick's beginning on: what has come due while it ran is aired at once, not at the tick after.
                wake = self.node.beforehand.look_ahead(session, self.node.office.zone, began)
            self._wake.due = None if wake is None else datetime.fromtimestamp(wake / 1000, UTC)
            self._refused = False
        except ClockOff as error:
            if not self._refused:
                log.error("nothing is published by this node: %s", error)  # noqa: TRY400 - no failure of the program
            self._refused = True
        except Exception:  # the next tick may find the database back
            log.exception("the clock could not look for due editions; it will try again")

    def send(self) -> None:
        """Bring out what the outbox holds; a failure is logged and tried again."""
        try:
            if self.outbox is not None:
                if not self._sent:
                    self.outbox.begin(self.database)
                    self._sent = True
                self.outbox.send(self.database, self.stopping.is_set)
        except Exception:  # the next turn may find the database back
            log.exception("the outbox could not be looked through; it will be tried again")

    def work(self) -> None:
        """Do the long work that waits, until this clock stops; a failure is logged and tried again.

        A thread of its own, as one job may take longer than many ticks; it only waits for a process that works.
        """
        while self.worker is not None and not self.stopping.wait(WORK_SECONDS):
            try:
                self.worker.tidy()
                foreseeing.ask(self.database)
                self.worker.work(self.stopping.is_set)
            except Exception:  # the next turn may find the database back
                log.exception("long work could not be looked for; it will be tried again")

    def look_over(self) -> None:
        """Compare every project's kept facts with the ledger, as each night; what differs is told in the log."""
        try:
            with self.database.still() as session:
                for wrong in wrong_project_facts(session):
                    log.error("%s of project %s differ from its facts", ", ".join(wrong.tables), wrong.code)
        except Exception:  # the next night may find the database back
            log.exception("the project facts could not be looked over; the next night will try again")

    def forget(self) -> None:
        """Drop old sessions and failed sign-ins, as each night; a failure is logged, and the next night tries again."""
        try:
            if self.limits is not None:
                with self.database.session() as session:
                    gone = prune(session, self.limits, now())
                    session.commit()
                log.info("%d old sessions were forgotten", gone)
        except Exception:  # the next night may find the database back
            log.exception("old sessions could not be forgotten; the next night will try again")

    def stop(self) -> None:
        """Finish the edition at hand, begin no other, and stop."""
        self.stopping.set()
        self.scheduler.pause()
        self.scheduler.shutdown(wait=True)
        if self._working is not None:
            self._working.join()
        log.info("the clock has stopped")


def start_in_background(settings: Settings, database: Database) -> Ticker:
    """Tick in a thread of this process, as the web process of `make run` does; returns what `stop` is called on."""
    ticker = Ticker(
        database,
        airing.Node.of(settings),
        settings.tick_seconds,
        outbox_of(settings, database),
        Worker(database, settings),
        Limits.of(settings),
    )
    ticker.start()
    # The first edition is not to wait for its own templates; nor the clock for them, if one is due already.
    threading.Thread(target=get_ready, name="get ready", daemon=True).start()
    return ticker


def run_forever(settings: Settings) -> None:
    """Tick until SIGTERM or SIGINT: what `leaderboard scheduler` does; any number of such processes may run."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Stopping inside a signal handler would race with the tick at hand: only the main thread stops.
        signal.signal(number, lambda _number, _frame: over.set())
    database = open_database(settings.resolved_database_url(), busy_timeout_ms=BUSY_TIMEOUT_MS)
    ticker = start_in_background(settings, database)
    while not over.wait(HEARD_SECONDS):
        # A signal that another thread was given, as when the process is continued and told to stop at once, is heard
        # only when this one wakes.
        pass
    ticker.stop()
    database.engine.dispose()
