"""Boards scored shortly before they are due: the same editions as ever, and nothing of them anywhere before."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from leaderboard import airing
from leaderboard.airing import Node, State, tick
from leaderboard.boards import beforehand, clock
from leaderboard.boards.again import recompose
from leaderboard.boards.beforehand import AHEAD_MS
from leaderboard.boards.models import Draft, Edition
from leaderboard.boards.package import unpacked
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.holding import freeze_season
from leaderboard.seasons.models import Timetable
from leaderboard.seasons.timetable import add_timetable, pause_timetable
from leaderboard.tables import ALL
from tests.factories import OFFICE, Race, race_of, small_race, start_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")

ZONE = OFFICE.zone
HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture
def node() -> Node:
    return Node("here", OFFICE, 30_000, 3)


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which boards were scored, and whether that was before their instant or at it."""
    told: list[str] = []
    for where, name in ((beforehand, "score"), (airing, "score"), (airing, "compose")):
        real = getattr(where, name)

        def noting(*args: Any, real: Any = real, where: Any = where) -> Any:
            told.append(f"{args[1].slug} {'before' if where is beforehand else 'at'}")
            return real(*args)

        monkeypatch.setattr(where, name, noting)
    return told


def aired(race: Race, **more: Any) -> int:
    """A race that is due every day at nine, from the day after tomorrow on; its next due instant."""
    rule = {"kind": "daily", "time": "09:00", **more}
    starts_at = now() + 2 * DAY
    add_timetable(race.session, "tester", race.season, name="每天", rule=rule, zone=ZONE, starts_at=starts_at)
    race.session.commit()
    due_at = clock.next_due(race.session, race.season.id, now())
    assert due_at is not None
    return due_at


def due_race(database: Database, slug: str = "race", **more: Any) -> int:
    with database.session() as session:
        return aired(small_race(session, slug), **more)


def look_ahead(database: Database, node: Node, at: int) -> int | None:
    with database.reading() as session:
        return node.beforehand.look_ahead(session, ZONE, at)


