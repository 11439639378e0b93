"""A verifier at the queue, in a real browser: fifty records verified at a stroke, and taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from leaderboard.accounts.models import VERIFIER
from leaderboard.db import Database
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import Source, add_arrival
from tests.browser import OpenPage, barriers
from tests.people import PASSWORD, enrol
from tests.web.races import TODAY, committed_race


@pytest.fixture
def queue(database: Database) -> None:
    """Fifty arrivals of money that wait, and somebody who verifies, committed before the server starts."""
    committed_race(database)
    enrol(database, "wu", VERIFIER)
    with database.session() as session:
        project = find_project(session, "L-1")
        assert project is not None
        for number in range(50):
            source = Source("li", evidence=f"回单 {number}", recorded_at=number + 1)
            add_arrival(session, source, project, occurred_on=TODAY, amount_yuan=10_000 * (number + 1))
        session.commit()


def count(page: Page) -> int:
    return page.locator("form.queue tbody tr").count()


def test_fifty_records_are_verified_and_taken_back(queue: None, open_page: OpenPage) -> None:
    page = open_page(1366, 768)
    page.goto("/sign-in")
    page.get_by_label("账号").fill("wu")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.goto("/console/awaiting")
    assert count(page) == 50
    # By keyboard: the first row is reached with j and ticked with the space bar; typing a reason moves nothing.
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(page.locator('input[name="fact"]').first).to_be_checked()
    page.keyboard.press("r")
    page.keyboard.type("jak")
    expect(page.get_by_label("退回理由")).to_have_value("jak")
    page.get_by_role("link", name="全选本页").click()
    # The page is asked for anew, and hears keys only once its script is there.
    page.wait_for_load_state("load")
    page.keyboard.press("a")
    expect(page.get_by_text("已认定 50 条记录")).to_be_visible()
    expect(page.get_by_text("没有待认定的记录")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="撤销刚才的认定").click()
    expect(page.get_by_text("50 条记录回到待认定")).to_be_visible()
    assert count(page) == 50
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert barriers(page) == []
