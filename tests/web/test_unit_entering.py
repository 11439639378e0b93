"""Projects that units enter themselves, and what of it counts: nothing before it is verified."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from config import Settings
from leaderboard import create_app
from leaderboard.accounts.models import REPORTER
from leaderboard.boards.read import find_form
from leaderboard.db import Database
from leaderboard.ledger.handed_in import unsettled
from leaderboard.ledger.models import (
    AWAITING,
    REVERSED,
    VERIFIED,
    Credit,
    Project,
)
from leaderboard.ledger.record import decide
from tests.factories import Race
from tests.people import enrol, signed_in, token_in, visitor
from tests.visiting import Visit
from tests.web.races import TODAY, committed_race
from tests.web.reporting import MONEY, PAGE, STARTED, all_of, fields_of, report, send, send_back


@pytest.fixture
def race(database: Database) -> Race:
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """The reporter of 柳溪镇."""
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    return signed_in(app, "li")


def board(database: Database, race: Race, days: int) -> list[tuple[str, object, object, dict[str, str]]]:
    """Publish the next edition and read what the public sees: each unit's place, score and figures."""
    with database.session() as session:
        again = Race(session, session.merge(race.season), race.divisions, race.units, race.projects)
        number = again.publish(TODAY + timedelta(days=days)).number
        session.commit()
        form = find_form(session, f"/boards/now/{number}.json", "")
    assert form is not None
    return [
        (row["unit"], row["place"], row["score"], {k: v["numerator"] for k, v in row["indicators"].items()})
        for row in json.loads(form.identity)["standings"]
    ]


def test_nothing_a_unit_enters_counts_before_it_is_verified(
    client: FlaskClient, database: Database, race: Race
) -> None:
    """柳溪 signed 4 and started none; its started project, money and new project change nothing until verified."""
    before = board(database, race, 0)
    report(client, "events", **STARTED, evidence="开工令")
    report(client, "arrivals", **MONEY)
    new = fields_of(client, "/my/projects/new", "/my/projects") | {"name": "新项目", "evidence": "协议"}
    page = send(client, "/my/projects", new).location or ""
    signing = {"stage": "signed", "occurred_on": str(TODAY), "total": "5000", "inward": "5000"}
    assert report(client, "events", page, **signing, evidence="合同").location == page
    assert board(database, race, 1) == before
    with database.session() as session:
        waiting = unsettled(session, race.units["liuxi"].id, AWAITING, {"li"}, 10)
        assert {each.kind for each in waiting} == {"event", "arrival", "credit"}
        for each in waiting:
            decide(session, "chen", each.fact, VERIFIED)
        session.commit()
    after = {unit: figures for unit, _place, _score, figures in board(database, race, 2)}
    # Five signed now, one of them started, 3 million arrived.
    assert after["liuxi"]["signing"] == "5"
    assert after["liuxi"]["groundbreaking"] == "1"
    assert after["liuxi"]["arrival"] == "3000000"


# Each engine refuses a key that is taken in its own way.
@pytest.mark.engines("sqlite", "postgresql")
def test_a_unit_enters_a_project_once_under_a_code_nobody_types(
    app: Flask, client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    form = "/my/projects"
    fields = fields_of(client, "/my/projects/new", form) | {
        "name": "柳溪二期",
        "investor": "某某集团",
        "evidence": "协议",
    }
    page = send(client, form, fields).location or ""
    assert page.startswith("/my/projects/liuxi-")
    assert send(client, form, fields).location == page
    assert "柳溪二期" in visit(page, client=client).text()
    again = fields_of(client, "/my/projects/new", form) | {"name": "柳溪 二期", "evidence": "协议"}
    assert "本单位已有同名项目" in send(client, form, again).get_data(as_text=True)
    # Another unit may have one of that name, and is not told of this one.
    other = visitor(app, database, REPORTER, "wang", race.units["qingshi"].id)
    theirs = fields_of(other, "/my/projects/new", form) | {"name": "柳溪二期", "evidence": "协议"}
    assert send(other, form, theirs).status_code == 302
    visit(page, 404, client=other)
    send_back(database, Credit, "名称与合同不符")
    listed = visit("/my/reports", client=client)
    (link,) = [a.get("href") or "" for a in listed.all("a") if listed.text(a).startswith("重新填报")]
    renamed = fields_of(client, link, form) | {"name": "柳溪产业园二期"}
    assert send(client, form, renamed).location == page
    assert send(client, form, renamed).location == page
    with database.reading() as session:
        assert session.scalar(select(func.count(Project.id)).where(Project.recorded_by == "li")) == 1
    assert "柳溪产业园二期" in visit(page, client=client).text()
    assert [outcome for _, outcome in all_of(database, Credit)] == [REVERSED, AWAITING]


@pytest.mark.engines("sqlite")
def test_an_office_may_enter_every_project_itself(settings: Settings, database: Database, race: Race) -> None:
    app = create_app(settings.model_copy(update={"units_register": False}), database)
    client = visitor(app, database, REPORTER, "li", race.units["liuxi"].id)
    assert client.get("/my/projects/new").status_code == 404
    assert "登记新项目" not in client.get("/my/projects").get_data(as_text=True)
    token = token_in(client.get(PAGE).get_data(as_text=True))
    answer = client.post("/my/projects", data={"csrf_token": token, "name": "新项目", "evidence": "协议"})
    assert answer.status_code == 404
