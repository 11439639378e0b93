"""An administrator and a reporter at work, in a real browser."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from leaderboard.boards.drafts import make_draft
from leaderboard.boards.publish import Due
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.read import find_season
from tests.browser import OpenPage, barriers
from tests.factories import FOUR_RATES, OFFICE, Race, put_in_force
from tests.people import PASSWORD, enrol
from tests.web.races import TODAY, committed_race


@pytest.fixture
def race(database: Database) -> Race:
    """The running race and the administrator, committed before the server starts."""
    enrol(database)
    enrol(database, "zhao")
    return committed_race(database)


def sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def weigh(page: Page, **weights: str) -> None:
    for name, weight in weights.items():
        page.get_by_role("textbox", name=f"{name} 权重").fill(weight)


def approved_by_another(open_page: OpenPage) -> Page:
    """A second administrator comes in, sees what waits and what it would change, and approves it."""
    page = open_page(1366, 768)
    sign_in(page, "zhao")
    page.get_by_role("link", name="当年赛季 第 2 版方案").click()
    expect(page.get_by_role("heading", name="3 家中 2 家名次变化")).to_be_visible()
    expect(page.get_by_text("柳溪镇由第 2 升到第 1", exact=True)).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="批准").click()
    expect(page.get_by_text("第 2 版方案已批准")).to_be_visible()
    return page


NEW = {"签约率": "60", "开工率": "5", "落地率": "10", "资金到位率": "25"}


def test_a_weight_is_changed_seen_put_in_force_and_published(race: Race, open_page: OpenPage) -> None:
    """Edition 2 stands under the new weights with movement; edition 1 is the same to the byte."""
    page = open_page(1366, 768)
    first = page.request.get("/boards/now/1.json").body()
    sign_in(page, "chen")
    expect(page.get_by_role("heading", level=1, name="总览")).to_be_visible()
    page.get_by_role("link", name="调整方案").click()
    page.get_by_role("textbox", name="签约率 权重").fill("60")
    expect(page.get_by_text("与满分差 +30")).to_be_visible()
    weigh(page, **NEW)
    expect(page.get_by_text("等于满分")).to_be_visible()
    # The effect follows by itself once the sum is right.
    expect(page.get_by_role("heading", name="3 家中 2 家名次变化")).to_be_visible()
    expect(page.get_by_text("柳溪镇由第 2 升到第 1", exact=True)).to_be_visible()
    page.get_by_label("调整理由（必填，记入审计）").fill("突出签约")
    page.get_by_role("button", name="提交审批", exact=True).click()
    expect(page.get_by_text("第 2 版方案已提交")).to_be_visible()
    page = approved_by_another(open_page)
    page.get_by_text("历次方案").click()
    expect(page.get_by_role("row", name="2 现行")).to_contain_text("突出签约")
    page.get_by_role("link", name="发布榜单", exact=True).click()
    page.get_by_role("button", name="发布第 2 期").click()
    expect(page.get_by_role("heading", level=1, name="已发布第 2 期")).to_be_visible()
    page.get_by_role("link", name="看第 2 期").click()
    expect(page.get_by_role("row", name="柳溪镇")).to_contain_text("升 1")
    second = json.loads(page.request.get("/boards/now/2.json").body())
    assert [(s["unit"], s["place"], s["previous_place"], s["score"]) for s in second["standings"]] == [
        ("liuxi", 1, 2, "60"),
        ("qingshi", 2, 1, "45"),
        ("nanan", 3, 3, "0"),
    ]
    assert page.request.get("/boards/now/1.json").body() == first


@pytest.mark.engines("sqlite")
def test_without_script_the_buttons_do_the_same(race: Race, open_page: OpenPage) -> None:
    page = open_page(1366, 768, java_script_enabled=False)
    sign_in(page, "chen")
    page.goto("/console/seasons/now/scheme")
    weigh(page, **NEW)
    page.get_by_role("button", name="试算").click()
    expect(page.get_by_role("heading", name="3 家中 2 家名次变化")).to_be_visible()
    expect(page.get_by_role("textbox", name="签约率 权重")).to_have_value("60")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("p.notice")).to_contain_text("草稿第 2 版已保存")


NARROW = (
    "/console/import",
    "/console/seasons/now/scheme/document",
    "/console/seasons/now/scheme/versions",
)
"""Pages that hold at the narrowest phone too: a file to choose, a table that scrolls with words for readers aloud."""


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_no_page_is_wider_than_its_window(
    race: Race, database: Database, open_page: OpenPage, width: int, height: int
) -> None:
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        put_in_force(session, season, FOUR_RATES | {"name": "次年方案"}, TODAY, today=TODAY)
        session.commit()
    page = open_page(width, height)
    sign_in(page, "chen")
    for path in (
        "/console/",
        "/console/seasons/now/scheme",
        "/console/seasons/now/publish",
        "/console/seasons/now/units",
        "/console/seasons/now/timetables/new",
        "/console/projects",
        "/console/projects/new",
        "/console/projects/L-1",
        "/console/returns",
        "/console/screens",
        *NARROW,
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        if path in NARROW:
            page.set_viewport_size({"width": 320, "height": 640})
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
            page.set_viewport_size({"width": width, "height": height})


@pytest.mark.engines("sqlite")
def test_figures_of_a_draft_stand_in_their_own_columns(
    race: Race, database: Database, open_page: OpenPage
) -> None:
    """The longest a column has to hold: a fraction in 亿元 and its points."""
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        made = make_draft(session, "chen", season, OFFICE, Due(TODAY, now(), now()))
        session.commit()
        path = f"/console/seasons/now/drafts/{made.id}"
    page = open_page(1366, 768)
    sign_in(page, "chen")
    page.goto(path)
    beyond = page.locator(".unpublished .c-rate").evaluate_all(
        """cells => cells.filter(cell => {
            cell.querySelector(".beneath").innerHTML =
                '<span class="of">56.77/86.04 亿元</span><span class="points">16.50 分</span>';
            const own = cell.getBoundingClientRect();
            return [...cell.querySelectorAll("span span")]
                .map(span => span.getBoundingClientRect())
                .some(shown => shown.left < own.left || shown.right > own.right);
        }).length"""
    )
    assert page.locator(".unpublished .c-rate").count() > 0
    assert beyond == 0
