"""The application under test: called directly, or served on a free port for a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MethodType
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.serving import make_server

from config import Settings, variable
from leaderboard import create_app
from leaderboard.accounts import passwords
from leaderboard.db import Database
from leaderboard.web.fast_lane import FastLane
from tests.factories import OFFICE


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that happen to stand in the environment do not reach a test."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(variable(name), raising=False)


@pytest.fixture(scope="session", autouse=True)
def passwords_at_little_cost() -> Iterator[None]:
    """Hashes made by the thousand are made quickly; what a real one costs has a test of its own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def addresses_compiled_once() -> Iterator[None]:
    """Each application has the same addresses; compiling them takes longer than most tests do."""
    compiled: dict[tuple[object, ...], dict[str, Any]] = {}
    compile_anew = Rule.compile

    def take_compiled(rule: Rule) -> None:
        # All it depends on; converters keep nothing of the map they were made for.
        key = (
            rule.rule,
            rule.subdomain,
            rule.host,
            rule.merge_slashes,
            str(rule.defaults),
            str(rule.map.converters),
        )
        if key not in compiled:
            compile_anew(rule)
            compiled[key] = {
                name: vars(rule)[name] for name in ("_parts", "_trace", "_converters", "arguments")
            }
            compiled[key] |= {name: vars(rule)[name].__func__ for name in ("_build", "_build_unknown")}
        for name, found in compiled[key].items():
            setattr(rule, name, MethodType(found, rule) if callable(found) else found)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Rule, "compile", take_compiled)
        yield


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings with a data folder of the test's own, an empty, migrated database and the key of the factories' office."""
    return Settings(data_dir=tmp_path, database_url=database_url, signing_key=OFFICE.seed.hex())


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    """The Flask application on an empty, migrated database, the one that `session` writes to."""
    return create_app(settings, database)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Someone who has not signed in."""
    return app.test_client()


@contextmanager
def serving(app: Flask, database: Database, settings: Settings, port: int = 0) -> Iterator[int]:
    """The application behind its fast lane, on a port that is free when the block ends."""
    lane = FastLane(app, database, settings)
    lane.start()
    server = make_server("127.0.0.1", port, lane, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="test-server", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
        lane.close()
        # Its last look must not outlive the database.
        for watcher in [found for found in threading.enumerate() if found.name == "fast-lane"]:
            watcher.join(timeout=5)


@pytest.fixture
def live_server(app: Flask, database: Database, settings: Settings) -> Iterator[str]:
    """The address of the application, served for a browser until the test ends."""
    with serving(app, database, settings) as port:
        yield f"http://127.0.0.1:{port}"
