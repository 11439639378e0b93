"""A world for screens in quick motion: drawn once for all tests of a worker, served anew for each file of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.drawing import Drawn, draw
from tests.journeys.simulating import Screen, World, open_screen


@pytest.fixture(scope="session")
def drawn(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """A page and four editions."""
    folder = tmp_path_factory.mktemp("drawn")
    shutil.copyfile(sqlite_template, folder / "saima.sqlite")
    return draw(folder)


@pytest.fixture(scope="module")
def world(drawn: Drawn) -> Iterator[World]:
    """A server for one screen, in no trouble yet."""
    world = World(drawn)
    world.start()
    yield world
    world.stop()


@pytest.fixture(scope="module")
def screen(browser: Browser, world: World) -> Iterator[Screen]:
    """A screen on its wall, whose scripts may not fail once."""
    screen = open_screen(browser, world)
    yield screen
    screen.page.close()
    assert screen.faults == []
