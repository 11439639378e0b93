"""One writes at a time, on either engine: who comes second begins when the first has committed, and sees what it did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from config import Settings
from leaderboard import db
from leaderboard.accounts.audit import record_act
from leaderboard.accounts.models import AuditLine
from leaderboard.db import Database, is_busy, open_database
from leaderboard.jobs import queue
from leaderboard.jobs.models import Job

pytestmark = pytest.mark.engines("sqlite", "postgresql")


@pytest.fixture
def impatient(settings: Settings, database: Database) -> Iterator[Database]:
    """The same database, seen by somebody who waits for a moment only."""
    opened = open_database(database.url, busy_timeout_ms=50)
    yield opened
    opened.engine.dispose()


def lines(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AuditLine)) or 0


def test_who_comes_second_begins_when_the_first_has_committed(
    database: Database, impatient: Database
) -> None:
    with database.session() as first:
        before = lines(first)
        with pytest.raises(OperationalError), impatient.session():
            pass
        record_act(first, "li", "test", "one")
        first.commit()
    with impatient.session() as second:
        assert lines(second) == before + 1
        record_act(second, "chen", "test", "two")
        second.commit()
    with database.reading() as session:
        assert lines(session) == before + 2


def test_who_was_refused_may_come_again(database: Database, impatient: Database) -> None:
    """What waited in vain leaves its connection fit for use."""
    with impatient.writers() as second:
        with database.session(), pytest.raises(OperationalError):
            lines(second)
        second.rollback()
        record_act(second, "chen", "test", "again")
        second.commit()


def test_who_goes_on_reading_keeps_nobody_from_writing(database: Database, impatient: Database) -> None:
    """Without a write-ahead log a reading transaction left open would: the office stood still while a board was composed."""
    with database.reading() as reader:
        before = lines(reader)
        with impatient.session() as writer:
            record_act(writer, "li", "test", "one")
            writer.commit()
        assert lines(reader) == before + 1


def test_to_who_asked_for_it_everything_stays_as_it_was(database: Database, impatient: Database) -> None:
    """On SQLite without a write-ahead log by keeping the writer waiting."""
    with database.still() as reader:
        before = lines(reader)
        with suppress(OperationalError), impatient.session() as writer:
            record_act(writer, "li", "test", "one")
            writer.commit()
        assert lines(reader) == before


def test_who_reads_never_waits(database: Database, impatient: Database) -> None:
    with database.session() as first:
        before = lines(first)
        record_act(first, "li", "test", "one")
        with impatient.reading() as looking:
            assert lines(looking) == before
        with impatient.still() as looking:
            assert lines(looking) == before


@pytest.mark.engines("postgresql")
def test_what_stands_by_itself_is_written_beside(database: Database, impatient: Database) -> None:
    """A lease is kept while its own work writes; on SQLite it waits for its turn, with the patience of a lease."""
    with database.session(), impatient.beside() as session:
        lines(session)
        session.commit()


def test_what_stands_by_itself_waits_no_longer_for_a_row_than_for_a_turn(
    database: Database, impatient: Database
) -> None:
    with database.session() as session:
        queue.ask(session, "li", "test", {})
        session.commit()
    with database.session() as first:
        first.execute(update(Job).values(step="one"))
        with impatient.keepers() as beside:
            with pytest.raises(OperationalError) as refused:
                beside.execute(update(Job).values(step="two"))
            beside.rollback()
            first.commit()
            beside.execute(update(Job).values(step="two"))
            beside.commit()
    assert is_busy(refused.value)
    with database.reading() as session:
        assert session.scalars(select(Job.step)).all() == ["two"]


@pytest.mark.engines("postgresql")
def test_a_writer_who_fell_silent_is_thrown_out(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "SILENCE_MS", 100)
    silent = open_database(database.url)
    with silent.session() as first:
        record_act(first, "li", "test", "one")
        with database.session() as second:
            assert lines(second) == 0
            record_act(second, "chen", "test", "two")
            second.commit()
        with pytest.raises(DBAPIError, match="idle-in-transaction timeout"):
            first.commit()
    with silent.session() as again:
        assert lines(again) == 1
    silent.engine.dispose()


@pytest.mark.engines("postgresql")
def test_who_fell_silent_beside_the_others_keeps_no_row(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.session() as session:
        queue.ask(session, "li", "test", {})
        session.commit()
    monkeypatch.setattr(db, "SILENCE_MS", 100)
    silent = open_database(database.url)
    with silent.beside() as first:
        first.execute(update(Job).values(step="one"))
        with database.session() as second:
            second.execute(update(Job).values(step="two"))
            second.commit()
        with pytest.raises(DBAPIError, match="idle-in-transaction timeout"):
            first.commit()
    silent.engine.dispose()
