"""The tuning desk in a real browser: every move ranked at once, nothing lost, names hidden, all in one window."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from leaderboard.db import Database
from tests.browser import OpenPage, barriers, sideways
from tests.factories import Race, race_of
from tests.journeys.test_console import sign_in
from tests.people import enrol
from tests.web.races import STARTS, TODAY, committed_race, unruled_race

pytestmark = pytest.mark.engines("sqlite")  # what a browser shows does not depend on the engine
DESK = "/console/seasons/now/scheme"
MOVED = re.compile("3 家中 2 家名次变化： ?柳溪镇由第 2 升到第 1")
HIDDEN = re.compile("3 家中 2 家名次变化： ?单位[ABC]由第 2 升到第 1")
SLIDE = "(slider, to) => { slider.value = to; slider.dispatchEvent(new Event('input', {bubbles: true})); }"
CHANGE = "slider => slider.dispatchEvent(new Event('change', {bubbles: true}))"
TOUCHING = """Array.from(document.querySelectorAll('.weigh th, .beside thead:not(.unseen) th'))
    .filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.textContent)"""
"""Headings and names that reach out of their cell, or are broken within a word to stay in it."""
PLACES = "Array.from(document.querySelectorAll('.after tbody tr'), row => row.cells[1].textContent)"


@pytest.fixture
def race(database: Database) -> Race:
    """The running race and the administrator, committed before the server starts."""
    enrol(database)
    return committed_race(database)


def at_desk(open_page: OpenPage, width: int = 1366, height: int = 768) -> Page:
    page = open_page(width, height)
    sign_in(page, "chen")
    page.goto(DESK)
    confirmed(page)
    return page


def confirmed(page: Page) -> None:
    expect(page.locator("#state")).to_have_text("已由服务器核对")


def slide(page: Page, name: str, to: int) -> None:
    """Drag a slider and let go; what the page says in the very next frame is looked at without waiting."""
    slider = page.get_by_role("slider", name=f"{name} 权重")
    slider.evaluate(SLIDE, to)
    slider.evaluate(CHANGE)


def box(page: Page, name: str) -> str:
    return page.get_by_role("textbox", name=f"{name} 权重").input_value()


def test_the_board_follows_the_slider_before_the_server_answers(
    race: Race, open_page: OpenPage, complaints: list[str]
) -> None:
    """Signing 60: the others keep their proportions of 25 : 20 : 25 and share 40."""
    page = at_desk(open_page)
    page.route("**/preview", lambda route: route.abort())
    slide(page, "签约率", 60)
    assert [box(page, name) for name in ("开工率", "落地率", "资金到位率")] == ["14.3", "11.4", "14.3"]
    expect(page.get_by_role("heading", name=MOVED)).to_be_visible()
    assert page.evaluate(PLACES) == ["柳溪镇", "青石镇", "南岸街道"]
    expect(page.get_by_role("row", name=re.compile("1 柳溪镇 .*升 1 60.00 [+]30.00"))).to_be_visible()
    expect(page.locator("#state")).to_have_text("连接不上服务器，名次由本机算出，未经核对")
    complaints.clear()
    page.unroute("**/preview")
    slide(page, "签约率", 61)
    confirmed(page)
    expect(page.get_by_role("heading", name=MOVED)).to_be_visible()
    expect(page.locator("#other")).to_have_text("上期（第 1 期）同样改动会使 2 家变化")
    assert barriers(page) == []


def test_before_the_first_scheme_the_script_says_who_comes_first(
    database: Database, open_page: OpenPage, complaints: list[str]
) -> None:
    """Four rates of 25: 青石 62.5 leads; with signing alone 柳溪, 4 of 4, does, and nobody is said to stay in place."""
    enrol(database)
    with database.session() as session:
        race = unruled_race(session)
        race.unit("east", division="parks", name="东园")
        session.commit()
    page = at_desk(open_page)
    page.route("**/preview", lambda route: route.abort())
    expect(page.locator("#verdict-title")).to_have_text("首次排名：4 家有名次，towns组：青石镇居首")
    slide(page, "签约率", 100)
    expect(page.locator("#verdict-title")).to_have_text("首次排名：4 家有名次，towns组：柳溪镇居首")
    expect(page.locator("#movers")).to_have_text("parks组：东园居首")
    expect(page.locator("#state")).to_contain_text("连接不上服务器")
    complaints.clear()


def test_slider_box_and_keyboard_move_together(race: Race, open_page: OpenPage) -> None:
    page = at_desk(open_page)
    page.get_by_role("slider", name="签约率 权重").focus()
    page.keyboard.press("ArrowRight")
    assert [box(page, name) for name in NAMES] == ["30.5", "24.8", "19.9", "24.8"]
    page.get_by_role("textbox", name="签约率 权重").focus()
    page.keyboard.press("Shift+ArrowDown")
    assert box(page, "签约率") == "25.5"
    expect(page.get_by_role("slider", name="签约率 权重")).to_have_value("25.5")
    expect(page.get_by_text("与满分差 -5")).to_be_visible()
    expect(page.locator("#state")).to_have_text("合计不等于满分，按所填权重试排")
    page.get_by_role("button", name="折算到满分").click()
    expect(page.get_by_text("等于满分")).to_be_visible()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert [box(page, name) for name in NAMES] == ["30.5", "24.8", "19.9", "24.8"]
    page.get_by_role("button", name="撤销一步").click()
    assert [box(page, name) for name in NAMES] == ["30", "25", "20", "25"]
    expect(page.get_by_role("button", name="撤销一步")).to_be_disabled()


def test_a_slider_leads_back_the_way_it_came(race: Race, open_page: OpenPage) -> None:
    """60 keys up and 60 down; then a box that is no number: nothing is said to be tried that was not."""
    page = at_desk(open_page)
    page.get_by_role("slider", name="签约率 权重").focus()
    for key in ("ArrowRight", "ArrowLeft"):
        for _time in range(60):
            page.keyboard.press(key)
    assert [box(page, name) for name in NAMES] == ["30", "25", "20", "25"]
    page.get_by_role("textbox", name="签约率 权重").fill("1e2")
    expect(page.locator("#state")).to_have_text("有一项不是数，未试排：灰色的是改动之前的结果")
    expect(page.locator("#effect")).to_have_class(re.compile("is-stale"))
    page.get_by_role("textbox", name="签约率 权重").fill("30")
    expect(page.locator("#effect")).not_to_have_class(re.compile("is-stale"))
    confirmed(page)


def test_keys_on_a_link_or_a_heading_of_the_desk_are_not_the_sliders(race: Race, open_page: OpenPage) -> None:
    """A script error fails the test: what a link holds is no number to step."""
    page = at_desk(open_page)
    page.locator("#desk summary").first.focus()
    for key in ("Tab", "Shift+Tab", "ArrowDown", "Enter", "Shift"):
        page.keyboard.press(key)
    assert [box(page, name) for name in NAMES] == ["30", "25", "20", "25"]


def test_a_box_that_was_emptied_stays_empty_when_another_slider_moves(
    race: Race, open_page: OpenPage
) -> None:
    """Signing 60 takes nothing from the others while one of them is open; with 30 in it they share the rest anew."""
    page = at_desk(open_page)
    page.get_by_role("textbox", name="落地率 权重").fill("")
    slide(page, "签约率", 60)
    assert [box(page, name) for name in NAMES] == ["60", "25", "", "25"]
    expect(page.get_by_text("有一项不是数", exact=True)).to_be_visible()
    expect(page.locator("#state")).to_have_text("有一项不是数，未试排：灰色的是改动之前的结果")
    page.get_by_role("textbox", name="落地率 权重").fill("30")
    slide(page, "签约率", 20)
    assert [box(page, name) for name in NAMES] == ["20", "25", "30", "25"]
    confirmed(page)


NAMES = ("签约率", "开工率", "落地率", "资金到位率")


def test_what_was_not_saved_is_offered_again(race: Race, open_page: OpenPage, complaints: list[str]) -> None:
    """After a reload, and after the session ended in between; what is dropped does not come back."""
    page = at_desk(open_page)
    slide(page, "签约率", 60)
    page.context.clear_cookies()
    slide(page, "签约率", 65)
    expect(page.locator("#state")).to_have_text("登录已过期：改动已留在本机，重新登录后可恢复")
    complaints.clear()
    sign_in(page, "chen")
    page.goto(DESK)
    expect(page.locator("#kept")).to_contain_text("签约率 权重 30 → 65 等 4 处")
    assert box(page, "签约率") == "30"
    assert barriers(page) == []
    page.get_by_role("button", name="恢复这些改动").click()
    assert box(page, "签约率") == "65"
    expect(page.get_by_role("heading", name=MOVED)).to_be_visible()
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("草稿第 2 版已保存")).to_be_visible()
    expect(page.locator("#kept")).to_be_hidden()
    slide(page, "落地率", 50)
    page.reload()
    page.get_by_role("button", name="丢弃").click()
    page.reload()
    expect(page.locator("#kept")).to_be_hidden()


def test_the_reason_and_the_day_are_not_lost_either(
    race: Race, open_page: OpenPage, complaints: list[str]
) -> None:
    """They stay when the draft is saved, and where the session ended on submitting."""
    page = at_desk(open_page)
    reason, day = page.locator("#reason"), page.locator("#effective_on")
    later = str(TODAY + timedelta(days=3))
    reason.fill("县委决定")
    day.fill(later)
    slide(page, "签约率", 60)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("草稿第 2 版已保存")).to_be_visible()
    expect(reason).to_have_value("县委决定")
    expect(day).to_have_value(later)
    expect(page.locator("#kept")).to_be_hidden()
    page.context.clear_cookies(name="saima")
    page.get_by_role("button", name="提交审批").click()
    complaints.clear()
    sign_in(page, "chen")
    page.goto(DESK)
    expect(reason).to_have_value("县委决定")
    expect(day).to_have_value(later)
    page.get_by_role("button", name="提交审批").click()
    expect(page.get_by_text("第 2 版方案已提交")).to_be_visible()


def test_intervals_of_other_weights_are_not_shown(race: Race, open_page: OpenPage) -> None:
    page = at_desk(open_page)
    first = page.locator(".after .sure span").first
    expect(first).to_be_visible()
    page.get_by_role("textbox", name="签约率 权重").fill("31")
    expect(first).to_be_hidden()
    page.get_by_role("textbox", name="签约率 权重").fill("30")
    confirmed(page)
    expect(first).to_be_visible()


def test_a_key_hides_the_names_and_shows_them_again(race: Race, open_page: OpenPage) -> None:
    page = at_desk(open_page)
    slide(page, "签约率", 60)
    page.keyboard.press("b")
    expect(page.get_by_role("heading", name=HIDDEN)).to_be_visible()
    # The weights were moved with names in sight: whatever follows is not chosen blind.
    expect(page.locator("[name=moved]")).to_have_value("1")
    assert [name for name in ("柳溪", "青石", "liuxi", "qingshi") if name in page.content()] == []
    # Typed into a field it is a letter like any other.
    page.get_by_label("调整理由（必填，记入审计）").press_sequentially("b")
    expect(page.get_by_role("heading", name=HIDDEN)).to_be_visible()
    slide(page, "签约率", 70)
    page.get_by_role("button", name="显示单位名称").click()
    expect(page.get_by_role("heading", name=MOVED)).to_be_visible()
    assert box(page, "签约率") == "70"


def test_names_are_hidden_over_weights_that_do_not_add_up(race: Race, open_page: OpenPage) -> None:
    """Signing 91, all 161: the script ranks 柳溪 91 before 青石 45.5 + 25 + 20 = 90.5, and goes on doing so, unnamed."""
    page = at_desk(open_page)
    page.get_by_role("textbox", name="签约率 权重").fill("91")
    expect(page.get_by_role("heading", name=MOVED)).to_be_visible()
    page.locator("#effect-title").click()
    page.keyboard.press("b")
    expect(page.get_by_role("heading", name=HIDDEN)).to_be_visible()
    expect(page.locator("#state")).to_have_text("合计不等于满分，按所填权重试排")
    assert [name for name in ("柳溪", "青石", "liuxi", "qingshi") if name in page.content()] == []
    assert page.locator(".after tbody tr").count() == 3
    # Where a weight is no number, what was tried before stays, in grey.
    page.get_by_role("textbox", name="签约率 权重").fill("1e2")
    page.locator("#effect-title").click()
    page.keyboard.press("b")
    expect(page.locator(".after tbody")).to_contain_text("青石镇")
    expect(page.locator("#state")).to_have_text("有一项不是数，未试排：灰色的是改动之前的结果")
    expect(page.locator("#effect")).to_have_class(re.compile("is-stale"))


def test_other_caps_and_rounded_points_are_asked_of_the_server(
    race: Race, database: Database, open_page: OpenPage
) -> None:
    """A cap of 50 % on signing leaves 柳溪 15 points; points rounded on the way are the server's alone."""
    page = at_desk(open_page)
    page.get_by_text("封顶、保底与并列").click()
    page.get_by_role("textbox", name="签约率 封顶百分比").fill("50")
    expect(page.locator("#state")).to_have_text("得分不随权重同比变动，正由服务器计算，请稍候")
    expect(page.get_by_role("row", name=re.compile("2 柳溪镇 .*持平 15.00 -15.00"))).to_be_visible()
    # From here the browser weighs by the new cap.
    slide(page, "签约率", 100)
    assert page.evaluate(PLACES)[0] == "柳溪镇"


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080), (390, 844), (320, 640)])
def test_all_of_24_units_lie_on_one_desk(
    race: Race, database: Database, open_page: OpenPage, width: int, height: int
) -> None:
    with database.session() as session:
        more = race_of(session, "now")
        for number in range(21):
            more.unit(f"u{number}", name=f"第{number}街道招商引资服务中心", name_en=f"U {number}")
            more.project(f"u{number}", code=f"U-{number}", name="项目", signed=STARTS)
        session.commit()
    page = at_desk(open_page, width, height)
    slide(page, "签约率", 60)
    confirmed(page)
    assert sideways(page) == 0
    if width > 390:
        assert page.evaluate("document.documentElement.scrollHeight") <= height
    assert barriers(page) == []
    assert str(TODAY) in page.content()
    page.goto(f"{DESK}?lang=en")
    assert sideways(page) == 0
    if width > 390:
        assert page.evaluate(TOUCHING) == []
        assert page.evaluate("document.documentElement.scrollHeight") <= height
