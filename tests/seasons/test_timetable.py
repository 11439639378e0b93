"""Timetables of a season: kept, changed, paused, called off for one date, and named where they lack a calendar."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.seasons.calendar import import_year
from leaderboard.seasons.notice import NoticeDay
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import list_timetables
from leaderboard.seasons.timetable import (
    add_timetable,
    calendar_gaps,
    change_timetable,
    course_of,
    pause_timetable,
    resume_timetable,
    skip_instant,
    unskip_instant,
)
from leaderboard.words import ENGLISH, speaking
from tests.factories import start_race
from tests.seasons.shanghai import ZONE, at

HAN = re.compile(r"[\u3400-\u9fff]")
DAILY = {"kind": "daily", "time": "09:00"}


def test_no_edition_of_a_timetable_counts_facts_after_the_seasons_end(session: Session) -> None:
    season = start_race(session).season
    season.ends_on = date(2026, 12, 31)
    course = course_of(session, add_timetable(session, "li", season, name="日报", rule=DAILY, zone=ZONE))
    ends = [at(f"{day}T09:00") for day in ("2026-12-31", "2027-01-01", "2027-01-31")]
    assert [course.as_of(due) for due in ends] == [date(2026, 12, 31)] * 3
    assert [course.is_over(due) for due in ends] == [False, True, True]


def test_what_a_timetable_is_refused_for_is_said_in_english(session: Session) -> None:
    season = start_race(session).season
    with speaking(ENGLISH), pytest.raises(PlanError) as caught:
        add_timetable(session, "li", season, name=" ", rule={"kind": "once"}, zone="Anhui", catch_up="no")
    assert caught.value.problems[:3] == (
        "A timetable needs a name",
        "What is done about missed editions catch_up should be one of latest, all, ask, not 'no'",
        "There is no time zone called Anhui; please write a name like Asia/Shanghai",
    )
    assert not HAN.search(str(caught.value))


def test_a_timetable_is_kept_with_its_rule_and_its_line_in_the_trail(session: Session):
    season = start_race(session).season
    timetable = add_timetable(session, "tester", season, name="每月通报", rule=DAILY, zone=ZONE, starts_at=7)
    assert json.loads(timetable.rule) == {**DAILY, "cut_off": "same_day"}
    assert (timetable.timezone, timetable.catch_up, timetable.starts_at) == (ZONE, "latest", 7)
    pause_timetable(session, "tester", timetable)
    pause_timetable(session, "tester", timetable)
    assert timetable.is_active == 0
    resume_timetable(session, "tester", timetable, at=99)
    assert (timetable.is_active, timetable.starts_at) == (1, 99)
    lines = session.query(AuditLine.action).where(AuditLine.action.like("timetable.%"))
    assert [line.action for line in lines] == ["timetable.add", "timetable.pause", "timetable.resume"]


def test_a_timetable_with_mistakes_names_them_all_and_is_not_kept(session: Session):
    season = start_race(session).season
    with pytest.raises(PlanError) as caught:
        add_timetable(
            session,
            "tester",
            season,
            name=" ",
            rule={"kind": "daily", "time": "9点"},
            zone="Beijing",
            catch_up="never",
        )
    assert len(caught.value.problems) == 4
    assert list(list_timetables(session)) == []


def test_a_changed_timetable_begins_anew_and_the_trail_says_what_changed(session: Session):
    season = start_race(session).season
    timetable = add_timetable(session, "tester", season, name="通报", rule=DAILY, zone=ZONE, starts_at=7)
    same = {"name": "通报", "rule": DAILY, "catch_up": "latest"}
    change_timetable(session, "li", timetable, **same, at=50)
    change_timetable(session, "li", timetable, **{**same, "catch_up": "all"}, at=60)
    assert (timetable.catch_up, timetable.starts_at) == ("all", 7)
    later = {"kind": "daily", "time": "10:00"}
    change_timetable(session, "li", timetable, name="日报", rule=later, catch_up="all", at=70)
    assert (timetable.name, timetable.starts_at) == ("日报", 71)
    lines = session.query(AuditLine.detail).where(AuditLine.action == "timetable.change").all()
    assert [sorted(json.loads(line.detail)) for line in lines] == [
        ["catch_up", "rows", "rows_before"],
        ["name", "rows", "rows_before", "rule"],
    ]
    with pytest.raises(PlanError) as caught:
        change_timetable(session, "li", timetable, name="", rule="?", catch_up="never", at=80)
    assert len(caught.value.problems) == 3
    assert timetable.name == "日报"


def test_one_coming_instant_is_taken_out_and_put_back(session: Session):
    season = start_race(session).season
    timetable = add_timetable(session, "tester", season, name="通报", rule=DAILY, zone=ZONE)
    noon = at("2026-11-22T12:00")
    days = [at(f"2026-11-{day}T09:00") for day in (23, 24, 25)]
    skip_instant(session, "li", timetable, days[0], reason="县里开会", at=noon)
    skip_instant(session, "li", timetable, days[0], reason="再说一次", at=noon)
    course = course_of(session, timetable)
    assert course.skipped == {days[0]: "县里开会"}
    assert course.next_dates(2, noon) == days[1:]
    assert course.coming(noon, 3) == days
    unskip_instant(session, "li", timetable, days[0], at=noon)
    assert course_of(session, timetable).next_dates(3, noon) == days
    lines = (
        session.query(AuditLine.action)
        .where(AuditLine.action.like("timetable.%skip"))
        .order_by(AuditLine.seq_no)
    )
    assert [line.action for line in lines] == ["timetable.skip", "timetable.unskip"]


def test_what_is_past_or_never_due_is_not_taken_out(session: Session):
    season = start_race(session).season
    timetable = add_timetable(session, "tester", season, name="通报", rule=DAILY, zone=ZONE)
    nine = at("2026-11-22T09:00")
    with pytest.raises(PlanError) as caught:
        skip_instant(session, "li", timetable, nine, reason=" ", at=nine)
    assert len(caught.value.problems) == 2
    with pytest.raises(PlanError, match="没有要发布的一期"):
        skip_instant(session, "li", timetable, nine + 1, reason="开会", at=nine)
    tomorrow = at("2026-11-23T09:00")
    with pytest.raises(PlanError, match="没有被跳过"):
        unskip_instant(session, "li", timetable, tomorrow, at=nine)
    skip_instant(session, "li", timetable, tomorrow, reason="开会", at=nine)
    with pytest.raises(PlanError, match="补发"):
        unskip_instant(session, "li", timetable, tomorrow, at=tomorrow)


def test_running_timetables_that_lack_a_calendar_are_named(session: Session):
    season = start_race(session).season
    add_timetable(session, "tester", season, name="每天", rule=DAILY, zone=ZONE)
    working = add_timetable(
        session, "tester", season, name="工作日", rule={"kind": "working_day", "time": "09:00"}, zone=ZONE
    )
    noon = at("2026-11-22T12:00")
    assert calendar_gaps(session, noon) == [(working, [2026])]
    pause_timetable(session, "tester", working)
    assert calendar_gaps(session, noon) == []


def test_a_years_notice_is_asked_for_only_once_it_can_be_there(session: Session):
    """Of the five dates after 1 October 2026 two lie in 2027, whose notice comes out in November."""
    season = start_race(session).season
    rule = {"kind": "monthly", "day": 5, "time": "09:00", "if_closed": "next"}
    monthly = add_timetable(session, "tester", season, name="月报", rule=rule, zone=ZONE)
    import_year(session, "tester", 2026, [NoticeDay(date(2026, 10, 1), False, "国庆节")], source="通知")
    assert course_of(session, monthly).years_missing(at("2026-10-01T12:00")) == [2027]
    assert calendar_gaps(session, at("2026-10-01T12:00")) == []
    assert calendar_gaps(session, at("2026-11-16T12:00")) == []
    assert calendar_gaps(session, at("2026-11-18T12:00")) == [(monthly, [2027])]
