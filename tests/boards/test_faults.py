"""Faults: whatever statement a process dies at, an edition is there whole or not at all."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import broken_lines
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.correct import begin_correction, withdraw
from leaderboard.boards.models import Draft, Edition, Notice, PublicForm, Standing
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.boards.release import prepare, release
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.outbox.models import Message
from tests.boards.lives import drafted, reverse_starts
from tests.doomed import release_until
from tests.factories import AS_OF, OFFICE, Race, small_race
from tests.forked import Forked

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # a transaction that dies

Act = Callable[[Session], object]


class Killed(Exception):
    """The process ends here."""


@contextmanager
def dying_at(engine: Engine, statement: int, end: Callable[[], None]) -> Iterator[list[int]]:
    """Ends before the n-th statement of the block; yields a list whose only item counts them."""
    seen = [0]

    def look(*_arguments: Any) -> None:
        seen[0] += 1
        if seen[0] == statement:
            end()

    event.listen(engine, "before_cursor_execute", look)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", look)


def kill() -> None:
    raise Killed


def everything(database: Database) -> tuple[object, ...]:
    """All that an announcement touches: rows of every table and the states of those that change."""
    with database.reading() as session:
        counts = [
            session.scalar(select(func.count()).select_from(table))
            for table in (Standing, PublicForm, Notice, AuditLine, Message)
        ]
        editions = session.execute(select(Edition.number, Edition.state).order_by(Edition.id)).all()
        drafts = session.execute(select(Draft.state, Draft.edition_id).order_by(Draft.id)).all()
        return (*counts, *map(tuple, editions), *map(tuple, drafts))


def publishing(race: Race) -> Act:
    at = now()
    composed = compose(race.session, race.season, Due(AS_OF, at, at), OFFICE)
    return lambda session: announce(session, composed, "li")


def releasing(race: Race) -> Act:
    draft = drafted(race)
    composed = prepare(race.session, draft, OFFICE, now())
    return lambda session: release(session, session.get_one(Draft, draft.id), composed, "li", OFFICE, now())


def correcting(race: Race) -> Act:
    edition = race.publish()
    reverse_starts(race)
    draft = begin_correction(race.session, "li", edition, OFFICE, note="误报")
    composed = prepare(race.session, draft, OFFICE, now())
    return lambda session: release(session, session.get_one(Draft, draft.id), composed, "li", OFFICE, now())


def beginning(race: Race) -> Act:
    edition = race.publish()
    reverse_starts(race)
    return lambda session: begin_correction(
        session, "li", session.get_one(Edition, edition.id), OFFICE, note="误报"
    )


def withdrawing(race: Race) -> Act:
    edition = race.publish()
    return lambda session: withdraw(session, "li", session.get_one(Edition, edition.id), reason="有误")


@pytest.mark.parametrize(
    ("prepared", "gained"),
    [(publishing, 1), (releasing, 1), (correcting, 1), (beginning, 0), (withdrawing, 0)],
)
def test_an_act_that_dies_at_any_statement_leaves_nothing(
    database: Database, prepared: Callable[[Race], Act], gained: int
) -> None:
    with database.session() as session:
        act = prepared(small_race(session))
        session.commit()
        had = session.scalar(select(func.count()).select_from(Edition)) or 0
    before = everything(database)
    statement = 0
    while True:
        statement += 1
        with database.session() as session, dying_at(database.engine, statement, kill):
            try:
                act(session)
            except Killed:
                session.rollback()
            else:
                session.commit()
                break
        if statement % 5 == 1:
            assert everything(database) == before, statement
    assert everything(database) != before
    assert statement > 10
    with database.reading() as session:
        editions = session.scalars(select(Edition).order_by(Edition.number)).all()
        assert len(editions) == had + gained
        assert list(broken_lines(session)) == []
        for edition in editions:
            whole = select(func.count()).select_from(Standing).where(Standing.edition_id == edition.id)
            assert session.scalar(whole) == 3


@pytest.mark.parametrize("statement", [1, 4])
def test_a_process_killed_while_it_releases_leaves_the_draft_to_the_next(
    database: Database, database_url: str, tmp_path: Path, statement: int
) -> None:
    with database.session() as session:
        drafted(small_race(session))
        session.commit()
    before = everything(database)
    environment = os.environ | {"SAIMA_DATABASE_URL": database_url, "SAIMA_DATA_DIR": str(tmp_path)}
    killed = Forked(tmp_path, environment, release_until, statement)
    assert killed.ended() == -signal.SIGKILL, killed.said()
    assert everything(database) == before
    again = Forked(tmp_path, environment, release_until, 0)
    assert again.ended() == 0, again.said()
    killed.close()
    again.close()
    with database.reading() as session:
        assert [e.number for e in session.scalars(select(Edition))] == [1]
        assert session.scalars(select(Draft.state)).all() == ["released"]
