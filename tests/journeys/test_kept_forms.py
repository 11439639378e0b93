"""Nothing typed at the console is lost: it outlives the session, and what was saved is never offered again."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from leaderboard.accounts.models import UserSession
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.drafts import current_draft, save_draft
from leaderboard.seasons.read import find_season
from tests.browser import OpenPage, barriers
from tests.journeys.test_console import sign_in
from tests.people import PASSWORD, enrol
from tests.web.races import committed_race

TARGETS = "/console/seasons/now/targets"
OFFERED = "在这里填写、没有保存的内容还在"
DESK = "/console/seasons/now/scheme"


def end_sessions(database: Database) -> None:
    with database.session() as session:
        session.execute(update(UserSession).values(ended_at=now()))
        session.commit()


def revise(database: Database, **weights: str) -> None:
    """A colleague gives indicators other weights in the draft."""
    with database.session() as session:
        season = find_season(session, "now")
        assert season is not None
        draft = current_draft(session, season.id)
        assert draft is not None
        document = json.loads(draft.document)
        for row in document["indicators"]:
            row["weight"] = weights.get(row["key"], row["weight"])
        save_draft(session, "zhao", season, document, (draft.version_no, draft.revision))
        session.commit()


@pytest.mark.engines("sqlite")
def test_what_is_typed_outlives_the_session(
    database: Database, open_page: OpenPage, complaints: list[str]
) -> None:
    enrol(database)
    committed_race(database)
    page = open_page(1366, 768)
    sign_in(page, "chen")
    page.goto(TARGETS)
    cell = page.locator("table.tasks tbody input").first
    cell.fill("77")
    end_sessions(database)
    page.get_by_role("button", name="保存").first.click()
    expect(page.get_by_text("登录已到期")).to_be_visible()
    page.get_by_label("账号").fill("chen")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    # Back on the page of the form, with what was typed one click away.
    expect(page).to_have_url(re.compile(f"{TARGETS}$"))
    expect(page.get_by_text(OFFERED)).to_be_visible()
    assert cell.input_value() != "77"
    assert barriers(page) == []
    page.get_by_role("button", name="恢复填写的内容").click()
    expect(cell).to_have_value("77")
    page.get_by_role("button", name="保存").first.click()
    expect(page.get_by_text("目标任务已保存，改动 1 处")).to_be_visible()
    page.goto(TARGETS)
    expect(page.get_by_text(OFFERED)).to_have_count(0)
    # Nor are weights that were saved, where a colleague's stand in the draft by now.
    page.goto(DESK)
    page.get_by_role("textbox", name="签约率 权重").fill("35")
    page.get_by_role("textbox", name="开工率 权重").fill("20")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("草稿第 2 版已保存")).to_be_visible()
    revise(database, signing="40", landing="15")
    page.goto(DESK)
    expect(page.get_by_role("textbox", name="签约率 权重")).to_have_value("40")
    expect(page.locator("#kept")).to_be_hidden()
    assert complaints == []
