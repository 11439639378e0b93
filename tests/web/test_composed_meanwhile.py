"""What is composed by hand knows all that any board knows which came out while it was scored or waited for its turn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.drafts import make_draft
from leaderboard.boards.models import Draft, Edition
from leaderboard.boards.period import move_period
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.boards.read import latest_edition
from leaderboard.boards.release import prepare, release
from leaderboard.boards.sketch import Sketch
from leaderboard.db import Database
from leaderboard.instant import Millis, now
from leaderboard.seasons.models import Season
from leaderboard.web.console import composing
from tests.factories import OFFICE, Race, small_race
from tests.people import enrol, signed_in
from tests.web.drafting import DESK, newest, objected, opened, press, started
from tests.web.races import TODAY, committed_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")
EDITIONS = "/console/seasons/now/editions"


@pytest.fixture
def race(database: Database) -> Race:
    return committed_race(database)


@pytest.fixture
def client(app: Flask, database: Database, race: Race) -> FlaskClient:
    enrol(database)
    return signed_in(app)


def _aired(session: Session, season_id: int, at: Millis) -> Edition:
    season = session.get_one(Season, season_id)
    composed = compose(session, season, Due(TODAY, at, at), OFFICE, published_at=at)
    return announce(session, composed, "clock")


def test_a_draft_comes_after_the_edition_that_came_out_while_it_was_scored(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = composing.sketch

    def slow(session: Session, *asked: object) -> Sketch:
        found = real(session, *asked)  # type: ignore[arg-type] # as it was asked
        started(database)
        with database.session() as other:
            _aired(other, found.scored.season.id, now() + 1)
            other.commit()
        return found

    monkeypatch.setattr(composing, "sketch", slow)
    assert press(client, DESK) == 302
    with database.session() as session:
        draft = session.get_one(Draft, newest(database).id)
        released = release(session, draft, prepare(session, draft, OFFICE, now()), "li", OFFICE, now())
        before, last = session.scalars(select(Edition).order_by(Edition.number)).all()[-2:]
        assert last is released
        assert latest_edition(session, draft.season_id) is released
        assert released.known_at > before.known_at


def test_a_correction_knows_what_its_edition_knew_though_that_was_announced_by_a_clock_ahead(
    client: FlaskClient, database: Database, race: Race
) -> None:
    """Nothing was recorded since, so there is nothing to correct."""
    ahead = now() + 900
    started(database, recorded_at=ahead - 100)
    with database.session() as session:
        number = _aired(session, race.season.id, ahead).number
        session.commit()
    assert press(client, f"{EDITIONS}/{number}/correct", f"{EDITIONS}/{number}", note="补齐") == 422
    with database.reading() as session:
        assert session.scalars(select(Draft)).all() == []


def test_a_draft_composed_anew_knows_what_the_one_before_knew(
    client: FlaskClient, database: Database, race: Race
) -> None:
    ahead = now() + 900
    started(database, recorded_at=ahead - 100)
    with database.session() as session:
        season = session.get_one(Season, race.season.id)
        draft = make_draft(session, "li", season, OFFICE, Due(TODAY, ahead, ahead))
        session.commit()
    assert press(client, f"{DESK}/{draft.id}/revise", reason="补齐") == 302
    assert newest(database).revises_id == draft.id
    assert newest(database).known_at > ahead


def test_a_draft_ends_with_the_season_that_was_cut_short_while_it_was_scored(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.session() as session:
        season = small_race(session, "now").season
        session.commit()
    enrol(database)
    client, real = signed_in(app), composing.sketch
    ends_on = season.starts_on + timedelta(days=30)

    def slow(session: Session, *asked: object) -> Sketch:
        found = real(session, *asked)  # type: ignore[arg-type] # as it was asked
        with database.session() as other:
            held = other.get_one(Season, season.id)
            move_period(other, "li", held, starts_on=season.starts_on, ends_on=ends_on, reason="改期")
            other.commit()
        return found

    monkeypatch.setattr(composing, "sketch", slow)
    assert press(client, DESK) == 302
    assert newest(database).as_of == ends_on


def test_an_effect_of_before_the_board_was_known_is_refused_in_words(
    client: FlaskClient, database: Database, race: Race
) -> None:
    draft = opened(client, database)
    page = f"/console/seasons/now/objections/{objected(database, race, draft.id)}"
    assert press(client, page, page, decision="revise", answer="属实", known_at="1", seen="x") == 422
