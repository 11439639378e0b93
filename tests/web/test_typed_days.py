"""Typed days at the console and on a unit's page: unlikely ones are confirmed first, impossible ones refused."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from leaderboard.accounts.models import REPORTER
from leaderboard.db import Database
from leaderboard.ledger.models import CapitalArrival, StageEvent
from leaderboard.plausible import out_of_order
from tests.factories import Race
from tests.people import enrol, signed_in, submit
from tests.visiting import Visited, parse
from tests.web.races import ENDS, SIGNED, STARTS, TODAY, committed_race

STORY, MINE = "/console/projects/L-1", "/my/projects/L-1"
BEFORE = STARTS - timedelta(days=1)
EARLY = SIGNED - timedelta(days=1)


@pytest.fixture
def race(database: Database) -> Race:
    """The running race, committed; L-1 was signed on SIGNED and reached nothing else."""
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """An administrator."""
    enrol(database)
    return signed_in(app)


def reached(
    client: FlaskClient, on: date, page: str = STORY, stage: str = "started", **more: str
) -> TestResponse:
    fields = {"stage": stage, "occurred_on": str(on), "evidence": "照片 7"} | more
    return submit(client, f"{page}/events", page, **fields)


def box(answer: TestResponse) -> str:
    """What the box 日期无误 of a form that came back stands for."""
    source = answer.get_data(as_text=True)
    (found,) = Visited(200, source, parse(source)).all("input", name="sure_day")
    return found.get("value") or ""


def starts(database: Database) -> int:
    with database.reading() as session:
        found = select(func.count()).select_from(StageEvent).where(StageEvent.stage == "started")
        return session.scalar(found.where(StageEvent.occurred_on < SIGNED)) or 0


def test_a_start_before_the_signing_is_asked_about(client: FlaskClient, database: Database) -> None:
    answer = reached(client, EARLY)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f"{EARLY}：开工早于签约。请核对；无误请勾选“日期无误”再提交" in text
    assert 'value="照片 7"' in text
    assert starts(database) == 0
    assert reached(client, EARLY, sure_day=box(answer)).status_code == 302
    assert starts(database) == 1


@pytest.mark.engines("sqlite")
def test_a_unit_is_asked_just_the_same(app: Flask, database: Database, race: Race) -> None:
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    client = signed_in(app, "li")
    answer = reached(client, EARLY, MINE)
    assert (answer.status_code, "开工早于签约" in answer.get_data(as_text=True)) == (422, True)
    assert reached(client, EARLY, MINE, sure_day=box(answer)).status_code == 302


@pytest.mark.engines("sqlite")
def test_what_was_confirmed_is_the_day_and_no_other(client: FlaskClient, database: Database) -> None:
    first = box(reached(client, EARLY))
    assert reached(client, EARLY - timedelta(days=1), sure_day=first).status_code == 422
    assert reached(client, EARLY, sure_day="1").status_code == 422
    assert starts(database) == 0


@pytest.mark.engines("sqlite")
def test_the_day_of_the_signing_is_in_order(client: FlaskClient) -> None:
    assert reached(client, SIGNED).status_code == 302


@pytest.mark.engines("sqlite")
def test_a_day_outside_the_season_is_asked_about(client: FlaskClient, database: Database) -> None:
    answer = reached(client, BEFORE, stage="registered")
    said = f"{BEFORE}：不在赛季之内：当年赛季（{STARTS} 至 {ENDS}）"
    assert (answer.status_code, said in answer.get_data(as_text=True)) == (422, True)
    assert reached(client, BEFORE, stage="registered", sure_day=box(answer)).status_code == 302
    money = {"occurred_on": str(BEFORE), "amount": "5", "kind": "domestic"}
    asked = submit(client, f"{STORY}/arrivals", STORY, **money)
    assert (asked.status_code, said in asked.get_data(as_text=True)) == (422, True)
    assert submit(client, f"{STORY}/arrivals", STORY, **money, sure_day=box(asked)).status_code == 302
    with database.reading() as session:
        assert session.scalars(select(CapitalArrival.occurred_on)).all() == [BEFORE]


@pytest.mark.engines("sqlite")
def test_the_same_arrival_is_asked_about_before_it_is_recorded_twice(
    client: FlaskClient, database: Database
) -> None:
    """The same day, amount, kind and voucher; another voucher is another arrival without a question."""
    money = {"occurred_on": str(TODAY), "amount": "5", "kind": "domestic", "evidence": "凭证 1"}
    assert submit(client, f"{STORY}/arrivals", STORY, **money).status_code == 302
    asked = submit(client, f"{STORY}/arrivals", STORY, **money)
    assert (asked.status_code, "已有 1 笔相同的记录" in asked.get_data(as_text=True)) == (422, True)
    assert submit(client, f"{STORY}/arrivals", STORY, **money | {"evidence": "凭证 2"}).status_code == 302
    seal = re.findall(r'name="sure_another" value="([^"]+)"', asked.get_data(as_text=True))[0]
    assert submit(client, f"{STORY}/arrivals", STORY, **money, sure_another=seal).status_code == 302
    assert submit(client, f"{STORY}/arrivals", STORY, **money, sure_another=seal).status_code == 422
    with database.reading() as session:
        assert len(session.scalars(select(CapitalArrival.yuan)).all()) == 3


@pytest.mark.engines("sqlite")
def test_days_and_amounts_are_asked_about_at_once(client: FlaskClient) -> None:
    fields = {"occurred_on": str(BEFORE), "amount": "50000000", "kind": "domestic"}
    text = submit(client, f"{STORY}/arrivals", STORY, **fields).get_data(as_text=True)
    assert ("不在赛季之内" in text, "一个项目超过 100 亿元" in text) == (True, True)


@pytest.mark.engines("sqlite")
def test_what_has_not_happened_is_refused_and_not_asked_about(client: FlaskClient) -> None:
    answer = reached(client, TODAY + timedelta(days=1))
    text = answer.get_data(as_text=True)
    assert (answer.status_code, "还没有到，请核对" in text, "日期无误" in text) == (422, True, False)


@pytest.mark.engines("sqlite")
def test_asking_is_said_in_english_too(client: FlaskClient) -> None:
    client.get("/console/?lang=en")
    text = reached(client, EARLY).get_data(as_text=True)
    assert f"{EARLY}: Broke ground before Signed. Please check" in text
    assert "Dates are right" in text


@pytest.mark.parametrize(
    ("stage", "on", "known", "wrong"),
    [
        ("started", 1, {"signed": 2}, [("started", "signed")]),
        ("started", 2, {"signed": 2}, []),
        ("signed", 3, {"started": 2, "landed": 4}, [("started", "signed")]),
        (
            "in_production",
            1,
            {"signed": 2, "started": 3},
            [("in_production", "signed"), ("in_production", "started")],
        ),
        ("registered", 1, {"signed": 2}, []),
        ("landed", 5, {"started": 1, "signed": 4}, []),
    ],
)
def test_stages_out_of_their_usual_order(
    stage: str, on: int, known: dict[str, int], wrong: list[tuple[str, str]]
) -> None:
    days = {key: date(2026, 5, day) for key, day in known.items()}
    assert list(out_of_order(stage, date(2026, 5, on), days)) == wrong
