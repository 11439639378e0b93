"""Boards made by hand at the console: nobody's turn to write waits while they are scored."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leaderboard.db import Database
from tests.factories import Race
from tests.people import enrol, signed_in
from tests.scorings import BEFOREHAND, noted_scorings
from tests.web.drafting import DESK, newest, objected, objection, opened, press, started
from tests.web.races import committed_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")
EDITION = "/console/seasons/now/editions/1"


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
