"""The door for programs: what it says, that it says only what is public, and that its description is true."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from leaderboard.db import Database
from leaderboard.seasons.models import Season
from leaderboard.web.answers import (
    Board,
    EditionList,
    EndpointList,
    ErrorAnswer,
    SeasonItem,
    SeasonList,
    UnitAnswer,
)
from tests.factories import small_race, start_race
from tests.kept import kept

RACE = "/api/v1/seasons/race"


@pytest.fixture
def race(database: Database) -> None:
    """A season with two editions, and another without any."""
    with database.session() as session:
        kept(session, "one running and one empty", lambda: _enter(session))
        session.commit()


def _enter(session: Session) -> None:
    running = small_race(session)
    running.publish(next_due_at=1_800_000_000_000)
    running.project("nanan", code="late")
    running.publish()
    start_race(session, "empty", title="未开赛", title_en="Not begun")


def ask(client: FlaskClient, path: str, status: int = 200) -> Any:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (status, "application/json"), path
    return answer.json


def test_the_door_says_what_can_be_asked_for(client: FlaskClient, race: None):
    found = ask(client, "/api/v1/")
    EndpointList.model_validate(found, strict=True)
    assert client.get(found["openapi"]).status_code == 200
    filled = [
        each["path"].replace("{slug}", "race").replace("{number}", "1").replace("{unit}", "liuxi")
        for each in found["endpoints"]
    ]
    assert f"{RACE}/editions/1/units/liuxi" in filled
    assert [path for path in filled if client.get(path).status_code != 200] == []
    assert all(each["about"] for each in found["endpoints"])


def test_answers_are_written_as_they_are_read(client: FlaskClient, race: None):
    assert "没有找到这一页" in client.get("/api/nothing").get_data(as_text=True)
    assert "柳溪镇" in client.get(f"{RACE}/editions/1/units/liuxi").get_data(as_text=True)


def test_seasons_are_listed_with_their_newest_edition(client: FlaskClient, race: None):
    found = ask(client, "/api/v1/seasons")
    SeasonList.model_validate(found, strict=True)
    assert {line["slug"]: line["latest"] for line in found["seasons"]} == {"race": 2, "empty": None}


def test_a_season_leads_to_its_editions(client: FlaskClient, race: None):
    season = ask(client, RACE)
    SeasonItem.model_validate(season, strict=True)
    assert (season["title"], season["starts_on"], season["ends_on"]) == (
        "测试赛季",
        "2026-01-01",
        "2026-12-31",
    )
    editions = ask(client, season["editions_href"])
    EditionList.model_validate(editions, strict=True)
    assert [line["number"] for line in editions["editions"]] == [2, 1]
    newest, first = editions["editions"]
    assert newest["previous_hash"] == first["hash"]
    assert (first["previous_hash"], first["as_of"]) == (None, "2026-10-31")
    # 1 800 000 000 s after 1970 is 2027-01-15 08:00 UTC, 16:00 in Shanghai.
    assert (first["next_due_at"], newest["next_due_at"]) == ("2027-01-15T16:00:00+08:00", None)
    assert ask(client, first["href"])["hash"] == first["hash"]


def test_an_edition_is_the_very_bytes_of_its_own_address(client: FlaskClient, race: None):
    by_api, by_board = client.get(f"{RACE}/editions/1"), client.get("/boards/race/1.json")
    assert by_api.get_data() == by_board.get_data()
    assert by_api.headers["ETag"] == by_board.headers["ETag"]
    Board.model_validate(by_api.json, strict=True)
    assert by_api.json["standings"][0]["unit"] == "liuxi"


def test_the_latest_edition_is_the_newest(client: FlaskClient, race: None):
    assert ask(client, f"{RACE}/editions/latest")["number"] == 2
    assert ask(client, f"{RACE}/editions/latest/units/liuxi")["number"] == 2


def test_what_is_unchanged_is_not_sent_again(client: FlaskClient, race: None):
    first = client.get(f"{RACE}/editions/1")
    again = client.get(f"{RACE}/editions/1", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")


def test_a_unit_opens_down_to_its_facts(client: FlaskClient, race: None):
    found = ask(client, f"{RACE}/editions/1/units/liuxi")
    UnitAnswer.model_validate(found, strict=True)
    line = found["line"]
    # 30×2/4 + 25×1/2 + 20×2/2 + 25×50/200
    assert (found["number"], line["score"], line["place"]) == (1, "215/4", 1)
    counted = line["parts"]["groundbreaking"][0]["numerator"]["counted"]
    assert [fact["ref"] for fact in counted] == ["race-1"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/seasons/none",
        "/api/v1/seasons/none/editions",
        "/api/v1/seasons/none/editions/latest",
        "/api/v1/seasons/none/editions/1",
        "/api/v1/seasons/empty/editions/latest",
        f"{RACE}/editions/3",
        f"{RACE}/editions/0",
        f"{RACE}/editions/-1",
        f"{RACE}/editions/x",
        f"{RACE}/editions/99999999999999999999",
        f"{RACE}/editions/1/units/none",
        f"{RACE}/editions/1/units/liuxi'--",
        f"{RACE}/editions/3/units/liuxi",
        "/api/",
    ],
)
def test_what_is_not_there_is_said_in_the_one_shape_of_errors(client: FlaskClient, race: None, path: str):
    found = ask(client, path, 404)
    ErrorAnswer.model_validate(found, strict=True)
    assert found["error"]["code"] == "not_found"


def test_a_season_that_is_not_public_is_not_there(client: FlaskClient, race: None, database: Database):
    public = [
        "/api/v1/seasons/race",
        *(f"{RACE}/editions{rest}" for rest in ("", "/1", "/latest", "/1/units/liuxi")),
    ]
    for path in public:
        ask(client, path)
    with database.session() as session:
        session.execute(update(Season).where(Season.slug == "race").values(is_public=0))
        session.commit()
    assert [line["slug"] for line in ask(client, "/api/v1/seasons")["seasons"]] == ["empty"]
    for path in [*public, f"{RACE}/editions/latest/units/liuxi"]:
        ask(client, path, 404)


def test_nothing_can_be_changed_here(client: FlaskClient, race: None, database: Database):
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = client.open(f"{RACE}/editions/1", method=method)
        assert answer.status_code in {400, 405}
        ErrorAnswer.model_validate(answer.json, strict=True)
    with database.reading() as session:
        assert session.scalars(select(Season.title).where(Season.slug == "race")).one() == "测试赛季"


def test_the_description_names_every_address_and_no_other(app: Flask, client: FlaskClient):
    described = ask(client, "/api/openapi.json")
    assert described["openapi"].startswith("3.1")
    real = {
        re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
    }
    assert set(described["paths"]) == real
    for operations in described["paths"].values():
        assert set(operations) == {"get"}
        assert operations["get"]["summary"]
        assert set(operations["get"]["responses"]) >= {"200", "404"}


def test_every_reference_of_the_description_leads_somewhere(client: FlaskClient):
    described = ask(client, "/api/openapi.json")
    references = set(
        re.findall(r'"#/components/schemas/([^"]+)"', client.get("/api/openapi.json").get_data(as_text=True))
    )
    assert references
    assert references <= set(described["components"]["schemas"])


def test_no_page_that_loads_from_elsewhere_is_served(app: Flask):
    assert not [
        rule.rule for rule in app.url_map.iter_rules() if re.search("swagger|redoc|scalar|apidoc", rule.rule)
    ]


def test_the_description_is_the_same_for_a_second_application(app: Flask, client: FlaskClient):
    assert ask(client, "/api/openapi.json") == ask(app.test_client(), "/api/openapi.json")
