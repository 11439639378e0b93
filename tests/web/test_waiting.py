"""Who waits for their turn to write: what they may do is looked at again when it has come."""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard import turns
from leaderboard.accounts.models import SYSTEM, VIEWER, Account, UserSession
from leaderboard.accounts.people import assign, deactivate
from leaderboard.accounts.read import find_account
from leaderboard.accounts.sessions import end_sessions
from leaderboard.accounts.sign_in import count_code_attempt
from leaderboard.db import Database, take_turn
from leaderboard.web import account as account_pages
from leaderboard.web import requests
from tests.people import PASSWORD, submit, token_in, visitor

pytestmark = pytest.mark.engines("sqlite", "postgresql")
Meanwhile = Callable[[Callable[[Session], object]], None]
AGAIN = "/sign-in?next={}&expired=1"
"""Where every form leads whose session has ended."""


@pytest.fixture
def meanwhile(database: Database, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Lets somebody else do something while the next request waits for its turn."""

    def others(act: Callable[[Session], object]) -> None:
        def late(session: Session) -> None:
            monkeypatch.setattr(requests, "take_turn", take_turn)
            with database.session() as other:
                act(other)
                other.commit()
            take_turn(session)

        monkeypatch.setattr(requests, "take_turn", late)

    return others


@pytest.fixture
def system(app: Flask, database: Database) -> FlaskClient:
    return visitor(app, database, SYSTEM, "zhao")


def chen(session: Session, name: str = "chen") -> Account:
    account = find_account(session, name)
    assert account is not None
    return account


def live(database: Database, name: str) -> int:
    with database.reading() as session:
        held = select(UserSession).where(
            UserSession.account_id == chen(session, name).id, UserSession.ended_at.is_(None)
        )
        return len(session.scalars(held).all())


def test_whose_account_is_closed_meanwhile_closes_no_other(
    app: Flask, database: Database, system: FlaskClient, meanwhile: Meanwhile
) -> None:
    visitor(app, database, SYSTEM, "qian")
    meanwhile(lambda session: deactivate(session, "qian", chen(session, "zhao"), "离岗"))
    answer = submit(system, "/console/people/qian/close", "/console/people/qian", reason="离岗")
    assert (answer.status_code, answer.location) == (302, AGAIN.format("/console/people/qian"))
    assert "刚才的填写没有保存" in system.get(answer.location).text
    with database.reading() as session:
        assert chen(session, "qian").is_active


def test_whose_office_changes_meanwhile_does_nothing_in_the_old_one(
    app: Flask, database: Database, system: FlaskClient, meanwhile: Meanwhile
) -> None:
    visitor(app, database, SYSTEM, "qian")
    meanwhile(lambda s: assign(s, "qian", chen(s, "zhao"), role=VIEWER, unit_id=None, reason="转岗"))
    answer = submit(system, "/console/people/qian/close", "/console/people/qian", reason="离岗")
    assert (answer.status_code, answer.location) == (302, AGAIN.format("/console/people/qian"))
    with database.reading() as session:
        assert chen(session, "qian").is_active


def test_whose_sessions_end_meanwhile_gets_no_new_one(
    database: Database, system: FlaskClient, meanwhile: Meanwhile
) -> None:
    meanwhile(lambda session: end_sessions(session, chen(session, "zhao")))
    answer = submit(system, "/password", old=PASSWORD, new="Pear-tree-88", again="Pear-tree-88")
    assert (answer.status_code, answer.location) == (302, "/sign-in?expired=1")
    assert live(database, "zhao") == 0


def test_a_script_whose_session_ends_meanwhile_is_told_where_to_sign_in(
    database: Database, system: FlaskClient, meanwhile: Meanwhile
) -> None:
    token = token_in(system.get("/password").text)
    meanwhile(lambda session: end_sessions(session, chen(session, "zhao")))
    form = {"csrf_token": token, "old": PASSWORD, "new": "Pear-tree-88", "again": "Pear-tree-88"}
    answer = system.post("/password", data=form, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in")
    assert live(database, "zhao") == 0


def test_the_same_between_counting_an_attempt_and_what_it_is_for(
    database: Database, system: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attempt at a new device is counted and committed; then the sessions end; then the device would be bound."""

    def counted(session: Session, account: Account, *rest: object) -> None:
        count_code_attempt(session, account, *rest)  # type: ignore[arg-type] # as the page calls it
        session.commit()
        with database.session() as other:
            end_sessions(other, chen(other, "zhao"))
            other.commit()

    monkeypatch.setattr(account_pages.attempts, "count_code_attempt", counted)
    answer = submit(system, "/account/second-factor", code="123456")
    assert (answer.status_code, answer.location) == (302, AGAIN.format("/account/second-factor"))
    assert live(database, "zhao") == 0


def test_where_many_wait_to_write_pages_can_still_be_read(app: Flask, database: Database) -> None:
    """Half of a server's threads may wait; who comes then is asked for patience, and the rest read."""
    client = visitor(app, database, SYSTEM, "zhao")
    line: BoundedSemaphore = app.extensions[requests.LINE]
    assert [line.acquire(blocking=False) for _place in range(9)] == [True] * 8 + [False]
    answer = submit(client, "/password", old=PASSWORD, new="Pear-tree-88", again="Pear-tree-88")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert client.get("/console/people").status_code == 200
    line.release()
    changed = submit(client, "/password", old=PASSWORD, new="Pear-tree-88", again="Pear-tree-88")
    assert changed.status_code == 302


@pytest.mark.parametrize(
    ("behind", "answered", "after", "slept"),
    [
        (0, 302, None, []),
        (1_000, 302, None, [1.0]),
        (1_001, 503, "2", []),
        (30_000, 503, "30", []),
    ],
)
def test_who_writes_on_a_node_that_is_behind_keeps_no_place_in_the_line_for_long(
    app: Flask,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    behind: int,
    answered: int,
    after: str | None,
    slept: list[float],
) -> None:
    """A second is waited for; who would have to wait longer is told so at once, by a door that lets others by."""
    client, waited, left = visitor(app, database, SYSTEM, "zhao"), list[float](), [behind]

    def wait(seconds: float) -> None:
        waited.append(seconds)
        left[0] -= round(seconds * 1000)

    for module in (requests, turns):
        monkeypatch.setattr(module, "behind_boards", lambda _session: left[0])
    monkeypatch.setattr(turns.time, "sleep", wait)
    answer = submit(client, "/password", old=PASSWORD, new="Pear-tree-88", again="Pear-tree-88")
    assert (answer.status_code, answer.headers.get("Retry-After"), waited) == (answered, after, slept)
    assert (f"请 {after} 秒后再试，您填写的内容没有保存" in answer.text) == (answered == 503)
    line: BoundedSemaphore = app.extensions[requests.LINE]
    assert [line.acquire(blocking=False) for _place in range(9)] == [True] * 8 + [False]
