"""A notice taken in while boards are aired: what is due stays due, and nothing of the past is aired by the new days.

September 2026 ends on a Wednesday. By Monday to Friday its last working days are Wed 30, Tue 29, Mon 28, Fri 25 and
Thu 24; with Wed 30 off they are Tue 29, Mon 28, Fri 25, Thu 24 and Wed 23. October's are Fri 30, Thu 29, Wed 28, Tue 27
and Mon 26.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards import clock, due, timekeeping
from leaderboard.boards.check_runs import check_runs
from leaderboard.boards.models import DueRun
from leaderboard.boards.new_calendar import Moved, take_in_year
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.instant import now
from leaderboard.seasons.models import Timetable
from leaderboard.seasons.notice import NoticeDay
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.timetable import add_timetable, pause_timetable, resume_timetable, skip_instant
from leaderboard.words import ENGLISH, speaking
from tests.boards.test_clock import ZONE, at
from tests.factories import start_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # what is due is a row that is there once

AFTER_SIX = "2026-09-24T18:00:02"
WORKED = {"kind": "working_day", "time": "09:00"}


def from_the_end(nth: int) -> dict[str, object]:
    return {"kind": "nth_working_day", "nth": nth, "time": "18:00"}


def aired(
    session: Session,
    slug: str,
    rule: dict[str, object],
    catch_up: str = "latest",
    since: str = "2026-09-01T00:00",
) -> Timetable:
    """A season with one timetable, which nobody looked after yet."""
    season = start_race(session, slug, title=f"赛季{slug}").season
    return add_timetable(
        session, "li", season, name="通报", rule=rule, zone=ZONE, catch_up=catch_up, starts_at=at(since)
    )


def taken_in(session: Session, when: str, *off: str, worked: Sequence[str] = ()) -> list[Moved]:
    days = [NoticeDay(date.fromisoformat(day), False, "本地") for day in off]
    days += [NoticeDay(date.fromisoformat(day), True, "本地") for day in worked]
    return take_in_year(session, "li", 2026, days, source="本地安排", at=at(when))


def told(session: Session, when: str, *off: str, worked: Sequence[str] = ()) -> list[str]:
    return [moved.told() for moved in taken_in(session, when, *off, worked=worked)]


def runs_of(timetable: Timetable, session: Session) -> list[tuple[int, str]]:
    session.expire_all()
    found = select(DueRun).where(DueRun.timetable_id == timetable.id).order_by(DueRun.due_at)
    return [(run.due_at, run.state) for run in session.scalars(found)]


def test_what_is_due_stays_due_and_what_never_was_is_not_aired(session: Session):
    """Two seconds after six the last Wednesday is taken off: one board was due just now, the other one is tomorrow."""
    tomorrow, today = aired(session, "s1", from_the_end(-4)), aired(session, "s2", from_the_end(-5))
    said = told(session, AFTER_SIX, "2026-09-30")
    assert said == [
        "赛季s1 时间表“通报”: 2026-09-25 18:00 不再发布; 新日历上的 2026-09-24 18:00 已过, 不补发; 下一期 2026-10-27 18:00"
    ]
    for look in (AFTER_SIX, "2026-09-25T18:00", "2026-10-26T17:59"):
        assert due.materialise(session, at(look)) == 0
    assert runs_of(today, session) == [(at("2026-09-24T18:00"), "due")]
    assert runs_of(tomorrow, session) == []
    assert list(check_runs(session)) == []
    assert due.materialise(session, at("2026-10-27T18:00")) == 2
    assert [run[0] for run in runs_of(today, session)] == [at("2026-09-24T18:00"), at("2026-10-26T18:00")]
    assert runs_of(tomorrow, session) == [(at("2026-10-27T18:00"), "due")]
    assert list(check_runs(session)) == []


def test_no_board_promises_a_date_that_has_passed_by_the_new_calendar(session: Session):
    tomorrow = aired(session, "s1", from_the_end(-4))
    five = at("2026-09-24T17:00")
    assert clock.next_due(session, tomorrow.season_id, five) == at("2026-09-25T18:00")
    taken_in(session, AFTER_SIX, "2026-09-30")
    assert clock.next_due(session, tomorrow.season_id, five) == at("2026-10-27T18:00")


def test_the_very_instant_of_the_import_belongs_to_the_old_calendar(session: Session):
    """At six sharp one is due by the old calendar and the other by the new: only the first is aired."""
    tomorrow, today = aired(session, "s1", from_the_end(-4)), aired(session, "s2", from_the_end(-5))
    taken_in(session, "2026-09-24T18:00", "2026-09-30")
    due.materialise(session, at(AFTER_SIX))
    assert runs_of(today, session) == [(at("2026-09-24T18:00"), "due")]
    assert runs_of(tomorrow, session) == []
    assert list(check_runs(session)) == []


def test_a_date_that_is_still_to_come_moves(session: Session):
    last = aired(session, "s1", from_the_end(-1))
    assert told(session, AFTER_SIX, "2026-09-30") == [
        "赛季s1 时间表“通报”: 2026-09-30 18:00 改为 2026-09-29 18:00; 下一期 2026-09-29 18:00"
    ]
    assert due.materialise(session, at("2026-09-29T18:00")) == 1
    assert due.materialise(session, at("2026-09-30T18:00")) == 0
    assert runs_of(last, session) == [(at("2026-09-29T18:00"), "due")]
    assert list(check_runs(session)) == []


def test_a_date_that_was_called_off_is_told_with_the_one_it_becomes(session: Session):
    last = aired(session, "s1", from_the_end(-1))
    skip_instant(session, "li", last, at("2026-09-30T18:00"), reason="开会", at=at("2026-09-24T09:00"))
    with speaking(ENGLISH):
        [said] = told(session, AFTER_SIX, "2026-09-30")
    was = "2026-09-30 18:00 (called off) becomes 2026-09-29 18:00"
    assert said == f"赛季s1, timetable “通报”: {was}; the next one is 2026-09-29 18:00"


def test_a_year_put_right_keeps_what_was_due_by_the_notice_before(session: Session):
    """First Wed 30 is off, so that Mon 28 is the last but one; then Mon 28 is off instead, and Tue 29 is it."""
    last_but_one = aired(session, "s1", from_the_end(-2))
    taken_in(session, "2026-09-02T12:00", "2026-09-30")
    assert told(session, "2026-09-28T18:00:02", "2026-09-28") == [
        "赛季s1 时间表“通报”: 增加 2026-09-29 18:00; 下一期 2026-09-29 18:00"
    ]
    assert runs_of(last_but_one, session) == [(at("2026-09-28T18:00"), "due")]
    assert list(check_runs(session)) == []
    assert due.materialise(session, at("2026-09-29T18:00")) == 1
    assert list(check_runs(session)) == []


def test_a_saturday_that_is_said_to_be_worked_when_it_is_over_gets_no_board(session: Session):
    """On Sunday 20 September the day before is said to be worked: the next board is Monday's."""
    worked = aired(session, "s1", WORKED, since="2026-09-18T00:00")
    assert told(session, "2026-09-20T12:00", worked=["2026-09-19"]) == [
        "赛季s1 时间表“通报”: 新日历上的 2026-09-19 09:00 已过, 不补发; 下一期 2026-09-21 09:00"
    ]
    due.materialise(session, at("2026-09-21T09:00"))
    assert [run[0] for run in runs_of(worked, session)] == [at("2026-09-18T09:00"), at("2026-09-21T09:00")]
    assert list(check_runs(session)) == []


