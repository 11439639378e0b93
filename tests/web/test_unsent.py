"""Requests that fail: the page after says nothing of what they were about, and what they would have used up stays."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from flask import Flask, abort, flash
from flask import session as cookie
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.test import TestResponse

from config import Settings
from leaderboard import create_app
from leaderboard.accounts.models import ADMINISTRATOR
from leaderboard.boards.screens import add_screen
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.db import Database, open_database
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import add_arrival
from leaderboard.seasons.models import DRAFT, Season
from leaderboard.web import requests
from leaderboard.web.entering import enter
from leaderboard.web.requests import Behind, SessionEnded
from tests.factories import PENDING
from tests.people import enrol, signed_in, token_in, visitor
from tests.web.races import TODAY, committed_race
from tests.web.test_console_scheme import DESK, SIGNING_FIRST, send, versions

pytestmark = pytest.mark.engines("sqlite", "postgresql")
BUSY = OperationalError("COMMIT", {}, Exception("database is locked"))
CLASH = IntegrityError("COMMIT", {}, Exception("UNIQUE constraint failed: x.y"))
QUEUE = "/console/awaiting"
ACT = re.compile(r'name="at" value="([^"]+)"')
SUBMISSION = {"reason": "县委决定", "effective_on": str(TODAY)}


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    """An administrator, with the running race."""
    committed_race(database)
    return visitor(app, database, ADMINISTRATOR, "chen")


@contextmanager
def failing_commits(error: Exception) -> Iterator[None]:
    """Every commit fails so meanwhile."""

    def fail(_session: Session) -> None:
        raise error

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Session, "commit", fail)
        yield


def nothing_sent(answer: TestResponse) -> bool:
    """Whether the browser is left with what it had."""
    return not answer.headers.getlist("Set-Cookie")


FAILURES: dict[str, tuple[Callable[[], Exception], int]] = {
    "busy": (lambda: BUSY, 503),
    "in line": (lambda: ServiceUnavailable(retry_after=5), 503),
    "behind": (lambda: Behind(3), 503),
    "clock off": (lambda: ClockOff("慢 45 秒"), 503),
    "clash": (lambda: CLASH, 409),
    "ended": (SessionEnded, 302),
    "unforeseen": (ArithmeticError, 500),
}


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("failure", FAILURES)
def test_what_a_failed_request_did_to_the_cookie_is_not_sent(
    app: Flask, database: Database, failure: str, accept: str
) -> None:
    error, status = FAILURES[failure]

    def fail() -> str:
        flash("已保存")
        cookie["kept"] = "form"
        cookie.pop("verified_acts")
        raise error()

    app.add_url_rule("/failing", "screens.failing", fail)
    client = visitor(app, database, ADMINISTRATOR)
    with client.session_transaction() as before:
        before["verified_acts"] = [[1, "event/1/1"]]
        before["_flashes"] = [("message", "前一件已保存")]
        held = dict(before)
    answer = client.get("/failing", headers={"Accept": accept})
    assert (answer.status_code, nothing_sent(answer)) == (status, True)
    with client.session_transaction() as after:
        assert dict(after) == held


def test_who_came_in_before_the_failure_stays_in(app: Flask, database: Database) -> None:
    """Their old session has ended in the database: the old cookie would shut them out."""

    def fail() -> str:
        enter(account, "a new token")
        abort(503)

    account = enrol(database)
    app.add_url_rule("/failing", "screens.failing", fail)
    client = signed_in(app)
    client.get("/failing")
    with client.session_transaction() as after:
        assert after["_user_id"] == "a new token"


def test_a_language_that_is_chosen_stays_though_its_page_does_not_exist(
    app: Flask, database: Database
) -> None:
    client = visitor(app, database, ADMINISTRATOR)
    assert "Page not found" in client.get("/nowhere?lang=en").text
    assert "Page not found" in client.get("/nowhere").text


@pytest.mark.parametrize("error", [BUSY, CLASH], ids=["busy", "clash"])
@pytest.mark.parametrize(("act", "told"), [("draft", "已保存"), ("submit", "已提交")])
def test_a_scheme_that_could_not_be_saved_is_not_said_to_be(
    client: FlaskClient, database: Database, error: Exception, act: str, told: str
) -> None:
    page = client.get(DESK).text
    with failing_commits(error):
        status, _page = send(client, act, page, kept="saima.desk", **SIGNING_FIRST, **SUBMISSION)
    assert status in {503, 409}
    page = client.get(DESK).text
    assert told not in page
    assert 'data-saved="saima.desk"' not in page
    assert len(versions(database)) == 1
    assert send(client, act, page, kept="saima.desk", **SIGNING_FIRST, **SUBMISSION)[0] == 302
    page = client.get(DESK).text
    assert told in page
    assert 'data-saved="saima.desk"' in page


@pytest.mark.parametrize("act", ["submit", "discard"])
def test_the_reason_that_was_typed_is_kept_where_nothing_was_submitted(
    client: FlaskClient, database: Database, act: str
) -> None:
    assert send(client, "draft", **SIGNING_FIRST, **SUBMISSION)[0] == 302
    page = client.get(DESK).text
    assert "县委决定" in page
    with failing_commits(BUSY):
        assert send(client, act, page, **SIGNING_FIRST, **SUBMISSION)[0] == 503
    assert "县委决定" in client.get(DESK).text
    assert versions(database)[-1].state == DRAFT


@pytest.mark.engines("sqlite")
def test_somebody_who_reads_for_long_keeps_a_scheme_from_being_saved_and_from_being_said_to_be(
    settings: Settings, database: Database
) -> None:
    """Without a write-ahead log a reader keeps the commit from the file for longer than it is waited for."""
    committed_race(database)
    enrol(database)
    impatient = open_database(database.url, busy_timeout_ms=50)
    client = signed_in(create_app(settings, impatient))
    page = client.get(DESK).text
    with closing(sqlite3.connect(str(database.engine.url.database), isolation_level=None)) as reader:
        reader.execute("PRAGMA journal_mode=DELETE")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM season").fetchall()
        status, _page = send(client, "submit", page, **SIGNING_FIRST, **SUBMISSION)
        reader.execute("ROLLBACK")
    assert status == 503
    assert "已提交" not in client.get(DESK).text
    assert len(versions(database)) == 1
    impatient.engine.dispose()


def test_a_notice_of_before_that_nobody_has_read_makes_no_form_a_saved_one(client: FlaskClient) -> None:
    page = client.get(DESK).text
    send(client, "draft", page, **SIGNING_FIRST)
    token = token_in(page)
    client.post(f"{DESK}/discard", data={"csrf_token": token, "seen": "9.9", "kept": "saima.desk"})
    page = client.get(DESK).text
    assert "已保存" in page
    assert "草稿已被他人改动或作废" in page
    assert "data-saved=" not in page


@pytest.mark.parametrize("fails", ["take_turn", "look_again"])
def test_what_could_not_be_taken_back_for_want_of_a_turn_can_be_once_more(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    with database.session() as session:
        project = find_project(session, "L-1")
        assert project is not None
        add_arrival(session, PENDING, project, occurred_on=TODAY, amount_yuan=1_230_000)
        session.commit()
    page = client.get(QUEUE).text
    [box] = re.findall(r'name="fact" value="([^"]+)"', page)
    token = token_in(page)
    client.post(QUEUE, data={"csrf_token": token, "fact": box, "outcome": "verified"})
    [at] = ACT.findall(client.get(QUEUE).text)

    def busy(_session: Session) -> None:
        raise BUSY

    with monkeypatch.context() as patched:
        patched.setattr(requests, fails, busy)
        assert client.post(f"{QUEUE}/undo", data={"csrf_token": token, "at": at}).status_code == 503
    assert ACT.findall(client.get(QUEUE).text) == [at]
    client.post(f"{QUEUE}/undo", data={"csrf_token": token, "at": at})
    page = client.get(QUEUE).text
    assert "已撤销认定：1 条记录回到待认定" in page
    assert ACT.findall(page) == []


def test_a_screen_that_could_not_be_asked_to_reload_is_not_said_to_do_so(
    client: FlaskClient, database: Database
) -> None:
    with database.session() as session:
        season = session.scalars(select(Season)).one()
        number = add_screen(session, "li", name="一楼大厅", season=season, secret="s" * 32)[0].id
        session.commit()
    page = f"/console/screens/{number}"
    token = token_in(client.get(page).text)
    with failing_commits(BUSY):
        assert client.post(f"{page}/act", data={"csrf_token": token}).status_code == 503
    assert "大屏将在一分钟内重新载入" not in client.get(page).text
    assert client.post(f"{page}/act", data={"csrf_token": token}).status_code == 302
    assert "大屏将在一分钟内重新载入" in client.get(page).text
