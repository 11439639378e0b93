"""A notice on the console: whoever takes it in sees first which timetables' dates move, and then keeps it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.accounts.models import ADMINISTRATOR
from leaderboard.boards.models import DueRun
from leaderboard.db import Database
from leaderboard.instant import local_date, now
from leaderboard.seasons.calendar import list_years
from leaderboard.seasons.models import Season
from leaderboard.seasons.timetable import add_timetable
from tests.people import submit, visitor
from tests.web.races import committed_race

PAGE = "/console/calendar"
ZONE = "Asia/Shanghai"
DAY_MS = 86_400_000


@pytest.fixture
def chief(app: Flask, database: Database) -> FlaskClient:
    committed_race(database)
    with database.session() as session:
        season = session.scalars(select(Season).where(Season.slug == "now")).one()
        rule = {"kind": "working_day", "time": "09:00"}
        # Since a week ago nobody looked: on at least one of these days a board fell due.
        since = now() - 7 * DAY_MS
        add_timetable(
            session, "li", season, name="晨报", rule=rule, zone=ZONE, catch_up="all", starts_at=since
        )
        session.commit()
    return visitor(app, database, ADMINISTRATOR, "chen")


def weekdays_to_come() -> tuple[date, date]:
    """Two days in a row of Monday to Friday, the first the day after tomorrow or as soon as there is one."""
    first = weekday_from(local_date(now(), ZONE) + timedelta(days=2))
    return first, weekday_from(first + timedelta(days=1))


def weekday_from(day: date) -> date:
    return day if day.weekday() < 5 else day + timedelta(days=7 - day.weekday())


def notice_of(*lines: tuple[date, str], source: str = "本地安排") -> dict[str, str]:
    """A notice of the last day's year: days of the December before may stand in it."""
    arranged = "\n".join(f"{day} {how} 本地" for day, how in lines)
    return {"year": str(max(lines)[0].year), "source": source, "notice": arranged}


def due_days(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(DueRun.due_at)))


@pytest.mark.engines("sqlite", "postgresql")
def test_the_dates_that_move_are_seen_before_the_notice_is_kept(
    chief: FlaskClient, database: Database
) -> None:
    day, _next = weekdays_to_come()
    notice = notice_of((day, "休"))
    told = submit(chief, PAGE, **notice)
    assert told.status_code == 409
    assert f"时间表“晨报”: {day} 09:00 不再发布; 下一期 " in told.text
    assert f"{day} 休 本地" in told.text
    with database.reading() as session:
        assert list_years(session) == []
    assert due_days(database) == []
    [seal] = re.findall(r'name="confirmed" value="([^"]+)"', told.text)
    assert submit(chief, PAGE, **notice, confirmed=seal).status_code == 302
    with database.reading() as session:
        assert [str(known.year) for known in list_years(session)] == [notice["year"]]
    assert len(due_days(database)) >= 4


@pytest.mark.engines("sqlite", "postgresql")
def test_who_confirms_other_dates_than_those_seen_is_shown_them_first(chief: FlaskClient) -> None:
    day, after = weekdays_to_come()
    [seal] = re.findall(
        r'name="confirmed" value="([^"]+)"', submit(chief, PAGE, **notice_of((day, "休"))).text
    )
    told = submit(chief, PAGE, **notice_of((day, "休"), (after, "休")), confirmed=seal)
    assert (told.status_code, f"{day} 09:00、{after} 09:00 不再发布" in told.text) == (409, True)


@pytest.mark.engines("sqlite", "postgresql")
def test_a_notice_that_moves_no_date_is_kept_at_once(chief: FlaskClient) -> None:
    answer = submit(chief, PAGE, year="2031", source="通知", notice="2031-01-01 休 元旦")
    assert answer.status_code == 302
    assert "运行中的各时间表近五期的日期不变" in chief.get(answer.location or "").text


@pytest.mark.engines("sqlite", "postgresql")
def test_an_earlier_notice_of_the_year_and_the_dates_are_told_together(chief: FlaskClient) -> None:
    day, _next = weekdays_to_come()
    saturday = day - timedelta(days=day.weekday() + 2)
    if saturday <= local_date(now(), ZONE):
        saturday += timedelta(days=7)
    year = {"year": str(max(day, saturday).year)}
    first = notice_of((day, "休"), source="甲号通知") | year
    [seal] = re.findall(r'name="confirmed" value="([^"]+)"', submit(chief, PAGE, **first).text)
    assert submit(chief, PAGE, **first, confirmed=seal).status_code == 302
    told = submit(chief, PAGE, **notice_of((day, "休"), (saturday, "班"), source="乙号通知") | year)
    assert told.status_code == 409
    assert "甲号通知），见上" in told.text
    assert f"增加 {saturday} 09:00" in told.text
    assert f"{day} 09:00" not in told.text
