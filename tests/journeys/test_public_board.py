"""The public board in a real browser: sorted by key and by address, lines that stand out, a frame, and paper."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from leaderboard.boards.read import latest_edition
from leaderboard.db import Database
from tests.boards.lives import corrected, reverse_starts
from tests.browser import OpenPage, barriers, sideways
from tests.factories import FOUR_RATES, small_race, start_race
from tests.journeys.paper import words_on_pages
from tests.web.races import committed_race

pytestmark = pytest.mark.engines("sqlite")  # what a browser shows does not depend on the engine

MILLIMETRE = 72 / 25.4


@pytest.fixture
def race(database: Database) -> None:
    """The race of the pages with a second edition, and one of 24 units with six indicators."""
    race = committed_race(database)
    with database.session() as session:
        race.session, race.season = session, session.merge(race.season)
        race.publish(date(2026, 11, 30))
        wide = start_race(session, "wide", title="宽表赛季")
        for number in range(24):
            wide.unit(f"unit-{number}")
        more = [{**FOUR_RATES["indicators"][1], "key": f"more_{n}", "name": f"指标{n}"} for n in range(2)]
        wide.scheme({**FOUR_RATES, "full_mark": "150", "indicators": [*FOUR_RATES["indicators"], *more]})
        wide.publish()
        session.commit()
        assert latest_edition(session, race.season.id) is not None


def names(page: Page) -> list[str]:
    return page.locator("table.composite >> nth=0 >> tbody .c-unit a").all_inner_texts()


def sheets(pdf: bytes) -> list[tuple[int, int]]:
    """The size of every page of a PDF in millimetres."""
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(round(float(wide) / MILLIMETRE), round(float(high) / MILLIMETRE)) for wide, high in boxes]


def test_a_board_is_sorted_by_key_and_the_address_says_so(race: None, open_page: OpenPage) -> None:
    """What the script shows is what the server answers at the same address."""
    page = open_page()
    page.goto("/boards/now/")
    official = names(page)
    found = {}
    for presses in range(3):
        head = page.locator("th >> a.sort[data-column=landing]").first
        head.focus()
        page.keyboard.press("Enter")
        found[page.url] = names(page)
        sorted_by = page.locator("table.composite >> nth=0 >> th[aria-sort]")
        wanted = [("落地率", "descending"), ("落地率", "ascending"), ("名次", "ascending")][presses]
        assert (sorted_by.inner_text().strip("▲▼"), sorted_by.get_attribute("aria-sort")) == wanted
        assert page.locator("p.sorted").first.is_visible() is (presses < 2)
    assert [address.partition("/boards/now/")[2] for address in found] == [
        "?order=landing",
        "?order=-landing",
        "",
    ]
    assert list(found.values())[2] == official
    plain = open_page(java_script_enabled=False)
    for address, shown in found.items():
        plain.goto(address)
        assert names(plain) == shown
    page.set_viewport_size({"width": 390, "height": 844})
    page.select_option("form.order select", "-score")
    assert names(page) == official[::-1]
    assert (barriers(page), sideways(page)) == ([], 0)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_board_stays_in_the_narrowest_window(race: None, open_page: OpenPage, lang: str) -> None:
    page = open_page(320, 640)
    page.goto(f"/boards/now/?lang={lang}")
    assert (page.locator("table.method").count(), sideways(page)) == (1, 0)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_long_names_to_choose_from_stay_in_the_narrowest_window(
    session: Session, open_page: OpenPage, lang: str
) -> None:
    race = small_race(session)
    race.season.title = "云溪县与长三角各县区联合招商引资竞赛2026年度"
    race.season.title_en = "Investment Race of Yunxi and the Counties of the Yangtze Delta 2026"
    race.publish()
    session.commit()
    page = open_page(320, 640)
    page.goto(f"/verify?lang={lang}")
    assert (page.locator("select").count(), sideways(page)) == (1, 0)


def test_who_moved_by_a_correction_stays_in_the_narrowest_window(
    session: Session, open_page: OpenPage
) -> None:
    race = small_race(session)
    first = race.publish()
    reverse_starts(race)
    corrected(race, first)
    session.commit()
    page = open_page(320, 640)
    for lang in ("zh", "en"):
        page.goto(f"/boards/race/2/?lang={lang}")
        assert (page.locator("table.moved").count(), sideways(page)) == (1, 0)


def test_a_line_stands_out_while_its_name_is_pointed_at(race: None, open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/boards/now/graph/?what=score")
    name = page.locator(".names a", has_text="青石镇")
    name.hover()
    assert page.locator(".graph .lane.over").get_attribute("data-unit") == "qingshi"
    page.mouse.move(0, 0)
    assert page.locator(".graph .lane.over").count() == 0
    name.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**units=qingshi**")
    assert page.locator(".graph .lane.mark").get_attribute("data-unit") == "qingshi"
    assert page.locator(".across").first.get_attribute("tabindex") == "0"
    assert page.context.cookies() == []


def check_paper(board: dict[str, Any], pages: list[str]) -> None:
    """Every row with its place and its score, in the board's order, under heads that are on each page that has rows."""
    heads = "".join(["单位", *(indicator["name"] for indicator in board["scheme"]["indicators"]), "总分"])
    rows = [row["unit_name"] for row in board["standings"]]
    assert all(heads in page for page in pages if any(name in page for name in rows))
    at = 0
    table = "".join(page.partition(heads)[2] for page in pages)
    for row in board["standings"]:
        at = table.index(row["unit_name"], at)
        assert row["score_shown"] in table[at : at + 120]


