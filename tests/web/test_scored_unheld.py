"""Boards made by hand at the console: nobody's turn to write waits while they are scored."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.drafts import make_draft
from leaderboard.boards.models import Draft
from leaderboard.boards.publish import Due
from leaderboard.boards.sketch import Sketch
from leaderboard.db import Database
from leaderboard.seasons.models import Season
from leaderboard.web.console import composing, publishing
from tests.factories import OFFICE, Race
from tests.people import enrol, signed_in, token_in
from tests.scorings import BEFOREHAND, IN_TURN, noted_scorings
from tests.visiting import Visit
from tests.web.drafting import DESK, newest, notices, objected, objection, opened, press, started
from tests.web.races import committed_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")
EDITION = "/console/seasons/now/editions/1"
PUBLISH = "/console/seasons/now/publish"


@pytest.fixture
def race(database: Database) -> Race:
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    enrol(database)
    return signed_in(app)


def test_a_draft_is_made_and_revised(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored = noted_scorings(monkeypatch)
    assert press(client, DESK) == 302
    made = newest(database)
    assert press(client, f"{DESK}/{made.id}/revise", reason="补齐材料") == 302
    assert newest(database).revises_id == made.id
    assert scored == [BEFOREHAND, BEFOREHAND]
    assert press(client, f"{DESK}/{made.id}/revise", reason="补齐材料") == 302
    assert scored == [BEFOREHAND, BEFOREHAND], "what is refused is not scored"


def test_an_edition_is_corrected(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored = noted_scorings(monkeypatch)
    assert press(client, f"{EDITION}/correct", EDITION, note="补计") == 422
    assert set(scored) == {BEFOREHAND}
    started(database)
    assert press(client, f"{EDITION}/correct", EDITION, note="补计柳溪镇开工") == 302
    assert newest(database).note == "补计柳溪镇开工"
    assert set(scored) == {BEFOREHAND}


def test_an_objection_is_upheld(
    client: FlaskClient, database: Database, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = opened(client, database)
    number = objected(database, race, draft.id)
    started(database)
    page = f"/console/seasons/now/objections/{number}"
    scored = noted_scorings(monkeypatch)
    assert press(client, page, page, decision="revise", answer="属实") == 302
    found = objection(database, number)
    assert (found.state, found.revision_id) == ("upheld", newest(database).id)
    assert set(scored) == {BEFOREHAND}


def test_of_two_who_press_for_a_draft_one_makes_it_and_the_other_is_told(
    client: FlaskClient, database: Database, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit(DESK, client=client)
    form = {"csrf_token": token_in(page.source), "seen": "0"}
    assert client.post(DESK, data=form).status_code == 302
    made = newest(database)
    scored = noted_scorings(monkeypatch)
    assert client.post(DESK, data=form).status_code == 302
    assert (newest(database).id, scored) == (made.id, [])
    assert "这一次没有再出" in notices(visit(DESK, client=client))
    assert press(client, DESK) == 302
    assert newest(database).id != made.id


def test_who_pressed_first_is_found_out_in_the_turn_too(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both look while nothing is there; the second finds the first one's draft when its turn has come."""
    sketch = composing.sketch

    def overtaken(session: Session, season: Season, due: Due) -> Sketch:
        with database.session() as other:
            make_draft(other, "wang", season, OFFICE, due)
            other.commit()
        return sketch(session, season, due)

    monkeypatch.setattr(composing, "sketch", overtaken)
    assert press(client, DESK) == 302
    with database.reading() as session:
        assert session.scalars(select(Draft.composed_by)).all() == ["wang"]


def test_what_a_press_publishes_is_compared_with_what_was_seen(
    client: FlaskClient, database: Database, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit(PUBLISH, client=client)
    fields = dict(re.findall(r'name="(csrf_token|once_key|seen)" value="([^"]*)"', page.source))
    scored = noted_scorings(monkeypatch)
    answer = client.post(PUBLISH, data=fields)
    assert (answer.status_code, answer.location) == (302, "/console/seasons/now/published/2")
    assert scored == [BEFOREHAND] * 2, "once to compare it, once to publish it"


def test_what_came_in_while_a_press_waited_is_compared_in_its_turn(
    client: FlaskClient, database: Database, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit(PUBLISH, client=client)
    fields = dict(re.findall(r'name="(csrf_token|once_key|seen)" value="([^"]*)"', page.source))
    look = publishing._look

    def overtaken(session: Session, season: Season) -> publishing.Look:
        found = look(session, season)
        started(database)
        return found

    monkeypatch.setattr(publishing, "_look", overtaken)
    scored = noted_scorings(monkeypatch)
    answer = client.post(PUBLISH, data=fields)
    assert (answer.status_code, "结果变了" in answer.get_data(as_text=True)) == (409, True)
    assert scored == [BEFOREHAND, IN_TURN]
