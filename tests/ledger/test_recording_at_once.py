"""Two who record on one project at the same moment come one after the other; SQLite lets one writer in at a time."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.db import Database
from leaderboard.ledger.models import SIGNED, Project
from leaderboard.ledger.read import find_project, live_events, live_shares
from leaderboard.ledger.record import CodeTaken, LedgerError, add_credits, add_project, add_stage_event
from tests.at_once import Act, at_once
from tests.factories import VERIFIED, race_of, small_race

pytestmark = pytest.mark.engines("postgresql")


@pytest.fixture
def entered(database: Database) -> Database:
    """The small race, and a project that nothing is recorded of."""
    with database.session() as session:
        small_race(session)
        add_project(session, VERIFIED, code="N-1", name="新项目")
        session.commit()
    return database


def project_in(session: Session) -> Project:
    project = find_project(session, "N-1")
    assert project is not None
    return project


def signed(day: int) -> Act:
    on = date(2026, 3, day)
    return lambda session: add_stage_event(
        session, VERIFIED, project_in(session), stage=SIGNED, occurred_on=on
    )


def shared(key: str, share: Fraction) -> Act:
    def act(session: Session) -> None:
        shares = [(race_of(session, "race").units[key].id, share)]
        add_credits(session, VERIFIED, project_in(session), shares=shares, occurred_on=date(2026, 3, 3))

    return act


def test_a_project_is_signed_once(entered: Database) -> None:
    refused = at_once(entered, signed(3), signed(4))
    assert isinstance(refused, LedgerError)
    assert "已有该节点的记录" in str(refused)
    with entered.reading() as session:
        assert [event.occurred_on.day for event in live_events(session, project_in(session).id)] == [3]


def test_no_more_than_a_whole_project_is_shared_out(entered: Database) -> None:
    refused = at_once(entered, shared("liuxi", Fraction(2, 3)), shared("qingshi", Fraction(1, 2)))
    assert isinstance(refused, LedgerError)
    assert "现为 7/6" in str(refused)
    with entered.reading() as session:
        assert live_shares(session, project_in(session).id) == Fraction(2, 3)


def test_of_two_projects_with_one_code_the_second_is_told_that_it_is_taken(entered: Database) -> None:
    def add(session: Session) -> None:
        add_project(session, VERIFIED, code="N-2", name="同号项目")

    refused = at_once(entered, add, add)
    assert isinstance(refused, CodeTaken)
    assert "项目编号 N-2 已存在" in str(refused)
    with entered.reading() as session:
        assert session.scalar(select(func.count()).where(Project.code == "N-2")) == 1
