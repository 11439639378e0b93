"""Instants on a calendar with holidays and working Saturdays: each was looked up in the notices for 2025 and 2026."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from leaderboard.instant import from_local
from leaderboard.seasons.calendar import MONDAY_TO_FRIDAY, WorkingDays
from leaderboard.seasons.instants import as_of, due_after, known_at, next_dates, years_without_notice
from leaderboard.seasons.notice import parse_notice
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.rule import parse_rule

ZONE = "Asia/Shanghai"
FILES = Path(__file__).parents[2] / "docs" / "calendar"
NAMED = [
    named
    for year in (2025, 2026)
    for named in parse_notice((FILES / f"{year}.csv").read_text(encoding="utf-8"), year)
]
NOTICES = WorkingDays(frozenset({2025, 2026}), {named.day: named.is_working for named in NAMED})


def at(text: str, zone: str = ZONE) -> int:
    return from_local(datetime.fromisoformat(text), zone)


def days_of(rule: dict[str, Any], after: str, n: int = 5, days: WorkingDays = NOTICES) -> list[str]:
    """The next due days as 02-14, at nine each."""
    found = next_dates(parse_rule({"time": "09:00", **rule}), ZONE, n, at(after), days)
    moments = [datetime.fromtimestamp(instant / 1000, UTC) for instant in found]
    # Nine in Shanghai is one in the morning of UTC, on the same day.
    assert all((moment.hour, moment.minute) == (1, 0) for moment in moments)
    return [f"{moment:%m-%d}" for moment in moments]


@pytest.mark.parametrize(
    ("rule", "after", "expected"),
    [
        # The Spring Festival of 2026: Saturday the 14th is worked, the 15th to the 23rd are off.
        ({"kind": "working_day"}, "2026-02-12T10:00", ["02-13", "02-14", "02-24", "02-25", "02-26"]),
        # Saturday 28 February is worked too, Sunday 1 March is not.
        ({"kind": "working_day"}, "2026-02-27T10:00", ["02-28", "03-02", "03-03", "03-04", "03-05"]),
        # National Day: off from Thursday the 1st to Wednesday the 7th, and Saturday the 10th is worked.
        ({"kind": "working_day"}, "2026-09-30T08:59", ["09-30", "10-08", "10-09", "10-10", "10-12"]),
        # 1 January, 1 May and 1 October are off; 1 February is a Sunday, 1 March, 1 August and 1 November too.
        (
            {"kind": "monthly", "day": 1, "if_closed": "next"},
            "2025-12-31T10:00",
            ["01-04", "02-02", "03-02", "04-01", "05-06"],
        ),
        # Before 1 January 2026 comes Wednesday 31 December 2025, before 1 October the 30th of September.
        (
            {"kind": "monthly", "day": 1, "if_closed": "previous"},
            "2025-12-30T10:00",
            ["12-31", "01-30", "02-28", "04-01", "04-30"],
        ),
        (
            {"kind": "monthly", "day": 1, "if_closed": "skip"},
            "2025-12-31T10:00",
            ["04-01", "06-01", "07-01", "09-01", "12-01"],
        ),
        # The 31st falls to the last day of a shorter month; 31 May is a Sunday and 28 February a working Saturday.
        (
            {"kind": "monthly", "day": 31, "if_closed": "next"},
            "2026-01-01T00:00",
            ["02-02", "02-28", "03-31", "04-30", "06-01"],
        ),
        # A closed Saturday and the Sunday after it come to the same Monday, which is due once.
        (
            {"kind": "weekly", "days": ["sat", "sun", "mon"], "if_closed": "next"},
            "2026-11-19T00:00",
            ["11-23", "11-30", "12-07", "12-14", "12-21"],
        ),
        # The Saturdays of February 2026 are the 7th, 14th, 21st and 28th: two of them are worked.
        (
            {"kind": "weekly", "days": ["sat"], "if_closed": "skip"},
            "2026-01-05T00:00",
            ["02-14", "02-28", "05-09", "10-10"],
        ),
        # Every second week from that of Wednesday 7 January 2026, which began on Monday the 5th.
        (
            {"kind": "weekly", "days": ["mon"], "weeks": 2, "from": "2026-01-07"},
            "2026-01-05T10:00",
            ["01-19", "02-02", "02-16", "03-02", "03-16"],
        ),
        # January: 4 (a worked Sunday), 5, 6. February: 2, 3, 4. March and April begin on 2 and 1; May on the 6th.
        (
            {"kind": "nth_working_day", "nth": 3},
            "2026-01-01T00:00",
            ["01-06", "02-04", "03-04", "04-03", "05-08"],
        ),
        (
            {"kind": "nth_working_day", "nth": -1},
            "2026-01-01T00:00",
            ["01-30", "02-28", "03-31", "04-30", "05-29"],
        ),
        # 31 March is a Tuesday, 30 June a Tuesday, 30 September a Wednesday, 31 December a Thursday.
        (
            {"kind": "quarter_end", "if_closed": "previous"},
            "2026-01-01T00:00",
            ["03-31", "06-30", "09-30", "12-31"],
        ),
    ],
)
def test_due_days_keep_to_the_offices_working_days(rule: dict[str, Any], after: str, expected: list[str]):
    assert days_of(rule, after, len(expected)) == expected


def test_without_a_notice_working_days_are_monday_to_friday():
    found = days_of({"kind": "working_day"}, "2026-02-12T10:00", 4, MONDAY_TO_FRIDAY)
    assert found == ["02-13", "02-16", "02-17", "02-18"]


def test_a_board_moved_to_today_is_not_forgotten_when_the_clock_starts_today():
    """Meant for 1 October 2026, aired on the 8th: asked on the 8th before nine, it is still to come."""
    rule = parse_rule({"kind": "monthly", "day": 1, "time": "09:00", "if_closed": "next"})
    assert due_after(rule, ZONE, at("2026-10-08T08:00"), NOTICES) == at("2026-10-08T09:00")
    assert due_after(rule, ZONE, at("2026-10-08T09:00"), NOTICES) == at("2026-11-02T09:00")


@pytest.mark.parametrize(
    ("cut_off", "day", "known"),
    [
        ("same_day", "2026-03-05", "2026-03-05T09:00"),
        ("previous_day", "2026-03-04", "2026-03-05T09:00"),
        ("month_end", "2026-02-28", "2026-03-05T09:00"),
        ({"days_before": 2, "time": "18:00"}, "2026-03-03", "2026-03-03T18:00"),
        ({"days_before": 5}, "2026-02-28", "2026-03-05T09:00"),
        ({"as_of": "month_end", "days_before": 1, "time": "17:30"}, "2026-02-28", "2026-03-04T17:30"),
        ({"as_of": "same_day", "time": "08:00"}, "2026-03-05", "2026-03-05T08:00"),
    ],
)
def test_the_last_day_and_the_end_of_entry_are_apart_from_publication(cut_off: Any, day: str, known: str):
    rule = parse_rule({"kind": "monthly", "day": 5, "time": "09:00", "cut_off": cut_off})
    due = at("2026-03-05T09:00")
    assert as_of(rule, due, ZONE) == date.fromisoformat(day)
    assert known_at(rule, due, ZONE) == at(known)


def test_the_end_of_the_month_before_march_is_the_29th_in_a_leap_year():
    rule = parse_rule({"kind": "monthly", "day": 3, "time": "09:00", "cut_off": "month_end"})
    assert as_of(rule, at("2028-03-03T09:00"), ZONE) == date(2028, 2, 29)


def test_an_hour_that_a_clock_change_leaves_out_or_repeats_is_due_once():
    """New York leaves out 02:00 to 03:00 on 8 March 2026 and has 01:00 to 02:00 twice on 1 November 2026."""
    spring = parse_rule({"kind": "daily", "time": "02:30"})
    found = next_dates(spring, "America/New_York", 3, at("2026-03-07T12:00", "America/New_York"))
    # 02:30 becomes 03:30 summer time (07:30 UTC); from then on 02:30 is 06:30 UTC.
    assert [f"{datetime.fromtimestamp(i / 1000, UTC):%d %H:%M}" for i in found] == [
        "08 07:30",
        "09 06:30",
        "10 06:30",
    ]
    autumn = parse_rule({"kind": "daily", "time": "01:30"})
    found = next_dates(autumn, "America/New_York", 2, at("2026-10-31T12:00", "America/New_York"))
    assert [f"{datetime.fromtimestamp(i / 1000, UTC):%d %H:%M}" for i in found] == ["01 05:30", "02 06:30"]


def test_the_day_is_that_of_the_zone():
    """Nine on Monday 2 March 2026 in Kathmandu (UTC+5:45) is 03:15 of UTC."""
    rule = parse_rule({"kind": "working_day", "time": "09:00"})
    [found] = next_dates(rule, "Asia/Kathmandu", 1, at("2026-02-28T10:00", "Asia/Kathmandu"))
    assert f"{datetime.fromtimestamp(found / 1000, UTC):%m-%d %H:%M}" == "03-02 03:15"


def test_a_year_whose_notice_is_missing_is_named_where_the_rule_needs_it():
    daily = parse_rule({"kind": "daily", "time": "09:00"})
    working = parse_rule({"kind": "working_day", "time": "09:00"})
    assert years_without_notice(daily, ZONE, at("2030-05-01T10:00"), NOTICES) == []
    assert years_without_notice(working, ZONE, at("2026-11-01T10:00"), NOTICES) == []
    # The five dates after Tuesday 29 December 2026 are the 30th, the 31st and three of January 2027.
    assert years_without_notice(working, ZONE, at("2026-12-29T10:00"), NOTICES) == [2027]
    assert years_without_notice(working, ZONE, at("2026-11-01T10:00"), MONDAY_TO_FRIDAY) == [2026]


@pytest.mark.parametrize(
    "rule", [{"kind": "once", "at": "2026-12-31T10:00"}, {"kind": "daily", "time": "10:00"}]
)
def test_entry_closes_no_later_than_the_board_is_due(rule: dict[str, str]) -> None:
    cut_off = {"days_before": 0, "time": "18:00"}
    with pytest.raises(PlanError, match="报送截止 18:00 晚于发布时刻 10:00"):
        parse_rule(rule | {"cut_off": cut_off})
    assert parse_rule(rule | {"cut_off": cut_off | {"time": "10:00"}}).cut_off.time == time(10)
