"""Returns from a unit's own door: what came before is locked, and what was sent back comes first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.accounts.models import REPORTER
from leaderboard.db import Database
from leaderboard.ledger.models import (
    AWAITING,
    RETURNED,
    REVERSED,
    VERIFIED,
    UnitReturn,
)
from leaderboard.ledger.record import Source, decide
from leaderboard.ledger.unit_facts import add_return
from tests.factories import Race
from tests.people import enrol, signed_in, token_in
from tests.visiting import Visit
from tests.web.races import STARTS, TODAY, committed_race
from tests.web.reporting import all_of, fields_of, send, send_back


@pytest.fixture
def race(database: Database) -> Race:
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """The reporter of 柳溪镇."""
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    return signed_in(app, "li")


@pytest.fixture
def returning(
    client: FlaskClient, database: Database, race: Race, monkeypatch: pytest.MonkeyPatch
) -> FlaskClient:
    """柳溪's reporter, whose season asks for a tax, of which 40 are reported for its first 30 days, and for jobs."""
    asked = {"tax": "税收", "jobs": "就业"}
    for module in ("returns", "reports"):
        monkeypatch.setattr(f"leaderboard.web.my.{module}.measure_names", lambda _scheme: asked)
    with database.session() as session:
        add_return(
            session,
            Source("chen", verified=True),
            unit_id=race.units["liuxi"].id,
            measure="tax",
            starts_on=STARTS,
            ends_on=STARTS + timedelta(days=29),
            quantity=40,
        )
        session.commit()
    return client


def test_a_return_goes_on_from_what_is_locked_and_is_kept_whole_or_not_at_all(
    returning: FlaskClient, database: Database, visit: Visit
) -> None:
    path = "/my/returns"
    page = visit(path, client=returning)
    locked = [page.text(each) for each in page.all("p", class_="locked")]
    until, nxt = STARTS + timedelta(days=29), STARTS + timedelta(days=30)
    assert locked == [f"累计 40 （到 {until}，已锁定；上期 40）", "累计 0 （本赛季还没有报过）"]
    form = f"{path}?season=now"
    fields = fields_of(returning, path, form) | {"ends_on": str(until), "evidence": "台账"}
    wrong = send(returning, form, fields | {"quantity-tax": "25", "quantity-jobs": "许多"})
    assert wrong.status_code == 422
    text = wrong.get_data(as_text=True)
    assert f"已报到 {until}" in text
    assert text.count('class="complaint"') == 2
    assert "请至少填一项" in send(returning, form, fields).get_data(as_text=True)
    assert all_of(database, UnitReturn) == []
    sent = fields | {"ends_on": str(TODAY), "quantity-tax": "25", "quantity-jobs": "0"}
    for _time in range(2):
        assert send(returning, form, sent).location == "/my/reports"
    with database.reading() as session:
        rows = session.scalars(select(UnitReturn).where(UnitReturn.recorded_by == "li")).all()
        found = {row.measure: (row.starts_on, row.occurred_on, row.quantity) for row in rows}
    assert found == {"tax": (nxt, TODAY, 25), "jobs": (STARTS, TODAY, 0)}
    assert "税收 25" in visit("/my/reports", client=returning).text()


def test_a_return_sent_back_comes_before_the_next_one(
    returning: FlaskClient, database: Database, visit: Visit
) -> None:
    path, form = "/my/returns", "/my/returns?season=now"
    day = TODAY - timedelta(days=30)
    fields = fields_of(returning, path, form) | {
        "ends_on": str(day),
        "evidence": "台账",
        "quantity-tax": "25",
    }
    assert send(returning, form, fields).status_code == 302
    send_back(database, UnitReturn, "与税务口径不符")
    page = visit(path, client=returning)
    (link,) = [a.get("href") or "" for a in page.all("a") if "先重新填报" in page.text(a)]
    assert page.all("input", name="quantity-tax") == []
    again = fields_of(returning, link, form)
    assert (again["quantity-tax"], again["ends_on"]) == ("25", str(day))
    assert "累计 40" in visit(link, client=returning).text()
    assert send(returning, form, again | {"quantity-tax": "23"}).status_code == 302
    assert [(fact.quantity, outcome) for fact, outcome in all_of(database, UnitReturn)] == [
        (25, REVERSED),
        (23, AWAITING),
    ]


def two_periods(client: FlaskClient) -> tuple[str, str]:
    """25 to a month ago and 3 more to today, both waiting; the last days of both."""
    form, days = "/my/returns?season=now", (str(TODAY - timedelta(days=30)), str(TODAY))
    for day, quantity in zip(days, ("25", "3"), strict=True):
        sent = {"ends_on": day, "evidence": "台账", "quantity-tax": quantity}
        assert send(client, form, fields_of(client, "/my/returns", form) | sent).status_code == 302
    return days


@pytest.mark.engines("sqlite")
def test_a_return_that_another_stands_on_offers_nothing_that_would_be_refused(
    returning: FlaskClient, database: Database, visit: Visit
) -> None:
    two_periods(returning)
    page = visit("/my/reports", client=returning)
    later, earlier = page.all("article")
    assert [
        page.text(link).split()[0] for link in later.iter("a") if "again" in (link.get("href") or "")
    ] == ["改"]
    assert (len(list(later.iter("form"))), len(list(earlier.iter("form")))) == (1, 0)
    assert [link for link in earlier.iter("a") if "again" in (link.get("href") or "")] == []
    assert "先撤回较晚的" in page.text(earlier)
    first, _second = (fact for fact, _ in all_of(database, UnitReturn))
    visit(f"/my/returns?again={first.fact_id}", 404, client=returning)
    token = token_in(page.source)
    returning.post(
        f"/my/reports/return/{first.unit_id}/{first.fact_id}/take-back", data={"csrf_token": token}
    )
    assert "请先撤回较晚的" in visit("/my/reports", client=returning).text()
    assert [outcome for _, outcome in all_of(database, UnitReturn)] == [AWAITING, AWAITING]


def test_a_return_sent_back_under_a_verified_one_takes_another_figure(
    returning: FlaskClient, database: Database, visit: Visit
) -> None:
    day, _today = two_periods(returning)
    (first, _), (second, _) = all_of(database, UnitReturn)
    with database.session() as session:
        decide(session, "chen", session.merge(second), VERIFIED)
        decide(session, "chen", session.merge(first), RETURNED, "口径不符")
        session.commit()
    page = visit("/my/returns", client=returning)
    # What was sent back is not locked, and nothing is due on top of it.
    until = STARTS + timedelta(days=29)
    assert page.text(page.all("p", class_="locked")[0]) == f"累计 40 （到 {until}，已锁定；上期 40）"
    assert page.all("input", name="quantity-tax") == []
    (link,) = [a.get("href") or "" for a in page.all("a") if "先重新填报" in page.text(a)]
    form = "/my/returns?season=now"
    again = fields_of(returning, link, form) | {"quantity-tax": "23"}
    wrong = send(returning, form, again | {"ends_on": str(TODAY - timedelta(days=40))})
    assert f"截止日须仍为 {day}" in wrong.get_data(as_text=True)
    assert send(returning, form, again).status_code == 302
    assert [(fact.quantity, outcome) for fact, outcome in all_of(database, UnitReturn)] == [
        (25, REVERSED),
        (3, VERIFIED),
        (23, AWAITING),
    ]
    locked = visit("/my/returns", client=returning).all("p", class_="locked")[0]
    assert page.text(locked) == f"累计 66 （到 {TODAY}，已锁定；上期 3）"
