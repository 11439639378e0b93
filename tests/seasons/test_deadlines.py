"""Deadlines of stages: which are refused, how a project stands at each, and which one presses."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.seasons.deadlines import (
    LATE,
    LIGHTS,
    NEAR,
    ON_TIME,
    OVERDUE,
    REACHED,
    REPORTED,
    SOON,
    Deadline,
    deadlines_of,
    nodes_of,
    pressing,
    set_deadlines,
)
from leaderboard.seasons.plan import PlanError
from tests.factories import start_race

SIGNED = date(2026, 3, 1)
STARTED = (Deadline("started", 180, "signed"),)
"""180 days after 1 March are over on 28 August."""
DUE = date(2026, 8, 28)


@pytest.mark.parametrize(
    ("today", "state", "left"),
    [
        (date(2026, 8, 12), ON_TIME, 16),
        (date(2026, 8, 13), NEAR, 15),
        (DUE, NEAR, 0),
        (date(2026, 8, 29), OVERDUE, -1),
    ],
)
def test_a_stage_not_reached_is_on_time_near_or_overdue(today: date, state: str, left: int):
    (node,) = nodes_of(STARTED, {"signed": SIGNED}, {}, today)
    assert (node.due_on, node.state, node.days, node.reached_on) == (DUE, state, left, None)
    assert pressing([node]) == node


@pytest.mark.parametrize(
    ("verified", "reported", "state", "days"),
    [
        ({"started": date(2026, 8, 18)}, {}, REACHED, 10),
        ({"started": date(2026, 9, 7)}, {}, LATE, -10),
        # What only waits counts for nothing, but whoever reported in time is not called late.
        ({}, {"started": date(2026, 8, 18)}, REPORTED, 10),
        ({}, {"started": date(2026, 9, 7)}, OVERDUE, -33),
        # A later stage stands for the earlier one, from the first such day; an earlier one and a season's own do not.
        ({"in_statistics": date(2026, 9, 9), "in_production": date(2026, 8, 20)}, {}, REACHED, 8),
        ({"started": date(2026, 9, 7), "in_statistics": date(2026, 8, 27)}, {}, REACHED, 1),
        ({"in_production": date(2026, 9, 1)}, {}, LATE, -4),
        ({}, {"in_statistics": date(2026, 8, 27)}, REPORTED, 1),
        ({"landed": date(2026, 3, 9), "expanded": date(2026, 8, 1)}, {}, OVERDUE, -33),
    ],
)
def test_only_what_is_verified_counts_as_reached(
    verified: dict[str, date], reported: dict[str, date], state: str, days: int
):
    (node,) = nodes_of(STARTED, {"signed": SIGNED, **verified}, reported, date(2026, 9, 30))
    assert (node.state, node.days) == (state, days)


def test_a_deadline_runs_only_from_a_verified_day():
    assert nodes_of(STARTED, {}, {"signed": SIGNED}, DUE) == []


def test_the_node_due_first_presses_and_reached_ones_do_not():
    deadlines = (Deadline("registered", 30, "signed"), Deadline("landed", 90, "signed"), *STARTED)
    nodes = nodes_of(deadlines, {"signed": SIGNED, "registered": SIGNED}, {}, SIGNED)
    pressed = pressing(nodes)
    assert pressed is not None
    assert pressed.stage == "landed"
    assert pressing([nodes[0]]) is None


@given(st.integers(-400, 400), st.integers(1, 365))
def test_the_light_never_goes_back_as_days_pass(offset: int, days: int):
    """Law: on time, then near, then overdue; what is left falls by one each day."""
    deadline = (Deadline("started", days, "signed"),)
    today = SIGNED + timedelta(days=offset)
    (now,), (then,) = (
        nodes_of(deadline, {"signed": SIGNED}, {}, day) for day in (today, today + timedelta(days=1))
    )
    assert LIGHTS.index(now.state) <= LIGHTS.index(then.state)
    assert now.days - then.days == 1
    assert (now.state == OVERDUE) == (now.days < 0)
    assert (now.state == ON_TIME) == (now.days > SOON)


def test_deadlines_are_kept_in_the_order_of_the_stages_and_told_in_the_trail(session: Session):
    season = start_race(session).season
    assert deadlines_of(season) == ()
    registered = Deadline("registered", 30, "signed")
    assert set_deadlines(session, "li", season, [*STARTED, registered], reason="考核办法第六条")
    assert deadlines_of(season) == (registered, *STARTED)
    assert not set_deadlines(session, "li", season, [registered, *STARTED], reason="再存一次")
    assert set_deadlines(session, "li", season, STARTED, reason="不再要求注册")
    lines = session.scalars(select(AuditLine.detail).where(AuditLine.action == "season.deadlines")).all()
    assert len(lines) == 2
    assert '"registered": null' in lines[-1]


def test_every_problem_is_told_at_once(session: Session):
    season = start_race(session).season
    wrong = [
        Deadline("signed", 30, "started"),
        Deadline("started", 0, "signed"),
        Deadline("moon", 3, "signed"),
    ]
    with pytest.raises(PlanError) as caught:
        set_deadlines(session, "li", season, wrong, reason=" ")
    assert len(caught.value.problems) == 4
    assert deadlines_of(season) == ()
