"""The promises of the web: every page has a guard, every change a token, every answer its headers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column, Table, select
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from leaderboard.accounts.models import ADMINISTRATOR
from leaderboard.db import Database
from leaderboard.tables import ALL
from leaderboard.web.guards import PUBLIC_DOORS, PUBLIC_ENDPOINTS, unguarded
from tests.people import signed_in
from tests.web.real_things import everything

pytestmark = pytest.mark.engines("sqlite")  # nothing here depends on the engine

SAFE = {"GET", "HEAD", "OPTIONS"}
# What stands for each part of an address: things that the race below really has.
EXAMPLES = {
    "slug": "now",
    "number": 1,
    "unit": "liuxi",
    "code": "L-1",
    "indicator": "signing",
    "name": "chen",
}


def is_public(endpoint: str) -> bool:
    return endpoint in PUBLIC_ENDPOINTS or endpoint.partition(".")[0] in PUBLIC_DOORS


def addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every endpoint with each method it takes and an address of it."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        path = adapter.build(rule.endpoint, {name: example(rule, name) for name in rule.arguments})
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, path


def example(rule: Rule, name: str) -> object:
    converter = rule._converters[name]
    if name in EXAMPLES:
        return EXAMPLES[name]
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else "x"


def test_every_endpoint_has_a_guard(app: Flask) -> None:
    """Every endpoint has a guard or is in the explicit list of public ones."""
    assert unguarded(app) == []


def test_the_public_list_names_what_there_is(app: Flask) -> None:
    """The public list holds no endpoint that is gone: a later page of that name would be born public."""
    assert set(app.view_functions) >= PUBLIC_ENDPOINTS
    assert set(app.blueprints) >= PUBLIC_DOORS


def test_strangers_are_sent_to_sign_in(app: Flask) -> None:
    """Whoever is not signed in gets from a guarded endpoint the way to sign in, whatever the method and address."""
    app.config["WTF_CSRF_ENABLED"] = False
    guarded = [(method, path) for endpoint, method, path in addresses(app) if not is_public(endpoint)]
    assert len(guarded) > 10
    answers = {(m, p): app.test_client().open(p, method=m) for m, p in guarded}
    led_astray = {
        asked: (answer.status_code, answer.location)
        for asked, answer in answers.items()
        if not (answer.status_code == 302 and (answer.location or "").startswith("/sign-in"))
    }
    assert led_astray == {}


def test_every_change_needs_a_token(app: Flask) -> None:
    """A request that could change something is refused without its form's token."""
    changing = [(method, path) for _, method, path in addresses(app) if method not in SAFE]
    assert changing
    answers = {(m, p): app.test_client().open(p, method=m).status_code for m, p in changing}
    assert {asked: status for asked, status in answers.items() if status not in {400, 405}} == {}


def test_reading_changes_nothing(app: Flask, database: Database) -> None:
    """No GET changes a row, whoever asks; only the session of the one who asks is marked as in use.

    Which page it was, where one does; what everyone else is answered, `tests/web/test_who_may.py` looks at.
    """
    things = everything(database)
    with closing(sqlite3.connect(str(database.engine.url.database))) as beside:
        for client in (app.test_client(), signed_in(app, ADMINISTRATOR)):
            before, written = contents(database), commits_seen(beside)
            for endpoint, method, path in things.addresses(app):
                if method != "GET":
                    continue
                answer = client.get(path, buffered=True)
                assert answer.status_code < 500, path
                if commits_seen(beside) != written:
                    written = commits_seen(beside)
                    assert contents(database) == before, endpoint


def commits_seen(beside: sqlite3.Connection) -> int:
    """A number that is another one after every commit of somebody else: where it stays, no row has to be looked at."""
    (found,) = beside.execute("PRAGMA data_version").fetchone()
    return int(found)


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.reading() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(*_kept(table)))]
            for table in ALL
            if table.name != "user_session"
        }


def _kept(table: Table) -> list[Column[Any]]:
    """The columns of a table but for when a screen last asked for its page."""
    return [column for column in table.columns if f"{table.name}.{column.name}" != "screen.seen_at"]


def test_every_answer_carries_the_headers(app: Flask) -> None:
    """No answer leaves without a content policy, and none may be guessed to be another type."""
    for _, method, path in addresses(app):
        headers = app.test_client().open(path, method=method).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff", path
