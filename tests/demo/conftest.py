"""What tests of the demonstration's loading begin with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config import Settings
from demo import load
from leaderboard.boards import publish
from leaderboard.db import Database
from leaderboard.instant import Millis
from tests.demo.loading import NOON, SMALL


@pytest.fixture
def own_settings(tmp_path: Path) -> Settings:
    """Settings with a data folder that is not there yet, and so without any key."""
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def run(
    database: Database, own_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., load.DemoReport]:
    """Loads a small demonstration, at noon of 2026-11-22 unless told otherwise.

    Pages have their own tests and take most of the time: whoever wants them rendered says so.
    """
    monkeypatch.setattr(publish, "render_forms", lambda *_arguments: ())

    def once(at: Millis = NOON, say: load.Say = lambda _line: None) -> load.DemoReport:
        return load.load_demo(database, own_settings, at=at, say=say, scale=SMALL)

    return once
