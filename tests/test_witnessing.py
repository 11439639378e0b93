"""The witness is written by every door that announces, after its commit, and made good by the next one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from leaderboard import airing, witnessing
from leaderboard.airing import Node, State, perform
from leaderboard.boards import clock
from leaderboard.boards.check_witness import check_witness
from leaderboard.boards.witness import read_witness
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.office import Office
from leaderboard.releasing import release_draft
from leaderboard.schedule import Ticker
from tests.boards.lives import drafted
from tests.factories import OFFICE, Race, small_race

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """The office with a witness in a folder that is not there yet."""
    return replace(OFFICE, witness=tmp_path / "data" / "witness" / "editions.jsonl")


@pytest.fixture
def race(database: Database) -> Race:
    with database.session() as session:
        race = small_race(session)
        session.commit()
    return race


def asked(database: Database, race: Race, key: str) -> int:
    with database.session() as session:
        run = clock.request_run(session, race.season, key, "li", now())
        session.commit()
        return run.id


def witnessed(office: Office) -> list[int]:
    assert office.witness is not None
    return [line.said.number for line in read_witness(office.witness) if line.said]


def test_what_a_run_and_a_release_announce_is_written_down(
    database: Database, race: Race, office: Office
) -> None:
    node = Node("here", office, 30_000, 3)
    perform(database, asked(database, race, "one"), node)
    assert witnessed(office) == [1]
    with database.session() as session:
        race.session = session
        draft = drafted(race)
        session.commit()
    release_draft(database, draft.id, "li", office)
    assert witnessed(office) == [1, 2]
    with database.reading() as session:
        assert list(check_witness(session, read_witness(office.witness or Path()))) == []


def test_a_line_that_a_dying_process_left_out_is_written_at_the_next_start(
    database: Database, race: Race, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = Node("here", office, 30_000, 3)
    with monkeypatch.context() as dying:
        dying.setattr(airing, "keep_witness", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            perform(database, asked(database, race, "one"), node)
    assert witnessed(office) == []
    Ticker(database, node, 3600).tick()
    assert witnessed(office) == [1]


def test_a_line_left_out_is_written_with_the_next_announcement(
    database: Database, race: Race, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk fails no announcement: the edition is out."""
    node = Node("here", office, 30_000, 3)
    with monkeypatch.context() as full:
        full.setattr(witnessing, "write_witness", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
        outcome = perform(database, asked(database, race, "one"), node)
    assert (outcome.state, witnessed(office)) == (State.PUBLISHED, [])
    perform(database, asked(database, race, "two"), node)
    assert witnessed(office) == [1, 2]


def test_two_nodes_each_write_down_what_there_is_when_they_announce(
    database: Database, race: Race, office: Office, tmp_path: Path
) -> None:
    other = replace(OFFICE, witness=tmp_path / "other" / "editions.jsonl")
    perform(database, asked(database, race, "one"), Node("here", office, 30_000, 3))
    perform(database, asked(database, race, "two"), Node("there", other, 30_000, 3))
    assert (witnessed(office), witnessed(other)) == ([1], [1, 2])
