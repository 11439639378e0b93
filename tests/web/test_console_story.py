"""A project's page at the console: its whole story, and facts recorded, verified and reversed there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.db import Database
from leaderboard.ledger.models import CapitalArrival, Credit, ProjectDecision, StageEvent
from leaderboard.ledger.read import find_project
from leaderboard.seasons import plan
from tests.factories import Race
from tests.people import enrol, signed_in, submit
from tests.visiting import Visit
from tests.web.races import STARTS, TODAY, committed_race

STORY = "/console/projects/L-1"


@pytest.fixture
def race(database: Database) -> Race:
    """The running race, committed."""
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """An administrator."""
    enrol(database)
    return signed_in(app)


def test_the_story_says_what_happened_when_and_who_knew(client: FlaskClient, visit: Visit) -> None:
    text = visit(STORY, client=client).text()
    day = TODAY - timedelta(days=100)
    assert f"{day} 签约, 总投资 1 亿元, 其中外来资金 1 亿元 已认定" in text
    assert "全部计给 柳溪镇" in text
    assert "tester 认定于" in text


def test_a_stage_is_added_in_units_of_ten_thousand(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    submit(client, "/console/projects", "/console/projects/new", code="N-1", name="新项目", unit="nanan")
    answer = submit(
        client,
        "/console/projects/N-1/events",
        "/console/projects/N-1",
        stage="signed",
        occurred_on=f"{TODAY.year}年{TODAY.month}月{TODAY.day}日",
        total="１.94亿",
        inward="10,054.5678",
        evidence="合同 12 号",
        verified="1",
    )
    assert answer.status_code == 302
    with database.reading() as session:
        project = find_project(session, "N-1")
        assert project is not None
        signed = session.scalars(select(StageEvent).where(StageEvent.project_id == project.id)).one()
        share = session.scalars(select(Credit).where(Credit.project_id == project.id)).one()
    assert (signed.total_yuan, signed.inward_yuan) == (194_000_000, 100_545_678)
    assert (share.share_num, share.share_den) == (1, 1)
    assert (
        "总投资 1.94 亿元, 其中外来资金 10054.5678 万元 已认定"
        in visit("/console/projects/N-1", client=client).text()
    )


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("path", "fields", "problems"),
    [
        ("events", {"stage": "", "occurred_on": "2026-02-30"}, ["请从列表中选择", "应为日期，如 2026-10-31"]),
        ("events", {"stage": "started", "occurred_on": "2999-01-01"}, ["日期 2999-01-01 还没有到，请核对"]),
        ("events", {"stage": "signed", "occurred_on": "today"}, ["已有该节点的记录"]),
        (
            "events",
            {"stage": "started", "occurred_on": "today", "total": "5"},
            ["金额只随签约填写"],
        ),
        (
            "events",
            {"stage": "signed", "occurred_on": "today", "total": "5", "inward": "6"},
            ["外来资金不能多于总投资"],
        ),
        ("arrivals", {"amount": "一百", "kind": "domestic", "occurred_on": "today"}, ["应为金额（万元）"]),
        ("arrivals", {"amount": "0.00001", "kind": "domestic", "occurred_on": "today"}, ["应为金额（万元）"]),
        (
            "arrivals",
            {"amount": "999999999999999亿", "kind": "domestic", "occurred_on": "today"},
            ["金额超出可记录的范围，请核对单位"],
        ),
        (
            "arrivals",
            {"amount": "100000000000000", "kind": "domestic", "occurred_on": "today"},
            ["金额超出可记录的范围，请核对单位"],
        ),
        ("arrivals", {"amount": "0", "kind": "domestic", "occurred_on": "today"}, ["金额应大于零"]),
        ("arrivals", {"amount": "5", "kind": "gold", "occurred_on": "today"}, ["请从列表中选择"]),
        ("credits", {"unit": "nanan", "share": "50", "occurred_on": "today"}, ["分成合计应不超过 1"]),
        ("credits", {"unit": "nanan", "share": "一半", "occurred_on": "today"}, ["应为分成"]),
    ],
)
def test_what_cannot_be_recorded_is_said_beside_its_field(
    client: FlaskClient, path: str, fields: dict[str, str], problems: list[str]
) -> None:
    typed = {name: str(TODAY) if value == "today" else value for name, value in fields.items()}
    answer = submit(client, f"{STORY}/{path}", STORY, **typed, evidence="照片 7")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert [problem for problem in problems if problem not in text] == []
    assert 'value="照片 7"' in text


def test_an_arrival_awaits_is_verified_and_reversed(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    submit(client, f"{STORY}/arrivals", STORY, occurred_on=str(TODAY), amount="1200", kind="foreign")
    with database.reading() as session:
        arrival = session.scalars(select(CapitalArrival)).one()
    assert (arrival.yuan, arrival.kind) == (12_000_000, "foreign")
    assert "到位 1200 万元 (外资) 待认定" in visit(STORY, client=client).text()
    decide = f"{STORY}/facts/arrival/{arrival.fact_id}"
    submit(client, decide, STORY, outcome="verified")
    assert "到位 1200 万元 (外资) 已认定" in visit(STORY, client=client).text()
    submit(client, decide, STORY, outcome="reversed", reason="")
    assert "退回或冲销须写明理由" in visit(STORY, client=client).text()
    submit(client, decide, STORY, outcome="reversed", reason="重复登记")
    text = visit(STORY, client=client).text()
    assert "到位 1200 万元 (外资) 已冲销" in text
    assert "重复登记" in text
    with database.reading() as session:
        outcomes = session.scalars(
            select(ProjectDecision.outcome)
            .where(ProjectDecision.fact_id == arrival.fact_id)
            .order_by(ProjectDecision.decision_no)
        ).all()
    assert list(outcomes) == ["verified", "reversed"]


@pytest.mark.engines("sqlite")
def test_a_fact_of_another_project_is_not_in_reach(client: FlaskClient, database: Database) -> None:
    with database.reading() as session:
        other = find_project(session, "Q-0")
        assert other is not None
        fact = session.scalars(select(StageEvent).where(StageEvent.project_id == other.id)).first()
    assert fact is not None
    answer = submit(client, f"{STORY}/facts/event/{fact.fact_id}", STORY, outcome="verified")
    assert answer.status_code == 404


@pytest.mark.engines("sqlite")
def test_a_taken_code_is_said(client: FlaskClient) -> None:
    answer = submit(
        client, "/console/projects", "/console/projects/new", code="L-1", name="又一个", unit="liuxi"
    )
    assert answer.status_code == 422
    assert "项目编号 L-1 已存在" in answer.get_data(as_text=True)


@pytest.mark.engines("sqlite")
def test_only_units_of_the_season_are_offered(client: FlaskClient, database: Database, visit: Visit) -> None:
    """A season long over with a unit of its own: nobody enters a project of today for it."""
    with database.session() as session:
        old = plan.open_season(
            session,
            "tester",
            slug="old",
            title="旧赛季",
            starts_on=STARTS - timedelta(days=900),
            ends_on=STARTS - timedelta(days=600),
        )
        Race(session, old).unit("gone", name="撤并镇", division="former")
        session.commit()

    def offered(path: str) -> set[str | None]:
        page = visit(path, client=client)
        (select_,) = page.all("select", name="unit")
        return {option.get("value") for option in select_.iter("option")} - {""}

    here = {"liuxi", "qingshi", "nanan"}
    for path in ("/console/projects/new", STORY, "/console/projects?season=now"):
        assert offered(path) == here, path
    assert offered("/console/awaiting?season=now") == here
    assert offered("/console/projects?season=old") == {"gone"}
    assert offered("/console/projects") == here | {"gone"}
