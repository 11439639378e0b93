"""Errors: one page and one JSON shape, which never fail themselves and give nothing away."""

from __future__ import annotations

import logging
import re
from io import BytesIO

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError, OperationalError

from config import Settings
from leaderboard import create_app
from leaderboard.accounts.models import ADMINISTRATOR, SYSTEM
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.db import Database, open_database
from leaderboard.web import errors
from tests.people import enrol, signed_in, token_in
from tests.visiting import Visit, Visited, faults, parse

pytestmark = pytest.mark.engines("sqlite")  # nothing here depends on the engine
STATUSES = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503]


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    """The application with pages that go wrong."""
    app = create_app(settings, database)

    def fail() -> str:
        raise RuntimeError("the password of the database is swordfish")

    def busy() -> str:
        raise OperationalError("update x", {}, Exception("database is locked"))

    def broken() -> str:
        raise OperationalError("select x", {}, Exception("no such table: x"))

    def clash() -> str:
        raise IntegrityError("insert x", {}, Exception("UNIQUE constraint failed: x.y"))

    def missing() -> str:
        raise IntegrityError("insert x", {}, Exception("NOT NULL constraint failed: x.y"))

    for view in (fail, busy, broken, clash, missing):
        path = view.__name__
        app.add_url_rule(f"/{path}", path, view)
        app.add_url_rule(f"/api/{path}", f"api_{path}", view)
    app.add_url_rule("/abort/<int:code>", "refuse", abort)
    return app


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_error_is_a_sound_page(client: FlaskClient, status: int, lang: str):
    answer = client.get(f"/abort/{status}?lang={lang}")
    source = answer.get_data(as_text=True)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert faults(Visited(status, source, parse(source))) == []


def test_who_comes_second_with_the_same_is_told_to_look_again(client: FlaskClient):
    answer = client.get("/clash")
    assert answer.status_code == 409
    assert "刷新后再看" in answer.get_data(as_text=True)
    assert client.get("/missing").status_code == 500


def test_an_unknown_address_says_so_in_the_language_asked_for(visit: Visit):
    assert "没有找到这一页" in visit("/no/such/page", 404).text()
    assert "Page not found" in visit("/no/such/page?lang=en", 404).text()


@pytest.mark.parametrize("path", ["/%00", "/boards/%00/", "/api/v1/seasons/%00", "/verify?season=%00"])
def test_an_address_no_database_could_look_up_is_unknown(client: FlaskClient, path: str):
    assert client.get(path).status_code == 404


def test_programs_get_the_same_as_json(client: FlaskClient):
    by_path = client.get("/api/none")
    by_name = client.get("/boards/none/1.json")
    by_wish = client.get("/none", headers={"Accept": "application/json"})
    for answer in (by_path, by_name, by_wish):
        assert (answer.status_code, answer.mimetype) == (404, "application/json")
        assert answer.json["error"]["code"] == "not_found"
        assert answer.json["error"]["message"].startswith("没有找到这一页")


@pytest.mark.parametrize("accept", ["text/html,application/xhtml+xml,*/*;q=0.8", "*/*", "", "image/png"])
def test_browsers_get_a_page(client: FlaskClient, accept: str):
    assert client.get("/none", headers={"Accept": accept}).mimetype == "text/html"


