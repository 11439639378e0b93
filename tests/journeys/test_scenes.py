"""Every scene on every shape of glass, in a real browser: nothing spills, overlaps or stands in anyone's way."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from leaderboard.boards.models import Screen
from leaderboard.boards.playlists import KINDS
from leaderboard.boards.screens import add_screen
from leaderboard.ledger.unit_facts import add_adjustment
from tests.browser import OpenPage, barriers
from tests.factories import FOUR_RATES, VERIFIED, Race, race_of, start_race
from tests.journeys.looking import FAULTS, NOTICE, SHARED
from tests.kept import kept

pytestmark = pytest.mark.engines("sqlite")  # what a browser shows does not depend on the engine

SIZES = {"wall": (1920, 1080), "double": (3840, 1080), "upright": (1080, 1920)}
MOST_BYTES = 150_000
LONG = "云溪经济技术开发区管理委员会招商引资工作专班"
SHOW = "(kind) => wall.round.setPlaylist([{scene: kind, seconds: 600, from: null, to: null}])"
COLUMNS = """() => new Set(Array.from(document.querySelectorAll(".scene:not([hidden]) .rows > .row:not([hidden])"))
  .map((row) => row.getBoundingClientRect().left)).size"""

UNROLL = """() => {
  document.querySelectorAll(".scene").forEach((scene) => { scene.hidden = false; });
  document.querySelectorAll("html, body, main, .scenes").forEach((box) => {
    Object.assign(box.style, {display: "block", height: "auto", overflow: "visible"});
  });
}"""
"""All scenes under each other, so that one look for barriers is enough: it takes longer than all else here."""


THEMES = ("dark", "dark-safe", "light", "light-safe")
DRESS = """(theme) => {
  const [ground, palette] = theme.split("-"), page = document.documentElement.dataset;
  page.theme = ground;
  page.palette = palette || "";
}"""


@pytest.fixture
def artefacts(pytestconfig: pytest.Config) -> Path:
    """Where pictures are kept to be read by eye: in the folder named by SAIMA_ARTEFACTS, or in `screenshots`."""
    folder = Path(os.environ.get("SAIMA_ARTEFACTS") or pytestconfig.rootpath / "screenshots" / "scenes")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def race_of_everything(session: Session) -> Race:
    """Six divisions, the first of ten; long names, ties, scores below zero and far over the full mark, one with no project.

    Everyone moves in the second edition, and two lists name more than there is room for.
    """
    kept(session, "everything", lambda: _enter_everything(session))
    return race_of(session, "race")


def _enter_everything(session: Session) -> None:
    race = start_race(session, title="云溪县2026年招商引资赛马")
    for number in range(1, 11):
        name = f"{LONG}{number}" if number in {3, 8} else f"第{number}镇"
        race.unit(f"u{number}", name=name, name_en=f"Qingshi Township {number}")
    for number in range(11, 16):
        race.unit(f"u{number}", division=f"offices{number}", name=f"第{number}局")
    for division in race.divisions.values():
        division.name_en = "State companies and stationed teams"
    race.scheme(
        {
            **FOUR_RATES,
            "lists": [
                {"key": "red", "name": "红榜", "among": {"number": 5}},
                {"key": "black", "name": "黑榜", "among": {"number": 5, "end": "last"}},
            ],
            "adjustments": [
                {"key": "praise", "name": "表扬", "kind": "bonus", "each": "90"},
                {"key": "blame", "name": "通报", "kind": "deduction", "each": "130"},
            ],
        }
    )
    for number in range(1, 13):
        for _copy in range(number % 5 + 1):
            race.project(f"u{number}", started=date(2026, 5, 1))
    for key, item in (("u3", "praise"), ("u8", "blame")):
        add_adjustment(
            session,
            VERIFIED,
            unit_id=race.units[key].id,
            season_id=race.season.id,
            item=item,
            occurred_on=date(2026, 5, 2),
            times=1,
            reason="测试",
        )
    race.publish()
    for number in range(1, 7):
        for copy in range(4):
            race.project(
                f"u{number}",
                signed=date(2026, 11, 2),
                started=date(2026, 11, 9),
                is_public=copy < 2,
                name="云溪磐石湾海上风电塔筒及大型法兰制造基地三期扩建项目",
            )
    race.publish(date(2026, 11, 30))


def screen_of(race: Race, *kinds: str, **more: object) -> tuple[Screen, str]:
    screen, token = add_screen(race.session, "admin", name="大厅", season=race.season, secret="s")
    entries = [{"scene": kind, "seconds": 600, "from": None, "to": None} for kind in kinds]
    screen.playlist = json.dumps(entries)
    for key, value in more.items():
        setattr(screen, key, value)
    race.session.commit()
    return screen, f"/screens/{token}"


def sent(client: FlaskClient, path: str) -> int:
    """Bytes on the wire of a screen: the page packed, and its styles and scripts as the application itself sends them."""
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    page = gzip.decompress(answer.data).decode()
    parts = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    total = len(answer.data)
    for part in parts:
        with client.get(part) as found:
            total += len(found.data)
    return total


def scenes_on(page: Page, kinds: Sequence[str] = KINDS) -> Iterator[str]:
    """Those of these kinds of scenes that are there, each brought onto the glass in turn."""
    for kind in kinds:
        if page.locator(f".scene[data-scene={kind}]").count():
            page.evaluate(SHOW, kind)
            yield kind


def test_every_scene_fits_every_glass_and_stands_in_nobodys_way(
    session: Session, open_page: OpenPage, artefacts: Path
) -> None:
    """In one page: each size, then all scenes under each other in each theme and palette."""
    _, path = screen_of(race_of_everything(session), *KINDS, shows_shame=1, theme="dark")
    page = open_page()
    page.goto(path)
    found: dict[object, list[str]] = {}
    shown = set()
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for kind in scenes_on(page):
            shown.add(kind)
            page.screenshot(path=artefacts / f"{kind}-{size}.png")
            found[kind, size] = page.evaluate(FAULTS)
        page.evaluate(SHOW, "table")
        page.evaluate(SHARED)
        found["shares", size] = page.evaluate(FAULTS)
        page.screenshot(path=artefacts / f"shares-{size}.png")
        for letters in (40, 90, 200):
            found["notice", letters, size] = page.evaluate(NOTICE, ("请准时参加会议" * 29)[:letters])
            page.screenshot(path=artefacts / f"notice-{letters}-{size}.png")
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.evaluate(UNROLL)
    for theme in THEMES:
        page.evaluate(DRESS, theme)
        # Only what is seen depends on the colours.
        found["all", theme] = barriers(page, *([] if theme == "dark" else ["color-contrast"]))
    assert {key: faults for key, faults in found.items() if faults} == {}
    assert shown == set(KINDS)


@pytest.mark.parametrize("lang", ["en", "both"])
def test_every_scene_fits_in_every_tongue(
    session: Session, open_page: OpenPage, artefacts: Path, lang: str
) -> None:
    _, path = screen_of(race_of_everything(session), *KINDS, shows_shame=1, theme="light", lang=lang)
    page = open_page(1920, 1080)
    page.goto(path)
    found: dict[object, list[str]] = {}
    for kind in scenes_on(page):
        page.screenshot(path=artefacts / f"{kind}-{lang}.png")
        found[kind] = page.evaluate(FAULTS)
    for size in ("double", "upright"):
        page.set_viewport_size({"width": SIZES[size][0], "height": SIZES[size][1]})
        for kind in scenes_on(page, ("table", "track", "headline", "movers", "divisions")):
            page.screenshot(path=artefacts / f"{kind}-{lang}-{size}.png")
            found[kind, size] = page.evaluate(FAULTS)
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.evaluate(UNROLL)
    found["all"] = barriers(page, "color-contrast")
    assert {key: faults for key, faults in found.items() if faults} == {}


@pytest.mark.parametrize("units", [3, 300])
def test_a_small_race_and_a_huge_one_fit(
    session: Session, open_page: OpenPage, client: FlaskClient, artefacts: Path, units: int
) -> None:
    """Nobody has signed anything: all are level and three of the four rates are missing, every name is long."""
    race = start_race(session)
    for number in range(units):
        race.unit(f"u{number}", name=f"{LONG}{number}", name_en=f"Yunxi Investment Task Force {number}")
    race.scheme()
    race.publish()
    # In both languages a page weighs most.
    _, path = screen_of(race, *KINDS, lang="both" if units == 300 else "zh")
    assert sent(client, path) <= MOST_BYTES
    page = open_page(1920, 1080)
    page.goto(path)
    found: dict[object, list[str]] = {}
    for kind in scenes_on(page, KINDS if units < 10 else ("table", "headline")):
        page.screenshot(path=artefacts / f"{kind}-{units}.png")
        found[kind] = page.evaluate(FAULTS)
    page.set_viewport_size({"width": 3840, "height": 1080})
    for kind in scenes_on(page, ("table", "rates")):
        page.screenshot(path=artefacts / f"{kind}-{units}-double.png")
        found[kind, "double"] = page.evaluate(FAULTS)
        # Three stand under each other: two and one would leave a hole.
        assert page.evaluate(COLUMNS) == (1 if units == 3 else 2)
    assert {key: faults for key, faults in found.items() if faults} == {}
