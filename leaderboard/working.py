"""Working: long jobs done to their end, each in a process of its own; the composition that clock and pages share.

The process that claims a job holds its lease and only waits; the work, with all its memory, is done by a child under a
limit, which ends with it. Whatever kills the child, or both, leaves a job that is taken up again or ends as failed.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import DBAPIError

from config import Settings
from leaderboard import foreseeing
from leaderboard.boards.foreseen import FORESEE
from leaderboard.db import Database, is_busy, open_database
from leaderboard.instant import now
from leaderboard.jobs import queue
from leaderboard.jobs.models import RUNNING, Job
from leaderboard.jobs.read import running_jobs
from leaderboard.jobs.tally import drop_tally
from leaderboard.lease import lease_kept
from leaderboard.orphans import is_gone, owner_name
from leaderboard.workbook_jobs import KINDS as OF_WORKBOOKS
from leaderboard.workbook_jobs import Work

log = logging.getLogger(__name__)

KINDS = {**OF_WORKBOOKS, FORESEE: foreseeing.reckon}
"""By the word of its kind, what does a job."""
LOOK_SECONDS = 0.2
"""How often the waiting process looks whether it is to stop."""
BEHIND = 10
"""So many ranks the work stands behind whoever waits for it: pages and screens have ten times its share of a processor."""
CUT_OFF = "处理中断: 内存或时间超过上限, 或进程被终止"
WAITED_IN_VAIN = os.EX_TEMPFAIL
"""The status with which a child ends whose turn to write did not come."""
TOLD = ("timezone", "upload_bytes", "import_memory_mb", "import_seconds", "lease_seconds", "run_attempts")
"""Settings that the child is told; no key is among them."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that takes jobs up: its database and its settings."""

    database: Database
    settings: Settings

    def work(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Do all that waits, one job after the other; returns how many were taken."""
        count = 0
        while not stopping():
            with self.database.reading() as session:
                job_id = queue.claimable(session, now())
            if job_id is None or not self.work_on(job_id, stopping):
                break
            count += 1
        return count

    def work_on(self, job_id: int, stopping: Callable[[], bool] = lambda: False) -> bool:
        """Do one job in a child; False when another process has it."""
        epoch = self._claimed(job_id)
        if epoch is None:
            return False
        with lease_kept(self.database, job_id, epoch, self._lease_ms, queue.renew):
            ended = self._child(job_id, epoch, stopping)
        if ended is None:
            self._release(job_id, epoch)
        elif ended == WAITED_IN_VAIN:
            self._put_back(job_id, epoch)
        else:
            self._see_to_end(job_id, epoch, ended)
        return True

    def do_here(self, job_id: int) -> None:
        """Do a small job in this very process, for a page that waits for it."""
        epoch = self._claimed(job_id)
        if epoch is not None and not perform(self.database, self.settings, job_id, epoch):
            self._put_back(job_id, epoch)

    def tidy(self) -> None:
        """Free the jobs of processes of this machine that are gone, and throw away files kept long enough."""
        with self.database.reading() as session:
            orphans = [(job.id, job.epoch) for job in running_jobs(session) if is_gone(job.owner)]
            outdated = queue.outdated(session, now())
        if orphans or outdated:
            with self.database.session() as session:
                for job_id, epoch in orphans:
                    queue.fail(session, job_id, epoch, CUT_OFF, self.settings.run_attempts)
                    drop_tally(self.database.url, job_id)
                queue.drop_files(session, outdated)
                session.commit()

    @property
    def _lease_ms(self) -> int:
        return self.settings.lease_seconds * 1000

    def _claimed(self, job_id: int) -> int | None:
        with self.database.session() as session:
            queue.give_up_lapsed(session, now(), CUT_OFF, self.settings.run_attempts)
            epoch = queue.claim(session, job_id, owner_name(), now(), self._lease_ms)
            session.commit()
        return epoch

    def _child(self, job_id: int, epoch: int, stopping: Callable[[], bool]) -> int | None:
        """The child's exit status; None where it was stopped with this process."""
        told = self.settings.model_dump(mode="json", include=set(TOLD))
        given = {"url": self.database.url, "settings": told, "job": job_id, "epoch": epoch}
        command = [sys.executable, "-m", "leaderboard.working", str(self.settings.job_memory_mb)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as child:  # noqa: S603 - our own module
            # Here and not in the child: to load all that it needs is half a second of work already.
            os.setpriority(os.PRIO_PROCESS, child.pid, os.getpriority(os.PRIO_PROCESS, 0) + BEHIND)
            if child.stdin is not None:
                with suppress(BrokenPipeError):
                    child.stdin.write(json.dumps(given))
                    child.stdin.close()
            while True:
                try:
                    return child.wait(LOOK_SECONDS)
                except subprocess.TimeoutExpired:
                    if stopping():
                        child.kill()
                        return None

    def _release(self, job_id: int, epoch: int) -> None:
        with self.database.session() as session:
            queue.release(session, job_id, epoch)
            session.commit()
        drop_tally(self.database.url, job_id)

    def _put_back(self, job_id: int, epoch: int) -> None:
        """Leave a job for later whose turn to write did not come: nothing is wrong with it, so that was no try."""
        log.warning("job %s waited in vain for its turn to write and is due again", job_id)
        # Beside the order: whoever kept the job waiting may be writing still.
        with suppress(DBAPIError), self.database.beside() as session:
            queue.release(session, job_id, epoch, tried=False)
            session.commit()

    def _see_to_end(self, job_id: int, epoch: int, status: int) -> None:
        """A child that ended without an end of its job was cut off."""
        with self.database.session() as session:
            job = session.get_one(Job, job_id)
            if (job.state, job.epoch) == (RUNNING, epoch):
                log.error("job %s was cut off with status %s", job_id, status)
                queue.fail(session, job_id, epoch, CUT_OFF, self.settings.run_attempts)
                drop_tally(self.database.url, job_id)
            session.commit()


def perform(database: Database, settings: Settings, job_id: int, epoch: int) -> bool:
    """Do a claimed job; a failure is kept with it, and what it began is rolled back.

    False where others wrote for longer than it waits: it still holds the job, and nothing is kept of the failure.
    """
    with database.reading() as session:
        job = session.get_one(Job, job_id)
    try:
        KINDS[job.kind](Work(database, settings, job, epoch))
    except MemoryError:
        _failed(database, job_id, epoch, CUT_OFF, settings.run_attempts)
    except Exception as error:  # whatever went wrong is kept with the job, for whoever asked
        if isinstance(error, DBAPIError) and is_busy(error):
            return False
        log.exception("job %s failed", job_id)
        _failed(database, job_id, epoch, f"处理时出错: {type(error).__name__}", settings.run_attempts)
    finally:
        drop_tally(database.url, job_id)
    return True


def _failed(database: Database, job_id: int, epoch: int, message: str, attempts: int) -> None:
    with suppress(DBAPIError), database.session() as session:
        queue.fail(session, job_id, epoch, message, attempts)
        session.commit()


def main() -> None:
    """Do the one job that standard input names, under the limit of memory given as the argument."""
    memory = int(sys.argv[1]) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Rows by the hundred thousand make no rings, and looking for them would take longer than the work.
    gc.disable()
    given: dict[str, Any] = json.loads(sys.stdin.read())
    database = open_database(given["url"], busy_timeout_ms=60_000, keeps_readers_out=False)
    ended = perform(database, Settings(**given["settings"]), given["job"], given["epoch"])
    database.engine.dispose()
    sys.exit(os.EX_OK if ended else WAITED_IN_VAIN)


if __name__ == "__main__":
    main()
