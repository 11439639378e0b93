"""News while you watch: a few verified facts of the day before each edition of the demonstration clock."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time
from fractions import Fraction

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from demo.live import add_todays_facts
from demo.yunxi import load as yunxi
from leaderboard.instant import from_local, local_date
from leaderboard.ledger.models import VERIFIED, CapitalArrival, Project, StageEvent
from leaderboard.ledger.read import known_project_facts

ZONE = "Asia/Shanghai"
NOON = from_local(datetime.combine(date(2026, 11, 22), time(12)), ZONE)
TWO_MINUTES = 120_000


@pytest.fixture
def county(session: Session) -> Session:
    """A small Yunxi with its clock, as it stands at noon of 2026-11-22."""
    season = yunxi.plan_and_record(session, NOON, ZONE, Fraction(1, 16))
    yunxi.renew_watched(session, season, NOON, ZONE)
    return session


def facts_since(session: Session, instant: int) -> list[tuple[str, int, date, int, str]]:
    found = []
    for table in (StageEvent, CapitalArrival):
        for row in session.execute(known_project_facts(table).where(table.recorded_at > instant)):
            what = getattr(row, "stage", "arrival")
            found.append((what, row.project_id, row.occurred_on, row.recorded_at, row.outcome))
    return found


def test_one_to_three_verified_facts_of_today_are_known_when_the_edition_is_due(county: Session) -> None:
    due = NOON + TWO_MINUTES
    added = add_todays_facts(county, due)
    found = facts_since(county, NOON)
    assert 1 <= added <= 3
    assert len(found) >= added
    for _, _, occurred_on, recorded_at, outcome in found:
        assert occurred_on == local_date(due, ZONE)
        assert NOON < recorded_at < due
        assert outcome == VERIFIED


def test_asking_again_for_the_same_edition_adds_nothing(county: Session) -> None:
    assert add_todays_facts(county, NOON + TWO_MINUTES) > 0
    assert add_todays_facts(county, NOON + TWO_MINUTES) == 0


def test_a_whole_watch_brings_every_kind_of_news_and_breaks_no_law(county: Session) -> None:
    """Three hours of editions: signings, starts and money; no stage twice, no money above the contract."""
    before = county.scalar(select(func.count()).select_from(Project)) or 0
    for number in range(1, 91):
        assert 0 <= add_todays_facts(county, NOON + number * TWO_MINUTES) <= 3
    kinds = Counter(what for what, *_ in facts_since(county, NOON))
    assert kinds["signed"] > 20
    assert kinds["arrival"] > 5
    assert kinds["started"] > 0
    # Talks run out in a small county, so that new projects come.
    assert (county.scalar(select(func.count()).select_from(Project)) or 0) > before
    stages = Counter((row.project_id, row.stage) for row in county.execute(known_project_facts(StageEvent)))
    assert set(stages.values()) == {1}
    arrived: Counter[int] = Counter()
    for row in county.execute(known_project_facts(CapitalArrival)):
        arrived[row.project_id] += row.yuan
    for row in county.execute(known_project_facts(StageEvent).where(StageEvent.stage == "signed")):
        assert arrived[row.project_id] * 10 <= row.inward_yuan * 13


def test_nothing_is_added_after_the_season(county: Session) -> None:
    assert add_todays_facts(county, from_local(datetime.combine(date(2027, 1, 1), time(9)), ZONE)) == 0


def test_nothing_is_added_where_there_is_no_demonstration(session: Session) -> None:
    assert add_todays_facts(session, NOON) == 0
