"""What several tests of boards begin with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from leaderboard.db import Database, open_database
from tests.boards.tampering import all_flaws, eventful


@pytest.fixture(scope="package")
def kept(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with an eventful race in it, in which every check holds; nobody keeps what they change."""
    path = tmp_path_factory.mktemp("tamper") / "saima.sqlite"
    shutil.copyfile(sqlite_template, path)
    opened = open_database(f"sqlite:///{path}")
    with opened.session() as session:
        eventful(session)
    with opened.reading() as session:
        assert all_flaws(session) == []
    yield opened
    opened.engine.dispose()
