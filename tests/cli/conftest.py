"""Commands run as typed, on the test's database, and what they left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from leaderboard.accounts.read import newest_lines
from leaderboard.cli import commands, context
from leaderboard.db import Database, migrate, open_database
from tests.commanding import Command, Done, Trail
from tests.factories import small_race


@pytest.fixture
def leaderboard(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command on the test's database, as typed.

    It is migrated and open already: doing both for every command would cost more than the commands do.
    """
    monkeypatch.setenv("SAIMA_DATABASE_URL", database.url)
    monkeypatch.setenv("SAIMA_DATA_DIR", str(tmp_path))
    opened = {database.url: database}
    monkeypatch.setattr(context, "migrate", lambda url: None if url in opened else migrate(url))
    monkeypatch.setattr(context, "open_database", lambda url: opened.get(url) or open_database(url))

    def run(*line: Any, given: str | None = None) -> Result:
        return CliRunner().invoke(commands, [str(word) for word in line], input=given)

    return run


@pytest.fixture
def done(leaderboard: Command) -> Done:
    """Runs a command that must succeed, and returns what it printed."""

    def run(*line: Any, given: str | None = None) -> str:
        result = leaderboard(*line, given=given)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture
def race(database: Database) -> str:
    with database.session() as session:
        small_race(session)
        session.commit()
    return "race"


@pytest.fixture
def trail(database: Database) -> Trail:
    """What the command line did, oldest first, as (action, subject)."""

    def read() -> list[tuple[str, str]]:
        with database.reading() as session:
            lines = newest_lines(session, 1000)
        return [(line.action, line.subject) for line in reversed(lines) if line.actor.startswith("命令行 ")]

    return read
