"""A unit's clerk without a mouse, on a phone: from the place to why, what would lift it, and a report with a photo."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from leaderboard.accounts.models import REPORTER
from leaderboard.boards.prospects import foresee
from leaderboard.boards.read import latest_edition
from leaderboard.db import Database
from leaderboard.ledger.evidence import evidence_of
from leaderboard.ledger.models import StageEvent
from tests.browser import OpenPage
from tests.factories import race_of
from tests.journeys.walking import Walker
from tests.people import PASSWORD, enrol
from tests.web.races import TODAY, committed_race

pytestmark = pytest.mark.engines("sqlite")
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def clerk(database: Database) -> None:
    """柳溪's reporter, two editions, the newer one reckoned through; committed before the server starts."""
    race = committed_race(database)
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    with database.session() as session:
        race = race_of(session, "now")
        race.publish(TODAY)
        edition = latest_edition(session, race.season.id)
        assert edition is not None
        foresee(session, edition).store(session)
        session.commit()


def choose(page: Page, option: str) -> None:
    """Go down the list that has the focus to an option."""
    chosen = page.locator("select:focus option:checked")
    for _option in range(page.locator("select:focus option").count()):
        if chosen.text_content() == option:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no option {option}")


def type_today(page: Page) -> None:
    """Type the present day into the day's field that has the focus, in whichever order the browser asks for it."""
    for first, rest in ((f"{TODAY:%m%d%Y}", ""), (f"{TODAY:%Y}", f"{TODAY:%m%d}")):
        page.keyboard.type(first)
        if rest:
            page.keyboard.press("ArrowRight")
            page.keyboard.type(rest)
        if page.locator("input:focus").input_value() == str(TODAY):
            return
        for _part in range(3):
            page.keyboard.press("Backspace")
            page.keyboard.press("ArrowLeft")
    raise AssertionError("the day cannot be typed")


def test_a_clerk_without_a_mouse_reads_and_reports(
    clerk: None, database: Database, open_page: OpenPage, tmp_path: Path
) -> None:
    photo = tmp_path / "开工.png"
    photo.write_bytes(PHOTO)
    page = open_page(390, 844)
    walker, keys = Walker(page), page.keyboard

    page.goto("/sign-in")
    expect(page.locator("[name=name]")).to_be_focused()  # the page begins where one types
    keys.type("li")
    walker.to("密码")
    keys.type(PASSWORD)
    walker.leaving(lambda: keys.press("Enter"))

    # The first stop leads past what stands on every page.
    walker.enter("跳到正文")
    walker.to("我的位次")
    walker.follow("为什么是这个名次")

    walker.enter("开工率", kind="summary")
    expect(page.get_by_role("table", name="分子未计入").first).to_be_visible()
    walker.to("柳溪项目0")
    walker.follow("怎么提升", back=True)

    walker.follow("打开计算器")
    walker.to("分子")
    for _rate in ("开工率", "落地率"):
        walker.to("分子")
        keys.press("Control+a")
        keys.type("3")
    walker.leaving(lambda: keys.press("Enter"))
    expect(page.get_by_text("按这些数，本单位为第 1")).to_be_visible()

    walker.follow("项目库", back=True)
    walker.follow("柳溪项目1")
    walker.enter("到达节点", kind="summary")
    walker.to("节点", kind="select")
    choose(page, "开工")
    walker.to("日期")
    type_today(page)
    walker.to("照片或文件")
    with page.expect_file_chooser() as chosen:
        keys.press("Space")
    chosen.value.set_files(photo)
    walker.follow("提交节点")
    expect(page.get_by_role("status").get_by_text("待认定，认定后计分。")).to_be_visible()
    walker.follow("项目库", back=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("4 个项目。")

    with database.reading() as session:
        (told,) = session.scalars(select(StageEvent).where(StageEvent.recorded_by == "li"))
        assert (told.stage, told.occurred_on) == ("started", TODAY)
        assert [file.title for file in evidence_of(session, [told.fact_id])[told.fact_id]] == ["开工.png"]
