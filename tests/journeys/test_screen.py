"""A display in a real browser: it shows the board, takes the next edition by itself, and outlives its server."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.boards.screens import add_screen
from leaderboard.db import Database
from leaderboard.instant import now
from tests.browser import OpenPage
from tests.factories import Race, small_race, start_race
from tests.serving import serving

SIZES = {"wall": (1920, 1080), "double wall": (3840, 1080), "upright": (1080, 1920), "phone": (390, 844)}
LONG = "云溪经济技术开发区管理委员会招商引资工作专班"
TOO_WIDE = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
    Array.from(document.querySelectorAll('body *')).filter((one) => one.getBoundingClientRect().right > window.innerWidth)
        .map((one) => one.tagName + '.' + one.getAttribute('class') + ' ' + one.textContent.trim().slice(0, 40))"""
SPILLS = """() => Array.from(document.querySelectorAll('.rows > .row:not([hidden]) > span')).filter((cell) => {
    const box = cell.getBoundingClientRect();
    const wide = cell.scrollWidth > cell.clientWidth + 1 && !cell.classList.contains('c-unit');
    return box.width && (wide || box.right > window.innerWidth || box.height > cell.parentElement.clientHeight + 1);
}).map((cell) => cell.textContent.trim())"""
SMALLEST = """() => Math.min(...Array.from(document.querySelectorAll('.rows .row:not([hidden]) .of'))
    .map((text) => parseFloat(getComputedStyle(text).fontSize)))"""
WALLS, LEGIBLE_PX = ("wall", "double wall", "upright"), 27
"""A fortieth of the height of a wall."""
ON_GLASS = """() => Array.from(document.querySelectorAll('.rows > .row'))
    .filter((row) => row.offsetParent !== null && row.getBoundingClientRect().bottom <= window.innerHeight)
    .map((row) => row.dataset.unit)"""


@pytest.fixture
def race(session: Session, monkeypatch: pytest.MonkeyPatch) -> Race:
    """柳溪 first, then 青石, then 南岸; the next edition is due any moment, so that the display asks every second."""
    # No timetable has a rule for any moment.
    monkeypatch.setattr("leaderboard.boards.screen_states.promised", lambda *_: now() + 1000)
    race = small_race(session)
    race.publish(next_due_at=now() + 1000)
    session.commit()
    return race


def address(race: Race, **more: str) -> str:
    _, token = add_screen(race.session, "admin", name="大厅", season=race.season, secret="s", **more)
    race.session.commit()
    return f"/screens/{token}"


def overtake(race: Race) -> None:
    """南岸 takes the lead with 95.97."""
    for number in range(4):
        race.project(
            "nanan",
            code=f"N-{number}",
            started=date(2026, 7, 1),
            registered=date(2026, 6, 1),
            arrived=100_000_000,
        )
    race.publish(next_due_at=now() + 1000)
    race.session.commit()


def order(page: Page) -> list[str]:
    found: list[str] = page.evaluate(ON_GLASS)
    return found


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_board_fits_the_glass(race: Race, open_page: OpenPage, size: tuple[int, int]) -> None:
    page = open_page(*size)
    page.goto(address(race))
    expect(page.locator("#countdown")).not_to_be_empty()
    assert order(page) == ["liuxi", "qingshi", "nanan"]
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(SPILLS) == []


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("size", WALLS)
def test_the_fraction_of_a_small_count_can_be_read_from_afar(
    race: Race, open_page: OpenPage, size: str
) -> None:
    page = open_page(*SIZES[size])
    page.goto(address(race))
    assert page.evaluate(SMALLEST) >= LEGIBLE_PX


@pytest.mark.engines("sqlite")
def test_the_next_edition_appears_by_itself(race: Race, open_page: OpenPage) -> None:
    """Without a reload, on the same rows, within the second that the display waits."""
    page = open_page(1920, 1080)
    page.goto(address(race))
    page.evaluate("window.stayed = true; document.querySelector('[data-unit=nanan]').same = 'yes'")
    overtake(race)
    expect(page.locator(".subtitle")).to_contain_text("第 2 期")
    expect(page.locator(".scene:not([hidden]) [data-unit=nanan] .c-score")).to_have_text("95.97")
    expect(page.locator(".scene:not([hidden]) [data-unit=nanan] .c-move")).to_have_text("↑ 升 2")
    assert order(page) == ["nanan", "liuxi", "qingshi"]
    assert page.evaluate("window.stayed && document.querySelector('[data-unit=nanan]').same") == "yes"


