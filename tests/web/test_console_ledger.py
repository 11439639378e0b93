"""The ledger's list at the console: found by filters, sorted, exported as it is seen, by no more queries for more rows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import event

from leaderboard.db import Database
from leaderboard.ledger.amend import amend_project
from leaderboard.ledger.chronicle import NewCredit, NewEvent, NewProject, Told, record_projects
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import add_stage_event
from tests.factories import PENDING, Race
from tests.people import enrol, signed_in
from tests.visiting import Visit
from tests.web.races import TODAY, committed_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # each engine searches and sorts in its own way


@pytest.fixture
def race(database: Database) -> Race:
    """The running race, committed."""
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """An administrator."""
    enrol(database)
    return signed_in(app)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The queries sent meanwhile."""
    sent: list[str] = []

    def note(*args: object) -> None:
        sent.append(str(args[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("", ["L-0", "L-1", "L-2", "L-3", "Q-0", "Q-1"]),
        ("unit=qingshi", ["Q-0", "Q-1"]),
        ("stage=started", ["L-3", "Q-0", "Q-1"]),
        ("season=now&unit=liuxi&stage=signed", ["L-0", "L-1", "L-2", "L-3"]),
        ("text=l-2", ["L-2"]),
        ("text=青石", ["Q-0", "Q-1"]),
        ("text=%25", []),
        ("state=awaiting", ["L-3"]),
        ("unit=nobody", []),
        ("season=never", []),
        ("page=2", []),
    ],
)
def test_filters_stand_in_the_address(
    client: FlaskClient, database: Database, visit: Visit, asked: str, codes: list[str]
) -> None:
    with database.session() as session:
        project = find_project(session, "L-3")
        assert project is not None
        add_stage_event(session, PENDING, project, stage="started", occurred_on=TODAY)
        session.commit()
    page = visit(f"/console/projects?{asked}", client=client)
    listed = [page.text(row[0]) for row in page.all("tr") if row[0].tag == "td"]
    assert listed == codes


LISTS = ("/console/projects?size=200&sort=-inward", "/console/projects?state=awaiting", "/console/awaiting")


def test_200_rows_need_no_more_queries_than_10(client: FlaskClient, database: Database, race: Race) -> None:
    def add(numbers: range) -> None:
        with database.session() as session:
            signings = [
                NewProject(
                    code=f"X-{number:03}",
                    name=f"项目{number // 2}",
                    recorded_at=1,
                    recorded_by="li",
                    credits=(NewCredit(race.units["liuxi"].id, Fraction(1), TODAY, Told(1, "li")),),
                    events=(NewEvent("signed", TODAY, Told(1, "li"), 5, number),),
                )
                for number in numbers
            ]
            record_projects(session, "li", signings)
            session.commit()

    def sent() -> list[int]:
        for path in LISTS:
            client.get(path)
        found = []
        for path in LISTS:
            with counted(database) as queries:
                assert client.get(path).status_code == 200
            found.append(len(queries))
        return found

    add(range(10))
    few = sent()
    add(range(10, 200))
    assert [many <= some for many, some in zip(sent(), few, strict=True)] == [True] * len(LISTS)


def exported(client: FlaskClient, path: str) -> list[list[object]]:
    book = load_workbook(io.BytesIO(client.get(path).data), read_only=True)
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def test_what_is_seen_is_exported_and_no_cell_is_live(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    with database.session() as session:
        for code, name in (("L-2", "=HYPERLINK(1)"), ("L-1", "+cmd")):
            project = find_project(session, code)
            assert project is not None
            amend_project(session, "li", project, name=name, reason="试")
        session.commit()
    asked = "unit=liuxi&sort=-code&columns=code&columns=stage&columns=inward"
    page = visit(f"/console/projects?{asked}", client=client)
    seen = [page.text(row[0]) for row in page.all("tr") if row[0].tag == "td"]
    rows = exported(client, f"/console/projects.xlsx?{asked}")
    assert rows[0] == ["编号", "项目", "最近节点", "节点日期", "合同外来资金（万元）"]
    assert [row[0] for row in rows[1:]] == seen == ["L-3", "L-2", "L-1", "L-0"]
    day = datetime.combine(TODAY - timedelta(days=100), time())
    assert rows[2] == ["L-2", "=HYPERLINK(1)", "签约", day, 10_000]
    with zipfile.ZipFile(io.BytesIO(client.get(f"/console/projects.xlsx?{asked}").data)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    table = client.get(f"/console/projects.csv?{asked}").get_data(as_text=True)
    assert table.startswith("\ufeff编号,项目,最近节点,节点日期,合同外来资金（万元）\r\n")
    assert f"L-2,'=HYPERLINK(1),签约,{day.date()},10000\r\n" in table
    assert f"L-1,'+cmd,签约,{day.date()},10000\r\n" in table


@pytest.mark.engines("sqlite")
def test_money_is_listed_and_exported_to_the_last_yuan(
    client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    """100,540,000 yuan is 10054 万元, and not 1.01 亿元; 200,540,001 is 20054.0001."""
    with database.session() as session:
        events = (NewEvent("signed", TODAY, Told(1, "li"), 200_540_001, 100_540_000),)
        shares = (NewCredit(race.units["nanan"].id, Fraction(1), TODAY, Told(1, "li")),)
        told = {"recorded_at": 1, "recorded_by": "li", "credits": shares, "events": events}
        record_projects(session, "li", [NewProject(code="N-1", name="南岸项目", **told)])
        session.commit()
    asked = "unit=nanan&columns=code&columns=total&columns=inward"
    page = visit(f"/console/projects?{asked}", client=client)
    assert [page.text(cell) for cell in page.all("td", class_="number")] == ["20054.0001 万元", "10054 万元"]
    english = visit(f"/console/projects?{asked}&lang=en", client=client)
    assert [english.text(cell) for cell in english.all("td", class_="number")] == ["¥200.540001m", "¥100.54m"]
    assert exported(client, f"/console/projects.xlsx?{asked}")[1] == ["N-1", "南岸项目", 20054.0001, 10054]
    table = client.get(f"/console/projects.csv?{asked}").get_data(as_text=True)
    assert "N-1,南岸项目,20054.0001,10054\r\n" in table


def test_columns_and_order_stand_in_the_address_and_columns_are_remembered(
    client: FlaskClient, visit: Visit
) -> None:
    def heads(path: str) -> list[str]:
        page = visit(path, client=client)
        return [page.text(head).rstrip(" ▲▼") for head in page.all("thead")[0].iter("th")]

    chosen = heads("/console/projects?columns=code&columns=investor&sort=-signed")
    assert chosen == heads("/console/projects") == ["编号", "项目", "投资方"]
    page = visit("/console/projects?columns=code&columns=signed&sort=signed", client=client)
    (head,) = [head for head in page.all("th") if head.get("aria-sort")]
    assert (head.get("aria-sort"), page.text(head)) == ("ascending", "签约日期 ▲")
    turned = "/console/projects?sort=-signed&columns=code&columns=name&columns=signed"
    assert next(iter(head.iter("a"))).get("href") == turned


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ("signed_from=never", "应为日期"),
        ("least=lots", "应为金额"),
        ("age=-1", ""),
        ("size=7", ""),
        ("sort=price", ""),
    ],
)
def test_what_makes_no_sense_is_left_out(
    client: FlaskClient, visit: Visit, asked: str, complaint: str
) -> None:
    page = visit(f"/console/projects?{asked}&page=-3", client=client)
    assert "共 6 个项目" in page.text()
    complaints = [page.text(span) for span in page.all("span", class_="complaint")]
    assert [text.startswith(complaint) for text in complaints] == [True] * bool(complaint)
