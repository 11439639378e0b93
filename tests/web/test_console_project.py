"""A project at the console: its whole story with editions, evidence, what looks alike, and two people amending it."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.accounts.models import VIEWER
from leaderboard.db import Database
from leaderboard.ledger.amend import amend_project
from leaderboard.ledger.evidence_models import EvidenceFile
from leaderboard.ledger.models import StageEvent
from leaderboard.ledger.read import find_project
from tests.factories import Race
from tests.people import enrol, signed_in, submit, token_in
from tests.visiting import Visit
from tests.web.races import TODAY, committed_race

PAGE = "/console/projects/Q-0"
PDF = b"%PDF-1.4 receipt"
TYPED = {
    "name": "青石项目甲",
    "name_en": "",
    "investor": "",
    "industry": "",
    "is_public": "0",
    "reason": "更名",
}


@pytest.fixture
def race(database: Database) -> Race:
    """The running race, committed."""
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """An administrator."""
    enrol(database)
    return signed_in(app)


def test_editions_say_where_the_project_counted_and_why_not(client: FlaskClient, visit: Visit) -> None:
    """青石's project was signed, and with its start it has landed; no money has arrived."""
    page = visit(PAGE, client=client)
    text = page.text()
    assert "tester 登记了这个项目。" in text
    assert f"当年赛季 第 1 期 （截至 {TODAY}） 青石镇：计入 签约率、开工率、落地率。" in text
    assert [a.get("href") for a in page.all("a") if page.text(a) == "当年赛季 第 1 期"] == [
        "/console/seasons/now/editions/1"
    ]
    other = visit("/console/projects/L-1", client=client).text()
    assert "柳溪镇：计入 签约率；未计入 开工率（尚未到这一节点）、落地率（尚未到这一节点）。" in other
    visit(f"{PAGE}?lang=en", client=client)


def test_signs_that_nobody_sees_are_no_part_of_a_name(client: FlaskClient, database: Database) -> None:
    """Two names that look the same are the same, whatever was copied along with them."""
    typed = TYPED | {"name": "青\u200b石\u202e项目\xad甲\ufeff", "reason": "更\u2066名"}
    assert submit(client, f"{PAGE}/amend", PAGE, **typed).status_code == 302
    with database.reading() as session:
        project = find_project(session, "Q-0")
        assert project is not None
        assert project.name == "青石项目甲"


def event_of(database: Database) -> StageEvent:
    with database.reading() as session:
        project = find_project(session, "Q-0")
        assert project is not None
        signings = select(StageEvent).where(StageEvent.project_id == project.id, StageEvent.stage == "signed")
        return session.scalars(signings).one()


def test_a_file_is_attached_and_handed_out_only_to_be_saved(
    app: Flask, client: FlaskClient, database: Database, visit: Visit
) -> None:
    fact = event_of(database)
    path = f"/console/evidence/event/{fact.project_id}/{fact.fact_id}"
    token = token_in(client.get(PAGE).get_data(as_text=True))
    file = (io.BytesIO(PDF), "签约合同.pdf")
    answer = client.post(path, data={"csrf_token": token, "back": PAGE, "file": file})
    assert answer.location == f"{PAGE}#fact-{fact.fact_id}"
    assert (
        "chen同志 为“签约, 总投资 1 亿元, 其中外来资金 1 亿元”附上 签约合同.pdf。"
        in visit(PAGE, client=client).text()
    )
    with database.reading() as session:
        kept = session.scalars(select(EvidenceFile)).one()
    enrol(database, "wang", VIEWER)
    got = signed_in(app, "wang").get(f"/console/evidence/{kept.file_id}")
    assert (got.data, got.mimetype) == (PDF, "application/pdf")
    assert got.headers["Content-Disposition"].startswith(f"attachment; filename=evidence-{kept.file_id}.pdf;")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert app.test_client().get(f"/console/evidence/{kept.file_id}").status_code == 302


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("content", [b"", b"<script>alert(1)</script>"])
def test_what_is_no_evidence_is_refused(
    client: FlaskClient, database: Database, visit: Visit, content: bytes
) -> None:
    fact = event_of(database)
    token = token_in(client.get(PAGE).get_data(as_text=True))
    data = {"csrf_token": token, "back": "https://evil.example/", "file": (io.BytesIO(content), "a.pdf")}
    answer = client.post(f"/console/evidence/event/{fact.project_id}/{fact.fact_id}", data=data)
    assert answer.location.startswith("/console/awaiting#")
    assert 'role="status"' in client.get(PAGE).get_data(as_text=True)
    with database.reading() as session:
        assert session.scalars(select(EvidenceFile)).all() == []


def test_the_second_to_amend_sees_both_versions_and_keeps_what_they_typed(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    seen = visit(PAGE, client=client).all("input", name="seen")[0].get("value")
    with database.session() as session:
        project = find_project(session, "Q-0")
        assert project is not None
        amend_project(session, "li", project, name="青石项目乙", industry="食品", reason="核实")
        session.commit()
    answer = submit(client, f"{PAGE}/amend", PAGE, **TYPED, seen=seen or "")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert '<tr><th scope="row">项目名称</th><td>青石项目乙</td><td>青石项目甲</td></tr>' in text
    assert '<tr><th scope="row">行业</th><td>食品</td><td>—</td></tr>' in text
    assert 'value="青石项目甲"' in text
    assert 'name="seen" value="1"' in text
    with database.reading() as session:
        project = find_project(session, "Q-0")
        assert project is not None
        assert project.name == "青石项目乙"
    assert submit(client, f"{PAGE}/amend", PAGE, **TYPED, seen="1").status_code == 302


def test_projects_that_look_alike_are_told_and_put_aside(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    with database.session() as session:
        project = find_project(session, "Q-0")
        assert project is not None
        amend_project(session, "li", project, name="柳溪项目1", reason="更名")
        session.commit()
    text = visit(PAGE, client=client).text()
    assert "柳溪项目1 L-1 名称相同、由不同单位申报、各签约一次" in text
    listed = visit("/console/projects?suspect=1", client=client)
    assert [listed.text(row[0]) for row in listed.all("tr") if row[0].tag == "td"] == ["L-1", "Q-0"]
    submit(client, f"{PAGE}/distinct", PAGE, other="L-1", reason="两个厂区")
    text = visit(PAGE, client=client).text()
    assert "与 柳溪项目1（L-1）不是重复：两个厂区" in text
    assert "chen同志 认为与 柳溪项目1（L-1）不是重复：两个厂区。" in text
    assert "没有符合条件的项目" in visit("/console/projects?suspect=1", client=client).text()
