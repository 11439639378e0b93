"""The ledger at the console: found by filters, told as a story, added to, verified, returned and reversed."""

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
from sqlalchemy import event, select

from leaderboard.db import Database
from leaderboard.ledger.amend import amend_project
from leaderboard.ledger.chronicle import NewCredit, NewEvent, NewProject, Told, record_projects
from leaderboard.ledger.models import CapitalArrival, Credit, ProjectDecision, StageEvent
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import add_stage_event
from leaderboard.seasons import plan
from tests.factories import PENDING, Race
from tests.people import enrol, signed_in, submit
from tests.visiting import Visit
from tests.web.races import STARTS, TODAY, committed_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # each engine searches and sorts in its own way

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
    assert sent() == few


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
        inward="3,200.5",
        evidence="合同 12 号",
        verified="1",
    )
    assert answer.status_code == 302
    with database.reading() as session:
        project = find_project(session, "N-1")
        assert project is not None
        signed = session.scalars(select(StageEvent).where(StageEvent.project_id == project.id)).one()
        share = session.scalars(select(Credit).where(Credit.project_id == project.id)).one()
    assert (signed.total_yuan, signed.inward_yuan) == (194_000_000, 32_005_000)
    assert (share.share_num, share.share_den) == (1, 1)
    assert (
        "总投资 1.94 亿元, 其中外来资金 3200.5 万元 已认定"
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
