"""A board whose successor did not come says so by itself, on paper-like pages and on the glass; an old edition does not."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from leaderboard.boards.clock import request_run
from leaderboard.boards.screens import add_screen
from leaderboard.instant import now
from tests.browser import OpenPage
from tests.factories import Race, small_race

WORDS = "数据可能过期"
MINUTE = 60_000


def published(session: Session, late: int) -> Race:
    """A race whose next edition was due so many minutes ago."""
    race = small_race(session)
    due_at = now() - late * MINUTE
    race.publish(next_due_at=due_at).due_at = due_at - MINUTE
    request_run(session, race.season, "late", "li", due_at)
    session.commit()
    return race


@pytest.mark.engines("sqlite")
def test_a_board_that_nothing_followed_says_so(session: Session, open_page: OpenPage) -> None:
    race = published(session, late=11)
    _, token = add_screen(session, "admin", name="大厅", season=race.season, secret="s")
    session.commit()
    page = open_page(1920, 1080)
    for path in ("/boards/race/", "/boards/race/by/signing/"):
        page.goto(path)
        expect(page.locator("[data-due]")).to_contain_text(WORDS)
    page.goto(f"/screens/{token}")
    expect(page.locator("#countdown")).to_contain_text(WORDS)
    page.goto("/boards/race/1/")
    expect(page.locator("[data-due]")).not_to_contain_text(WORDS)


@pytest.mark.engines("sqlite")
def test_ten_minutes_are_forgiven(session: Session, open_page: OpenPage) -> None:
    published(session, late=8)
    page = open_page(1280, 800)
    page.goto("/boards/race/")
    expect(page.locator("[data-due]")).not_to_contain_text(WORDS)
