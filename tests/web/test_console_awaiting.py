"""The queue on the console: every waiting record with what it says, filtered, verified and returned together."""

from __future__ import annotations

import re
from itertools import permutations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from leaderboard.accounts.models import VIEWER
from leaderboard.db import Database
from leaderboard.ledger.awaiting import list_awaiting
from leaderboard.ledger.models import CapitalArrival, ProjectDecision
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import Source, add_arrival, decide
from leaderboard.ledger.unit_facts import add_adjustment, add_return
from leaderboard.ledger.waiting import Asked, count_awaiting
from tests.factories import PENDING, Race
from tests.people import enrol, signed_in, submit, token_in
from tests.visiting import Visit, Visited
from tests.web.races import SIGNED, TODAY, committed_race

# A page shows what was stored; that both databases store it alike is tested with the subjects.
pytestmark = pytest.mark.engines("sqlite")

QUEUE = "/console/awaiting?season=now"


@pytest.fixture
def race(database: Database) -> Race:
    """The running race with six waiting records: two arrivals, a shared project, a return and an adjustment."""
    race = committed_race(database)
    with database.session() as session:
        project = find_project(session, "L-1")
        assert project is not None
        for number in (1, 2):
            source = Source("li", evidence=f"银行回单 {number}", recorded_at=number)
            add_arrival(session, source, project, occurred_on=TODAY, amount_yuan=number * 1_230_000)
        merged = Race(session, session.merge(race.season), race.divisions, race.units, race.projects)
        merged.project("nanan", code="N-1", name="南岸项目", signed=SIGNED, source=PENDING)
        unit = race.units["nanan"].id
        add_return(
            session, PENDING, unit_id=unit, measure="visits", starts_on=SIGNED, ends_on=TODAY, quantity=7
        )
        add_adjustment(
            session,
            PENDING,
            unit_id=unit,
            season_id=race.season.id,
            item="prize",
            occurred_on=TODAY,
            times=2,
            reason="获奖",
        )
        session.commit()
    return race


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """An administrator."""
    enrol(database)
    return signed_in(app)


def rows(page: Visited) -> list[str]:
    return [page.text(row) for row in page.all("tr") if any(cell.tag == "td" for cell in row)]


def boxes(page: Visited, *words: str) -> list[str]:
    """The boxes of the rows that hold one of the words."""
    return [
        box.get("value") or ""
        for row in page.all("tr")
        for box in row.iter("input")
        if any(word in page.text(row) for word in words)
    ]


def acts_in(page: Visited) -> list[str]:
    """What the buttons that take a verification back stand for, the last one first."""
    return [button.get("value") or "" for button in page.all("button", name="at")]


def send(client: FlaskClient, **fields: object) -> TestResponse:
    token = token_in(client.get(QUEUE).get_data(as_text=True))
    return client.post(QUEUE, data={"csrf_token": token, **fields})


def test_the_overview_counts_what_the_queue_lists(client: FlaskClient, visit: Visit) -> None:
    overview = visit("/console/", client=client)
    link = next(link for link in overview.all("a") if link.get("href") == QUEUE)
    assert overview.text(link) == "6 条"
    assert len(rows(visit(QUEUE, client=client))) == 6


def test_a_row_says_whose_what_when_how_much_and_on_what_evidence(client: FlaskClient, visit: Visit) -> None:
    listed = rows(visit(QUEUE, client=client))
    assert listed[0].startswith(
        f"柳溪镇 柳溪项目1 L-1 {TODAY} 到位 123 万元 (市外境内资金) 银行回单 1 li 记于"
    )
    assert listed[1].startswith(
        f"柳溪镇 柳溪项目1 L-1 {TODAY} 到位 246 万元 (市外境内资金) 银行回单 2 li 记于"
    )
    whole = " ".join(listed[2:])
    for words in (f"{SIGNED} 签约, 总投资 1 亿元", "全部计给 南岸街道", "visits 7", "prize × 2 获奖"):
        assert words in whole
    visit(f"{QUEUE}&lang=en", client=client)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("", 6),
        ("unit=liuxi", 2),
        ("season=now&unit=nanan", 4),
        ("kind=arrival", 2),
        ("season=now&unit=nanan&kind=arrival", 0),
        ("kind=never", 6),
        ("unit=nobody", 0),
        ("season=never", 0),
        ("page=9", 6),
    ],
)
def test_filters_stand_in_the_address(client: FlaskClient, visit: Visit, asked: str, count: int) -> None:
    assert len(rows(visit(f"/console/awaiting?{asked}", client=client))) == count


