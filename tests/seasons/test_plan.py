"""Planning a season: what is refused, in whose words, and what a change leaves behind."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.seasons import plan
from leaderboard.seasons.models import Target
from leaderboard.seasons.read import roster, stage_names, targets_at
from tests.factories import FOUR_RATES, start_race

TODAY = date(2026, 11, 20)


def weights(*values: str) -> dict[str, object]:
    indicators = [dict(i) | {"weight": w} for i, w in zip(FOUR_RATES["indicators"], values, strict=True)]
    return {**FOUR_RATES, "indicators": indicators}


def test_every_problem_of_a_new_season_is_told_at_once(session: Session):
    start_race(session, "yunxi")
    with pytest.raises(plan.PlanError) as caught:
        plan.open_season(session, "t", slug="Yun Xi", title="T", starts_on=TODAY, ends_on=TODAY)
    assert len(caught.value.problems) == 2
    with pytest.raises(plan.PlanError, match="已被使用"):
        start_race(session, "yunxi")


def test_a_changed_target_ends_the_old_one_and_the_past_stays_known(session: Session):
    race = start_race(session, planned_at=1_000)
    unit = race.unit("liuxi", target=4)

    def set_to(quantity: int, at: int) -> Target:
        return plan.set_target(
            session,
            "t",
            race.season,
            unit,
            indicator="signing",
            by="count",
            quantity=quantity,
            planned_at=at,
        )

    set_to(6, 5_000)
    set_to(6, 6_000)
    assert [t.quantity for t in targets_at(session, race.season.id, 4_999)] == [4]
    assert [t.quantity for t in targets_at(session, race.season.id, 5_000)] == [6]
    assert len(session.scalars(select(Target)).all()) == 2


def test_a_unit_entered_elsewhere_leaves_its_old_division(session: Session):
    race = start_race(session, planned_at=1_000)
    unit = race.unit("liuxi")
    bureaus = plan.add_division(session, "t", race.season, key="bureaus", name="县直部门")
    plan.enter_unit(session, "t", race.season, unit, bureaus, planned_at=5_000)
    assert [line.division for line in roster(session, race.season.id, 4_999)] == ["towns"]
    assert [line.division for line in roster(session, race.season.id, 5_000)] == ["bureaus"]


def test_a_season_may_have_stages_of_its_own(session: Session):
    race = start_race(session)
    plan.extend_stages(
        session, "t", race.season, [{"key": "land_supplied", "name": "供地", "name_en": "Land supplied"}]
    )
    names = stage_names(race.season)
    assert (names["signed"], names["land_supplied"]) == ("签约", "供地")