def rows(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.reading() as session:
        return {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in ALL}


def one_more(database: Database) -> None:
    """柳溪 signs another project."""
    with database.session() as session:
        race_of(session, "race").project("liuxi", code="race-late")
        session.commit()


def by_hand(database: Database) -> str:
    """An edition published now; its hash."""
    with database.session() as session:
        edition = race_of(session, "race").publish()
        session.commit()
        return edition.hash


def signed(edition: Edition) -> int:
    """How many projects an edition counts from."""
    return len(unpacked(edition.package)["facts"]["projects"])


def the_edition(database: Database) -> Edition:
    """The only edition, of which every part is what ledger and rules give as of its due instant."""
    with database.reading() as session:
        [edition] = session.scalars(select(Edition))
        assert unpacked(edition.package) == recompose(session, edition)
        return edition


def test_the_clock_looks_again_five_seconds_before_and_then_at_the_instant(
    database: Database, node: Node, scored: list[str]
) -> None:
    assert look_ahead(database, node, now()) is None
    due_at = due_race(database)
    assert look_ahead(database, node, due_at - AHEAD_MS - 1) == due_at - 5000
    assert scored == []
    assert look_ahead(database, node, due_at - AHEAD_MS) == due_at
    assert look_ahead(database, node, due_at - 1) == due_at
    assert scored == ["race before"], "looking twice scores once"


def test_at_the_instant_nothing_is_scored_again(database: Database, node: Node, scored: list[str]) -> None:
    due_at = due_race(database)
    look_ahead(database, node, due_at - 2000)
    assert [outcome.state for outcome in tick(database, node, at=due_at)] == [State.PUBLISHED]
    assert scored == ["race before"]
    edition = the_edition(database)
    assert (edition.due_at, edition.known_at, signed(edition)) == (due_at, due_at, 4)


def test_before_the_instant_it_is_nowhere(database: Database, node: Node) -> None:
    due_at = due_race(database)
    before = rows(database)
    look_ahead(database, node, due_at - 2000)
    assert rows(database) == before
    assert tick(database, node, at=due_at - 1) == []
    assert rows(database) == before


def test_what_is_entered_in_between_counts(database: Database, node: Node, scored: list[str]) -> None:
    due_at = due_race(database)
    look_ahead(database, node, due_at - 4000)
    one_more(database)
    tick(database, node, at=due_at)
    assert scored == ["race before", "race at"]
    assert signed(the_edition(database)) == 5


def test_what_is_entered_while_there_is_time_is_scored_beforehand_too(
    database: Database, node: Node, scored: list[str]
) -> None:
    due_at = due_race(database)
    look_ahead(database, node, due_at - 4000)
    one_more(database)
    look_ahead(database, node, due_at - 3000)
    tick(database, node, at=due_at)
    assert scored == ["race before", "race before"]
    assert signed(the_edition(database)) == 5


def test_an_edition_that_comes_between_changes_only_the_number(
    database: Database, node: Node, scored: list[str]
) -> None:
    """Published by hand within the five seconds: the board is the same, and it is the third."""
    due_at = due_race(database)
    by_hand(database)
    look_ahead(database, node, due_at - 4000)
    second = by_hand(database)
    tick(database, node, at=due_at)
    assert scored == ["race before"]
    with database.reading() as session:
        third = session.scalars(select(Edition).where(Edition.number == 3)).one()
        assert (third.previous_hash, third.due_at) == (second, due_at)
        assert unpacked(third.package) == recompose(session, third)


def test_a_timetable_that_is_paused_in_between_airs_nothing(
    database: Database, node: Node, scored: list[str]
) -> None:
    due_at = due_race(database)
    look_ahead(database, node, due_at - 4000)
    with database.session() as session:
        pause_timetable(session, "tester", session.scalars(select(Timetable)).one())
        session.commit()
    assert tick(database, node, at=due_at) == []
    assert look_ahead(database, node, due_at - 3000) is None
    assert (scored, rows(database)["edition"]) == (["race before"], 0)


def test_entry_closes_when_the_timetable_says(database: Database, node: Node, scored: list[str]) -> None:
    """On the evening before at six, fifteen hours before nine."""
    closes = {"as_of": "days_before", "days_before": 1, "time": "18:00"}
    due_at = due_race(database, cut_off=closes)
    look_ahead(database, node, due_at - 2000)
    tick(database, node, at=due_at)
    assert scored == ["race before"]
    assert the_edition(database).known_at == due_at - 15 * HOUR


def test_a_frozen_season_has_its_draft_of_it(database: Database, node: Node, scored: list[str]) -> None:
    due_at = due_race(database)
    with database.session() as session:
        freeze_season(session, "li", race_of(session, "race").season, reason="年终揭榜")
        session.commit()
    look_ahead(database, node, due_at - 2000)
    assert [outcome.state for outcome in tick(database, node, at=due_at)] == [State.DRAFTED]
    assert scored == ["race before"]
    with database.reading() as session:
        assert session.scalars(select(Draft.due_at)).all() == [due_at]
        assert session.scalars(select(Edition)).all() == []


def test_one_season_that_cannot_be_scored_keeps_no_other_from_it(
    database: Database, node: Node, scored: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Without rules in force nothing is scored, and only the run itself says so."""
    with database.session() as session:
        bare = start_race(session, "bare")
        bare.unit("bare-town", division="bare")
        due_at = aired(bare)
    assert due_race(database) == due_at
    assert look_ahead(database, node, due_at - 2000) == due_at
    assert (scored, caplog.records) == (["bare before", "race before"], [])
    outcomes = {outcome.state: outcome.message for outcome in tick(database, node, at=due_at)}
    assert set(outcomes) == {State.FAILED, State.PUBLISHED}
    assert "考核方案" in (outcomes[State.FAILED] or "")
    assert scored == ["bare before", "race before", "bare at"]


def test_trouble_while_scoring_is_left_to_the_run(
    database: Database, node: Node, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: Any) -> None:
        raise ArithmeticError

    due_at = due_race(database)
    monkeypatch.setattr(beforehand, "score", broken)
    assert look_ahead(database, node, due_at - 2000) == due_at
    assert "cannot be scored beforehand" in caplog.text
    tick(database, node, at=due_at)
    assert the_edition(database).due_at == due_at


def test_what_is_due_by_now_waits_for_no_other_to_be_scored(
    database: Database, node: Node, scored: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    due_at = due_race(database)
    monkeypatch.setattr(beforehand, "now", lambda: due_at)
    assert look_ahead(database, node, due_at - 2000) == due_at
    assert scored == []
