"""Undoing a change of the scheme: the version before it is taken up again, in any order, or it is said why not."""

from __future__ import annotations

import json
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.instant import now
from leaderboard.seasons.approval import approve_scheme, submit_scheme
from leaderboard.seasons.drafts import restore_version
from leaderboard.seasons.models import DRAFT, SchemeVersion
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import scheme_in_force, scheme_to_follow
from tests.factories import FOUR_RATES, Race, put_in_force, start_race

TODAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 21)
WEIGHTS = {
    1: ["30", "25", "20", "25"],
    2: ["20", "35", "20", "25"],
    3: ["20", "35", "15", "30"],
    4: ["10", "45", "15", "30"],
}
"""What each version weighs the four rates by."""


@pytest.fixture
def race(session: Session) -> Race:
    """A season whose first version has been in force since New Year."""
    race = start_race(session)
    put_in_force(session, race.season, weighed(1), date(2026, 1, 1))
    return race


def weighed(number: int) -> dict[str, Any]:
    rows = zip(FOUR_RATES["indicators"], WEIGHTS[number], strict=True)
    return FOUR_RATES | {"indicators": [indicator | {"weight": weight} for indicator, weight in rows]}


def weights_of(version: SchemeVersion | None) -> list[str]:
    assert version is not None
    return [indicator["weight"] for indicator in json.loads(version.document)["indicators"]]


def version(session: Session, race: Race, number: int) -> SchemeVersion:
    ours = select(SchemeVersion).where(SchemeVersion.season_id == race.season.id)
    return session.scalars(ours.where(SchemeVersion.version_no == number)).one()


def holds(session: Session, race: Race, day: date) -> int:
    found = scheme_in_force(session, race.season.id, day, now())
    return found.version_no if found else 0


@pytest.mark.parametrize("order", list(permutations((2, 3, 4))))
def test_three_changes_are_undone_in_any_order(session: Session, race: Race, order: tuple[int, ...]) -> None:
    """To undo a change is to take up the version before it, whatever was changed or undone since."""
    for number in (2, 3, 4):
        put_in_force(session, race.season, weighed(number), TODAY)
    for undone in order:
        copy = restore_version(session, "wang", race.season, version(session, race, undone - 1))
        submit_scheme(session, "wang", copy, effective_on=TODAY, reason="撤销", today=TODAY)
        approve_scheme(session, "li", copy, today=TODAY)
        assert weights_of(scheme_in_force(session, race.season.id, TODAY, now())) == WEIGHTS[undone - 1]


def test_undoing_is_a_draft_like_any_other_and_one_at_a_time(session: Session, race: Race) -> None:
    put_in_force(session, race.season, weighed(2), TODAY)
    first = version(session, race, 1)
    copy = restore_version(session, "wang", race.season, first)
    assert (copy.version_no, copy.state, copy.document) == (3, DRAFT, first.document)
    with pytest.raises(PlanError, match="已有草稿, 请先作废或生效后再恢复第 1 版"):
        restore_version(session, "wang", race.season, first)
    submit_scheme(session, "wang", copy, effective_on=TODAY, reason="撤销", today=TODAY)
    with pytest.raises(PlanError, match="第 3 版正在审批, 请先撤回并作废, 或待它批准, 再恢复第 1 版"):
        restore_version(session, "wang", race.season, first)


def test_what_was_approved_for_a_later_day_takes_over_on_it(session: Session, race: Race) -> None:
    """Undoing it has to begin on its day or after: what begins before ends with it, and that is known beforehand."""
    put_in_force(session, race.season, weighed(2), TOMORROW)
    later = version(session, race, 2)
    assert [scheme_to_follow(session, race.season.id, day) for day in (TODAY, TOMORROW)] == [later, None]
    put_in_force(session, race.season, weighed(3), TODAY)
    assert (holds(session, race, TODAY), holds(session, race, TOMORROW)) == (3, 2)
    put_in_force(session, race.season, weighed(1), TOMORROW)
    assert (holds(session, race, TODAY), holds(session, race, TOMORROW)) == (3, 4)
