"""The sign-in door: in, out, forced to a password of one's own, never led elsewhere."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config import Settings
from leaderboard import create_app
from leaderboard.accounts.models import REPORTER, SYSTEM, VIEWER, AuditLine, UserSession
from leaderboard.accounts.own_password import renew_password
from leaderboard.accounts.people import deactivate
from leaderboard.accounts.read import find_account
from leaderboard.db import Database
from tests.factories import start_race
from tests.people import PASSWORD, come_in, enrol, enrol_newcomer, signed_in, submit, token_in
from tests.visiting import Visit

MINUTE = 60
CHINESE = re.compile("[\u3400-\u9fff]")


def test_the_form_is_sound_in_both_languages(visit: Visit):
    assert visit("/sign-in").text().count("登录") >= 2
    english = visit("/sign-in?lang=en&next=/my/")
    words = english.text(english.all("main")[0])
    assert "Account name" in words
    assert not CHINESE.search(words)


def test_signing_in_opens_the_password_page_and_says_who_is_there(
    app: Flask, database: Database, visit: Visit
):
    enrol(database)
    client = come_in(app)
    assert "chen同志" in visit("/password", client=client).text()


def test_the_form_leaves_the_session_with_which_other_tests_begin(app: Flask, database: Database):
    enrol(database)
    cookies = []
    for client in (come_in(app), signed_in(app)):
        with client.session_transaction() as cookie:
            cookies.append({name: value for name, value in cookie.items() if name != "_user_id"})
    with database.reading() as session:
        held = session.execute(
            select(UserSession.address, UserSession.awaits_code, UserSession.ended_at)
        ).all()
        acts = session.execute(select(AuditLine.actor, AuditLine.action, AuditLine.subject)).all()
    assert (cookies[0], held[0], acts[0]) == (cookies[1], held[1], acts[1])
    assert (len(held), len(acts), acts[0].action) == (2, 2, "session.begin")


@pytest.mark.parametrize(("role", "home"), [("administrator", "/console/"), (VIEWER, "/console/")])
def test_each_role_lands_at_home(client: FlaskClient, database: Database, role: str, home: str):
    enrol(database, role=role)
    assert submit(client, "/sign-in", name="chen", password=PASSWORD).location == home


def test_a_reporter_lands_on_the_units_page(client: FlaskClient, database: Database):
    with database.session() as session:
        unit = start_race(session).unit("liuxi")
        session.commit()
    enrol(database, role=REPORTER, unit_id=unit.id)
    assert submit(client, "/sign-in", name="CHEN", password=PASSWORD).location == "/my/"


def test_a_copied_cookie_opens_nothing_after_sign_out(app: Flask, database: Database):
    enrol(database)
    client = come_in(app)
    copied = client.get_cookie("saima")
    assert copied is not None
    submit(client, "/sign-out", form="/password")
    thief = app.test_client()
    thief.set_cookie("saima", copied.value)
    assert thief.get("/password").location == "/sign-in?next=/password"


def test_the_cookie_before_and_after_signing_in_differ(app: Flask, database: Database):
    """What someone planted before does not open what came after: the token is new, the form token too."""
    enrol(database)
    client = app.test_client()
    before = token_in(client.get("/sign-in").get_data(as_text=True))
    client.post("/sign-in", data={"csrf_token": before, "name": "chen", "password": PASSWORD})
    refused = client.post("/sign-out", data={"csrf_token": before})
    assert refused.status_code == 400


def test_the_table_never_holds_the_token_of_the_cookie(app: Flask, database: Database):
    enrol(database)
    client = come_in(app)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    with database.reading() as session:
        assert session.scalars(select(UserSession.token_hash)).one() != token


def test_an_idle_and_an_old_session_end(app: Flask, database: Database):
    enrol(database)
    with time_machine.travel("2026-11-02T09:00:00+08:00", tick=False) as clock:
        client = come_in(app)
        for _ in range(24):
            clock.shift(29 * MINUTE)
            assert client.get("/password").status_code == 200
        clock.shift(30 * MINUTE)  # 12 h 6 min: too old, though never idle
        assert client.get("/password").status_code == 302
        client = come_in(app)
        clock.shift(30 * MINUTE)
        assert client.get("/password").status_code == 302


def test_use_is_noted_at_most_once_a_minute(app: Flask, database: Database):
    enrol(database)

    def seen() -> int:
        with database.reading() as session:
            return session.scalars(select(UserSession.seen_at)).one()

    with time_machine.travel("2026-11-02T09:00:00+08:00", tick=False) as clock:
        client = come_in(app)
        first = seen()
        clock.shift(59)
        client.get("/password")
        assert seen() == first
        clock.shift(1)
        client.get("/password")
        assert seen() == first + 60_000


def test_a_session_ends_at_once_when_the_account_is_closed_or_its_password_renewed(
    app: Flask, database: Database
):
    for name, act in (("chen", partial(deactivate, reason="离任")), ("wang", renew_password)):
        enrol(database, name)
        client = come_in(app, name)
        with database.session() as session:
            account = find_account(session, name)
            assert account is not None
            act(session, "boss", account)
            session.commit()
        assert client.get("/password").status_code == 302


def test_a_one_time_password_opens_only_the_page_that_replaces_it(
    app: Flask, database: Database, visit: Visit
):
    once = enrol_newcomer(database)
    client = app.test_client()
    assert submit(client, "/sign-in?next=/console/", name="newcomer", password=once).location == "/password"
    assert client.get("/console/").location == "/password"
    assert "设置自己的密码" in visit("/password", client=client).text()
    answer = submit(client, "/password", old=once, new=PASSWORD, again=PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/console/")
    assert "修改密码" in visit("/password", client=client).text()
    assert submit(app.test_client(), "/sign-in", name="newcomer", password=once).status_code == 401


def test_every_reason_against_a_new_password_is_shown_at_once(app: Flask, database: Database):
    enrol(database)
    client = come_in(app)
    answer = submit(client, "/password", old="wrong", new="chen", again="other")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for words in ("原密码不对", "太短", "太简单", "不能包含账号名", "两次输入的新密码不一样"):
        assert words in text
    assert come_in(app)


def test_two_different_new_passwords_change_nothing(app: Flask, database: Database):
    enrol(database)
    answer = submit(come_in(app), "/password", old=PASSWORD, new="Pear-tree-88", again="Pear-tree-89")
    assert answer.status_code == 422
    assert come_in(app)


def test_changing_the_password_ends_the_other_sessions(app: Flask, database: Database):
    enrol(database)
    here, elsewhere = come_in(app), come_in(app)
    submit(here, "/password", old=PASSWORD, new="Pear-tree-88", again="Pear-tree-88")
    assert here.get("/password").status_code == 200
    assert elsewhere.get("/password").status_code == 302


def test_after_signing_in_one_is_back_where_one_was(app: Flask, database: Database):
    enrol(database)
    client = app.test_client()
    assert client.get("/password?x=1").location == "/sign-in?next=/password?x%3D1"
    answer = submit(client, "/sign-in?next=/password?x%3D1", name="chen", password=PASSWORD)
    assert answer.location == "/password?x=1"
    assert client.get("/sign-in").location == "/console/"


@pytest.mark.parametrize(
    ("role", "home", "shut"),
    [
        (SYSTEM, "/console/people", "/console/"),
        (SYSTEM, "/console/people", "/console/projects?text=a"),
        (REPORTER, "/my/", "/console/"),
        (VIEWER, "/console/", "/console/people"),
        (VIEWER, "/console/", "/no/such/page"),
    ],
)
def test_nobody_is_led_to_a_page_that_does_not_open_to_them(
    client: FlaskClient, database: Database, role: str, home: str, shut: str
):
    """A new office opens the console's address first: its system administrator comes to the accounts."""
    with database.session() as session:
        unit = start_race(session).unit("liuxi")
        session.commit()
    enrol(database, role=role, unit_id=unit.id if role == REPORTER else None)
    path = f"/sign-in?{urlencode({'next': shut})}"
    assert submit(client, path, name="chen", password=PASSWORD).location == home
    assert client.get("/console/").location == (None if home == "/console/" else home)
    assert client.get(home).status_code == 200


