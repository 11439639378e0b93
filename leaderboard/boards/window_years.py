"""When an objection window ends, and the years whose working days it counts without a notice 放假安排通知 of theirs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from datetime import time as clock_time

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from leaderboard.boards.models import WINDOW, Draft
from leaderboard.instant import Millis, from_local, local_date
from leaderboard.seasons.calendar import working_days
from leaderboard.seasons.models import Season, Timetable
from leaderboard.seasons.timetable import SOON_MS


def window_end(session: Session, opens_at: Millis, days: int, zone: str) -> Millis:
    """The last instant of the `days`-th working day after the day of an instant, in the office's zone."""
    last_day = working_days(session).nth_after(local_date(opens_at, zone), days)
    return from_local(datetime.combine(last_day + timedelta(days=1), clock_time(0)), zone) - 1


def years_assumed(session: Session, first: date, last: date) -> list[int]:
    """The years between two days that are counted as nothing but Monday to Friday."""
    return sorted(set(range(first.year, last.year + 1)) - working_days(session).years)


def years_of_window(session: Session, draft: Draft, zone: str) -> list[int]:
    """The same for the window of a draft that lies open; none where it does not."""
    if draft.state != WINDOW or draft.opens_at is None or draft.closes_at is None:
        return []
    return years_assumed(session, local_date(draft.opens_at, zone), local_date(draft.closes_at, zone))


def years_of_season(session: Session, season: Season, at: Millis, zone: str) -> list[int]:
    """The same for the windows that a season's next boards open, now or within 45 days; none where it has none."""
    if not season.window_days:
        return []
    last = local_date(window_end(session, at + SOON_MS, season.window_days, zone), zone)
    return years_assumed(session, local_date(at, zone), last)


# Every page of the console asks these: putting them together each time would take longer than the answers.
_RUNS = select(Timetable.season_id).where(Timetable.is_active == 1)
_GOING_ON = select(Season).where(
    Season.window_days > 0, or_(Season.ends_on >= bindparam("today"), Season.id.in_(_RUNS))
)
_LYING_OPEN = select(Season, Draft).join(Draft, Draft.season_id == Season.id).where(Draft.state == WINDOW)


def window_gaps(session: Session, at: Millis, zone: str) -> list[tuple[Season, list[int]]]:
    """The seasons with such windows, open ones and coming ones, with these years.

    A season that is over has none to come, unless one of its timetables still runs.
    """
    years = {
        season: set(years_of_season(session, season, at, zone))
        for season in session.scalars(_GOING_ON, {"today": local_date(at, zone)})
    }
    for season, draft in session.execute(_LYING_OPEN):
        years.setdefault(season, set()).update(years_of_window(session, draft, zone))
    return [(season, sorted(years[season])) for season in sorted(years, key=lambda s: s.id) if years[season]]
