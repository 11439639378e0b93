"""My projects: what presses first, how old each is where it stands, and as many queries whatever their number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from leaderboard.accounts.models import REPORTER
from leaderboard.db import Database
from leaderboard.ledger.models import RETURNED
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import Source, add_stage_event, decide
from leaderboard.seasons.deadlines import Deadline, set_deadlines
from leaderboard.seasons.models import Season
from tests.factories import PENDING, VERIFIED, Race, race_of
from tests.people import enrol, signed_in
from tests.visiting import Visit
from tests.web.races import TODAY, committed_race

DEADLINES = (Deadline("registered", 60, "signed"), Deadline("started", 110, "signed"))
"""All of 柳溪's projects were signed 100 days ago: registering is 40 days late, starting is near."""


@pytest.fixture
def race(database: Database) -> Race:
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """柳溪's reporter; L-1 is registered, L-2 besides started, L-3 has reported the registration."""
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    with database.session() as session:
        season = session.get_one(Season, race.season.id)
        set_deadlines(session, "chen", season, DEADLINES, reason="考核办法")
        for code, stage, days, source in (
            ("L-1", "registered", 50, VERIFIED),
            ("L-2", "registered", 50, VERIFIED),
            ("L-2", "started", 7, VERIFIED),
            ("L-3", "registered", 50, PENDING),
        ):
            project = find_project(session, code)
            assert project is not None
            day = TODAY - timedelta(days=days)
            add_stage_event(session, source, project, stage=stage, occurred_on=day)
        session.commit()
    return signed_in(app, "li")


def test_what_presses_comes_first_with_its_light_its_day_and_its_age(
    client: FlaskClient, visit: Visit
) -> None:
    page = visit("/my/projects", client=client)
    assert page.text(page.all("h1")[0]) == "4 个项目，1 个超期。"
    rows = [page.text(row) for row in page.all("ol", class_="own")[0]]
    due = TODAY + timedelta(days=10)
    assert rows[0].startswith(
        f"柳溪项目0 超期 应于 {TODAY - timedelta(days=40)} 前注册，已超 40 天签约已 100 天"
    )
    assert rows[1].startswith(f"柳溪项目3 临期 应于 {due} 前开工，还有 10 天签约已 100 天")
    assert rows[2].startswith(f"柳溪项目1 临期 应于 {due} 前开工，还有 10 天注册已 50 天")
    # Everything is reached: no light, and the age of its last stage.
    assert rows[3].startswith("柳溪项目2 开工已 7 天")
    assert "待认定 1 条" in rows[1]
    overdue = visit("/my/projects?light=overdue", client=client)
    assert len(overdue.all("ol", class_="own")[0]) == 1
    assert len(visit("/my/projects?light=nonsense", client=client).all("ol", class_="own")[0]) == 4
    visit("/my/projects?page=99&lang=en", client=client)


@pytest.mark.engines("sqlite")
def test_a_project_tells_each_deadline_and_how_long_each_stage_took(
    client: FlaskClient, visit: Visit
) -> None:
    signed = TODAY - timedelta(days=100)
    page = visit("/my/projects/L-2", client=client)
    assert [page.text(line) for line in page.all("ul", class_="nodes")[0]] == [
        f"按期到达 {signed + timedelta(days=50)} 注册（应于 {signed + timedelta(days=60)} 前）",
        f"按期到达 {signed + timedelta(days=93)} 开工（应于 {signed + timedelta(days=110)} 前）",
    ]
    assert f"签约 {signed}，历时 50 天；" in page.text()
    assert f"开工 {signed + timedelta(days=93)}，已 7 天" in page.text()
    waiting = visit("/my/projects/L-3", client=client)
    assert "已报待认定" in waiting.text(waiting.all("ul", class_="nodes")[0])


@pytest.mark.engines("sqlite")
def test_a_contract_that_nobody_verified_is_marked_and_one_sent_back_left_out(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    with database.session() as session:
        project = race_of(session, "now").project("liuxi", code="N-0", name="新签项目", signed=None)
        signing = add_stage_event(
            session, PENDING, project, stage="signed", occurred_on=TODAY, inward_yuan=1_500_000_000
        )
        session.commit()

    def told() -> dict[str, str]:
        page = visit("/my/projects", client=client)
        rows = [page.text(row) for row in page.all("ol", class_="own")[0]]
        return {row.split()[0]: row for row in rows}

    assert "，合同 15 亿元（待认定）" in told()["新签项目"]
    assert "，合同 1 亿元 ·" in f"{told()['柳溪项目2']} ·"
    with database.session() as session:
        decide(session, "chen", session.merge(signing), RETURNED, "缺页")
        session.commit()
    assert "合同" not in told()["新签项目"]


@pytest.mark.engines("sqlite")
def test_pages_need_as_many_queries_for_many_projects_and_reports_as_for_few(
    client: FlaskClient, database: Database
) -> None:
    sent: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_c: object, _cu: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    def taken() -> dict[str, int]:
        found = {}
        for path in ("/my/projects", "/my/reports", "/my/projects/L-1"):
            client.get(path)
            sent.clear()
            assert client.get(path).status_code == 200
            found[path] = len(sent)
        return found

    before = taken()
    with database.session() as session:
        race = race_of(session, "now")
        for number in range(30):
            project = race.project("liuxi", code=f"M-{number}", signed=TODAY)
            add_stage_event(session, Source("li", "依据"), project, stage="landed", occurred_on=TODAY)
        session.commit()
    assert taken() == before
