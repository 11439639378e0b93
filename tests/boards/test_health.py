"""Which boards are stale: those that a later edition should have followed, and only until one does."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from leaderboard.boards import clock
from leaderboard.boards.health import OVERDUE_MS, health, stale_boards
from leaderboard.boards.models import FAILED, DueRun
from leaderboard.instant import now
from tests.factories import Race, small_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # a probe asks all of it with one statement each


def failed(race: Race, key: str, at: int) -> DueRun:
    run = clock.request_run(race.session, race.season, key, "li", at)
    run.state, run.message, run.finished_at = FAILED, "算不出来", at
    race.session.flush()
    return run


def test_a_board_is_stale_from_the_first_edition_that_failed_to_follow(session: Session):
    race, quiet = small_race(session), small_race(session, "quiet")
    for each in (race, quiet):
        each.publish()
    at = now() + 1000
    assert stale_boards(session, at) == []
    first = failed(race, "one", at)
    failed(race, "two", at + 60_000)
    [stale] = stale_boards(session, at + 120_000)
    assert (stale.season.slug, stale.since, stale.failed, stale.message) == (
        "race",
        first.due_at,
        True,
        "算不出来",
    )
    assert health(session, at).stale_boards == 1
    race.publish(due_at=at + 90_000)
    assert stale_boards(session, at + 120_000) == []


def test_a_board_is_stale_when_its_edition_is_two_minutes_late(session: Session):
    race, at = small_race(session), now()
    clock.request_run(session, race.season, "key", "li", at)
    assert stale_boards(session, at + OVERDUE_MS) == []
    [stale] = stale_boards(session, at + OVERDUE_MS + 1)
    assert (stale.since, stale.failed) == (at, False)


def test_a_season_that_announced_nothing_keeps_no_older_board_up(session: Session):
    race = small_race(session)
    failed(race, "one", now() - 60_000)
    [stale] = stale_boards(session, now())
    assert not stale.has_edition
    race.publish()
    failed(race, "two", now() + 60_000)
    [stale] = stale_boards(session, now() + 120_000)
    assert stale.has_edition
