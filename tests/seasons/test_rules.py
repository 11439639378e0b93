"""Rules of timetables: every due instant below was looked up in a calendar, and every mistake is named."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.instant import local_date
from leaderboard.seasons.instants import as_of, due_after, due_between, known_at, next_dates
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.rule import KINDS, parse_rule, rule_document
from leaderboard.words import ENGLISH, speaking
from tests.seasons.rules import RULES
from tests.seasons.shanghai import ZONE, at

HAN = re.compile(r"[\u3400-\u9fff]")
DAILY = {"kind": "daily", "time": "09:00"}


def instants(rule: dict[str, Any], after: str, n: int = 3, zone: str = ZONE) -> list[int]:
    return next_dates(parse_rule(rule), zone, n, at(after, zone))


@pytest.mark.parametrize(
    ("rule", "after", "expected"),
    [
        (DAILY, "2026-11-22T08:00", ["2026-11-22T09:00", "2026-11-23T09:00", "2026-11-24T09:00"]),
        # 22 November 2026 is a Sunday.
        (
            {"kind": "weekly", "days": ["thu", "mon"], "time": "08:30"},
            "2026-11-22T12:00",
            ["2026-11-23T08:30", "2026-11-26T08:30", "2026-11-30T08:30"],
        ),
        (
            {"kind": "weekly", "days": ["sun"], "time": "00:00"},
            "2026-11-22T12:00",
            ["2026-11-29T00:00", "2026-12-06T00:00", "2026-12-13T00:00"],
        ),
        # The 31st falls to the last day of a shorter month.
        (
            {"kind": "monthly", "day": 31, "time": "17:00"},
            "2026-01-31T17:00",
            ["2026-02-28T17:00", "2026-03-31T17:00", "2026-04-30T17:00"],
        ),
        # 2028 is a leap year, 2027 is not.
        (
            {"kind": "monthly", "day": 29, "time": "09:00"},
            "2028-01-31T00:00",
            ["2028-02-29T09:00", "2028-03-29T09:00", "2028-04-29T09:00"],
        ),
        (
            {"kind": "monthly", "day": "last", "time": "09:00"},
            "2027-01-31T09:00",
            ["2027-02-28T09:00", "2027-03-31T09:00", "2027-04-30T09:00"],
        ),
        (
            {"kind": "monthly", "day": 5, "time": "09:00"},
            "2026-12-05T09:00",
            ["2027-01-05T09:00", "2027-02-05T09:00", "2027-03-05T09:00"],
        ),
        (
            {"kind": "quarter_end", "time": "18:00"},
            "2026-01-01T00:00",
            ["2026-03-31T18:00", "2026-06-30T18:00", "2026-09-30T18:00"],
        ),
        (
            {"kind": "minutes", "every": 15},
            "2026-11-22T10:07",
            ["2026-11-22T10:15", "2026-11-22T10:30", "2026-11-22T10:45"],
        ),
        # 7 minutes do not divide the day: 23:55 is the 205th, and midnight begins anew.
        (
            {"kind": "minutes", "every": 7},
            "2026-11-22T23:50",
            ["2026-11-22T23:55", "2026-11-23T00:00", "2026-11-23T00:07"],
        ),
        (
            {"kind": "minutes", "every": 1, "until": "2026-11-22T10:02"},
            "2026-11-22T10:00",
            ["2026-11-22T10:01", "2026-11-22T10:02"],
        ),
        ({"kind": "once", "at": "2026-11-25T09:00"}, "2026-11-22T00:00", ["2026-11-25T09:00"]),
        ({"kind": "once", "at": "2026-11-25T09:00"}, "2026-11-25T09:00", []),
    ],
)
def test_due_instants_are_those_of_the_calendar(rule: dict[str, Any], after: str, expected: list[str]):
    assert instants(rule, after) == [at(text) for text in expected]


def test_nine_in_shanghai_is_one_in_the_morning_of_utc():
    expected = datetime(2026, 11, 22, 1, tzinfo=UTC).timestamp() * 1000
    assert instants(DAILY, "2026-11-22T00:00", 1) == [expected]


def test_the_zone_is_the_timetables_and_not_the_machines():
    """New York is on summer time on 1 July (13:00 UTC) and not on 1 December (14:00 UTC)."""
    summer, winter = (
        instants(DAILY, day, 1, "America/New_York")[0] for day in ("2026-07-01T00:00", "2026-12-01T00:00")
    )
    assert datetime.fromtimestamp(summer / 1000, UTC).hour == 13
    assert datetime.fromtimestamp(winter / 1000, UTC).hour == 14


def test_an_instant_is_due_exactly_at_itself_and_not_before():
    rule, due = parse_rule(DAILY), at("2026-11-22T09:00")
    assert list(due_between(rule, ZONE, due - 1, due)) == [due]
    assert list(due_between(rule, ZONE, due - 2, due - 1)) == []
    assert due_after(rule, ZONE, due) == at("2026-11-23T09:00")


def test_facts_count_up_to_the_day_the_rule_names():
    due = at("2026-03-01T09:00")
    assert as_of(parse_rule(DAILY), due, ZONE) == date(2026, 3, 1)
    assert as_of(parse_rule({**DAILY, "cut_off": "previous_day"}), due, ZONE) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("不是", ["JSON"]),
        ([1], ["一组"]),
        ({}, ["发布周期"]),
        ({"kind": "fortnightly"}, ["fortnightly"]),
        ({"kind": "daily"}, ["time"]),
        ({"kind": "daily", "time": "9:00"}, ["9:00"]),
        ({"kind": "daily", "time": "24:00"}, ["24:00"]),
        ({"kind": "daily", "time": "09:00", "day": 3}, ["day"]),
        # 0 is Sunday in one system and Monday in another, so only names will do.
        ({"kind": "weekly", "days": [0], "time": "09:00"}, ["mon"]),
        ({"kind": "weekly", "days": [], "time": "25:00"}, ["days", "25:00"]),
        ({"kind": "monthly", "day": 32, "time": "x", "cut_off": "tomorrow"}, ["tomorrow", "32", "'x'"]),
        ({"kind": "monthly", "day": True, "time": "09:00"}, ["True"]),
        ({"kind": "minutes", "every": 0}, ["every"]),
        ({"kind": "minutes", "every": "5", "until": "soon"}, ["'5'", "soon"]),
        ({"kind": "once", "at": "2026-02-30T09:00"}, ["2026-02-30"]),
        ({"kind": "working_day", "time": "09:00", "if_closed": "next"}, ["if_closed"]),
        ({"kind": "daily", "time": "09:00", "if_closed": "later"}, ["later"]),
        ({"kind": "nth_working_day", "nth": 16, "time": "09:00"}, ["16"]),
        ({"kind": "nth_working_day", "nth": 0, "time": "09:00"}, ["不能为 0"]),
        ({"kind": "weekly", "days": ["mon"], "time": "09:00", "weeks": 2}, ["from"]),
        ({"kind": "weekly", "days": ["mon"], "time": "09:00", "weeks": 27, "from": "5月"}, ["27", "5月"]),
        # Entry cannot close after the board is out.
        ({"kind": "daily", "time": "09:00", "cut_off": {"time": "09:01"}}, ["09:01"]),
        ({"kind": "daily", "time": "09:00", "cut_off": {"as_of": "month_end", "days_before": 2}}, ["时刻"]),
        ({"kind": "daily", "time": "09:00", "cut_off": {"days_before": 61, "by": 1}}, ["61", "by"]),
    ],
)
def test_every_mistake_is_named_at_once(rule: Any, words: list[str]):
    with pytest.raises(PlanError) as caught:
        parse_rule(rule)
    assert len(caught.value.problems) == len(words)
    for word in words:
        assert any(word in problem for problem in caught.value.problems), word


@pytest.mark.parametrize(
    "rule",
    [
        "{",
        [1],
        {"kind": "fortnightly"},
        {"kind": "daily", "time": "9:00", "day": 3, "if_closed": "later"},
        {"kind": "weekly", "days": [], "time": "25:00", "weeks": 27, "from": "May"},
        {"kind": "monthly", "day": 32, "time": "x", "cut_off": "tomorrow"},
        {"kind": "minutes", "every": 0, "until": "soon"},
        {"kind": "once", "at": "2026-02-30T09:00"},
        {"kind": "nth_working_day", "nth": 0, "time": "09:00"},
        {"kind": "daily", "time": "09:00", "cut_off": {"time": "09:01"}},
        {"kind": "daily", "time": "09:00", "cut_off": {"as_of": "month_end", "days_before": 2}},
        {"kind": "daily", "time": "09:00", "cut_off": {"days_before": 61, "by": 1, "time": 9}},
    ],
)
def test_mistakes_are_named_in_english_to_who_reads_english(rule: Any):
    with pytest.raises(PlanError) as chinese:
        parse_rule(rule)
    with speaking(ENGLISH), pytest.raises(PlanError) as english:
        parse_rule(rule)
    assert len(english.value.problems) == len(chinese.value.problems)
    assert not HAN.search(str(english.value))


INSTANTS = st.integers(1_600_000_000_000, 2_200_000_000_000)


@given(RULES, INSTANTS)
def test_due_instants_only_go_forward(rule: dict[str, Any], after: int):
    """Each due instant is later than what it was asked after, and none lies between."""
    parsed = parse_rule(rule)
    found = due_after(parsed, ZONE, after)
    if found is None:
        # Saturdays and Sundays that are left out leave nothing.
        assert parsed.moment is not None or (
            parsed.if_closed == "skip" and set(parsed.days) <= {"sat", "sun"}
        )
        return
    assert found > after
    assert due_after(parsed, ZONE, found - 1) == found


@given(RULES, INSTANTS)
def test_no_edition_counts_what_was_entered_after_it_was_due(rule: dict[str, Any], due_at: int):
    parsed = parse_rule(rule)
    assert known_at(parsed, due_at, ZONE) <= due_at
    assert as_of(parsed, due_at, ZONE) <= local_date(due_at, ZONE)


@given(RULES)
def test_a_rule_reads_back_as_itself(rule: dict[str, Any]):
    parsed = parse_rule(rule)
    assert parse_rule(json.dumps(rule_document(parsed))) == parsed
    assert rule["kind"] in KINDS
