"""A unit's clerk reports from a phone whose network comes and goes, in a real browser; and without scripts at a desk."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from leaderboard.accounts.models import REPORTER
from leaderboard.db import Database
from leaderboard.ledger.evidence import evidence_of
from leaderboard.ledger.models import RETURNED, CapitalArrival, StageEvent
from leaderboard.ledger.record import decide
from leaderboard.seasons.deadlines import Deadline, set_deadlines
from leaderboard.seasons.models import Season
from tests.browser import OpenPage, barriers, sideways
from tests.people import PASSWORD, enrol
from tests.web.races import TODAY, committed_race

pytestmark = pytest.mark.engines("sqlite")
LOSE_ONE_ANSWER = """() => {
  const whole = window.fetch;
  window.fetch = async (...asked) => {
    window.fetch = whole;
    await whole(...asked);
    throw new TypeError("lost on the way back");
  };
}"""
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def clerk(database: Database) -> None:
    """柳溪's reporter in a season with a deadline, committed before the server starts."""
    race = committed_race(database)
    enrol(database, "li", REPORTER, race.units["liuxi"].id)
    with database.session() as session:
        season = session.scalars(select(Season)).one()
        set_deadlines(session, "chen", season, [Deadline("started", 110, "signed")], reason="考核办法")
        session.commit()


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("账号").fill("li")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/my/")


def in_order(page: Page) -> bool:
    return barriers(page) == [] and sideways(page) == 0


def recorded(database: Database) -> list[StageEvent]:
    with database.reading() as session:
        return list(session.scalars(select(StageEvent).where(StageEvent.recorded_by == "li")))


def open_form(page: Page) -> Locator:
    """From the first page by way of the list to the form that reports a stage."""
    page.get_by_role("link", name="项目库", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("4 个项目，4 个临期。")
    assert in_order(page)
    page.get_by_role("link", name="柳溪项目1").click()
    page.get_by_text("到达节点", exact=True).click()
    assert in_order(page)
    return page.locator("#report-event")


def test_nothing_is_lost_or_doubled_while_the_network_comes_and_goes(
    clerk: None, database: Database, open_page: OpenPage, complaints: list[str], tmp_path: Path
) -> None:
    photo = tmp_path / "开工.png"
    photo.write_bytes(PHOTO)
    page = open_page(390, 844)
    sign_in(page)
    event = open_form(page)
    event.get_by_label("节点").select_option("started")
    event.get_by_label("照片或文件").set_input_files(photo)

    # Something is missing: it is said beside the field, and the photo that was chosen is still there.
    event.get_by_role("button", name="提交节点").click()
    expect(event.get_by_text("应为日期")).to_be_visible()
    assert page.evaluate("document.querySelector('#event-file').files.length") == 1
    assert in_order(page)
    complaints.clear()  # a browser reports every answer with a status of 422

    event.get_by_label("日期").fill(str(TODAY))
    page.context.set_offline(True)
    event.get_by_role("button", name="提交节点").click()
    expect(event.get_by_text("没有网络，没有发出")).to_be_visible()
    page.context.set_offline(False)
    expect(event.get_by_text("网络恢复了")).to_be_visible()
    complaints.clear()  # and every request without a network

    # The page is left, and what was typed is found again among the drafts.
    page.get_by_role("link", name="填报", exact=True).click()
    expect(page.get_by_role("heading", name="没有发出的草稿")).to_be_visible()
    assert in_order(page)
    page.get_by_role("link", name="柳溪项目1 · 到达节点").click()
    event = page.locator("#report-event")
    expect(event.get_by_text("已放回没有发出的内容")).to_be_visible()
    expect(event.get_by_label("节点")).to_have_value("started")
    expect(event.get_by_label("日期")).to_have_value(str(TODAY))
    event.get_by_label("照片或文件").set_input_files(photo)

    # The server has it, but its answer is lost: sent once more, it is recorded once.
    page.evaluate(LOSE_ONE_ANSWER)
    event.get_by_role("button", name="提交节点").click()
    expect(event.get_by_text("没有网络，没有发出")).to_be_visible()
    assert len(recorded(database)) == 1
    event.get_by_role("button", name="提交节点").click()
    expect(page.get_by_text("没有重复记录")).to_be_visible()
    (started,) = recorded(database)
    with database.reading() as session:
        assert len(evidence_of(session, [started.fact_id])[started.fact_id]) == 1
    page.goto("/my/reports")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 条待认定，没有被退回的。")
    assert page.get_by_text("没有发出的草稿").is_hidden()
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_what_was_sent_back_is_handed_in_anew_without_scripts(
    clerk: None, database: Database, open_page: OpenPage
) -> None:
    page = open_page(1366, 768, java_script_enabled=False)
    sign_in(page)
    page.goto("/my/projects/L-1")
    page.get_by_text("到位资金", exact=True).click()
    money = page.locator("#report-arrival")
    money.get_by_label("到账日期").fill(str(TODAY))
    money.get_by_label("金额（万元）").fill("300")
    money.get_by_label("依据").fill("回单")
    money.get_by_label("依据").press("Enter")
    expect(page.get_by_text("待认定，认定后计分。").first).to_be_visible()
    with database.session() as session:
        decide(session, "chen", session.scalars(select(CapitalArrival)).one(), RETURNED, "回单缺一页")
        session.commit()
    page.get_by_role("link", name="填报", exact=True).click()
    expect(page.get_by_text("回单缺一页")).to_be_visible()
    page.get_by_role("link", name="重新填报").click()
    money = page.locator("#report-arrival")
    expect(money.get_by_label("金额（万元）")).to_have_value("300")
    money.get_by_label("金额（万元）").fill("280")
    money.get_by_role("button", name="提交到位资金").click()
    expect(page.get_by_text("到位 280 万元（2,800,000 元）")).to_be_visible()
    page.goto("/my/reports")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 条待认定，没有被退回的。")
