"""A season's period: it may change until a board rests on it, a draft that waits among them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leaderboard.accounts.models import ADMINISTRATOR
from leaderboard.boards.drafts import drop, find_draft, list_drafts, make_draft, open_window
from leaderboard.boards.models import Draft
from leaderboard.boards.publish import Due
from leaderboard.boards.release import prepare
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import find_season
from leaderboard.web.console.season_card import values_of
from tests.factories import FOUR_RATES, OFFICE
from tests.people import submit, visitor
from tests.visiting import Visit
from tests.web.races import STARTS, TODAY, committed_race, unruled_race

CARD = "/console/seasons/now/card"
LATER = str(TODAY + timedelta(days=50))
pytestmark = pytest.mark.engines(
    "sqlite", "postgresql"
)  # what was scored is compared with what is scored again


@pytest.fixture
def chief(app: Flask, database: Database) -> FlaskClient:
    return visitor(app, database, ADMINISTRATOR, "chen")


@pytest.fixture
def draft(database: Database) -> Draft:
    """The first board of a season, open for objections."""
    with database.session() as session:
        race = unruled_race(session)
        race.scheme(FOUR_RATES, STARTS)
        made = make_draft(session, "li", race.season, OFFICE, Due(TODAY, now(), now()))
        open_window(session, "li", made, days=3, contact="0571-8888", zone=OFFICE.zone)
        session.commit()
    return made


def season(database: Database) -> Season:
    with database.reading() as session:
        found = find_season(session, "now")
    assert found is not None
    return found


def as_kept(database: Database, **changed: str) -> dict[str, str]:
    """The card's fields as they are kept but for what is changed."""
    return values_of(season(database)) | {"reason": "改期"} | changed


def can_be_released(database: Database, draft: Draft) -> bool:
    with database.reading() as session:
        found = find_draft(session, draft.id)
        assert found is not None
        assert found.closes_at is not None
        return prepare(session, found, OFFICE, found.closes_at + 1).number == 1


@pytest.mark.parametrize("day", ["starts_on", "ends_on"])
def test_while_a_draft_waits_neither_day_is_changed(
    chief: FlaskClient, database: Database, draft: Draft, day: str
) -> None:
    """The form was open before the draft was made: both days come with it."""
    before = season(database)
    told = submit(chief, CARD, **as_kept(database, **{day: LATER, "title": "新名称"}))
    assert told.status_code == 422
    assert f"公示稿（数据截至 {TODAY}）" in told.text
    assert "请先将它作废" in told.text
    after = season(database)
    assert (after.title, after.starts_on, after.ends_on) == (before.title, before.starts_on, before.ends_on)
    assert can_be_released(database, draft)


def test_the_card_says_beforehand_why_the_days_stay(
    chief: FlaskClient, database: Database, draft: Draft, visit: Visit
) -> None:
    page = visit(CARD, client=chief)
    assert page.all("input", name="starts_on") == []
    assert page.all("input", name="ends_on") == []
    assert f"公示稿（数据截至 {TODAY}）" in page.text()
    assert page.all("a", href="/console/seasons/now/drafts")


def test_the_names_may_still_change_and_the_draft_keeps_what_it_said(
    chief: FlaskClient, database: Database, draft: Draft
) -> None:
    names = {name: value for name, value in as_kept(database, title="新名称").items() if "_on" not in name}
    assert submit(chief, CARD, **names).status_code == 302
    assert season(database).title == "新名称"
    assert can_be_released(database, draft)


def test_days_that_are_typed_as_they_are_hold_nothing_up(
    chief: FlaskClient, database: Database, draft: Draft
) -> None:
    assert submit(chief, CARD, **as_kept(database, source="统计局")).status_code == 302
    assert season(database).source == "统计局"


def test_once_the_draft_is_dropped_the_days_may_change(
    chief: FlaskClient, database: Database, draft: Draft, visit: Visit
) -> None:
    with database.session() as session:
        drop(session, "li", list_drafts(session, draft.season_id)[0], reason="改期")
        session.commit()
    assert visit(CARD, client=chief).all("input", name="ends_on")
    assert submit(chief, CARD, **as_kept(database, ends_on=LATER)).status_code == 302
    assert str(season(database).ends_on) == LATER


def test_days_that_were_typed_before_the_first_edition_are_not_passed_over_unsaid(
    chief: FlaskClient, database: Database
) -> None:
    committed_race(database)
    told = submit(chief, CARD, **as_kept(database, ends_on=LATER))
    assert (told.status_code, "已有发布的榜单" in told.text) == (422, True)
    assert str(season(database).ends_on) != LATER