@pytest.mark.engines("sqlite")
def test_rows_travel_only_where_motion_is_welcome(race: Race, open_page: OpenPage) -> None:
    path = address(race)
    counting = """() => {
        const real = Element.prototype.animate;
        window.moves = 0;
        Element.prototype.animate = function (...all) {
            window.moves += this.matches('.row');
            return real.apply(this, all);
        };
    }"""
    pages = {}
    for choice in ("reduce", "no-preference"):
        pages[choice] = open_page(1920, 1080, reduced_motion=choice)
        pages[choice].goto(path)
        pages[choice].evaluate(counting)
    overtake(race)
    for page in pages.values():
        expect(page.locator(".subtitle")).to_contain_text("第 2 期")
    assert {choice: page.evaluate("window.moves") for choice, page in pages.items()} == {
        "reduce": 0,
        "no-preference": 3,
    }


@pytest.mark.engines("sqlite")
def test_a_first_edition_ends_the_waiting(session: Session, open_page: OpenPage) -> None:
    race = start_race(session)
    race.unit("east")
    race.scheme()
    page = open_page(1920, 1080)
    path = address(race)
    page.clock.install()
    page.goto(path)
    expect(page.locator(".waiting")).to_contain_text("首期榜单尚未发布")
    race.publish()
    session.commit()
    row = page.locator(".scene:not([hidden]) .row[data-unit=east]")
    while not row.is_visible():
        page.clock.fast_forward(30_000)
        page.wait_for_timeout(50)


@pytest.mark.engines("sqlite")
def test_twelve_units_are_paged_under_the_top_three(session: Session, open_page: OpenPage) -> None:
    race = start_race(session)
    for number in range(1, 13):
        race.unit(f"u{number}", name=LONG if number == 5 else f"第{number}镇")
        for copy in range(13 - number):
            race.project(f"u{number}", code=f"P-{number}-{copy}")
    race.scheme()
    race.publish()
    session.commit()
    page = open_page(1920, 1080)
    page.clock.install()
    page.goto(address(race))
    expect(page.locator("#paging")).to_have_text(re.compile("第 1/[0-9]+ 页 · 12 家单位"))
    first = order(page)
    page.clock.run_for(16_000)
    expect(page.locator("#paging")).to_have_text(re.compile("第 2/[0-9]+ 页 · 12 家单位"))
    second = order(page)
    assert (len(first), second[:3], second[3:]) == (8, first[:3], ["u9", "u10", "u11", "u12"])
    assert page.evaluate(SPILLS) == []
    name = page.locator(".scene:not([hidden]) [data-unit=u5] .c-unit")
    assert name.get_attribute("title") == LONG


@pytest.mark.engines("sqlite")
def test_a_double_wall_shows_two_divisions_side_by_side(session: Session, open_page: OpenPage) -> None:
    race = start_race(session)
    race.unit("east")
    race.unit("office", division="offices")
    race.scheme()
    race.publish()
    session.commit()
    page = open_page(3840, 1080)
    page.goto(address(race))
    expect(page.locator("section:not([hidden])")).to_have_count(2)
    boxes = [
        page.locator(f"section[data-scene=table][data-key={key}]").bounding_box()
        for key in ("towns", "offices")
    ]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    assert boxes[0]["y"] == boxes[1]["y"]


@pytest.mark.engines("sqlite")
def test_the_last_board_stays_when_the_server_is_gone(
    race: Race, open_page: OpenPage, app: Flask, database: Database, settings: Settings, complaints: list[str]
) -> None:
    """The board stays with the age of its figures and the mark; when the server is back, so is the newest board."""
    path = address(race)
    page = open_page(1920, 1080)
    with serving(app, database, settings) as port:
        page.goto(f"http://127.0.0.1:{port}{path}")
        expect(page.locator(".scene:not([hidden]) .row[data-unit=liuxi]")).to_be_visible()
        expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator("#lost")).to_be_visible(timeout=20_000)
    assert "数据时间" in page.locator(".bottom").inner_text()
    assert order(page) == ["liuxi", "qingshi", "nanan"]
    with serving(app, database, settings, port):
        overtake(race)
        expect(page.locator("#lost")).to_be_hidden(timeout=30_000)
        expect(page.locator(".subtitle")).to_contain_text("第 2 期")
        page.close()
    # That the server could not be reached is what this test is about.
    assert all("ERR_" in complaint for complaint in complaints), complaints
    complaints.clear()


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("size", [(390, 844), (1280, 800), (1920, 1080), (320, 640)], ids=str)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_for_people_fit_every_width(
    session: Session, open_page: OpenPage, size: tuple[int, int], language: str
) -> None:
    race = start_race(session, title="云溪县招商引资赛马榜", title_en="Yunxi County Investment Race")
    race.unit("east", name=LONG, name_en="The Investment Task Force of the Economic and Technological Zone")
    race.unit("west")
    race.project("east", started=date(2026, 4, 1), registered=date(2026, 3, 9), arrived=12_345_678)
    race.scheme()
    race.publish()
    session.commit()
    page = open_page(*size)
    for path in ("/", "/boards/race/", "/boards/race/1/by/signing/", "/boards/race/1/units/east/"):
        page.goto(f"{path}?lang={language}")
        assert page.evaluate(TOO_WIDE) == [], path