def test_a_wrong_method_names_the_right_ones(client: FlaskClient):
    answer = client.post("/api/v1/seasons")
    assert answer.status_code in {400, 405}
    answer = client.get("/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_lost_form_token_says_what_to_do(client: FlaskClient):
    answer = client.post("/sign-in", data={"name": "x"})
    assert answer.status_code == 400
    assert "刷新后重新提交" in answer.get_data(as_text=True)


def test_a_failure_gives_a_number_and_the_log_the_rest(client: FlaskClient, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.ERROR):
        answer = client.get("/fail")
    text = answer.get_data(as_text=True)
    number = re.search(r"<code>([0-9a-f]{8})</code>", text)
    assert answer.status_code == 500
    assert number is not None
    assert number[1] in caplog.text
    assert "swordfish" in caplog.text
    assert "swordfish" not in text
    assert "RuntimeError" not in text


def test_a_failure_tells_programs_the_number_too(client: FlaskClient):
    answer = client.get("/api/fail")
    assert answer.status_code == 500
    assert re.fullmatch(r"[0-9a-f]{8}", answer.json["error"]["incident"])
    assert "swordfish" not in answer.get_data(as_text=True)


def test_a_line_break_in_an_address_makes_no_line_in_the_log(app: Flask, caplog: pytest.LogCaptureFixture):
    app.add_url_rule("/fail/<path:rest>", "fail_at", lambda **_: 1 / 0)
    app.test_client().get("/fail/x%0aERROR%20all%20is%20lost")
    assert not any(
        record.getMessage().count("\n") for record in caplog.records if record.name == "leaderboard.web"
    )


def test_a_busy_database_asks_for_patience(client: FlaskClient):
    answer = client.get("/busy")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "系统正忙" in answer.get_data(as_text=True)
    assert client.get("/api/busy").json["error"]["code"] == "busy"


def test_another_trouble_of_the_database_is_a_failure(client: FlaskClient):
    assert client.get("/broken").status_code == 500


def test_a_machine_whose_clock_is_off_says_what_to_do(app: Flask):
    def late() -> str:
        raise ClockOff("本机时钟比数据库服务器慢 45 秒")

    app.add_url_rule("/late", "late", late)
    answer = app.test_client().get("/late")
    assert answer.status_code == 503
    assert "慢 45 秒" in answer.get_data(as_text=True)


def test_a_database_really_locked_is_busy(settings: Settings, database: Database):
    """Someone writes for longer than the request will wait."""
    enrol(database)
    impatient = open_database(settings.resolved_database_url(), busy_timeout_ms=50)
    client = create_app(settings, impatient).test_client()
    token = re.search(r'csrf_token" value="([^"]+)"', client.get("/sign-in").get_data(as_text=True))
    assert token is not None
    with database.engine.connect() as writer, writer.begin():
        answer = client.post("/sign-in", data={"csrf_token": token[1], "name": "chen", "password": "x"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    impatient.engine.dispose()


def test_a_page_that_cannot_be_drawn_is_replaced_by_a_bare_one(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object, **__: object) -> bytes:
        raise RuntimeError("no template")

    monkeypatch.setattr(errors, "render", broken)
    answer = client.get("/none")
    source = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "没有找到这一页" in parse(source).find("body/h1").text


def test_errors_need_no_database(settings: Settings, database: Database):
    """A signed-in person whose database is gone still gets a page."""
    app = create_app(settings, database)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "token"
    app.extensions["saima_database"] = None
    answer = client.get("/password")
    assert answer.status_code == 500
    assert "系统出错了" in answer.get_data(as_text=True)


def test_a_request_over_the_limit_is_refused_unread(settings: Settings, database: Database):
    client = create_app(settings.model_copy(update={"upload_bytes": 1000}), database).test_client()
    answer = client.post("/verify", data={"package": (BytesIO(b"x" * 150_000), "x.json")})
    assert answer.status_code == 413
    assert "文件太大" in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/console/import", "/console/people"])
def test_an_upload_over_the_limit_is_too_large_behind_the_console_as_well(
    app: Flask, database: Database, path: str
):
    """What comes after every page of the console does not read again what was refused."""
    enrol(database, role=ADMINISTRATOR if path == "/console/import" else SYSTEM)
    client = signed_in(app)
    form = {"csrf_token": token_in(client.get("/password").get_data(as_text=True))}
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = client.post(path, data=form | {"workbook": (BytesIO(b"x" * 2000), "台账.xlsx")})
    assert answer.status_code == 413
    assert "文件太大" in answer.get_data(as_text=True)
