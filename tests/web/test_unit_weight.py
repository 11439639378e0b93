"""What a unit's pages weigh on the wire: under 60 kB each in a season of 24 units."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from config import Settings
from leaderboard.accounts.models import REPORTER
from leaderboard.boards.drafts import open_window
from leaderboard.boards.prospects import foresee
from leaderboard.db import Database
from leaderboard.web.own_lane import OwnLane
from tests.boards.lives import drafted
from tests.factories import OFFICE, race_of
from tests.people import PASSWORD, enrol, token_in
from tests.web.races import SIGNED, TODAY, committed_race

pytestmark = pytest.mark.engines("sqlite")  # nothing here depends on the engine
MOST = 60_000
UNITS, PROJECTS = 24, 20
APART = {"/my/evidence/<fact:file_id>"}
"""Files that were handed in are no pages."""


@pytest.fixture
def draft_id(database: Database) -> int:
    """24 units, 柳溪 with 20 projects under way; a board published and reckoned, and the next one in its window."""
    race = committed_race(database)
    with database.session() as session:
        race = race_of(session, "now")
        for number in range(UNITS - len(race.units)):
            race.unit(f"more{number}", name=f"第{number}开发区管理委员会")
        for number in range(PROJECTS - 4):
            day = SIGNED + timedelta(days=number)
            race.project("liuxi", code=f"XM-2026-{number:04}", name=f"柳溪新材料产业园{number}期", signed=day)
        foresee(session, race.publish(TODAY)).store(session)
        draft = drafted(race, TODAY)
        open_window(session, "chen", draft, days=3, contact="0571-8888", zone=OFFICE.zone)
        session.commit()
        enrol(database, "li", REPORTER, race.units["liuxi"].id)
        return draft.id


@pytest.fixture
def li(app: Flask, database: Database, settings: Settings, draft_id: int) -> Client:
    """The reporter of 柳溪镇, by way of what stands in front of Flask."""
    client = Client(OwnLane(app, database, settings))
    form = token_in(client.get("/sign-in").get_data(as_text=True))
    client.post("/sign-in", data={"csrf_token": form, "name": "li", "password": PASSWORD})
    return client


def asked(client: Client, path: str) -> TestResponse:
    return client.get(path, headers={"Accept-Encoding": "gzip"})


def test_every_page_is_light(app: Flask, li: Client, draft_id: int) -> None:
    values = {"code": "L-0", "draft_id": draft_id}
    rules = [r for r in app.url_map.iter_rules() if r.rule.startswith("/my/") and "GET" in (r.methods or ())]
    pages = [r.build(values, append_unknown=False) for r in rules if r.rule not in APART]
    paths = [built[1] for built in pages if built is not None]
    assert len(paths) == len([rule for rule in rules if rule.rule not in APART])
    found = {path: asked(li, path) for path in (*paths, "/my/lift?try=1")}
    assert {path: answer.status_code for path, answer in found.items() if answer.status_code != 200} == {}
    assert {path: len(answer.data) for path, answer in found.items() if len(answer.data) >= MOST} == {}


def test_a_board_in_its_window_is_packed_and_a_form_sent_back_is_light_without(
    li: Client, draft_id: int
) -> None:
    path = f"/my/windows/{draft_id}"
    packed, plain = asked(li, path), li.get(path)
    assert (packed.headers["Content-Encoding"], "Content-Encoding" in plain.headers) == ("gzip", False)
    assert "全榜" in gzip.decompress(packed.data).decode()
    form = {"csrf_token": token_in(plain.get_data(as_text=True)), "about": "liuxi", "text": " "}
    back = li.post(f"{path}/objections", data=form, headers={"Accept-Encoding": "gzip"})
    assert (back.status_code, "Content-Encoding" in back.headers) == (422, False)
    assert len(back.data) < MOST
