"""The office's own work at the console: workbooks, screens, returns and the audit trail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from leaderboard.accounts.models import AUDITOR, AuditLine
from leaderboard.boards.models import Screen
from leaderboard.db import Database
from leaderboard.ledger.models import Adjustment, Project, UnitReturn
from leaderboard.seasons import plan
from tests.factories import FOUR_RATES, put_in_force
from tests.people import enrol, signed_in, submit, visitor
from tests.visiting import Visit
from tests.web.races import ENDS, STARTS, TODAY, committed_race


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    """An administrator, with the running race."""
    committed_race(database)
    enrol(database)
    return signed_in(app)


def count(database: Database, table: type[Project | Screen]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_screen_is_added_shown_once_and_revoked(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    answer = submit(
        client, "/console/screens", name="一楼大厅", shows="now/towns", lang="zh", theme="dark"
    ).get_data(as_text=True)
    address = answer.split('class="secret">')[1].split("<")[0]
    path = "/screens/" + address.rsplit("/", 1)[1]
    assert path not in client.get("/console/screens").get_data(as_text=True)
    assert app.test_client().get(path).status_code == 200
    with database.reading() as session:
        screen = session.scalars(select(Screen)).one()
    assert screen.division == "towns"
    again = submit(client, "/console/screens", name=" 一楼大厅 ", shows="now/towns", lang="zh", theme="dark")
    assert (again.status_code, "请换一个名称，或先撤销那一块" in again.text) == (422, True)
    submit(client, f"/console/screens/{screen.id}/revoke", "/console/screens")
    assert app.test_client().get(path).status_code == 404


def test_returns_and_adjustments_are_recorded_and_decided(
    app: Flask, database: Database, visit: Visit
) -> None:
    document = {
        "format": "saima-scheme/1",
        "name": "报表方案",
        "full_mark": "100",
        "indicators": [
            {
                "key": "rate",
                "name": "开工率",
                "weight": "100",
                "measure": {"ratio": {"numerator": "started", "denominator": "signed"}},
            }
        ],
        "adjustments": [{"key": "praise", "name": "表扬", "kind": "bonus", "each": "1"}],
    }
    race = committed_race(database)
    with database.session() as session:
        season = session.merge(race.season)
        put_in_force(session, season, FOUR_RATES | document, TODAY)
        session.commit()
    enrol(database)
    client = signed_in(app)
    page = "/console/returns?season=now"
    period = {"starts_on": str(STARTS), "ends_on": str(STARTS + timedelta(days=30))}
    path = "/console/seasons/now/returns"
    fields = {"unit": "liuxi", "measure": "started", "quantity": "7", "verified": "1"}
    assert submit(client, path, page, **fields, **period).status_code == 302
    overlapping = submit(client, path, page, **fields, **period)
    assert (overlapping.status_code, "已有报表" in overlapping.get_data(as_text=True)) == (422, True)
    praise = {"unit": "liuxi", "item": "praise", "times": "2", "reason": "获市通报表扬"}
    submit(client, "/console/seasons/now/adjustments", page, **praise, occurred_on=str(TODAY))
    again = submit(client, "/console/seasons/now/adjustments", page, **praise, occurred_on=str(TODAY))
    assert (again.status_code, "已有 1 笔相同的记录" in again.get_data(as_text=True)) == (422, True)
    with database.reading() as session:
        held, extra = session.scalars(select(UnitReturn)).one(), session.scalars(select(Adjustment)).one()
    assert (held.quantity, extra.times) == (7, 2)
    for kind, fact in (("return", held), ("adjustment", extra)):
        decide = f"/console/seasons/now/units/{fact.unit_id}/facts/{kind}/{fact.fact_id}"
        submit(client, decide, page, outcome="returned", reason="请补材料")
    assert len(visit(page, client=client).all("span", class_="returned")) == 2


def test_the_trail_tells_who_did_what_and_notices_a_changed_line(
    app: Flask, client: FlaskClient, database: Database, visit: Visit
) -> None:
    client = visitor(app, database, AUDITOR)
    text = visit("/console/audit?check=1", client=client).text()
    assert "链条完整" in text
    assert "chen 登录 127.0.0.1" in text
    with database.session() as session:
        session.execute(update(AuditLine).where(AuditLine.seq_no == 3).values(actor="someone"))
        session.commit()
    assert "从第 3 行起" in visit("/console/audit?check=1", client=client).text()


@pytest.mark.engines("sqlite")
def test_the_trail_is_paged(app: Flask, client: FlaskClient, database: Database, visit: Visit) -> None:
    client = visitor(app, database, AUDITOR)
    page = visit("/console/audit?before=3", client=client)
    assert [page.text(row[0]) for row in page.all("tr") if row[0].tag == "td"] == ["2", "1"]


@pytest.mark.engines("sqlite")
def test_a_season_that_ended_is_not_tuned_any_more(app: Flask, database: Database, visit: Visit) -> None:
    with database.session() as session:
        plan.open_season(
            session,
            "tester",
            slug="old",
            title="旧赛季",
            starts_on=STARTS - timedelta(days=400),
            ends_on=ENDS - timedelta(days=400),
        )
        session.commit()
    enrol(database)
    page = visit("/console/seasons/old/scheme", client=signed_in(app))
    assert "方案不再调整" in page.text()
    assert page.all("form", id="desk") == []
