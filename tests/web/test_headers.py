"""Headers of every answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from leaderboard import create_app
from leaderboard.db import Database
from leaderboard.templating import asset
from leaderboard.web.headers import public_headers
from tests.people import enrol, signed_in

pytestmark = pytest.mark.engines("sqlite")  # nothing here depends on the engine


def directives(policy: str) -> dict[str, str]:
    return {name: sources for name, _, sources in (part.strip().partition(" ") for part in policy.split(";"))}


def test_the_policy_lets_in_nothing_from_elsewhere_and_nothing_inline():
    policy = directives(public_headers(Settings())["Content-Security-Policy"])
    assert policy["default-src"] == "'self'"
    for name in ("object-src", "base-uri", "frame-ancestors"):
        assert policy[name] == "'none'"
    assert policy["form-action"] == "'self'"
    assert not any(word in sources for sources in policy.values() for word in ("unsafe", "*", "http"))


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in",
        "/no/such/page",
        "/api/v1/seasons",
        "/api/v1/seasons/x",
        "/verify",
        "/password",
        "/static/icon.svg",
    ],
)
def test_every_kind_of_answer_carries_them(client: FlaskClient, path: str):
    answer = client.get(path, buffered=True)
    for name, text in public_headers(Settings()).items():
        assert answer.headers[name] == text
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "Strict-Transport-Security" not in answer.headers


def test_a_refused_form_carries_them_too(client: FlaskClient):
    answer = client.post("/sign-in", data={})
    assert answer.status_code == 400
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_https_alone_is_remembered_by_browsers(tmp_path: Path, database_url: str, database: Database):
    settings = Settings(data_dir=tmp_path, database_url=database_url, https=True)
    answer = create_app(settings, database).test_client().get("/verify")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_pages_made_for_one_person_are_kept_nowhere(app: Flask, database: Database):
    enrol(database)
    client = signed_in(app)
    for path in ("/password", "/no/such/page", "/verify"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_what_anyone_may_see_is_asked_for_again_but_may_be_kept(client: FlaskClient):
    assert client.get("/api/v1/seasons").headers["Cache-Control"] == "no-cache"


def test_files_marked_with_their_content_are_kept_for_ever(client: FlaskClient):
    def kept(path: str) -> str:
        return client.get(path, buffered=True).headers["Cache-Control"]

    assert "immutable" in kept(asset("icon.svg"))
    assert "immutable" not in kept("/static/icon.svg?v=12345678")
    assert "immutable" not in kept("/static/icon.svg")
    assert "immutable" not in kept("/static/none.css?v=12345678")


@pytest.mark.parametrize("host", ["evil.example", "EVIL.example:8000", "evil.example:80"])
@pytest.mark.parametrize(
    ("asked", "onward"),
    [
        ("/my", "/my/"),
        ("/boards", "/boards/"),
        ("/boards/now/1?lang=en", "/boards/now/1/?lang=en"),
        ("/boards/", "/"),
        ("/my/", "/sign-in?next=/my/"),
        ("//my", "/my/"),
    ],
)
def test_no_redirect_names_the_host_that_was_asked_for(
    client: FlaskClient, host: str, asked: str, onward: str
):
    """Anyone can write a Host header, and a copy kept on the way would lead others there."""
    path, _, query = asked.partition("?")
    answer = client.get(
        query_string=query, headers={"Host": host}, environ_overrides={"PATH_INFO": path, "HTTP_HOST": host}
    )
    assert (answer.status_code // 100, answer.headers["Location"]) == (3, onward)
