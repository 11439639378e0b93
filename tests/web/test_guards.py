"""Guards: strangers to sign in, others to the page of an unknown address, and nobody told what is there."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from config import Settings
from leaderboard import create_app
from leaderboard.accounts.models import ADMINISTRATOR, REPORTER, VIEWER
from leaderboard.accounts.permissions import Action
from leaderboard.db import Database
from leaderboard.web.guards import (
    guard_action,
    guard_role,
    guard_signed_in,
    guarded,
    guards_of,
    person,
    require,
    unguarded,
)
from leaderboard.web.guards import (
    signed_in as who,
)
from tests.factories import start_race
from tests.people import enrol, enrol_newcomer, signed_in, submit, visitor

pytestmark = pytest.mark.engines("sqlite")  # nothing here depends on the engine


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    """The application with a door of the test's own: one page for everyone signed in, others for fewer."""
    app = create_app(settings, database)
    door = Blueprint("test_door", __name__, url_prefix="/test")
    door.before_request(guard_signed_in)

    @door.get("/all")
    def everyone() -> str:
        return person().name

    @door.route("/role", methods=["GET", "POST"])
    @guarded(guard_role(ADMINISTRATOR, VIEWER))
    def role() -> str:
        return "role"

    @door.get("/action")
    @guarded(guard_action(Action.PUBLISH_EDITION))
    def action() -> str:
        return "action"

    @door.get("/units/<int:unit_id>")
    def unit(unit_id: int) -> str:
        require(Action.REPORT_FACTS, unit_id)
        return f"unit {unit_id}"

    app.register_blueprint(door)
    return app


@pytest.fixture
def units(database: Database) -> tuple[int, int]:
    with database.session() as session:
        race = start_race(session)
        found = race.unit("liuxi").id, race.unit("qingshi").id
        session.commit()
    return found


def test_a_stranger_is_sent_to_sign_in_and_back(client: FlaskClient):
    assert client.get("/test/all").location == "/sign-in?next=/test/all"
    assert client.get("/test/units/1?a=b").location == "/sign-in?next=/test/units/1?a%3Db"


def test_a_stranger_learns_nothing_of_objects(client: FlaskClient, units: tuple[int, int]):
    assert (
        client.get(f"/test/units/{units[0]}").status_code == client.get("/test/units/999").status_code == 302
    )


def test_a_script_is_told_to_leave_the_page(client: FlaskClient):
    answer = client.get("/test/all", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in")


def test_a_stranger_cannot_post(app: Flask):
    app.config["WTF_CSRF_ENABLED"] = False
    answer = app.test_client().post("/test/role")
    assert answer.location == "/sign-in"


@pytest.mark.parametrize(
    ("role", "open_to_them"),
    [
        (ADMINISTRATOR, {"/test/all", "/test/role", "/test/action"}),
        (VIEWER, {"/test/all", "/test/role"}),
        (REPORTER, {"/test/all"}),
    ],
)
def test_each_role_sees_its_own_pages(
    app: Flask, database: Database, units: tuple[int, int], role: str, open_to_them: set[str]
):
    enrol(database, role=role, unit_id=units[0] if role == REPORTER else None)
    client = signed_in(app)
    answers = {path: client.get(path).status_code for path in ("/test/all", "/test/role", "/test/action")}
    assert answers == {path: 200 if path in open_to_them else 404 for path in answers}


def test_a_reporter_reaches_the_own_unit_only(app: Flask, database: Database, units: tuple[int, int]):
    enrol(database, role=REPORTER, unit_id=units[0])
    client = signed_in(app)
    assert [client.get(f"/test/units/{unit}").status_code for unit in units] == [200, 404]


def test_what_one_may_not_see_looks_like_what_is_not_there(
    app: Flask, database: Database, units: tuple[int, int]
):
    enrol(database, role=REPORTER, unit_id=units[0])
    client = signed_in(app)
    pages = [
        client.get(path)
        for path in (f"/test/units/{units[1]}", "/test/units/999", "/no/such/page", "/test/role")
    ]
    assert {page.status_code for page in pages} == {404}
    assert len({page.get_data() for page in pages}) == 1


def test_a_one_time_password_opens_no_guarded_page(app: Flask, database: Database):
    client = app.test_client()
    submit(client, "/sign-in", name="newcomer", password=enrol_newcomer(database))
    for path in ("/test/all", "/test/role", "/test/action", "/test/units/1"):
        assert client.get(path).location == "/password"


def test_guards_are_listed_from_what_is_really_called(app: Flask):
    found = guards_of(app)
    assert found["test_door.everyone"] == ["signed in"]
    assert found["test_door.role"] == ["signed in", "role: administrator, viewer"]
    assert found["test_door.action"] == ["signed in", "action: edition.publish"]
    assert found["sign_in.password"] == ["signed in, even with a one-time password"]
    assert found["sign_in.sign_in"] == []


def test_an_endpoint_nobody_guards_is_found(app: Flask):
    assert unguarded(app) == []
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    door = Blueprint("forgotten_door", __name__)
    door.add_url_rule("/forgotten-too", "page", lambda: "secret")
    app.register_blueprint(door)
    assert unguarded(app) == ["forgotten", "forgotten_door.page"]


def test_nobody_is_signed_in_by_default(app: Flask):
    with app.test_request_context("/"):
        assert who() is None


@pytest.mark.parametrize(
    ("proxies", "forwarded", "status"),
    [
        (0, None, 200),
        (0, "203.0.113.9", 200),  # a forged address is not believed where no proxy is declared
        (1, "10.2.7.8", 200),
        (1, "203.0.113.9", 404),
        (1, "10.2.7.8, 203.0.113.9", 404),  # the proxy wrote the last one, the visitor the one before
    ],
)
def test_the_console_is_kept_to_its_networks(
    settings: Settings, database: Database, proxies: int, forwarded: str | None, status: int
):
    changes = {"console_networks": "127.0.0.1, 10.2.0.0/16", "proxies": proxies}
    app = create_app(settings.model_copy(update=changes), database)
    client = visitor(app, database, ADMINISTRATOR)
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client.get("/console/", headers=headers).status_code == status
    assert client.get("/account", headers=headers).status_code == 200


def test_networks_that_are_none_are_refused_at_the_start():
    with pytest.raises(ValueError, match="console_networks"):
        Settings(console_networks="10.2.0.0/99")
    assert Settings(console_networks="2001:db8::/32").may_reach_console("2001:db8::7")
    assert not Settings(console_networks="2001:db8::/32").may_reach_console("10.0.0.1")
    assert not Settings(console_networks="10.0.0.0/8").may_reach_console("")
