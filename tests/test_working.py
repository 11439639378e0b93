"""Long work: done once and whole in a process of its own, taken up again after a kill, told of while it runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from config import Settings
from leaderboard import workbook_jobs, working
from leaderboard.db import Database, open_database
from leaderboard.exchange.models import ImportBatch
from leaderboard.instant import now
from leaderboard.jobs import queue
from leaderboard.jobs.models import DONE, DROPPED, DUE, FAILED, GIVEN, MADE, RUNNING, Job, JobFile
from leaderboard.jobs.read import file_parts, result_of
from leaderboard.jobs.tally import Tally, tally_file, write_tally
from leaderboard.ledger.models import Project
from leaderboard.orphans import owner_name
from leaderboard.seasons.models import Season
from leaderboard.workbook_jobs import LOOK, STORE, UNDO, WRITE, Work
from leaderboard.working import CUT_OFF, Worker
from tests.exchange.books import EVENTS, full_book
from tests.source import ROOT


@pytest.fixture
def worker(database: Database, settings: Settings) -> Worker:
    return Worker(database, settings)


def asked(database: Database, kind: str, data: bytes = b"", **what: Any) -> int:
    with database.session() as session:
        job = queue.ask(session, "chen", kind, what, queue.in_parts(data))
        session.commit()
        return job.id


def looked_at(database: Database, data: bytes) -> int:
    return asked(database, LOOK, data, name="台账.xlsx", may_verify=True)


def job_of(database: Database, job_id: int) -> Job:
    with database.reading() as session:
        return session.get_one(Job, job_id)


def count(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_workbook_is_looked_at_and_taken_in_by_a_process_of_its_own(
    database: Database, worker: Worker
) -> None:
    look = looked_at(database, full_book())
    assert worker.work() == 1
    told = result_of(job_of(database, look))
    assert (told["errors"], told["counts"]["节点"]["new"], count(database, Project)) == ([], 3, 0)
    store = asked(database, STORE, look=look, reason="年初", manner="overwrite", seen=told["counts"])
    assert worker.work() == 1
    done = job_of(database, store)
    assert (done.state, result_of(done)) == (DONE, {"batch": 1})
    assert (count(database, Project), count(database, JobFile)) == (2, 0)


def test_small_work_is_done_in_this_very_process(database: Database, worker: Worker) -> None:
    look = looked_at(database, full_book())
    worker.do_here(look)
    store = asked(database, STORE, look=look, reason="年初", manner="append")
    worker.do_here(store)
    undo = asked(database, UNDO, batch=1, reason="错")
    worker.do_here(undo)
    assert result_of(job_of(database, undo))["undone"] == {"reversed": 9, "restored": 0, "left": 0, "gone": 0}
    write = asked(database, WRITE, season="race-2026")
    worker.do_here(write)
    with database.reading() as session:
        assert b"".join(file_parts(session, write, MADE))[:2] == b"PK"


def test_errors_come_back_in_the_users_own_file(database: Database, worker: Worker) -> None:
    look = looked_at(database, full_book(节点=[["P-009", *EVENTS[0][1:]]]))
    worker.do_here(look)
    told = result_of(job_of(database, look))
    assert (told["refused"], told["marked"]) == ({"节点": 1}, True)
    with database.reading() as session:
        assert b"".join(file_parts(session, look, MADE))[:2] == b"PK"
    store = asked(database, STORE, look=look, reason="年初", manner="overwrite")
    worker.do_here(store)
    assert "没有编号为" in result_of(job_of(database, store))["errors"][0]["message"]
    assert count(database, Season) == 0


def test_what_was_not_looked_at_is_not_taken_in(database: Database, worker: Worker) -> None:
    look = looked_at(database, full_book())
    worker.do_here(look)
    store = asked(database, STORE, look=look, reason="年初", manner="overwrite", seen={"节点": {"new": 99}})
    worker.do_here(store)
    assert "有变化" in json.dumps(result_of(job_of(database, store)), ensure_ascii=False)
    assert (count(database, Season), count(database, ImportBatch)) == (0, 0)


@pytest.mark.parametrize("meanwhile", [False, True])
def test_what_was_given_up_is_not_taken_in(
    database: Database, worker: Worker, monkeypatch: pytest.MonkeyPatch, meanwhile: bool
) -> None:
    """Given up after it was confirmed, before the import begins or while it reads the file."""
    look = looked_at(database, full_book())
    worker.do_here(look)
    store = asked(database, STORE, look=look, reason="年初", manner="overwrite")

    def give_up() -> None:
        with database.session() as session:
            assert queue.drop(session, look)
            session.commit()

    real = workbook_jobs.given_workbook

    def read(*given: Any, **more: Any) -> Any:
        give_up()
        return real(*given, **more)

    if meanwhile:
        monkeypatch.setattr(workbook_jobs, "given_workbook", read)
    else:
        give_up()
    worker.do_here(store)
    told = result_of(job_of(database, store))["hindrance"]
    assert told == "这次检查已被放弃, 没有导入; 如仍要导入, 请重新选择文件"
    assert (count(database, Season), count(database, ImportBatch)) == (0, 0)
    assert job_of(database, look).state == DROPPED


def test_a_job_is_claimed_by_one(database: Database, worker: Worker) -> None:
    look = looked_at(database, full_book())
    with database.session() as session:
        assert queue.claim(session, look, "another:1", now(), 60_000) == 1
        session.commit()
    assert worker.work_on(look) is False
    assert worker.work() == 0


def test_what_was_taken_over_changes_nothing(database: Database, worker: Worker) -> None:
    """A process that lost its lease while it worked commits neither its end nor what it did."""
    look = looked_at(database, full_book())
    worker.do_here(look)
    store = asked(database, STORE, look=look, reason="年初", manner="overwrite")
    with database.session() as session:
        stale = queue.claim(session, store, "slow:1", now() - 120_000, 1)
        session.commit()
        assert stale is not None
        assert queue.claim(session, store, "quick:1", now(), 60_000) == stale + 1
        session.commit()
    from leaderboard.working import perform

    perform(database, worker.settings, store, stale)
    assert (job_of(database, store).state, count(database, Season)) == (RUNNING, 0)


def test_a_killed_process_leaves_the_job_to_the_next_and_ends_as_failed_at_last(
    database: Database, worker: Worker
) -> None:
    """Held by a process of this machine that is gone: free again at once; after three tries it is over."""
    look = looked_at(database, full_book())
    gone = owner_name(2**22 + 1)
    for state in (DUE, DUE, FAILED):
        with database.session() as session:
            assert queue.claim(session, look, gone, now(), 10**9)
            session.commit()
        worker.tidy()
        assert job_of(database, look).state == state
    assert job_of(database, look).message == CUT_OFF


def test_a_job_whose_process_keeps_dying_elsewhere_is_given_up(
    database: Database, settings: Settings
) -> None:
    """Another machine's lease ends without a word, as often as a publication is tried; the next worker gives it up."""
    look = looked_at(database, full_book())
    worker = Worker(database, settings.model_copy(update={"run_attempts": 2}))
    for minutes_ago in (2, 1):
        with database.session() as session:
            assert queue.claim(session, look, "elsewhere:1", now() - minutes_ago * 60_000, 1)
            session.commit()
    assert worker.work() == 0
    given_up = job_of(database, look)
    assert (given_up.state, given_up.message) == (FAILED, CUT_OFF)


