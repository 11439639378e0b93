"""How far a job is while its transaction is open: told beside SQLite's file, and truthful after a crash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from config import Settings
from leaderboard.db import Database, open_database
from leaderboard.exchange import apply, importing
from leaderboard.jobs import queue
from leaderboard.jobs.models import DUE, RUNNING, Job
from leaderboard.jobs.tally import Tally, drop_tally, tally_file, tally_of, write_tally
from leaderboard.ledger.models import Project
from leaderboard.orphans import owner_name
from leaderboard.workbook_jobs import LOOK, STORE
from leaderboard.working import CUT_OFF, Worker
from tests.exchange.books import full_book
from tests.people import enrol, signed_in

BESIDE = "sqlite:///{}/saima.sqlite"


def running(epoch: int) -> Job:
    return Job(id=7, kind=STORE, state=RUNNING, epoch=epoch, step="reading", done=0, total=0)


def test_a_tally_counts_for_the_claim_it_was_written_under(tmp_path: Path) -> None:
    url = BESIDE.format(tmp_path)
    file = tally_file(url, 7)
    assert file is not None
    assert tally_of(url, running(2)) == Tally("reading")
    write_tally(file, 1, Tally("storing", 500, 1000))
    assert tally_of(url, running(1)) == Tally("storing", 500, 1000)
    assert tally_of(url, running(2)) == Tally("reading"), "the one before was killed"
    file.write_text("{", encoding="ascii")
    assert tally_of(url, running(1)) == Tally("reading"), "cut off in the middle"
    drop_tally(url, 7)
    drop_tally(url, 7)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_fails_no_job(tmp_path: Path) -> None:
    write_tally(tmp_path / "none" / "saima.sqlite.job-7", 1, Tally("storing", 1, 2))


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg:///saima"])
def test_a_database_without_a_file_has_no_tally_beside_it(url: str) -> None:
    assert tally_file(url, 7) is None


@pytest.mark.parametrize(("keeps_out", "sees"), [(True, "database is locked"), (False, "0")])
def test_much_that_is_written_keeps_nobody_from_reading(tmp_path: Path, keeps_out: bool, sees: str) -> None:
    """Five times what SQLite keeps in memory by itself, not yet committed; without a write-ahead log."""
    url = BESIDE.format(tmp_path)
    writer = open_database(url, keeps_readers_out=keeps_out)
    reader = open_database(url, busy_timeout_ms=1)
    with writer.session() as session:
        session.execute(text("PRAGMA journal_mode=DELETE"))
        session.execute(text("CREATE TABLE row (data BLOB)"))
        session.commit()
    with writer.session() as session:
        session.execute(text("INSERT INTO row VALUES (zeroblob(10000000))"))
        try:
            with reader.reading() as reading:
                seen = str(reading.scalar(text("SELECT count(*) FROM row")))
        except OperationalError as error:
            seen = str(error)
    for opened in (writer, reader):
        opened.engine.dispose()
    assert sees in seen


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    enrol(database)
    return signed_in(app)


def asked(database: Database, kind: str, data: bytes = b"", **what: Any) -> int:
    with database.session() as session:
        job = queue.ask(session, "chen", kind, what, queue.in_parts(data))
        session.commit()
        return job.id


def test_the_page_counts_while_one_transaction_stores_and_tells_the_truth_after_a_crash(
    client: FlaskClient, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2 projects, 9 facts and 2 places in the lists, of which nothing is committed while the page counts them."""
    look = asked(database, LOOK, full_book(), name="台账.xlsx", may_verify=True)
    worker = Worker(database, settings)
    worker.do_here(look)
    store = asked(database, STORE, look=look, reason="年初", manner="overwrite")
    page, keep = f"/console/work/{store}", apply.apply
    states: list[dict[str, Any]] = []

    def watched(*arguments: Any, told: Any, **more: Any) -> Any:
        def hear(done: int, total: int) -> None:
            told(done, total)
            states.append(json.loads(client.get(f"{page}/state").data))
            shown = client.get(page).get_data(as_text=True)
            assert (f"{done} / {total}" in shown, f'value="{done}"' in shown) == (True, True)

        keep(*arguments, told=hear, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, "apply", watched)
    with pytest.raises(KeyboardInterrupt):
        worker.do_here(store)
    counted = [state["done"] for state in states]
    assert (counted[0], counted[-1], sorted(set(counted))) == (2, 13, counted)
    assert {(state["over"], state["total"], state["said"]) for state in states} == {
        (False, 13, "正在入账，一次写入，要么全部、要么一条不入")
    }
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(Project)) == 0
        session.get_one(Job, store).owner = owner_name(2**22 + 1)
        session.commit()
    worker.tidy()
    with database.reading() as session:
        job = session.get_one(Job, store)
        assert (job.state, job.message, tally_of(database.url, job).total) == (DUE, CUT_OFF, 0)
    assert "上一次没有做完，什么都没有保存" in client.get(page).get_data(as_text=True)
