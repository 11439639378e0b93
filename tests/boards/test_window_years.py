"""Windows whose end is counted without a year's notice are named, open ones and coming ones, and no others."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from leaderboard.boards.drafts import open_window
from leaderboard.boards.window_years import window_gaps, years_of_season, years_of_window
from leaderboard.instant import from_local
from leaderboard.seasons.models import CalendarYear
from leaderboard.seasons.timetable import add_timetable
from tests.boards.lives import drafted
from tests.factories import Race, small_race

ZONE = "Asia/Shanghai"


@pytest.fixture
def race(session: Session) -> Race:
    found = small_race(session)
    found.season.ends_on = date(2026, 12, 31)
    imported(session, 2026)
    return found


def imported(session: Session, year: int) -> None:
    session.add(CalendarYear(year=year, source="通知", imported_at=1, imported_by="li"))
    session.flush()


def at(day: str) -> int:
    return from_local(datetime.fromisoformat(f"{day}T09:00"), ZONE)


def test_a_window_over_new_year_needs_the_notice_of_the_new_year(session: Session, race: Race) -> None:
    """Three working days after Wednesday, 30 December 2026, by weekdays alone: the 31st, 1 and 4 January."""
    opens_at = at("2026-12-30")
    draft = open_window(session, "li", drafted(race), days=3, contact="0571-8888", zone=ZONE, at=opens_at)
    assert years_of_window(session, draft, ZONE) == [2027]
    assert window_gaps(session, opens_at, ZONE) == [(race.season, [2027])]
    imported(session, 2027)
    assert years_of_window(session, draft, ZONE) == []
    assert window_gaps(session, opens_at, ZONE) == []


def test_a_season_with_windows_asks_when_the_notice_can_be_there(session: Session, race: Race) -> None:
    """45 days after 1 November is 16 December, and three working days later still 2026; after the 20th it is not."""
    assert window_gaps(session, at("2026-11-20"), ZONE) == []
    race.season.window_days = 3
    assert years_of_season(session, race.season, at("2026-11-01"), ZONE) == []
    assert years_of_season(session, race.season, at("2026-11-20"), ZONE) == [2027]
    assert window_gaps(session, at("2026-11-20"), ZONE) == [(race.season, [2027])]


def test_a_season_that_is_over_asks_only_while_a_timetable_runs(session: Session, race: Race) -> None:
    race.season.window_days = 3
    later = at("2027-03-01")
    assert window_gaps(session, later, ZONE) == []
    daily = {"kind": "daily", "time": "09:00"}
    add_timetable(session, "li", race.season, name="日报", rule=daily, zone=ZONE)
    assert window_gaps(session, later, ZONE) == [(race.season, [2027])]
