"""Working days: Monday to Friday until a notice says otherwise, and every change of it in the trail."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.seasons.calendar import (
    MONDAY_TO_FRIDAY,
    WorkingDays,
    days_of_year,
    import_year,
    list_years,
    working_days,
)
from leaderboard.seasons.notice import NoticeDay, parse_notice
from leaderboard.seasons.plan import PlanError
from leaderboard.words import ENGLISH, speaking

FILES = Path(__file__).parents[2] / "docs" / "calendar"
SOURCE = "国务院办公厅关于2026年部分节假日安排的通知"


def take_in(session: Session, year: int = 2026) -> WorkingDays:
    days = parse_notice((FILES / f"{year}.csv").read_text(encoding="utf-8"), year)
    import_year(session, "tester", year, days, source=SOURCE)
    return working_days(session)


@pytest.mark.parametrize(
    ("day", "by_week", "by_notice"),
    [
        ("2026-02-13", True, True),  # a Friday
        ("2026-02-14", False, True),  # the working Saturday before the Spring Festival
        ("2026-02-15", False, False),  # a Sunday, and the first day off
        ("2026-02-23", True, False),  # the Monday that is its last day off
        ("2026-02-24", True, True),
        ("2026-02-28", False, True),  # the working Saturday after it
        ("2026-10-01", True, False),
        ("2026-10-10", False, True),
        ("2026-12-26", False, False),  # a Saturday no notice names
    ],
)
def test_a_day_is_worked_by_its_weekday_and_by_the_notice(
    session: Session, day: str, by_week: bool, by_notice: bool
):
    assert MONDAY_TO_FRIDAY.is_working(date.fromisoformat(day)) is by_week
    assert take_in(session).is_working(date.fromisoformat(day)) is by_notice


def test_worked_days_are_counted_across_the_spring_festival(session: Session):
    """From Friday 13 February 2026: the 14th is worked, the 15th to the 23rd are off."""
    days = take_in(session)
    assert days.next_from(date(2026, 2, 15)) == date(2026, 2, 24)
    assert days.previous_from(date(2026, 2, 23)) == date(2026, 2, 14)
    assert days.nth_after(date(2026, 2, 13), 0) == date(2026, 2, 13)
    assert [days.nth_after(date(2026, 2, 13), n).day for n in (1, 2, 5, 6)] == [14, 24, 27, 28]


def test_the_nth_worked_day_of_a_month_is_counted_from_either_end(session: Session):
    """October 2026: off until Wednesday the 7th, then 8, 9, 10 (a Saturday), 12, ...; its last Friday is the 30th."""
    days, october = take_in(session), date(2026, 10, 15)
    assert days.nth_of_month(october, 1) == date(2026, 10, 8)
    assert days.nth_of_month(october, 3) == date(2026, 10, 10)
    assert days.nth_of_month(october, 4) == date(2026, 10, 12)
    assert days.nth_of_month(october, -1) == date(2026, 10, 30)
    # Worked are the 8th to 10th and three full weeks from the 12th on: 18 days, so a 25th is the last of them.
    assert days.nth_of_month(october, 25) == date(2026, 10, 30)
    assert days.nth_of_month(october, -25) == date(2026, 10, 8)


def test_only_days_that_differ_from_their_weekday_are_kept(session: Session):
    take_in(session)
    kept = days_of_year(session, 2026)
    # Off from Monday to Friday and worked at a weekend: New Year 2 and 1, Spring Festival 6 and 2, Qingming 1, Labour
    # Day 3 and 1, Dragon Boat 1, Mid-Autumn 1, National Day 5 and 2.
    assert len(kept) == 3 + 8 + 1 + 4 + 1 + 1 + 7
    assert kept[0].day == date(2026, 1, 1)
    assert date(2026, 1, 3) not in {day.day for day in kept}


def test_a_year_is_replaced_and_the_trail_says_what_changed(session: Session):
    take_in(session)
    corrected = [
        NoticeDay(date(2026, 1, 1), False, "元旦"),
        NoticeDay(date(2026, 1, 2), False, "元旦"),
        NoticeDay(date(2026, 1, 10), True, "元旦"),
    ]
    import_year(session, "li", 2026, corrected, source="更正通知")
    assert [(day.day.isoformat(), day.is_working) for day in days_of_year(session, 2026)] == [
        ("2026-01-01", 0),
        ("2026-01-02", 0),
        ("2026-01-10", 1),
    ]
    [year] = list_years(session)
    assert (year.source, year.imported_by) == ("更正通知", "li")
    *_, line = session.scalars(select(AuditLine).where(AuditLine.action == "calendar.import"))
    told = json.loads(line.detail)
    assert told["added"] == ["2026-01-10 班"]
    assert "2026-01-04 班" in told["removed"]
    assert "2026-01-01 休" not in told["removed"]


def test_other_years_stay_as_they_are(session: Session):
    take_in(session, 2025)
    before = [(d.day, d.is_working, d.name) for d in days_of_year(session, 2025)]
    days = take_in(session, 2026)
    assert [(d.day, d.is_working, d.name) for d in days_of_year(session, 2025)] == before
    assert days.years == {2025, 2026}


def test_a_list_of_another_year_is_one_mistake(session: Session) -> None:
    """Lines of 2026 with nothing that says so, taken for 2027: 33 days off and 6 worked."""
    lines = (FILES / "2026.csv").read_text(encoding="utf-8").splitlines()[1:]
    with pytest.raises(PlanError) as caught:
        import_year(session, "tester", 2027, parse_notice("\n".join(lines), 2027), source=SOURCE)
    assert caught.value.problems == ("2026-01-01、2026-01-02、2026-01-03 等 39 天不属于 2027 年, 请核对年份",)


def test_every_reason_against_a_notice_is_told_and_nothing_is_kept(session: Session):
    days = [
        NoticeDay(date(2026, 1, 1), False, "元旦"),
        NoticeDay(date(2026, 1, 1), True, "元旦"),
        NoticeDay(date(2027, 1, 1), False, "元旦"),
        NoticeDay(date(2025, 11, 30), True, "元旦"),
    ]
    with pytest.raises(PlanError) as caught:
        import_year(session, "tester", 2026, days, source=" ")
    assert len(caught.value.problems) == 3
    with speaking(ENGLISH), pytest.raises(PlanError) as told:
        import_year(session, "tester", 2026, days, source="Notice")
    assert told.value.problems == (
        "2027-01-01、2025-11-30 is not in 2026; please check the year",
        "2026-01-01 is stated both as off and as worked",
    )
    with pytest.raises(PlanError, match="没有一天与平日"):
        import_year(session, "tester", 2026, [NoticeDay(date(2026, 1, 3), False, "")], source=SOURCE)
    assert list_years(session) == []
    assert days_of_year(session, 2026) == []
