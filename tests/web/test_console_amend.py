"""The administrator puts right what a project is called, on its page, with a reason."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leaderboard.accounts.models import AUDITOR, REPORTER, VIEWER
from leaderboard.db import Database
from leaderboard.ledger.models import Project
from leaderboard.ledger.read import find_project
from tests.factories import Race
from tests.people import enrol, signed_in, submit, token_in, visitor
from tests.visiting import Visit
from tests.web.races import TODAY, committed_race

PAGE = "/console/projects/L-1"
AMENDED = {
    "name": "柳溪光伏组件项目",
    "name_en": "Liuxi Solar",
    "investor": "某新能源公司",
    "industry": "新能源",
    "is_public": "1",
    "reason": "企业更名",
}


@pytest.fixture
def race(database: Database) -> Race:
    """The running race, committed."""
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    """An administrator."""
    enrol(database)
    return signed_in(app)


def known(database: Database) -> Project:
    with database.reading() as session:
        project = find_project(session, "L-1")
    assert project is not None
    return project


def test_a_project_is_amended_and_the_trail_says_from_what(
    app: Flask, client: FlaskClient, database: Database, race: Race, visit: Visit
) -> None:
    first = client.get("/boards/now/1/units/liuxi/").data
    answer = submit(client, f"{PAGE}/amend", PAGE, **AMENDED)
    assert answer.location == PAGE
    project = known(database)
    assert {key: getattr(project, key) for key in AMENDED if key != "reason"} == {
        **{key: value for key, value in AMENDED.items() if key != "reason"},
        "is_public": 1,
    }
    page = visit(PAGE, client=client)
    assert page.text(page.all("h1")[0]) == "柳溪光伏组件项目"
    assert "项目资料已修改，自下一期榜单起生效" in page.text()
    assert page.all("input", id="amend-investor")[0].get("value") == "某新能源公司"
    trail = visit("/console/audit", client=visitor(app, database, AUDITOR)).text()
    assert "修改项目资料" in trail
    assert "理由：企业更名" in trail
    assert "行业 定为 新能源；投资方 定为 某新能源公司；公开名称 由 否 改为 是" in trail
    assert "名称 由 柳溪项目1 改为 柳溪光伏组件项目；英文名 定为 Liuxi Solar" in trail
    with database.session() as session:
        again = Race(session, session.merge(race.season), race.divisions, race.units, race.projects)
        again.publish(TODAY)
        session.commit()
    assert client.get("/boards/now/1/units/liuxi/").data == first
    assert "柳溪光伏组件项目".encode() not in first
    assert "柳溪光伏组件项目".encode() in client.get("/boards/now/2/units/liuxi/").data


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": ""}, "请填写"),
        ({"name": ""}, "请填写"),
        ({"industry": "新" * 41}, "最多 40 字，现为 41 字"),
        ({"is_public": "maybe"}, "请从列表中选择"),
    ],
)
def test_what_cannot_be_amended_is_said_and_nothing_typed_is_lost(
    client: FlaskClient, database: Database, change: dict[str, str], words: str
) -> None:
    answer = submit(client, f"{PAGE}/amend", PAGE, **(AMENDED | change))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in text
    assert 'value="某新能源公司"' in text
    assert known(database).name == "柳溪项目1"


@pytest.mark.engines("sqlite")
def test_a_form_sent_back_as_it_was_changes_nothing(client: FlaskClient) -> None:
    same = {
        "name": "柳溪项目1",
        "name_en": "",
        "investor": "",
        "industry": "",
        "is_public": "0",
        "reason": "看看",
    }
    answer = submit(client, f"{PAGE}/amend", PAGE, **same)
    assert answer.status_code == 422
    assert "项目 L-1 的资料没有变化" in answer.get_data(as_text=True)


@pytest.mark.engines("sqlite")
def test_only_administrators_amend(app: Flask, database: Database, race: Race) -> None:
    for name, role, unit_id in (("wang", VIEWER, None), ("li", REPORTER, race.units["liuxi"].id)):
        enrol(database, name, role, unit_id)
        client = signed_in(app, name)
        page = client.get(PAGE if role == VIEWER else "/my/").get_data(as_text=True)
        assert "修改项目资料" not in page
        answer = client.post(f"{PAGE}/amend", data={"csrf_token": token_in(page), **AMENDED})
        assert answer.status_code == 404
    assert known(database).name == "柳溪项目1"