def test_work_that_waits_in_vain_for_its_turn_was_no_try(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else writes for longer than it waits, however often: nothing is wrong with it, and it is done at last."""
    look, impatient = looked_at(database, full_book()), open_database(database.url, busy_timeout_ms=50)

    def while_another_writes(_work: Work) -> None:
        with database.session(), impatient.session():
            pass

    worker = Worker(database, settings)
    with monkeypatch.context() as busy:
        busy.setitem(working.KINDS, LOOK, while_another_writes)
        for _ in range(settings.run_attempts + 1):
            worker.do_here(look)
    impatient.engine.dispose()
    left = job_of(database, look)
    assert (left.state, left.attempt, left.message, left.lease_until) == (DUE, 0, None, None)
    worker.do_here(look)
    assert (job_of(database, look).state, job_of(database, look).attempt) == (DONE, 1)


BUSY_CHILD = """#!{python}
import sys
from sqlalchemy.exc import OperationalError
from leaderboard import workbook_jobs, working
def waits_in_vain(work):
    raise OperationalError("", {{}}, Exception("canceling statement due to lock timeout"))
working.KINDS["workbook.look"] = waits_in_vain
del sys.argv[1:3]
working.main()
"""


def test_a_child_that_waits_in_vain_for_its_turn_was_no_try(
    database: Database, worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, child = looked_at(database, full_book()), tmp_path / "child"
    child.write_text(BUSY_CHILD.format(python=sys.executable))
    child.chmod(0o700)
    with monkeypatch.context() as busy:
        busy.setenv("PYTHONPATH", str(ROOT))
        busy.setattr(sys, "executable", str(child))
        assert worker.work_on(look)
    left = job_of(database, look)
    assert (left.state, left.attempt, left.epoch, left.message) == (DUE, 0, 1, None)


def test_a_child_without_memory_ends_as_cut_off(database: Database, settings: Settings) -> None:
    # One piece of memory larger than all that is allowed: nothing the interpreter has at hand can hold it.
    look = looked_at(database, bytes(24_000_000))
    tight = Worker(database, settings.model_copy(update={"job_memory_mb": 20}))
    assert [tight.work_on(look), job_of(database, look).state] == [True, DUE]
    assert job_of(database, look).message == CUT_OFF


def test_stopping_gives_the_job_back(database: Database, worker: Worker) -> None:
    look = looked_at(database, full_book())
    beside = tally_file(database.url, look)
    if beside is not None:
        write_tally(beside, 1, Tally("checking", 2000, 100_000))
    assert worker.work_on(look, stopping=lambda: True)
    assert job_of(database, look).state == DUE
    assert beside is None or not beside.exists(), "of what was stopped nothing is counted"
    worker.do_here(look)
    assert job_of(database, look).state == DONE


def test_the_work_stands_behind_pages_from_its_first_instant(
    database: Database, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right after an edition a child is started, while a thousand screens ask for their scenes."""
    children: list[int] = []

    class Noted(subprocess.Popen[str]):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            children.append(self.pid)

    ranks: list[int] = []

    def stopping() -> bool:
        ranks.append(os.getpriority(os.PRIO_PROCESS, children[0]) - os.getpriority(os.PRIO_PROCESS, 0))
        return True

    monkeypatch.setattr(subprocess, "Popen", Noted)
    assert worker.work_on(looked_at(database, full_book()), stopping)
    assert ranks == [10]


def test_the_child_is_told_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    from leaderboard.working import TOLD

    assert not {name for name in TOLD if "key" in name or "token" in name}
    assert os.environ is not None


def test_files_are_kept_for_a_day(database: Database, worker: Worker) -> None:
    look = looked_at(database, full_book())
    worker.tidy()
    assert count(database, JobFile) == 1
    with database.session() as session:
        session.get_one(Job, look).asked_at -= 25 * 3_600_000
        session.commit()
    worker.tidy()
    assert count(database, JobFile) == 0


def test_a_file_is_kept_in_parts(database: Database) -> None:
    data = bytes(range(256)) * 10_000
    job = asked(database, LOOK, data, name="x", may_verify=True)
    with database.reading() as session:
        parts = list(file_parts(session, job, GIVEN))
    assert (len(parts), b"".join(parts) == data) == (3, True)