def test_the_ticked_are_verified_together(client: FlaskClient, database: Database, visit: Visit) -> None:
    ticked = boxes(visit(QUEUE, client=client), "L-1", "N-1")
    assert len(ticked) == 4
    answer = send(client, fact=ticked, outcome="verified")
    assert (answer.status_code, answer.location) == (302, QUEUE)
    page = visit(QUEUE, client=client)
    assert "已认定 4 条记录" in page.text()
    assert len(rows(page)) == 2
    with database.reading() as session:
        outcomes = session.scalars(
            select(ProjectDecision.outcome).where(ProjectDecision.decided_by == "chen")
        )
        assert list(outcomes) == ["verified"] * 4


def test_one_is_verified_by_its_own_button_whatever_is_ticked(client: FlaskClient, visit: Visit) -> None:
    ticked = boxes(visit(QUEUE, client=client), "L-1")
    send(client, fact=ticked, one=boxes(visit(QUEUE, client=client), "visits")[0])
    page = visit(QUEUE, client=client)
    assert "已认定 1 条记录" in page.text()
    assert len(rows(page)) == 5


def test_returning_asks_for_a_reason_and_keeps_the_ticks(client: FlaskClient, visit: Visit) -> None:
    ticked = boxes(visit(QUEUE, client=client), "银行回单 2", "获奖")
    refused = send(client, fact=ticked, outcome="returned", reason=" ")
    text = refused.get_data(as_text=True)
    assert (refused.status_code, "退回或冲销须写明理由" in text) == (422, True)
    assert text.count(" checked>") == 2
    send(client, fact=ticked, outcome="returned", reason="请补回单原件")
    page = visit(QUEUE, client=client)
    assert "已退回 2 条记录" in page.text()
    assert "请补回单原件" in visit("/console/projects/L-1", client=client).text()


