"""An import that something other than its file stands in the way of: told as such, never as an error in a sheet."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.db import Database
from leaderboard.exchange.models import ImportBatch
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import Source, add_stage_event
from tests.exchange.books import EVENTS, full_book
from tests.people import enrol, signed_in, submit, token_in
from tests.visiting import Visit
from tests.web.races import committed_race

IMPORT = "/console/import"


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    """An administrator, with the running race."""
    committed_race(database)
    enrol(database)
    return signed_in(app)


def looked_at(client: FlaskClient, data: bytes) -> str:
    """The address of the page that tells what importing a workbook would do."""
    token = token_in(client.get(IMPORT).text)
    given = {"csrf_token": token, "workbook": (BytesIO(data), "台账.xlsx")}
    return str(client.post(IMPORT, data=given).location)


def take_in(client: FlaskClient, data: bytes, manner: str = "overwrite") -> str:
    page = looked_at(client, data)
    return str(submit(client, f"{page}/confirm", page, manner=manner, reason="以此表为准").location)


def start_anew(database: Database) -> None:
    """Somebody records a start that the last import has cleared."""
    with database.session() as session:
        project = find_project(session, "P-001")
        assert project is not None
        add_stage_event(session, Source("judge"), project, stage="started", occurred_on=date(2026, 6, 9))
        session.commit()


@pytest.mark.engines("sqlite")
def test_a_refused_undo_tells_what_stands_in_the_way_and_leads_back_to_the_import(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    take_in(client, full_book())
    take_in(client, full_book(节点=[EVENTS[0], EVENTS[2]]), "clear")
    start_anew(database)
    batch = f"{IMPORT}/batches/2"
    told = visit(str(submit(client, f"{batch}/undo", batch, reason="退回").location), client=client)
    assert "没有撤销导入 2，什么都没有改动。" in told.text()
    assert "P-001 已有节点 started 的记录" in told.text()
    assert "请先冲销后来记的那一条" in told.text()
    assert batch in [link.get("href") for link in told.all("a")]
    assert ("处要改" in told.text(), list(told.all("table"))) == (False, [])
    with database.reading() as session:
        assert session.scalars(select(ImportBatch.reversed_at)).all() == [None, None]


@pytest.mark.engines("sqlite")
def test_what_changed_after_the_look_is_told_and_leads_back_to_the_look(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    """The same workbook is taken in by another while this one is still being looked at."""
    page = looked_at(client, full_book())
    take_in(client, full_book())
    confirmed = submit(client, f"{page}/confirm", page, manner="overwrite", reason="年初")
    told = visit(str(confirmed.location), client=client)
    assert "台账.xlsx 没有导入，什么都没有保存。" in told.text()
    assert "预览之后系统中的数据有变化" in told.text()
    assert page in [link.get("href") for link in told.all("a")]
    assert ("处要改" in told.text(), list(told.all("table"))) == (False, [])
    with database.reading() as session:
        assert len(session.scalars(select(ImportBatch)).all()) == 1
