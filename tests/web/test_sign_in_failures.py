"""Failed attempts at the sign-in door and with the old password: told alike, counted, and locked for a while."""

from __future__ import annotations

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config import Settings
from leaderboard import create_app
from leaderboard.accounts.models import VIEWER, AuditLine, SignInFailure
from leaderboard.db import Database
from tests.people import PASSWORD, come_in, enrol, submit, token_in, visitor
from tests.visiting import Visited, faults, parse

MINUTE = 60


def test_wrong_name_and_wrong_password_get_the_same_page(app: Flask, database: Database):
    enrol(database)
    pages = []
    for name in ("chen", "nobody"):
        answer = submit(app.test_client(), "/sign-in", name=name, password="wrong")
        source = answer.get_data(as_text=True)
        assert answer.status_code == 401
        assert faults(Visited(401, source, parse(source))) == []
        pages.append(source.replace(token_in(source), "").replace(f'value="{name}"', ""))
    assert "账号或密码不对" in pages[0]
    assert pages[0] == pages[1]


def test_the_lock_holds_for_the_right_password_and_opens_with_time(app: Flask, database: Database):
    enrol(database)
    with time_machine.travel("2026-11-02T09:00:00+08:00", tick=False) as clock:
        for _ in range(5):
            assert submit(app.test_client(), "/sign-in", name="chen", password="wrong").status_code == 401
        locked = submit(app.test_client(), "/sign-in", name="chen", password=PASSWORD)
        assert (locked.status_code, locked.headers["Retry-After"]) == (429, "900")
        assert "15 分钟后再试" in locked.get_data(as_text=True)
        clock.shift(15 * MINUTE)
        assert submit(app.test_client(), "/sign-in", name="chen", password=PASSWORD).status_code == 302


def test_what_was_not_filled_in_is_no_attempt(app: Flask, database: Database):
    """Whoever presses the button twice too early must not lock everyone behind the same address out."""
    enrol(database)
    for fields in (
        {"name": "", "password": ""},
        {"name": "chen", "password": ""},
        {"name": " ", "password": "x"},
    ):
        for _ in range(6):
            answer = submit(app.test_client(), "/sign-in", **fields)
            assert (answer.status_code, "请填写账号和密码" in answer.get_data(as_text=True)) == (422, True)
    with database.reading() as session:
        assert session.scalars(select(SignInFailure)).all() == []
        assert session.scalars(select(AuditLine).where(AuditLine.action == "session.refused")).all() == []
    client = come_in(app)
    for _ in range(6):
        assert submit(client, "/password", old="", new="x", again="x").status_code == 422
    assert client.get("/account").status_code == 200
    with database.reading() as session:
        assert all(count.failures == 0 for count in session.scalars(select(SignInFailure)))


def test_wrong_old_passwords_are_counted_for_the_account_alone(app: Flask, database: Database) -> None:
    """At an open desk the password cannot be guessed: five tries, then no change; others sign in from there as before."""
    client = visitor(app, database, VIEWER, "kan")
    form = {"new": "Pear-tree-9", "again": "Pear-tree-9"}
    unfit = submit(client, "/password", old=PASSWORD, new="short", again="short")
    assert unfit.status_code == 422
    for _ in range(5):
        assert submit(client, "/password", old="wrong", **form).status_code == 422
    locked = submit(client, "/password", old=PASSWORD, **form)
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, "900")
    assert submit(app.test_client(), "/sign-in", name="kan", password=PASSWORD).status_code == 302
    with database.reading() as session:
        told = session.scalars(select(AuditLine.action).where(AuditLine.action == "password.refused")).all()
    assert len(told) == 5


def test_a_locked_address_stops_nobody_who_is_in_from_changing_the_password(
    app: Flask, database: Database
) -> None:
    """Behind the address of a whole office somebody failed five times: the others still choose their passwords."""
    client = visitor(app, database, VIEWER, "kan")
    for _ in range(5):
        submit(app.test_client(), "/sign-in", name="nobody", password="wrong")
    assert submit(app.test_client(), "/sign-in", name="kan", password=PASSWORD).status_code == 429
    form = {"old": PASSWORD, "new": "Pear-tree-9", "again": "Pear-tree-9"}
    assert submit(client, "/password", **form).status_code == 302


def test_failures_are_counted_for_all_processes(settings: Settings, app: Flask, database: Database):
    """Two applications on one database, as two processes would be, share one count and keep it."""
    enrol(database)
    other = create_app(settings)
    for turn in range(5):
        submit((app, other)[turn % 2].test_client(), "/sign-in", name="chen", password="wrong")
    for one in (app, other):
        assert submit(one.test_client(), "/sign-in", name="chen", password=PASSWORD).status_code == 429
    with database.reading() as session:
        assert {row.failures for row in session.scalars(select(SignInFailure))} == {5}
        refused = session.scalars(select(AuditLine).where(AuditLine.action == "session.refused")).all()
        assert len(refused) == 5
    other.extensions["saima_database"].engine.dispose()


def test_behind_a_declared_proxy_the_visitors_address_is_counted(settings: Settings, database: Database):
    app = create_app(settings.model_copy(update={"proxies": 1}), database)
    client = app.test_client()
    token = token_in(client.get("/sign-in").get_data(as_text=True))
    client.post(
        "/sign-in",
        data={"csrf_token": token, "name": "a", "password": "b"},
        headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"},
    )
    with database.reading() as session:
        assert session.get(SignInFailure, "address 203.0.113.9") is not None


def test_without_a_declared_proxy_a_forged_address_is_not_believed(client: FlaskClient, database: Database):
    token = token_in(client.get("/sign-in").get_data(as_text=True))
    client.post(
        "/sign-in",
        data={"csrf_token": token, "name": "a", "password": "b"},
        headers={"X-Forwarded-For": "203.0.113.9"},
    )
    with database.reading() as session:
        assert session.get(SignInFailure, "address 127.0.0.1") is not None


@pytest.mark.parametrize("name", ["\x00", "' or 1=1 --", "<script>alert(1)</script>", "长" * 5000, "\x1b[2J"])
def test_hostile_text_in_a_name_is_only_a_wrong_name(client: FlaskClient, name: str):
    answer = submit(client, "/sign-in", name=name, password="x" * 10_000)
    # Of a name of control characters nothing is left, and nothing was tried.
    assert answer.status_code == (422 if name == "\x00" else 401)
    assert "<script>alert" not in answer.get_data(as_text=True)
