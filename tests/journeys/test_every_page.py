"""Every page in a real browser, in each size and language people use: nothing in the way, nothing cut off, no complaint."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from leaderboard.accounts.models import AUDITOR, REPORTER, SYSTEM
from leaderboard.boards.prospects import foresee
from leaderboard.boards.read import latest_edition
from leaderboard.db import Database
from tests.browser import OpenPage, barriers, expect_barriers, sideways
from tests.people import PASSWORD, enrol
from tests.web.races import committed_race

pytestmark = pytest.mark.engines("sqlite")  # what a browser shows does not depend on the engine

PUBLIC = (
    "/",
    "/boards/now/",
    "/boards/now/1/",
    "/boards/now/1/units/liuxi/",
    "/boards/now/by/signing/",
    "/boards/now/graph/?units=liuxi",
    "/boards/now/1/compare/?a=liuxi&b=qingshi",
    "/boards/now/compare/",
    "/boards/now/embed/",
    "/boards/now/?order=-signing",
    "/verify",
    "/sign-in",
)
CONSOLE = (
    "/console/",
    "/console/projects",
    "/console/projects/L-1",
    "/console/projects/new",
    "/console/returns",
    "/console/import",
    "/console/screens",
    "/console/calendar",
    "/console/seasons/now/scheme",
    "/console/seasons/now/publish",
    "/console/seasons/now/drafts",
    "/console/seasons/now/editions/1",
    "/console/seasons/now/units",
    "/console/seasons/new",
    "/console/seasons/now/setup",
    "/console/seasons/now/card",
    "/console/seasons/now/units/add",
    "/console/seasons/now/units/liuxi",
    "/console/seasons/now/divisions",
    "/console/seasons/now/deadlines",
    "/console/seasons/now/targets",
    "/console/seasons/now/targets/spread",
    "/console/seasons/now/timetables/new",
    "/password",
    "/account",
    "/account/second-factor",
)
APART = {
    "zhou": ("/console/people", "/console/new-account", "/console/people/chen"),
    "wu": ("/console/audit",),
    "li": ("/my/", "/my/why", "/my/lift", "/my/lift?try=1", "/my/sure"),
}
"""Pages of the system and the audit administrator and of a unit's reporter, by who they are."""
SHEETS = "() => Array.from(document.styleSheets, sheet => sheet.href).join(' ')"
SIZES = {"phone": (390, 844), "desk": (1280, 800)}


@pytest.fixture
def race(database: Database) -> None:
    """A race under way and an administrator, there before the server starts."""
    race = committed_race(database)
    with database.session() as session:
        edition = latest_edition(session, race.season.id)
        assert edition is not None
        foresee(session, edition).store(session)
        session.commit()
    enrol(database)
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    enrol(database, "zhou", SYSTEM)
    enrol(database, "wu", AUDITOR)


def in_the_way(page: Page, worn: set[str] | None) -> list[str]:
    """What is wrong with a page; where `worn` is kept, colours are looked at once for all pages with the same styles."""
    sheets = page.evaluate(SHEETS)
    found = barriers(page, colours=worn is None or sheets not in worn)
    if worn is not None:
        worn.add(sheets)
    wider = sideways(page)
    return [*found, *([f"{wider} pixels too wide"] if wider else [])]


@pytest.mark.parametrize(("size", "lang"), [("phone", "en"), ("desk", "zh")])
def test_no_page_stands_in_the_way_of_anyone(race: None, open_page: OpenPage, size: str, lang: str) -> None:
    """On a desk the colours of every page are looked at; a phone has few of its own."""
    page = open_page(*SIZES[size])
    expect_barriers(page)
    worn: set[str] | None = set() if size == "phone" else None
    found: dict[str, list[str]] = {}
    for path in PUBLIC:
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        found[path] = in_the_way(page, worn)
    for name, paths in {"chen": CONSOLE, **APART}.items():
        page.context.clear_cookies()
        page.goto("/sign-in")
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        for path in paths:
            page.goto(f"{path}?lang={lang}")
            found[path] = in_the_way(page, worn)
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_every_public_page_can_be_read_without_scripts(race: None, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    for path in PUBLIC:
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, path
        assert page.locator("h1").is_visible(), path
    page.goto("/boards/now/")
    assert page.get_by_text("青石镇").first.is_visible()
