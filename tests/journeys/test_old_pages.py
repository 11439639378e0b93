"""Real pages in the oldest browsers: every scene in Chromium 68, which also takes over an edition; people's pages in 88."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from leaderboard.accounts.models import REPORTER
from leaderboard.boards.playlists import KINDS
from leaderboard.db import Database
from leaderboard.instant import now
from tests.factories import Race
from tests.journeys.test_scenes import SHOW, race_of_everything, screen_of
from tests.old_browsers import PEOPLE, SCREENS, old_chromium
from tests.old_engine import OldPage, old_page
from tests.people import PASSWORD, enrol
from tests.web.races import committed_race

pytestmark = pytest.mark.engines("sqlite")  # what a browser shows does not depend on the engine

IN_SIGHT = """() => {
    const scene = document.querySelector(".scene:not([hidden])");
    const seen = (one) => { const box = one.getBoundingClientRect(); return box.width > 1 && box.height > 1; };
    const told = Array.from(scene.querySelectorAll("[data-unit], .figures, .figure, li, b")).filter(seen);
    const out = told.filter((one) => { const box = one.getBoundingClientRect(); return box.bottom > innerHeight + 1
        || box.right > innerWidth + 1 || box.top < 0 || box.left < 0; });
    return {kind: scene.dataset.scene, told: told.length, out: out.map((one) => one.outerHTML.slice(0, 80)),
        sheets: Array.from(document.styleSheets).every((sheet) => sheet.cssRules.length > 0)};
}"""
ORDER = """() => Array.from(document.querySelectorAll(".scene:not([hidden]) .rows > .row"))
    .filter((row) => row.offsetHeight > 1).map((row) => row.dataset.unit)"""
SIGN_IN = """(name, password) => {
    document.querySelector("[name=name]").value = name;
    document.querySelector("[name=password]").value = password;
    document.querySelector("[name=password]").form.querySelector("button").click();
}"""
READ = """() => ({heading: document.querySelector("h1").offsetHeight > 0, wide: document.documentElement.scrollWidth
    - document.documentElement.clientWidth, styled: getComputedStyle(document.body).getPropertyValue("--ground") !== ""})"""
SIGHT = {"heading": True, "wide": 0, "styled": True}
PUBLIC = (
    "/",
    "/boards/now/",
    "/boards/now/?order=-signing",
    "/boards/now/1/units/liuxi/",
    "/boards/now/by/signing/",
    "/boards/now/graph/?units=liuxi",
    "/boards/now/1/compare/?a=liuxi&b=qingshi",
    "/verify",
)
OWN = ("/my/", "/my/why", "/my/lift", "/my/projects/new")
CONSOLE = (
    "/console/",
    "/console/seasons/now/scheme",
    "/console/seasons/now/publish",
    "/console/projects",
    "/console/awaiting",
    "/console/screens",
    "/console/ceremonies",
    "/console/seasons/now/timetables/new",
)


@pytest.fixture
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OldPage]:
    with old_page(old_chromium(request.param), tmp_path / "profile") as page:
        yield page


def rise_from_the_last(race: Race) -> None:
    """第10镇, which has one project, has ten more with all their money: only the praised 第3镇 stays before it."""
    for _copy in range(10):
        race.project("u10", started=date(2026, 5, 1), arrived=100_000_000)
    race.publish(date(2026, 11, 30), next_due_at=now() + 1000)
    race.session.commit()


@pytest.mark.parametrize("old", [SCREENS], indirect=True)
def test_a_wall_of_2018_shows_every_scene_and_the_next_edition(
    session: Session, live_server: str, old: OldPage
) -> None:
    race = race_of_everything(session)
    _, path = screen_of(race, *KINDS, shows_shame=1)
    old.open(live_server + path)
    old.wait_until("document.querySelectorAll('.scene:not([hidden])').length === 1")
    for kind in KINDS:
        old.evaluate(f"({SHOW})('{kind}')")
        found = old.evaluate(f"({IN_SIGHT})()")
        assert (found["kind"], found["out"], found["sheets"]) == (kind, [], True)
        assert found["told"] >= 3, kind
    old.evaluate(f"({SHOW})('table')")
    assert "u10" not in old.evaluate(f"({ORDER})()")[:3]
    rise_from_the_last(race)
    old.evaluate("window.dispatchEvent(new Event('online'))")
    old.wait_until("document.querySelector('.subtitle').textContent.indexOf('第 3 期') >= 0")
    old.wait_until(f"({ORDER})()[1] === 'u10'")
    assert old.complaints == []


@pytest.mark.parametrize("old", [PEOPLE], indirect=True)
def test_people_read_their_pages_in_a_browser_of_2021(
    database: Database, live_server: str, old: OldPage
) -> None:
    race = committed_race(database)
    enrol(database)
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    found = {path: read(old, live_server + path) for path in PUBLIC}
    for name, paths in (("li", OWN), ("chen", CONSOLE)):
        old.send("Network.clearBrowserCookies")
        old.open(f"{live_server}/sign-in")
        old.evaluate(f"({SIGN_IN})('{name}', '{PASSWORD}')")
        old.wait_until("location.pathname !== '/sign-in' && document.readyState === 'complete'")
        found |= {path: read(old, live_server + path) for path in paths}
    assert {path: seen for path, seen in found.items() if seen != SIGHT} == {}
    assert old.complaints == []


def read(page: OldPage, url: str) -> object:
    """What can be seen of a page, and whether it is the one that was asked for."""
    page.open(url, 1366, 768)
    assert page.evaluate("location.href") == url
    return page.evaluate(f"({READ})()")
