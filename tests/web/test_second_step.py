"""The second step of signing in: nothing opens before the code, guesses are counted, and what the settings ask."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from pyotp import TOTP
from sqlalchemy import select
from werkzeug.test import TestResponse

from config import Settings
from leaderboard import create_app
from leaderboard.accounts.models import ADMINISTRATOR, SYSTEM, VIEWER, Account, AuditLine, SecondFactor
from leaderboard.accounts.second_factor import enrol as bind
from leaderboard.accounts.second_factor import new_secret
from leaderboard.db import Database
from leaderboard.instant import now
from tests.people import PASSWORD, come_in, enrol, submit, token_in, visitor
from tests.visiting import Visit

MINUTE = 60
PAPER = re.compile(r"<code>([a-z0-9-]{19})</code>")


class Phone:
    """The device of an account, whose clock is the test's."""

    def __init__(self, database: Database, settings: Settings, name: str = "chen") -> None:
        self.secret = new_secret()
        with database.session() as session:
            account = session.scalars(select(Account).where(Account.name == name)).one()
            code = TOTP(self.secret).at(now() // 1000)
            self.paper = bind(session, account, self.secret, code, settings.secret(), now()).paper
            session.commit()

    def code(self) -> str:
        return TOTP(self.secret).at(now() // 1000)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-02T09:00:00+08:00", tick=False) as travelled:
        yield travelled


@pytest.fixture
def phone(database: Database, settings: Settings, clock: time_machine.Traveller) -> Phone:
    """Chen's phone, bound a minute ago."""
    enrol(database)
    found = Phone(database, settings)
    clock.shift(MINUTE)
    return found


def first_step(client: FlaskClient) -> TestResponse:
    return submit(client, "/sign-in?next=/console/projects", name="chen", password=PASSWORD)


def second_step(client: FlaskClient, code: str) -> TestResponse:
    page = client.get("/sign-in/code").get_data(as_text=True)
    form = {"csrf_token": token_in(page), "code": code}
    return client.post("/sign-in/code?next=/console/projects", data=form)


def test_a_password_alone_opens_nothing_and_the_code_leads_on(
    client: FlaskClient, phone: Phone, visit: Visit
):
    assert first_step(client).location == "/sign-in/code?next=/console/projects"
    for path in ("/console/", "/account", "/password", "/account/second-factor"):
        assert (client.get(path).location or "").startswith("/sign-in?")
    assert "验证码" in visit("/sign-in/code", client=client).text()
    assert second_step(client, phone.code()).location == "/console/projects"
    assert client.get("/console/").status_code == 200


def test_without_the_first_step_there_is_no_second(client: FlaskClient, phone: Phone):
    assert client.get("/sign-in/code").location == "/sign-in"
    answer = client.post(
        "/sign-in/code",
        data={"csrf_token": token_in(client.get("/sign-in").get_data(as_text=True)), "code": phone.code()},
    )
    assert (answer.status_code, "重新登录" in answer.get_data(as_text=True)) == (401, True)


def test_the_second_step_waits_five_minutes(client: FlaskClient, phone: Phone, clock: time_machine.Traveller):
    first_step(client)
    clock.shift(5 * MINUTE - 1)
    assert client.get("/sign-in/code").status_code == 200
    clock.shift(1)
    assert client.get("/sign-in/code").location == "/sign-in"


def test_a_code_that_was_used_opens_nothing_again(app: Flask, phone: Phone):
    one, other = app.test_client(), app.test_client()
    first_step(one)
    first_step(other)
    code = phone.code()
    assert second_step(one, code).status_code == 302
    assert second_step(other, code).status_code == 401


def test_a_code_on_paper_stands_in_once(app: Flask, phone: Phone):
    for expected in (302, 401):
        client = app.test_client()
        first_step(client)
        assert second_step(client, phone.paper[0]).status_code == expected


def test_wrong_codes_lock_the_second_step_and_the_password_does_not_unlock_it(
    app: Flask, phone: Phone, database: Database, clock: time_machine.Traveller
):
    """Five tries in fifteen minutes, from wherever, however often the password is typed between them."""
    for number in range(5):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"10.0.0.{number}"
        first_step(client)
        assert second_step(client, "000000").status_code == 401
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = "10.0.0.9"
    assert first_step(client).status_code == 302
    locked = second_step(client, phone.code())
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, "900")
    clock.shift(15 * MINUTE)
    first_step(client)
    assert second_step(client, phone.code()).status_code == 302
    with database.reading() as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.action == "session.code_refused")).all()
    assert [line.subject for line in lines] == [f"10.0.0.{number}" for number in range(5)]


def test_the_cookie_of_the_first_step_opens_nothing_after_the_second(app: Flask, phone: Phone):
    client = app.test_client()
    first_step(client)
    copied = client.get_cookie("saima")
    assert copied is not None
    second_step(client, phone.code())
    thief = app.test_client()
    thief.set_cookie("saima", copied.value)
    assert thief.get("/sign-in/code").location == "/sign-in"
    assert thief.get("/console/").location == "/sign-in?next=/console/"


