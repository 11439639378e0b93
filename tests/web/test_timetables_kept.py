"""What is told once a timetable is kept: that it runs, that it stays paused, or that it waits for a second person."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.accounts.models import ADMINISTRATOR
from leaderboard.boards.countersign import want_two
from leaderboard.db import Database
from leaderboard.seasons.models import Season, Timetable
from leaderboard.seasons.timetable import add_timetable
from tests.people import submit, visitor
from tests.web.races import committed_race

TABLE, PUBLISH = "/console/seasons/now/timetables", "/console/seasons/now/publish"
RUNS, PAUSED, WAITS = "已生效", "已更改，仍为暂停", "已保存，待另一位管理员启用"
CHANGES = {
    "name": {"name": "日报"},
    "time": {"time": "10:00"},
    "catch_up": {"catch_up": "ask"},
}


@pytest.fixture
def li(app: Flask, database: Database) -> FlaskClient:
    """An administrator who planned the daily timetable of a race that is under way."""
    committed_race(database)
    with database.session() as session:
        season = session.scalars(select(Season).where(Season.slug == "now")).one()
        daily = {"kind": "daily", "time": "09:00"}
        add_timetable(session, "li", season, name="通报", rule=daily, zone="Asia/Shanghai")
        session.commit()
    return visitor(app, database, ADMINISTRATOR, "li")


def only(database: Database) -> Timetable:
    with database.reading() as session:
        return session.scalars(select(Timetable)).one()


def two_persons(database: Database) -> None:
    with database.session() as session:
        want_two(session, "chen", session.scalars(select(Season)).one(), reason="领导小组要求")
        session.commit()


def told_after(client: FlaskClient, database: Database, **changed: str) -> str:
    """What the page says after the change was looked at and confirmed."""
    path = f"{TABLE}/{only(database).id}"
    fields = {"name": "通报", "kind": "daily", "time": "09:00", "catch_up": "latest", **changed}
    looked = submit(client, path, f"{path}/edit", **fields).text
    [seal] = re.findall(r'name="confirmed" value="([0-9a-f]+)"', looked)
    assert submit(client, path, f"{path}/edit", **fields, confirmed=seal).status_code == 302
    [told] = re.findall("时间表“.*?”(.*?)(?:；|<)", client.get(PUBLISH).text.partition("<main")[2])[:1]
    return str(told)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_a_timetable_that_is_paused_is_told_to_be_paused_after_a_change(
    li: FlaskClient, database: Database, changed: dict[str, str]
) -> None:
    assert told_after(li, database, name="月报") == RUNS
    submit(li, f"{TABLE}/{only(database).id}/pause", PUBLISH)
    assert told_after(li, database, **changed) == PAUSED
    assert only(database).is_active == 0


@pytest.mark.engines("sqlite", "postgresql")
@pytest.mark.parametrize(
    ("changed", "told", "planned_by"),
    [
        (CHANGES["name"], RUNS, "li"),
        (CHANGES["time"], WAITS, "wang"),
        (CHANGES["catch_up"], WAITS, "wang"),
    ],
    ids=CHANGES,
)
def test_under_two_persons_what_would_publish_otherwise_waits_for_the_other(
    li: FlaskClient,
    app: Flask,
    database: Database,
    changed: dict[str, str],
    told: str,
    planned_by: str,
) -> None:
    """Another name changes no edition; another hour does, and so does making up for what was missed."""
    two_persons(database)
    wang = visitor(app, database, ADMINISTRATOR, "wang")
    assert told_after(wang, database, **changed) == told
    waits = planned_by == "wang"
    assert (only(database).planned_by, bool(only(database).is_active)) == (planned_by, not waits)
    if waits:
        resume = f"{TABLE}/{only(database).id}/resume"
        for client, runs in ((wang, False), (li, True)):
            submit(client, resume, PUBLISH)
            assert bool(only(database).is_active) == runs


@pytest.mark.engines("sqlite")
def test_a_paused_timetable_that_another_renames_waits_for_the_other_who_did_not_plan_it(
    li: FlaskClient, app: Flask, database: Database
) -> None:
    two_persons(database)
    wang = visitor(app, database, ADMINISTRATOR, "wang")
    submit(wang, f"{TABLE}/{only(database).id}/pause", PUBLISH)
    assert told_after(wang, database, name="月报") == PAUSED
    assert told_after(li, database, name="日报") == WAITS
