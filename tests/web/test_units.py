"""A unit's own pages: its place first, its projects, what it reports, and nothing of any other unit."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.accounts.models import REPORTER
from leaderboard.db import Database
from leaderboard.ledger.models import CapitalArrival, Credit, ProjectDecision, StageEvent
from leaderboard.ledger.read import find_project, live_credits
from leaderboard.ledger.record import add_credits, decide
from tests.factories import VERIFIED, Race
from tests.people import enrol, signed_in, submit
from tests.visiting import Visit
from tests.web.races import TODAY, committed_race


@pytest.fixture
def race(database: Database) -> Race:
    """The running race, committed."""
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """The reporter of 柳溪镇."""
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    return signed_in(app, "li")


def test_the_page_begins_with_the_place(client: FlaskClient, visit: Visit) -> None:
    page = visit("/my/", client=client)
    assert page.text(page.all("h1")[0]) == "柳溪镇本期第 2：签约率贡献最大（30.00 分）。"
    assert page.text(page.all("p", class_="big")[0]) == "2"
    beside = page.text(page.all("div", class_="verdict")[0])
    assert "距第 1 青石镇差 30.00 分" in beside
    assert "第 3 南岸街道" in beside
    assert [link.get("href") for link in page.all("a") if "/units/" in (link.get("href") or "")] == [
        "/boards/now/1/units/liuxi/"
    ]
    around = [page.text(cell) for cell in page.all("table", class_="around")[0].iter("th")][4:]
    assert around == ["青石镇", "柳溪镇", "南岸街道"]
    visit("/my/?lang=en", client=client)


def test_movement_and_the_places_over_editions_are_shown(
    client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    with database.session() as session:
        again = Race(session, session.merge(race.season), race.divisions, race.units, race.projects)
        for code in ("L-0", "L-1", "L-2", "L-3"):
            project = find_project(session, code)
            assert project is not None
            session.add(
                StageEvent(
                    project_id=project.id,
                    fact_id=project.id,
                    stage="started",
                    occurred_on=TODAY,
                    recorded_at=1,
                    recorded_by="tester",
                )
            )
            session.flush()
            decide(session, "tester", session.get_one(StageEvent, (project.id, project.id)), "verified", at=1)
        again.publish(TODAY + timedelta(days=1))
        session.commit()
    page = visit("/my/", client=client)
    assert page.text(page.all("h1")[0]).startswith("柳溪镇本期第 1，升 1 位")
    rows = [page.text(row) for row in page.all("tr")]
    assert [row for row in rows if row.startswith("第 ")] == [
        f"第 1 期{TODAY}230.00",
        f"第 2 期{TODAY + timedelta(days=1)}175.00",
    ]


@pytest.mark.engines("sqlite")
def test_a_unit_without_edition_or_season_is_told_so(
    app: Flask, database: Database, race: Race, visit: Visit
) -> None:
    with database.session() as session:
        lonely = Race(session, session.merge(race.season), race.divisions, race.units).unit(
            "new", name="新镇"
        )
        session.commit()
    enrol(database, "xin", REPORTER, lonely.id)
    page = visit("/my/", client=signed_in(app, "xin"))
    assert page.text(page.all("h1")[0]) == "新镇还没有名次。"
    assert "还没有计给本单位的项目" in visit("/my/projects", client=signed_in(app, "xin")).text()


def test_what_a_unit_reports_awaits_verification(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    path = "/my/projects/L-1"
    answer = submit(
        client,
        f"{path}/events",
        path,
        stage="started",
        occurred_on=str(TODAY),
        evidence="开工令",
        verified="1",
    )
    assert answer.location == path
    text = visit(path, client=client).text()
    assert "待认定，认定后计分" in text
    assert f"{TODAY} 开工 待认定" in text
    submit(
        client,
        f"{path}/arrivals",
        path,
        occurred_on=str(TODAY),
        amount="300",
        kind="domestic",
        evidence="回单",
    )
    with database.reading() as session:
        started = session.scalars(
            select(StageEvent).where(StageEvent.stage == "started", StageEvent.recorded_by == "li")
        ).one()
        arrival = session.scalars(select(CapitalArrival)).one()
        decided = session.scalars(
            select(ProjectDecision).where(ProjectDecision.fact_id.in_([started.fact_id, arrival.fact_id]))
        ).all()
    assert (arrival.yuan, arrival.recorded_by, list(decided)) == (3_000_000, "li", [])
    assert "待认定 2 条" in visit("/my/projects", client=client).text()


@pytest.mark.engines("sqlite")
def test_evidence_is_asked_for_and_what_was_typed_stays(client: FlaskClient) -> None:
    path = "/my/projects/L-1"
    tomorrow = str(TODAY + timedelta(days=1))
    answer = submit(client, f"{path}/arrivals", path, occurred_on=tomorrow, amount="三百", kind="domestic")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请填写" in text
    assert "还没有到" in text
    assert 'value="三百"' in text


@pytest.mark.engines("sqlite")
def test_more_money_than_a_table_holds_is_said_to_be_too_much(client: FlaskClient) -> None:
    path = "/my/projects/L-1"
    fields = {"occurred_on": str(TODAY), "kind": "domestic", "evidence": "回单"}
    for amount in ("999999999999999亿", "100000000000000"):
        answer = submit(client, f"{path}/arrivals", path, amount=amount, **fields)
        assert answer.status_code == 422
        assert "金额超出可记录的范围，请核对单位" in answer.get_data(as_text=True)


def test_another_units_project_is_an_unknown_address(client: FlaskClient, visit: Visit) -> None:
    for path in ("/my/projects/Q-0", "/my/projects/none"):
        visit(path, 404, client=client)
        for form in ("events", "arrivals"):
            answer = submit(
                client, f"{path}/{form}", "/my/projects/L-1", stage="started", occurred_on=str(TODAY)
            )
            assert answer.status_code == 404
    visit("/my/?season=other", 404, client=client)


def test_a_project_whose_share_was_reversed_is_gone_and_a_shared_one_is_there(
    client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    with database.session() as session:
        ours, theirs = find_project(session, "L-3"), find_project(session, "Q-1")
        assert ours is not None
        assert theirs is not None
        share = live_credits(session, ours.id)[0]
        decide(session, "tester", session.get_one(Credit, (ours.id, share.fact_id)), "reversed", "误计")
        (whole,) = live_credits(session, theirs.id)
        decide(session, "tester", session.get_one(Credit, (theirs.id, whole.fact_id)), "reversed", "改为共享")
        half = Fraction(1, 2)
        shares = [(race.units["liuxi"].id, half), (race.units["qingshi"].id, half)]
        add_credits(session, VERIFIED, theirs, shares=shares, occurred_on=TODAY)
        session.commit()
    visit("/my/projects/L-3", 404, client=client)
    assert "1/2 计给 柳溪镇" in visit("/my/projects/Q-1", client=client).text()
    names = visit("/my/projects", client=client).text()
    assert "共享：柳溪镇 1/2、青石镇 1/2" in names
    assert "青石项目1" in names
    assert "柳溪项目3" not in names


@pytest.mark.engines("sqlite")
def test_the_page_is_for_reporters(app: Flask, database: Database, race: Race, visit: Visit) -> None:
    enrol(database)
    visit("/my/", 404, client=signed_in(app))
    assert app.test_client().get("/my/").location == "/sign-in?next=/my/"