def test_the_chosen_language_stays(app: Flask, database: Database):
    enrol(database)
    client = app.test_client()
    client.get("/sign-in?lang=en")
    assert "Account name" in client.get("/sign-in").get_data(as_text=True)
    submit(client, "/sign-in", name="chen", password=PASSWORD)
    assert "Present password" in client.get("/password").get_data(as_text=True)
    client.get("/password?lang=zh")
    assert "原密码" in client.get("/password").get_data(as_text=True)


def test_signing_out_without_having_signed_in_is_no_harm(client: FlaskClient):
    answer = submit(client, "/sign-out", form="/sign-in")
    assert (answer.status_code, answer.location) == (302, "/")


def test_over_https_the_cookie_is_kept_to_this_host(database: Database, tmp_path: Path, database_url: str):
    app = create_app(Settings(data_dir=tmp_path, database_url=database_url, https=True), database)
    cookie = app.test_client().get("/sign-in", base_url="https://localhost").headers["Set-Cookie"]
    assert cookie.startswith("__Host-saima=")
    for mark in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert mark in cookie
    assert "Domain" not in cookie


def test_over_https_a_form_is_accepted_from_its_own_page(
    database: Database, tmp_path: Path, database_url: str
):
    enrol(database)
    app = create_app(Settings(data_dir=tmp_path, database_url=database_url, https=True), database)
    client, base = app.test_client(), "https://localhost"
    token = token_in(client.get("/sign-in", base_url=base).get_data(as_text=True))
    form = {"csrf_token": token, "name": "chen", "password": PASSWORD}
    own = client.post("/sign-in", base_url=base, data=form, headers={"Referer": f"{base}/sign-in"})
    assert own.status_code == 302