def test_a_device_is_enrolled_shown_its_paper_once_and_given_up(
    app: Flask, database: Database, visit: Visit, clock: time_machine.Traveller
):
    enrol(database, role=SYSTEM)
    client, elsewhere = come_in(app), come_in(app)
    page = visit("/account/second-factor", client=client)
    assert "<svg" in page.source
    secret = "".join(page.text(page.all("span", class_="secret")[0]).split())
    # The same secret as long as it is not enrolled, or a slow hand would never finish.
    assert secret in visit("/account/second-factor", client=client).text().replace(" ", "")
    wrong = submit(client, "/account/second-factor", code="000000")
    assert (wrong.status_code, "验证码不对" in wrong.get_data(as_text=True)) == (422, True)
    made = submit(client, "/account/second-factor", code=TOTP(secret).at(now() // 1000))
    paper = PAPER.findall(made.get_data(as_text=True))
    assert len(paper) == 8
    assert elsewhere.get("/account").status_code == 302
    assert "8 个备用码" in visit("/account", client=client).text()
    assert paper[0] not in client.get("/account/second-factor").get_data(as_text=True)
    clock.shift(MINUTE)
    renewed = submit(client, "/account/second-factor/codes", "/account/second-factor", code=paper[0])
    fresh = PAPER.findall(renewed.get_data(as_text=True))
    assert not set(fresh) & set(paper)
    refused = submit(client, "/account/second-factor/remove", "/account/second-factor", code=paper[1])
    assert refused.status_code == 422
    answer = submit(client, "/account/second-factor/remove", "/account/second-factor", code=fresh[0])
    assert answer.location == "/account"
    with database.reading() as session:
        assert session.scalars(select(SecondFactor)).all() == []


def asking(settings: Settings, database: Database, **changes: object) -> Flask:
    return create_app(settings.model_copy(update=changes), database)


@pytest.mark.parametrize(
    ("wanted", "role", "asked"),
    [
        ("optional", ADMINISTRATOR, False),
        ("administrators", ADMINISTRATOR, True),
        ("administrators", SYSTEM, True),
        ("administrators", VIEWER, False),
        ("everyone", VIEWER, True),
    ],
)
def test_who_must_have_a_device_is_led_to_it_first(
    settings: Settings, database: Database, wanted: str, role: str, asked: bool
):
    client = visitor(asking(settings, database, second_factor=wanted), database, role)
    home = "/console/people" if role == SYSTEM else "/console/"
    for path in (home, "/account"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (
            (302, "/account/second-factor") if asked else (200, None)
        )
    if asked:
        page = client.get("/account/second-factor").get_data(as_text=True)
        secret = "".join(page.split('class="secret">')[1].split("<", 1)[0].split())
        submit(client, "/account/second-factor", code=TOTP(secret).at(now() // 1000))
        assert client.get(home).status_code == 200
        left = submit(client, "/account/second-factor/remove", "/account/second-factor", code="x")
        assert (left.status_code, "不能停用" in left.get_data(as_text=True)) == (422, True)


@pytest.mark.parametrize(("policy", "asked"), [("djcp", True), ("asvs", False)])
def test_a_password_of_ninety_days_is_asked_for_anew_where_the_policy_wants_it(
    settings: Settings, database: Database, clock: time_machine.Traveller, policy: str, asked: bool
):
    enrol(database, role=VIEWER)
    app = asking(settings, database, password_policy=policy)
    clock.shift(90 * 24 * 3600 - 1)
    assert come_in(app).get("/console/").status_code == 200
    clock.shift(1)
    client = come_in(app)
    answer = client.get("/console/")
    assert answer.location == ("/password" if asked else None)
    if asked:
        assert "90 天" in client.get("/password").get_data(as_text=True)
        submit(client, "/password", old=PASSWORD, new="Pear-tree-88", again="Pear-tree-88")
        assert client.get("/console/").status_code == 200


def test_ones_own_sessions_are_listed_and_ended(app: Flask, database: Database, visit: Visit):
    enrol(database)
    here, one, other = (come_in(app) for _ in range(3))
    page = visit("/account", client=here)
    listed = [field.get("value") or "" for field in page.all("input", name="session")]
    assert len(listed) == 2
    assert "就是这里" in page.text()
    submit(here, "/account/sessions/end", "/account", session=listed[0])
    assert sorted(client.get("/account").status_code for client in (one, other)) == [200, 302]
    submit(here, "/account/sessions/end-others", "/account")
    assert [client.get("/account").status_code for client in (here, one, other)] == [200, 302, 302]


def test_nobody_ends_the_session_of_another(app: Flask, database: Database, visit: Visit):
    enrol(database, "chen")
    enrol(database, "wang")
    mine, theirs = come_in(app, "chen"), come_in(app, "wang")
    again = come_in(app, "wang")
    (found,) = visit("/account", client=again).all("input", name="session")
    submit(mine, "/account/sessions/end", "/account", session=found.get("value") or "")
    assert [client.get("/account").status_code for client in (theirs, again)] == [200, 200]


@pytest.mark.engines("sqlite")
def test_no_form_of_ones_own_account_or_of_a_link_is_taken_without_its_token(app: Flask, database: Database):
    enrol(database)
    client = come_in(app)
    doors = ("account.", "welcome.", "sign_in.")
    posts = [
        rule.rule.replace("<token>", "x")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(doors) and "POST" in (rule.methods or ())
    ]
    assert len(posts) == 10
    assert {path: client.post(path).status_code for path in posts} == dict.fromkeys(posts, 400)


@pytest.mark.engines("sqlite")
def test_reading_ones_own_pages_writes_nothing(app: Flask, database: Database):
    enrol(database)
    client = come_in(app)
    with database.reading() as session:
        before = len(session.scalars(select(AuditLine)).all())
    for path in ("/account", "/account/second-factor", "/password", "/welcome/x", "/sign-in/code"):
        client.get(path)
    with database.reading() as session:
        assert len(session.scalars(select(AuditLine)).all()) == before
        assert session.scalars(select(SecondFactor)).all() == []
