"""What screens are told of the newest edition and of the next."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from leaderboard.boards import clock
from leaderboard.boards.models import FAILED
from leaderboard.boards.screen_states import newest_of
from leaderboard.instant import from_local
from leaderboard.seasons.holding import freeze_season, set_window, thaw_season
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


def test_nobody_counts_down_in_a_freeze_while_the_clock_goes_on(race: Race) -> None:
    """What is due meanwhile comes to a draft that waits for the reveal, so that the glass would promise in vain."""
    morning, due = at("2026-11-22T08:00"), at("2026-11-22T09:00")
    freeze_season(race.session, "li", race.season, reason="年终大会", at=morning)
    newest = newest_of(race.session, race.season.id, ZONE, morning)
    assert (newest.told["due_at"], newest.next_due_at) == (None, None)
    assert clock.next_due(race.session, race.season.id, morning) == due
    thaw_season(race.session, "li", race.season, reason="会上揭榜")
    newest = newest_of(race.session, race.season.id, ZONE, morning)
    assert (newest.told["due_at"], newest.next_due_at) == ("2026-11-22T09:00:00+08:00", due)


def test_a_frozen_board_is_not_out_of_date_whatever_became_of_a_run(race: Race) -> None:
    race.unit("liuxi", name="柳溪镇")
    race.scheme()
    race.publish().due_at = at("2026-11-21T09:00")
    run = clock.request_run(race.session, race.season, "once", "li", at("2026-11-22T10:00"))
    run.state = FAILED
    race.session.flush()
    noon = at("2026-11-22T12:00")
    assert newest_of(race.session, race.season.id, ZONE, noon).told["edition"]["next_due_at"] is not None
    freeze_season(race.session, "li", race.season, reason="年终大会", at=noon)
    assert newest_of(race.session, race.season.id, ZONE, noon).told["edition"]["next_due_at"] is None


def test_with_an_objection_window_nothing_is_promised_for_the_due_instant(race: Race) -> None:
    """The board of nine lies open for three working days first."""
    set_window(race.session, "li", race.season, days=3, contact="0571-8888", reason="先行公示")
    newest = newest_of(race.session, race.season.id, ZONE, at("2026-11-22T08:00"))
    assert (newest.told["due_at"], newest.next_due_at) == (None, None)