def test_of_a_long_standstill_everything_stays_due(session: Session, monkeypatch: pytest.MonkeyPatch):
    """Four working days were missed; of more than there is room for at a time none is lost either."""
    monkeypatch.setattr(due, "MOST_ROWS", 2)
    each = aired(session, "s1", WORKED, "all", since="2026-09-21T00:00")
    newest = aired(session, "s2", WORKED, "latest", since="2026-09-21T00:00")
    taken_in(session, AFTER_SIX, "2026-09-22", "2026-09-23")
    days = [at(f"2026-09-{day}T09:00") for day in (21, 22, 23, 24)]
    assert runs_of(each, session) == [(day, "due") for day in days]
    assert runs_of(newest, session) == [(days[2], "skipped"), (days[3], "due")]
    assert list(check_runs(session)) == []


def test_a_paused_timetable_makes_up_for_nothing_by_either_calendar(session: Session):
    """Both dates pass while it rests, one by each calendar; whoever lets it run again sees what is to come."""
    paused = aired(session, "s1", from_the_end(-5))
    pause_timetable(session, "li", paused)
    assert told(session, AFTER_SIX, "2026-09-30") == []
    resume_timetable(session, "li", paused, at("2026-09-24T18:05"))
    assert due.materialise(session, at("2026-09-30T18:00")) == 0
    assert clock.next_due(session, None, at(AFTER_SIX)) == at("2026-10-26T18:00")
    assert list(check_runs(session)) == []


def test_a_timetable_that_asks_no_calendar_keeps_its_dates_and_its_past(session: Session):
    daily = aired(session, "s1", {"kind": "daily", "time": "18:00"}, "all", since="2026-09-23T00:00")
    assert told(session, "2026-09-24T17:00", "2026-09-23", "2026-09-30") == []
    assert [run[0] for run in runs_of(daily, session)] == [at("2026-09-23T18:00")]
    assert due.materialise(session, at("2026-09-24T18:00")) == 1
    assert list(check_runs(session)) == []


def test_a_notice_that_is_refused_says_why(session: Session):
    aired(session, "s1", WORKED)
    with pytest.raises(PlanError, match="不属于 2026 年"):
        taken_in(session, AFTER_SIX, "2027-09-30")


def test_a_run_of_a_node_ahead_is_of_the_old_calendar_too(session: Session):
    """It had the board of nine o'clock made due when, seventeen seconds behind it, this very day was taken off."""
    daily = aired(session, "a", WORKED, since="2026-09-22T12:00")
    due.materialise(session, at("2026-09-24T09:00:02"))
    taken_in(session, "2026-09-24T08:59:45", "2026-09-24")
    assert (at("2026-09-24T09:00"), "due") in runs_of(daily, session)
    assert list(check_runs(session)) == []


@pytest.mark.engines("postgresql")  # on SQLite a clock that is ahead has nothing to be compared with
def test_a_clock_that_is_ahead_takes_in_nothing_and_makes_nothing_due(
    session: Session, monkeypatch: pytest.MonkeyPatch
):
    daily = aired(session, "a", WORKED)
    ahead = now() + 4 * 86_400_000
    monkeypatch.setattr(timekeeping, "now", lambda: ahead)
    with pytest.raises(ClockOff, match="比数据库服务器快"):
        take_in_year(session, "li", 2026, [], source="本地安排", at=ahead)
    with pytest.raises(ClockOff, match="比数据库服务器快"):
        due.make_due(session, ahead)
    assert runs_of(daily, session) == []