def test_nothing_is_saved_where_one_was_decided_meanwhile(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    ticked = boxes(visit(QUEUE, client=client), "L-1")
    with database.session() as session:
        decide(session, "other", list_awaiting(session, Asked(), 1)[0].fact, "verified")
        session.commit()
    answer = send(client, fact=ticked, outcome="verified")
    text = answer.get_data(as_text=True)
    assert (answer.status_code, "其中 1 条已由他人处理，这次什么都没有保存" in text) == (422, True)
    with database.reading() as session:
        assert count_awaiting(session, Asked()) == 5


def test_what_somebody_else_decided_is_named(client: FlaskClient, database: Database, visit: Visit) -> None:
    ticked = boxes(visit(QUEUE, client=client), "L-1")
    with database.session() as session:
        decide(session, "li", list_awaiting(session, Asked(), 1)[0].fact, "returned", "缺原件")
        session.commit()
    text = send(client, fact=ticked, outcome="verified").get_data(as_text=True)
    assert "到位资金 li 已处理" in text
    assert "已退回" in text


def test_a_verification_just_made_is_taken_back(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    ticked = boxes(visit(QUEUE, client=client), "L-1")
    send(client, fact=ticked, outcome="verified")
    page = visit(QUEUE, client=client)
    assert "刚才认定了 2 条。 撤销刚才的认定" in page.text()
    token = token_in(page.source)
    (at,) = acts_in(page)
    answer = client.post("/console/awaiting/undo?season=now", data={"csrf_token": token, "at": at})
    assert answer.location == "/console/awaiting?season=now"
    page = visit(answer.location, client=client)
    assert "已撤销认定：2 条记录回到待认定" in page.text()
    assert len(rows(page)) == 6
    assert "撤销刚才的认定" in visit("/console/projects/L-1", client=client).text()
    with database.reading() as session:
        assert (count_awaiting(session, Asked()), count_awaiting(session, Asked(outcome="returned"))) == (
            6,
            0,
        )
    # What waits again is verified where it is listed, and only once can an act be undone.
    client.post(answer.location, data={"csrf_token": token, "fact": ticked, "outcome": "verified"})
    with database.reading() as session:
        assert count_awaiting(session, Asked()) == 4
        assert count_awaiting(session, Asked(outcome="returned")) == 0


def test_nothing_is_taken_back_where_somebody_decided_since(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    send(client, fact=boxes(visit(QUEUE, client=client), "L-1"), outcome="verified")
    with database.session() as session:
        fact = session.scalars(select(CapitalArrival)).all()[0]
        decide(session, "li", fact, "reversed", "重复")
        session.commit()
    page = visit(QUEUE, client=client)
    asked = {"csrf_token": token_in(page.source), "at": acts_in(page)[0]}
    client.post("/console/awaiting/undo", data=asked)
    assert "其中 1 条已由他人处理" in visit(QUEUE, client=client).text()
    client.post("/console/awaiting/undo", data=asked)
    told = visit(QUEUE, client=client).text()
    assert "这次认定已不能在这里撤销；请到项目页或报表页逐条退回" in told


def test_three_verifications_are_taken_back_in_any_order(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    """Each press takes back the act it stands beside, and no other."""

    def waiting() -> set[str]:
        with database.reading() as session:
            return {"/".join(map(str, line.key)) for line in list_awaiting(session, Asked(), 100)}

    page = visit(QUEUE, client=client)
    token, whole = token_in(page.source), waiting()
    three = [boxes(page, words)[0] for words in ("银行回单 1", "银行回单 2", "visits")]
    for order in permutations(range(3)):
        for box in three:
            client.post(QUEUE, data={"csrf_token": token, "one": box})
        left = waiting()
        assert left == whole - set(three)
        acts = re.findall(r'name="at" value="([0-9]+)"', client.get(QUEUE).get_data(as_text=True))[::-1]
        for number in order:
            client.post("/console/awaiting/undo", data={"csrf_token": token, "at": acts[number]})
            left.add(three[number])
            assert waiting() == left


@pytest.mark.engines("sqlite")
def test_all_are_ticked_without_a_script(client: FlaskClient, visit: Visit) -> None:
    page = visit(f"{QUEUE}&ticked=all", client=client)
    assert [box.get("checked") is not None for box in page.all("input", name="fact")] == [True] * 6


@pytest.mark.engines("sqlite")
def test_enter_in_the_reason_returns_and_never_verifies(client: FlaskClient, visit: Visit) -> None:
    """The first button of a form is pressed by Enter."""
    form = visit(QUEUE, client=client).all("form", class_="queue")[0]
    assert next(iter(form.iter("button"))).get("value") == "returned"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "box", ["x", "event/1", "event/1/2/3", "event/9999999999/1", "event/1/9999999999999999"]
)
def test_boxes_of_ones_own_making_are_refused(client: FlaskClient, box: str) -> None:
    assert send(client, fact=box, outcome="verified").status_code == 400
    assert send(client, outcome="verified").status_code == 422


@pytest.mark.engines("sqlite")
def test_a_viewer_reads_the_queue_and_decides_nothing(
    app: Flask, client: FlaskClient, database: Database, visit: Visit
) -> None:
    enrol(database, "wang", VIEWER)
    viewer = signed_in(app, "wang")
    page = visit(QUEUE, client=viewer)
    assert (len(rows(page)), page.all("input", type="checkbox"), page.all("form", class_="queue")) == (
        6,
        [],
        [],
    )
    assert submit(viewer, QUEUE, fact="event/1/1", outcome="verified").status_code == 404
