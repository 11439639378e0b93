"""Three facts one after the other, taken back in any order: what is left is what would stand had they never been."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.ledger.models import OfProject, OfUnit, Project, UnitReturn
from leaderboard.ledger.project_facts import differing
from leaderboard.ledger.read import live_arrivals, live_credits, live_events, live_returns
from leaderboard.ledger.record import (
    LedgerError,
    add_arrival,
    add_credits,
    add_project,
    add_stage_event,
    decide,
)
from leaderboard.ledger.unit_facts import add_return
from tests.factories import VERIFIED, Race, start_race

DAY = date(2026, 5, 1)
NAMES = ("A", "B", "C")
ORDERS = [pytest.param(order, id="".join(order)) for order in permutations(NAMES)]


@pytest.fixture
def race(session: Session) -> Race:
    race = start_race(session)
    race.unit("liuxi")
    race.unit("qingshi")
    return race


def entered(session: Session, race: Race) -> tuple[Project, dict[str, Callable[[], OfProject]]]:
    """A project, and three ways to tell something of it: a signing, a start, money for it."""
    project = add_project(session, VERIFIED, code="P-1", name="项目")
    shares = [(race.units["liuxi"].id, Fraction(1, 2)), (race.units["qingshi"].id, Fraction(1, 2))]
    add_credits(session, VERIFIED, project, shares=shares, occurred_on=DAY)

    def stage(name: str, **amounts: int) -> Callable[[], OfProject]:
        return lambda: add_stage_event(session, VERIFIED, project, stage=name, occurred_on=DAY, **amounts)

    return project, {
        "A": stage("signed", total_yuan=9, inward_yuan=7),
        "B": stage("started"),
        "C": lambda: add_arrival(session, VERIFIED, project, occurred_on=DAY, amount_yuan=5),
    }


def told(session: Session, project: Project) -> set[Any]:
    events = {row.stage for row in live_events(session, project.id)}
    return events | {row.yuan for row in live_arrivals(session, project.id)}


@pytest.mark.parametrize("order", ORDERS)
def test_facts_of_a_project_are_taken_back_in_any_order(
    session: Session, race: Race, order: tuple[str, ...]
) -> None:
    project, ways = entered(session, race)
    facts = {name: ways[name]() for name in NAMES}
    left = {"A": "signed", "B": "started", "C": 5}
    for name in order:
        decide(session, "chief", facts[name], "reversed", "误记")
        del left[name]
        assert told(session, project) == set(left.values())
        assert differing(session, [project.id]) == {}
    # What was taken back can be told again, in the same order.
    for name in order:
        ways[name]()
    assert told(session, project) == {"signed", "started", 5}
    assert len(live_credits(session, project.id)) == 2
    assert differing(session, [project.id]) == {}


@pytest.mark.parametrize("order", ORDERS)
def test_a_return_is_taken_back_once_none_stands_on_it(
    session: Session, race: Race, order: tuple[str, ...]
) -> None:
    """Out of turn it is refused with the day up to which later ones stand and what to do first; nothing changes."""
    unit_id = race.units["liuxi"].id
    facts: dict[str, OfUnit] = {}
    for month, name in enumerate(NAMES, start=1):
        start, end = date(2026, month, 1), date(2026, month, 28)
        facts[name] = add_return(
            session, VERIFIED, unit_id=unit_id, measure="tax", starts_on=start, ends_on=end, quantity=month
        )
    standing = list(NAMES)
    for name in order:
        if name not in standing:
            continue
        if name != standing[-1]:
            last = facts[standing[-1]].occurred_on
            with pytest.raises(
                LedgerError, match=f"已有至 {last} 的报表，以前的累计已锁定；请先冲销较晚的报表"
            ):
                decide(session, "chief", facts[name], "reversed", "误报")
        # Done as it was told: the later ones first.
        while name in standing:
            decide(session, "chief", facts[standing.pop()], "reversed", "误报")
        found = [row.fact_id for row in live_returns(session, unit_id, "tax")]
        assert found == [facts[left].fact_id for left in standing]
    assert len(session.scalars(select(UnitReturn)).all()) == 3
