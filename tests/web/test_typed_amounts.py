"""Typed figures at the console and on a unit's page: read as they were meant, unlikely ones confirmed first."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from leaderboard.accounts.models import REPORTER
from leaderboard.db import Database
from leaderboard.ledger.models import CapitalArrival, StageEvent
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import add_project, decide
from leaderboard.web.typed import Typed
from leaderboard.written import exact_number
from tests.factories import VERIFIED, Race
from tests.people import enrol, signed_in, submit
from tests.visiting import Visited, parse
from tests.web.races import TODAY, committed_race

STORY, MINE = "/console/projects/L-1", "/my/projects/L-1"


@pytest.fixture
def race(database: Database) -> Race:
    """The running race, committed; the contract of L-1 is for 1 亿元."""
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """An administrator."""
    enrol(database)
    return signed_in(app)


def received(client: FlaskClient, amount: str, page: str = STORY, **more: str) -> TestResponse:
    fields = {"occurred_on": str(TODAY), "kind": "domestic", "evidence": "回单 7"} | more
    return submit(client, f"{page}/arrivals", page, amount=amount, **fields)


def box(answer: TestResponse) -> str:
    """What the box 金额无误 of a form that came back stands for."""
    source = answer.get_data(as_text=True)
    (found,) = Visited(200, source, parse(source)).all("input", name="sure")
    return found.get("value") or ""


def arrived(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.coalesce(func.sum(CapitalArrival.yuan), 0))) or 0


def test_yuan_typed_as_wan_are_spelled_out_and_asked_about(client: FlaskClient, database: Database) -> None:
    """50,000,000 typed where 万元 are asked for is 5,000 亿元."""
    answer = received(client, "50000000")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "5000 亿元（500,000,000,000 元）：一个项目超过 100 亿元" in text
    assert 'value="50000000"' in text
    assert 'value="回单 7"' in text
    assert arrived(database) == 0
    assert received(client, "50000000", sure=box(answer)).status_code == 302
    assert arrived(database) == 500_000_000_000


def test_a_unit_is_asked_just_the_same(app: Flask, database: Database, race: Race) -> None:
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    client = signed_in(app, "li")
    answer = received(client, "50000000", MINE)
    assert answer.status_code == 422
    assert "5000 亿元（500,000,000,000 元）" in answer.get_data(as_text=True)
    assert arrived(database) == 0
    assert received(client, "50000000", MINE, sure=box(answer)).status_code == 302
    assert arrived(database) == 500_000_000_000


@pytest.mark.engines("sqlite")
def test_what_was_confirmed_is_the_figure_and_no_other(client: FlaskClient, database: Database) -> None:
    first = box(received(client, "50000000"))
    assert received(client, "60000000", sure=first).status_code == 422
    assert received(client, "60000000", sure="1").status_code == 422
    assert arrived(database) == 0


@pytest.mark.engines("sqlite")
def test_the_box_stays_ticked_while_something_else_is_wrong(client: FlaskClient, database: Database) -> None:
    sure = box(received(client, "50000000"))
    answer = received(client, "50000000", sure=sure, occurred_on=str(TODAY + timedelta(days=1)))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'value="{sure}" checked' in text
    assert "还没有到" in text
    assert "请核对单位" not in text
    assert arrived(database) == 0


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("amounts", "asked"), [(["100000"], False), (["100001"], True), (["60000", "40001"], True)]
)
def test_ten_times_the_contract_is_where_asking_begins(
    client: FlaskClient, amounts: list[str], asked: bool
) -> None:
    """The contract says 10,000 万元, so 100,000 万元 may have arrived in all."""
    *before, last = [received(client, amount) for amount in amounts]
    assert [answer.status_code for answer in before] == [302] * len(before)
    assert last.status_code == (422 if asked else 302)
    assert ("到位资金合计超过合同外来资金的 10 倍" in last.get_data(as_text=True)) == asked


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("total", "inward", "words"),
    [
        (
            "1000001",
            "5000",
            "100 亿元（10,000,010,000 元）、5000 万元（50,000,000 元）：一个项目超过 100 亿元",
        ),
        ("950000", "950000", "95 亿元（9,500,000,000 元）、95 亿元（9,500,000,000 元）：这样大的项目少见"),
        ("250000", "200000", ""),
        ("1000000", "5000", ""),
    ],
)
def test_contracts_are_asked_about_too(
    client: FlaskClient, database: Database, total: str, inward: str, words: str
) -> None:
    with database.session() as session:
        add_project(session, VERIFIED, code="N-9", name="新项目")
        session.commit()
    page = "/console/projects/N-9"
    fields = {"stage": "signed", "occurred_on": str(TODAY), "total": total, "inward": inward}
    answer = submit(client, f"{page}/events", page, **fields)
    if words:
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
        answer = submit(client, f"{page}/events", page, **fields, sure=box(answer))
    assert answer.status_code == 302
    with database.reading() as session:
        project = find_project(session, "N-9")
        assert project is not None
        signed = session.scalars(select(StageEvent).where(StageEvent.project_id == project.id)).one()
    assert signed.inward_yuan == int(inward) * 10_000


@pytest.mark.engines("sqlite")
def test_what_was_reversed_is_not_counted(client: FlaskClient, database: Database) -> None:
    assert received(client, "90000").status_code == 302
    assert received(client, "90000").status_code == 422
    with database.session() as session:
        decide(session, "tester", session.scalars(select(CapitalArrival)).one(), "reversed", "重复登记")
        session.commit()
    assert received(client, "90000").status_code == 302


@pytest.mark.engines("sqlite")
def test_asking_is_said_in_english_too(client: FlaskClient) -> None:
    client.get("/console/?lang=en")
    fields = {"occurred_on": str(TODAY), "kind": "domestic", "amount": "50000000"}
    answer = submit(client, f"{STORY}/arrivals?lang=en", STORY, **fields)
    text = answer.get_data(as_text=True)
    assert "¥500bn (500,000,000,000 yuan): more than ¥10bn for one project" in text
    assert "The amount is right" in text


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("1899-12-31", "日期 1899-12-31 早于 1900 年，请核对"),
        ("0026-03-05", "日期 0026-03-05 早于 1900 年，请核对"),
        ("2999-01-01", "日期 2999-01-01 还没有到，请核对"),
        ("٢٠٢٦-٠٣-٠٥", "应为日期，如 2026-10-31"),
    ],
)
@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("path", "fields"), [("events", {"stage": "started"}), ("arrivals", {"amount": "5"})]
)
def test_days_out_of_reach_are_refused_in_words(
    client: FlaskClient, day: str, words: str, path: str, fields: dict[str, str]
) -> None:
    answer = submit(client, f"{STORY}/{path}", STORY, **fields, kind="domestic", occurred_on=day)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("25", Fraction(25)),
        ("12.5", Fraction(25, 2)),
        ("1,234.5", Fraction(2469, 2)),
        ("1,234,567", Fraction(1234567)),
        ("-5", Fraction(-5)),
        ("1,000/3", Fraction(1000, 3)),
        ("30%", Fraction(30)),
        ("１，２３４．５", Fraction(2469, 2)),
        ("3,0", None),
        ("1,23", None),
        ("1234,567", None),
        ("12,34,567", None),
        (",5", None),
        ("1.2,345", None),
        ("1/0", None),
        ("٣٠", None),
        ("३०", None),
        ("③", None),
        ("3²", None),
        ("𝟑𝟎", None),
        ("三十", None),
    ],
)
def test_commas_stand_between_thousands_and_digits_are_our_own(typed: str, number: Fraction | None) -> None:
    assert exact_number(Typed({"n": typed}).values["n"]) == number


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [
        ("3200", 32_000_000),
        ("3,200.5", 32_005_000),
        ("３２００", 32_000_000),
        ("1.94亿", 194_000_000),
        ("1.94 亿元", 194_000_000),
        ("2千万", 20_000_000),
        ("3200万元", 32_000_000),
        ("3200元", 3200),
        ("3,2", None),
        ("32,00", None),
        ("٣٢٠٠", None),
        ("0.5元", None),
    ],
)
@pytest.mark.engines("sqlite")
def test_money_is_read_in_the_unit_it_names(app: Flask, typed: str, yuan: int | None) -> None:
    with app.test_request_context():
        form = Typed({"amount": typed})
        assert form.yuan("amount") == yuan
        assert form.ok == (yuan is not None)


@pytest.mark.parametrize(("typed", "number"), [("12", 12), ("1,200", 1200), ("1,2", None), ("١٢", None)])
@pytest.mark.engines("sqlite")
def test_whole_numbers_follow_the_same_rule(app: Flask, typed: str, number: int | None) -> None:
    with app.test_request_context():
        form = Typed({"n": typed})
        assert form.whole("n") == (number or 1)
        assert form.ok == (number is not None)
