"""News while you watch: before each edition of the demonstration clock a few verified facts by which the board moves."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time
from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy.exc import OperationalError

from config import Settings
from demo import live
from demo.live import add_facts_before
from demo.yunxi import load as yunxi
from leaderboard.boards import publish
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.db import Database, migrate, open_database
from leaderboard.instant import Millis, from_local, local_date
from leaderboard.ledger.models import VERIFIED, CapitalArrival, StageEvent
from leaderboard.ledger.read import known_project_facts
from leaderboard.office import Office
from leaderboard.seasons.read import find_season

ZONE = "Asia/Shanghai"
TODAY = date(2026, 11, 22)
NOON = from_local(datetime.combine(TODAY, time(12)), ZONE)
MINUTE = 60_000
SMALL = Fraction(1, 16)

Line = tuple[str, str, int | str | None, int | str | None]


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages have their own tests and take most of the time."""
    monkeypatch.setattr(publish, "render_forms", lambda *_arguments: ())


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office.of(Settings(data_dir=tmp_path / "data"))


def open_county(database: Database, scale: Fraction, at: Millis = NOON) -> Database:
    """Yunxi with its clock, as it stands at an instant; at noon of 2026-11-22 unless told otherwise."""
    with database.session() as session:
        yunxi.keep_watched(session, yunxi.plan_and_record(session, at, ZONE, scale), at, ZONE)
        session.commit()
    return database


@pytest.fixture
def county(database: Database) -> Database:
    return open_county(database, SMALL)


def air(database: Database, office: Office, due_at: Millis) -> list[Line]:
    """Publish the edition due at an instant; gives unit, division, place before and place of every line."""
    with database.session() as session:
        season = find_season(session, yunxi.SLUG)
        assert season is not None
        composed = compose(session, season, Due(local_date(due_at, ZONE), due_at, due_at), office)
        announce(session, composed, "clock")
        session.commit()
    return [(s["unit"], s["division"], s["previous_place"], s["place"]) for s in composed.board["standings"]]


def watch(database: Database, office: Office, editions: int, since: Millis = NOON) -> list[list[Line]]:
    """The lines that moved in each edition of the clock, after one that is there to compare with."""
    air(database, office, since)
    found = []
    for due_at in range(since + 2 * MINUTE, since + (2 * editions + 1) * MINUTE, 2 * MINUTE):
        add_facts_before(database, due_at, due_at - MINUTE // 2)
        found.append([line for line in air(database, office, due_at) if line[2] != line[3]])
    return found


def facts_since(database: Database, instant: int) -> list[tuple[str, int, date, int, str]]:
    found = []
    with database.reading() as session:
        for table in (StageEvent, CapitalArrival):
            for row in session.execute(known_project_facts(table).where(table.recorded_at > instant)):
                what = getattr(row, "stage", "arrival")
                found.append((what, row.project_id, row.occurred_on, row.recorded_at, row.outcome))
    return found


@pytest.mark.engines("sqlite")
def test_two_to_five_units_move_in_each_of_the_first_ten_editions(database: Database, office: Office) -> None:
    """As `make run` shows it: every edition has its movement, every division its turn, and no law is broken."""
    moved = watch(open_county(database, Fraction(1)), office, 10)
    assert [2 <= len(lines) <= 5 for lines in moved] == [True] * 10
    turns = Counter(division for lines in moved for division in {division for _, division, _, _ in lines})
    assert set(turns) == {"towns", "bureaus", "soe"}
    assert min(turns.values()) >= 3
    # Not the same two units to and fro: most units of the county have moved by then.
    assert len({unit for lines in moved for unit, *_ in lines}) >= 10
    kinds = Counter(what for what, *_ in facts_since(database, NOON))
    assert set(kinds) == {"signed", "registered", "started", "arrival"}
    check_plausible(database)


def check_plausible(database: Database) -> None:
    """No stage of a project twice, and no money above its contract beyond what is usual."""
    with database.reading() as session:
        events = session.execute(known_project_facts(StageEvent)).all()
        arrivals = session.execute(known_project_facts(CapitalArrival)).all()
    assert set(Counter((row.project_id, row.stage) for row in events).values()) == {1}
    arrived: Counter[int] = Counter()
    for row in arrivals:
        arrived[row.project_id] += row.yuan
    assert all(
        arrived[row.project_id] * 10 <= row.inward_yuan * 13 for row in events if row.stage == "signed"
    )


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("day", [date(2027, 1, 1), date(2028, 2, 29)])
def test_the_board_moves_whatever_the_day_of_the_first_run(
    database: Database, office: Office, day: date
) -> None:
    start = from_local(datetime.combine(day, time(9)), ZONE)
    moved = watch(open_county(database, Fraction(1, 4), start), office, 5, start)
    assert [2 <= len(lines) <= 5 for lines in moved] == [True] * 5


@pytest.mark.engines("sqlite")
def test_the_same_first_run_brings_the_same_news(
    county: Database, office: Office, blank_url: Callable[[], str]
) -> None:
    url = blank_url()
    migrate(url)
    other = open_database(url)
    try:
        assert watch(open_county(other, SMALL), office, 3) == watch(county, office, 3)
    finally:
        other.engine.dispose()


@pytest.mark.engines("sqlite", "postgresql")
def test_the_facts_of_an_edition_are_of_today_verified_and_recorded_before_it_is_due(
    county: Database,
) -> None:
    due = NOON + 2 * MINUTE
    added = add_facts_before(county, due, due - MINUTE // 2)
    found = facts_since(county, NOON)
    assert 1 <= added == len(found)
    for _, _, occurred_on, recorded_at, outcome in found:
        assert occurred_on == TODAY
        assert recorded_at == due - MINUTE // 2
        assert outcome == VERIFIED


def test_asking_again_for_the_same_edition_adds_nothing(county: Database) -> None:
    due = NOON + 2 * MINUTE
    assert add_facts_before(county, due, due - MINUTE // 2) > 0
    assert add_facts_before(county, due, due - MINUTE // 4) == 0


def test_nothing_is_added_after_the_season(county: Database) -> None:
    due = from_local(datetime.combine(date(2027, 1, 1), time(9)), ZONE)
    assert add_facts_before(county, due, due - MINUTE) == 0


def test_nothing_is_added_where_there_is_no_demonstration(database: Database) -> None:
    assert add_facts_before(database, NOON, NOON - MINUTE) == 0


@pytest.mark.parametrize(
    ("failure", "tried"),
    [(KeyError("liuxi"), [1, 2]), (OperationalError("BEGIN", {}, OSError("locked")), [1, 1])],
)
def test_an_edition_that_fails_does_not_end_the_news(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failure: Exception, tried: list[int]
) -> None:
    """Something unforeseen is told and passed over; a database that fails is asked again for the same edition."""
    asked: list[Millis] = []
    over = Waiting()

    def add(_database: Database, due: Millis, _now: Millis) -> int:
        asked.append(due)
        if len(asked) == 1:
            raise failure
        over.set()
        return 3

    monkeypatch.setattr(live, "_next_due", lambda _database, after: 1 if after < 1 else 2)
    monkeypatch.setattr(live, "now", lambda: -live.LEAST_MS)
    monkeypatch.setattr(live, "BEFORE_MS", live.LEAST_MS + 2)
    monkeypatch.setattr(live, "add_facts_before", add)
    live.keep_adding(cast(Database, None), over)
    assert asked == tried
    assert [bool(record.exc_info) for record in caplog.records if record.levelname == "ERROR"] == [True]


class Waiting(threading.Event):
    """Nobody waits in a test."""

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout
        return self.is_set()
