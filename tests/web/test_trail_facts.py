"""The trail tells what facts said: of one decided on as of many, and long lists whole where they are asked for."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.models import AUDITOR, AuditLine
from leaderboard.db import Database
from leaderboard.ledger.models import RETURNED, REVERSED, VERIFIED, CapitalArrival, StageEvent
from leaderboard.ledger.record import decide
from leaderboard.ledger.unit_facts import add_return, replace_return
from leaderboard.web.console.trail_words import Wording, told
from leaderboard.words import ENGLISH, speaking
from tests.factories import PENDING, Race, start_race
from tests.people import visitor
from tests.visiting import Visit

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def race(session: Session) -> Race:
    race = start_race(session)
    race.scheme()
    race.unit("liuxi", name="柳溪镇")
    race.project("liuxi", code="P-1", name="光伏组件", yuan=100_540_000, arrived=20_054_001, source=PENDING)
    return race


def last_sentence(session: Session, action: str) -> str:
    newest = select(AuditLine).where(AuditLine.action == action).order_by(AuditLine.seq_no.desc()).limit(1)
    return told(session.scalars(newest).one(), Wording.of_office(session)).sentence


def test_one_fact_is_told_with_its_amount_its_day_and_its_project(session: Session, race: Race) -> None:
    decide(session, "chen", session.scalars(select(CapitalArrival)).one(), VERIFIED)
    assert last_sentence(session, "fact.verified") == (
        "chen 认定 到位资金；编号 P-1；到位 2005.4001 万元 2026-05-01"
    )
    signed = session.scalars(select(StageEvent)).one()
    decide(session, "chen", signed, REVERSED, "合同作废")
    assert last_sentence(session, "fact.reversed") == (
        "chen 冲销 节点；编号 P-1；签约 2026-03-01 总投资 10054 万元 其中外来资金 10054 万元；理由：合同作废"
    )
    with speaking(ENGLISH):
        assert "¥20.054001m" in last_sentence(session, "fact.verified")


def test_a_return_put_right_is_told_with_what_it_said(session: Session, race: Race) -> None:
    period = {"starts_on": date(2026, 4, 1), "ends_on": date(2026, 4, 30)}
    unit_id = race.units["liuxi"].id
    former = add_return(session, PENDING, unit_id=unit_id, measure="visits", quantity=7, **period)
    decide(session, "chen", former, RETURNED, "多报一次")
    replace_return(session, PENDING, former, 6, "更正")
    said = "报表；报表 visits 2026-04-30 7；单位 柳溪镇；理由："
    assert f"退回 {said}多报一次" in last_sentence(session, "fact.returned")
    assert f"冲销 {said}更正" in last_sentence(session, "fact.reversed")


@pytest.fixture
def auditor(app: Flask, database: Database) -> FlaskClient:
    """A trail with an act on 2,500 projects, of which it names 2,000."""
    codes = [f"P-{number:04}" for number in range(2000)]
    with database.session() as session:
        moved = [["awaiting", "verified", 2500]]
        record_act(session, "li", "fact.decide_many", "2500 facts", codes=codes, codes_more=500, moved=moved)
        session.commit()
    return visitor(app, database, AUDITOR)


def test_acts_that_count_their_units_are_told_beside_those_that_name_them(
    auditor: FlaskClient, database: Database, visit: Visit
) -> None:
    with database.session() as session:
        record_act(session, "clock", "edition.foresee", "now 第 1 期", units=24)
        session.commit()
    for address in ("/console/audit", "/console/audit?check=1", "/console/audit?kind=editions"):
        assert "24" in visit(address, client=auditor).text()


def test_a_long_list_is_folded_and_shown_whole_on_its_own(auditor: FlaskClient, visit: Visit) -> None:
    page = visit("/console/audit?kind=facts", client=auditor)
    assert "编号 P-0000、P-0001、P-0002、P-0003、P-0004、P-0005等 2000 项；另有项目 500" in page.text()
    assert "P-0006" not in page.source
    (link,) = [a.get("href") for a in page.all("a") if page.text(a) == "看全部名单"]
    whole = visit(str(link), client=auditor)
    (row,) = [row for row in whole.all("tr") if row[0].tag == "td"]
    assert "编号 2000 项 P-0000、P-0001、" in whole.text(row)
    assert "、P-1999；另有 500 项，只记数目" in whole.text(row)
    assert "See the whole list" in visit("/console/audit?lang=en&kind=facts", client=auditor).text()
    visit("/console/audit?line=999999", 404, client=auditor)
