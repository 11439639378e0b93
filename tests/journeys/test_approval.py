"""The second person's page in a real browser: all of a first scheme to be read, on a phone too."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from leaderboard.db import Database
from tests.browser import OpenPage, barriers, sideways
from tests.journeys.test_console import sign_in
from tests.people import enrol, signed_in
from tests.web.races import TODAY, unruled_race
from tests.web.test_console_approval import PAGE, press
from tests.web.test_console_scheme import send

pytestmark = pytest.mark.engines("sqlite")  # what a browser shows does not depend on the engine
CUT = """Array.from(document.querySelectorAll('main section *')).filter(cell => {
    if (getComputedStyle(cell).overflowX === 'visible' || cell.clientWidth < 2) return false;
    const words = document.createRange();
    words.selectNodeContents(cell);
    return words.getBoundingClientRect().width > cell.getBoundingClientRect().width + 0.05;
}).map(cell => cell.textContent)"""
"""What reaches out of its own frame, so that it is cut off or has to be scrolled to."""


@pytest.fixture
def submitted(app: Flask, database: Database) -> None:
    """A first scheme that came back once and waits again, over a unit with a long name."""
    enrol(database)
    enrol(database, "li")
    with database.session() as session:
        unruled_race(session).unit(
            "east", division="parks", name="第3街道招商引资服务中心", name_en="Third Street Investment Centre"
        )
        session.commit()
    chen = signed_in(app)
    for reason in ("首个方案", "首个方案，已报县政府"):
        send(chen, "submit", reason=reason, effective_on=str(TODAY))
        if reason == "首个方案":
            press(signed_in(app, "li"), "return", answer="请先报县政府常务会议，再提交审批")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_phone_nothing_is_cut_off(submitted: None, open_page: OpenPage, language: str) -> None:
    page = open_page(390, 844)
    sign_in(page, "li")
    page.goto(f"{PAGE}?lang={language}")
    assert page.evaluate(CUT) == []
    assert sideways(page) == 0
    assert barriers(page) == []


def test_at_a_desk_movements_and_names_have_their_room(submitted: None, open_page: OpenPage) -> None:
    page = open_page(1366, 768)
    sign_in(page, "li")
    page.goto(PAGE)
    expect(page.get_by_role("row", name="1 青石镇 新上榜 62.50 — 1")).to_be_visible()
    assert page.evaluate(CUT) == []
