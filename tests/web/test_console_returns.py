"""Returns at the console: what came before is locked and shown, and undone only from its end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import Database
from leaderboard.ledger.models import UnitReturn
from leaderboard.ledger.unit_facts import add_return
from leaderboard.web import requests
from tests.factories import PENDING, VERIFIED, Race
from tests.people import enrol, signed_in, submit, token_in
from tests.visiting import Visit
from tests.web.races import STARTS, TODAY, committed_race

PAGE = "/console/returns?season=now"
FIRST, SECOND = STARTS + timedelta(days=29), STARTS + timedelta(days=59)


@pytest.fixture
def race(database: Database) -> Race:
    """The running race, in which 柳溪 has reported 40 and then 25 of a tax."""
    race = committed_race(database)
    with database.session() as session:
        unit = race.units["liuxi"].id
        for starts_on, ends_on, quantity in ((STARTS, FIRST, 40), (FIRST + timedelta(days=1), SECOND, 25)):
            add_return(
                session,
                VERIFIED,
                unit_id=unit,
                measure="tax",
                starts_on=starts_on,
                ends_on=ends_on,
                quantity=quantity,
            )
        session.commit()
    return race


@pytest.fixture
def client(app: Flask, database: Database, race: Race, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """An administrator, under a scheme that asks for the tax."""
    monkeypatch.setattr("leaderboard.web.console.returns.measure_names", lambda _scheme: {"tax": "税收"})
    enrol(database)
    return signed_in(app)


def test_each_return_stands_beside_those_before_it(client: FlaskClient, visit: Visit) -> None:
    page = visit(PAGE, client=client)
    listed = [[page.text(cell) for cell in row][2:7] for row in page.all("tr") if "税收" in page.text(row)]
    assert listed == [
        [f"{FIRST + timedelta(days=1)} – {SECOND}", "40", "25", "-15", "65"],
        [f"{STARTS} – {FIRST}", "0", "40", "—", "40"],
    ]


def test_what_came_before_is_locked_and_a_wrong_sum_is_said(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    page = visit(f"{PAGE}&unit=liuxi&measure=tax", client=client)
    (locked,) = page.all("dl", class_="before-this")
    assert [page.text(told) for told in locked.iter("dd")] == ["65", "25", str(SECOND)]
    starts_on = page.all("input", id="return-starts_on")[0].get("value")
    assert starts_on == str(SECOND + timedelta(days=1))
    typed = {
        "unit": "liuxi",
        "measure": "tax",
        "starts_on": starts_on or "",
        "ends_on": str(TODAY),
        "quantity": "10",
        "cumulative": "80",
    }
    refused = submit(client, "/console/seasons/now/returns", PAGE, **typed)
    assert refused.status_code == 422
    assert "上期累计 65 加本期数 10 是 75，与填写的累计数 80 不符，请核对" in refused.get_data(as_text=True)
    assert (
        submit(client, "/console/seasons/now/returns", PAGE, **typed | {"cumulative": "75"}).status_code
        == 302
    )
    with database.reading() as session:
        assert sorted(session.scalars(select(UnitReturn.quantity))) == [10, 25, 40]


@pytest.mark.engines("sqlite", "postgresql")
def test_a_sum_that_another_return_made_wrong_is_not_kept(
    client: FlaskClient, database: Database, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    """65 stood before; while the turn is waited for 5 more come in: 65 + 5 + 10 = 80, and 75 was stated."""
    third = SECOND + timedelta(days=30)
    typed = {
        "unit": "liuxi",
        "measure": "tax",
        "starts_on": str(third + timedelta(days=1)),
        "ends_on": str(third + timedelta(days=30)),
        "quantity": "10",
        "cumulative": "75",
        "csrf_token": token_in(client.get(PAGE).text),
    }

    def come_second() -> Session:
        requests.close_sessions(None)
        with database.session() as session:
            unit, starts_on = race.units["liuxi"].id, SECOND + timedelta(days=1)
            period = {"starts_on": starts_on, "ends_on": third, "quantity": 5}
            add_return(session, VERIFIED, unit_id=unit, measure="tax", **period)
            session.commit()
        return requests.writing()

    monkeypatch.setattr("leaderboard.web.console.returns.writing", come_second)
    refused = client.post("/console/seasons/now/returns", data=typed)
    assert refused.status_code == 422
    assert "上期累计 70 加本期数 10 是 80，与填写的累计数 75 不符，请核对" in refused.text
    with database.reading() as session:
        assert sorted(session.scalars(select(UnitReturn.quantity))) == [5, 25, 40]


def test_a_later_return_is_reversed_first(
    client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    with database.reading() as session:
        facts = {fact.quantity: fact.fact_id for fact in session.scalars(select(UnitReturn))}
    decide = f"/console/seasons/now/units/{race.units['liuxi'].id}/facts/return/"
    submit(client, f"{decide}{facts[40]}", PAGE, outcome="reversed", reason="错报")
    assert (
        f"这项指标已有至 {SECOND} 的报表，以前的累计已锁定；请先冲销较晚的报表"
        in visit(PAGE, client=client).text()
    )
    for quantity in (25, 40):
        submit(client, f"{decide}{facts[quantity]}", PAGE, outcome="reversed", reason="错报")
        assert "已冲销" in visit(PAGE, client=client).text()


def test_the_queue_says_what_a_return_stands_on_and_what_speaks_against_it(
    client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    start, end = SECOND + timedelta(days=1), SECOND + timedelta(days=30)
    with database.session() as session:
        for measure, quantity in (("tax", 65), ("visits", 65)):
            add_return(
                session,
                PENDING,
                unit_id=race.units["liuxi"].id,
                measure=measure,
                starts_on=start,
                ends_on=end,
                quantity=quantity,
            )
        session.commit()
    page = visit("/console/awaiting?kind=return", client=client)
    listed = [words for row in page.all("tr") if "柳溪镇" in (words := page.text(row))]
    (tax,) = (words for words in listed if "税收" in words or " tax " in words)
    (visits,) = (words for words in listed if " visits " in words)
    assert "上期累计 65（其中已认定 65），连本期 130" in tax
    assert "请核对 本期数正好等于上期累计 65，可能把累计数填成了本期数" in tax
    assert "上期累计 0（其中已认定 0），连本期 65" in visits
    assert "请核对" not in visits
    english = visit("/console/awaiting?kind=return&lang=en", client=client)
    assert "Please check The figure equals the cumulative before, 65" in english.text()
