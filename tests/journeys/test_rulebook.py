"""Two administrators at one scheme's document in two browsers: nobody's work is overwritten unseen, nothing is lost."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from leaderboard.db import Database
from leaderboard.seasons.models import SchemeVersion
from tests.browser import OpenPage, barriers, sideways
from tests.journeys.test_console import sign_in
from tests.people import enrol
from tests.web.races import committed_race

DOCUMENT = "/console/seasons/now/scheme/document"


@pytest.fixture
def people(database: Database) -> None:
    """Two administrators and the running race, committed before the server starts."""
    enrol(database)
    enrol(database, "zhao")
    committed_race(database)


def at_document(open_page: OpenPage, name: str, width: int = 1366, height: int = 768) -> Page:
    page = open_page(width, height)
    sign_in(page, name)
    page.goto(DOCUMENT)
    return page


def unfold(page: Page, place: str) -> None:
    page.locator(f'[data-place="{place}"] > summary').click()


@pytest.mark.usefixtures("people")
def test_two_people_fill_in_one_scheme(
    database: Database, open_page: OpenPage, complaints: list[str]
) -> None:
    one, other = at_document(open_page, "chen"), at_document(open_page, "zhao")
    unfold(one, "indicators.0")
    one.locator('[name="indicators.0.cap"]').fill("130%")
    one.get_by_role("button", name="保存草稿").click()
    expect(one.get_by_text("草稿第 2 版已保存")).to_be_visible()
    unfold(other, "indicators.1")
    # Choosing a kind shows its fields in place; what is unfolded stays so.
    other.locator('[id="indicators.1.shape:kind"]').select_option("threshold")
    other.locator('[name="indicators.1.shape.from"]').fill("0.6")
    assert barriers(other) == []
    # The page is left without saving, and what was typed is offered again.
    other.reload()
    other.get_by_role("button", name="恢复这些改动").click()
    expect(other.locator('[name="indicators.1.shape.from"]')).to_have_value("0.6")
    # It was typed over another draft, so both versions are shown; saving again is a decision.
    other.get_by_role("button", name="保存草稿").click()
    expect(other.get_by_role("row", name="各项指标 · 签约率 · 封顶")).to_contain_text("1.3")
    # The browser notes the refusal of the first try, which is meant.
    assert ["409 (CONFLICT)" in complaint for complaint in complaints] == [True]
    complaints.clear()
    other.get_by_role("button", name="保存草稿").click()
    expect(other.get_by_text("草稿第 2 版已保存")).to_be_visible()
    indicators = json.loads(newest(database).document)["indicators"]
    assert (indicators[0]["cap"], indicators[1]["shape"]["kind"]) == ("1.2", "bands")


def newest(database: Database) -> SchemeVersion:
    with database.reading() as session:
        found = session.scalars(select(SchemeVersion).order_by(SchemeVersion.version_no.desc())).first()
    assert found is not None
    return found


@pytest.mark.engines("sqlite")
@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_no_page_of_a_scheme_is_wider_than_its_window(open_page: OpenPage, width: int, height: int) -> None:
    page = at_document(open_page, "chen", width, height)
    for place in ("indicators.0", "indicators.3"):
        unfold(page, place)
    assert (sideways(page), barriers(page)) == (0, [])
    page.goto("/console/seasons/now/scheme/versions")
    assert (sideways(page), barriers(page)) == (0, [])