def test_boards_lie_on_the_paper_they_need(race: None, open_page: OpenPage) -> None:
    """Six indicators need A3 across; its 24 rows and all else still lie on whole sheets."""
    page = open_page()
    sizes, printed = {}, {}
    for path in ("/boards/now/", "/boards/wide/", "/boards/now/graph/", "/boards/now/compare/?from=1&to=2"):
        page.goto(path)
        pdf = page.pdf(prefer_css_page_size=True, format="A4")
        sizes[path] = set(sheets(pdf))
        printed[path] = words_on_pages(pdf)
    assert list(sizes.values()) == [{(210, 297)}, {(420, 297)}, {(210, 297)}, {(420, 297)}]
    for path in ("/boards/now/", "/boards/wide/"):
        check_paper(page.request.get(f"{path}latest.json").json(), printed[path])
    page.goto("/boards/wide/")
    page.emulate_media(media="print")
    address = page.locator(".seal .on-paper")
    assert (address.is_visible(), "/boards/wide/1/" in address.inner_text()) == (True, True)
    assert page.locator(".masthead").is_hidden()
    name = page.locator(".standings .c-unit a").first
    assert name.evaluate("link => getComputedStyle(link).whiteSpace") == "normal"


def test_whoever_prints_chooses_the_paper(race: None, open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/boards/now/")
    pdf = page.pdf(prefer_css_page_size=True, format="A3", landscape=True)
    assert set(sheets(pdf)) == {(420, 297)}
    check_paper(page.request.get("/boards/now/latest.json").json(), words_on_pages(pdf))


def test_lists_longer_than_a_sheet_begin_on_the_first(database: Database, open_page: OpenPage) -> None:
    """Six lists of twelve under one heading fill two sheets: the first has some of them, and none is torn apart."""
    with database.session() as session:
        race = start_race(session, "lists", title="分项赛季")
        for number in range(12):
            race.unit(f"unit-{number}")
        more = [{**FOUR_RATES["indicators"][1], "key": f"more_{n}", "name": f"指标{n}"} for n in range(2)]
        indicators = [{**one, "weight": None} for one in [*FOUR_RATES["indicators"], *more]]
        race.scheme({**FOUR_RATES, "composite": False, "lead": "signing", "indicators": indicators})
        race.publish()
        session.commit()
    page = open_page()
    page.goto("/boards/lists/")
    first, *others = words_on_pages(page.pdf(format="A4"))
    assert len(others) > 0
    assert "名次单位" in first


CUT_NAMES = """() => Array.from(document.querySelectorAll("tbody .c-unit"))
  .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"""


@pytest.mark.parametrize("width", [280, 300, 390])
def test_names_are_whole_in_a_side_column(database: Database, open_page: OpenPage, width: int) -> None:
    """Inside another site's page, in both languages; scores of one column end at one edge."""
    with database.session() as session:
        race = start_race(session, "side", title="侧栏赛季", title_en="Side column")
        for number, english in enumerate(
            ("Yunxi Economic Development Zone", "Economy and Information Bureau")
        ):
            race.unit(f"unit-{number}", name="县文化广电旅游体育局驻外工作组"[number:], name_en=english)
        race.scheme()
        race.publish()
        race.publish(date(2026, 11, 30))
        session.commit()
    page = open_page(width, 800)
    for lang in ("zh", "en"):
        page.goto(f"/boards/side/embed/?lang={lang}")
        assert (page.locator("tbody tr").count(), page.evaluate(CUT_NAMES), sideways(page)) == (2, [], 0)
        name, score = (
            page.locator(f"tbody tr >> nth=0 >> {cell}").bounding_box() for cell in (".c-unit", ".c-score")
        )
        assert name is not None
        assert score is not None
        assert (name["width"] > width / 2, name["x"] + name["width"] <= score["x"]) == (True, True)
