"""What screens are told of the newest edition and of the next."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from leaderboard.boards.screen_states import newest_of
from leaderboard.instant import from_local
from leaderboard.seasons.timetable import add_timetable
from tests.factories import OFFICE, Race, start_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # reports are stored by the hundred

ZONE = OFFICE.zone


def at(text: str) -> int:
    return from_local(datetime.fromisoformat(text), ZONE)


@pytest.fixture
def race(session: Session) -> Race:
    """Aired every morning at nine."""
    race = start_race(session)
    daily = {"kind": "daily", "time": "09:00"}
    add_timetable(
        session, "li", race.season, name="日榜", rule=daily, zone=ZONE, starts_at=at("2026-11-22T00:00")
    )
    return race


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-22T08:00", "2026-11-22T09:00"),
        ("2026-11-22T09:00:29", "2026-11-22T09:00"),
        ("2026-11-22T09:00:31", "2026-11-23T09:00"),
    ],
)
def test_the_first_edition_is_awaited_half_a_minute_past_its_hour(race: Race, now: str, due: str) -> None:
    assert newest_of(race.session, race.season.id, ZONE, at(now)).next_due_at == at(due)


@pytest.mark.parametrize(
    ("published", "now", "due"),
    [
        # Published by hand at eight, when no timetable was known to it.
        ("2026-11-22T08:00", "2026-11-22T08:59", "2026-11-22T09:00"),
        ("2026-11-22T08:00", "2026-11-22T09:00:20", "2026-11-22T09:00"),
        ("2026-11-22T08:00", "2026-11-22T09:01", "2026-11-23T09:00"),
        # The edition of nine is out: the next is that of the next morning.
        ("2026-11-22T09:00", "2026-11-22T09:00:02", "2026-11-23T09:00"),
    ],
)
def test_the_next_is_due_as_the_timetables_stand_now_whatever_the_edition_says(
    race: Race, published: str, now: str, due: str
) -> None:
    race.unit("liuxi", name="柳溪镇")
    race.scheme()
    edition = race.publish()
    edition.due_at = at(published)
    race.session.flush()
    assert edition.next_due_at is None
    newest = newest_of(race.session, race.season.id, ZONE, at(now))
    assert (newest.next_due_at, newest.told["edition"]["number"]) == (at(due), 1)
