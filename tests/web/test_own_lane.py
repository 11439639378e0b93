"""Pages kept in front of Flask: sent again to the same person alone, and only while nothing was written."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.test import Client

from config import Settings
from leaderboard.accounts.audit import record_act
from leaderboard.accounts.models import REPORTER
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.web.own_lane import LONGEST, OwnLane, takes_gzip
from tests.people import PASSWORD, enrol, token_in
from tests.web.races import committed_race

pytestmark = pytest.mark.engines("sqlite")  # nothing here depends on the engine


class Counted:
    """An application that counts how often it is asked for a page of a unit."""

    def __init__(self, app: Flask) -> None:
        self.app, self.asked = app, 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.asked += environ["PATH_INFO"].startswith("/my")
        return self.app(environ, start_response)


@pytest.fixture
def behind(app: Flask) -> Counted:
    return Counted(app)


@pytest.fixture
def lane(behind: Counted, database: Database, settings: Settings) -> OwnLane:
    """The lane in front of a race's pages, with a reporter of each of two units."""
    race = committed_race(database)
    for name, unit in (("li", "liuxi"), ("wang", "qingshi")):
        enrol(database, name, REPORTER, race.units[unit].id)
    return OwnLane(behind, database, settings)


@pytest.fixture
def li(lane: OwnLane) -> Client:
    return entered(lane, "li")


def entered(lane: OwnLane, name: str) -> Client:
    """A browser signed in through the lane, with its own page seen once."""
    client = Client(lane)
    form = token_in(client.get("/sign-in").get_data(as_text=True))
    answer = client.post("/sign-in", data={"csrf_token": form, "name": name, "password": PASSWORD})
    assert answer.status_code == 302
    client.get("/my/")
    return client


def test_a_page_is_sent_again_without_flask(li: Client, behind: Counted) -> None:
    first = li.get("/my/")
    asked = behind.asked
    second = li.get("/my/")
    assert (second.status_code, second.data, behind.asked) == (200, first.data, asked)
    assert second.headers == first.headers
    assert second.headers["Cache-Control"] == "no-store"


def test_nobody_is_sent_the_page_of_another(lane: OwnLane, li: Client) -> None:
    other = entered(lane, "wang")
    for client, unit in ((li, "柳溪镇"), (other, "青石镇"), (li, "柳溪镇")):
        assert f"<title>{unit} " in client.get("/my/").get_data(as_text=True)
    assert Client(lane).get("/my/").status_code == 302


def test_anything_written_makes_it_anew(li: Client, behind: Counted, database: Database) -> None:
    li.get("/my/")
    with database.session() as session:
        record_act(session, "someone", "unit.add", "elsewhere")
        session.commit()
    asked = behind.asked
    li.get("/my/")
    assert behind.asked == asked + 1


def test_after_signing_out_the_cookie_opens_nothing(lane: OwnLane, li: Client) -> None:
    page = li.get("/my/").get_data(as_text=True)
    held = li.get_cookie("saima")
    assert held is not None
    li.post("/sign-out", data={"csrf_token": token_in(page)})
    again = Client(lane, use_cookies=False).get("/my/", headers={"Cookie": f"saima={held.value}"})
    assert again.status_code == 302


def test_a_page_grows_old_by_itself(li: Client, behind: Counted) -> None:
    li.get("/my/")
    asked = behind.asked
    with time_machine.travel((now() + LONGEST + 1) / 1000, tick=False):
        li.get("/my/")
    assert behind.asked == asked + 1


def test_an_idle_session_ends_however_often_its_page_was_kept(li: Client, settings: Settings) -> None:
    li.get("/my/")
    later = timedelta(minutes=settings.session_idle_minutes + 1)
    with time_machine.travel(now() / 1000 + later.total_seconds(), tick=False):
        assert li.get("/my/").status_code == 302


def test_pages_that_say_nothing_again_are_packed(li: Client) -> None:
    plain = li.get("/my/why").data
    packed = li.get("/my/why", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    # The token of a form tells the second in which it was made.
    token = rb'name="csrf_token" value="[^"]+"'
    assert re.search(token, plain)
    assert re.sub(token, b"", gzip.decompress(packed.data)) == re.sub(token, b"", plain)
    assert "Accept-Encoding" in packed.headers["Vary"]
    tried = li.get("/my/lift?try=1", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in tried.headers


def test_where_the_trail_cannot_be_read_flask_answers(
    lane: OwnLane, li: Client, behind: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        def connect(self) -> None:
            raise OperationalError("SELECT", {}, Exception("away"))

    li.get("/my/")
    asked = behind.asked
    monkeypatch.setattr(lane, "_readers", Away())
    assert li.get("/my/").status_code == 200
    assert behind.asked == asked + 1


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("br;q=1, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.00", False),
        ("br", False),
        ("", False),
    ],
)
def test_gzip_is_sent_to_whoever_takes_it(accepted: str, taken: bool) -> None:
    assert takes_gzip(accepted) is taken
