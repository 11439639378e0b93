"""Planning a season: what is refused, in whose words, and what a change leaves behind."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.instant import now
from leaderboard.seasons import plan
from leaderboard.seasons.models import SchemeVersion, Target
from leaderboard.seasons.read import roster, scheme_in_force, stage_names, targets_at
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


def test_a_scheme_with_mistakes_is_refused_with_every_one_of_them(session: Session):
    race = start_race(session)
    wrong = weights("30", "25", "20", "20")
    wrong["indicators"][1]["measure"] = {"preset": "guessing"}
    with pytest.raises(plan.PlanError) as caught:
        plan.draft_scheme(session, "t", race.season, wrong)
    assert len(caught.value.problems) >= 2
    assert session.scalars(select(SchemeVersion)).all() == []


def test_a_scheme_comes_into_force_on_its_day_and_not_before_it_was_approved(session: Session):
    race = start_race(session)
    first = plan.draft_scheme(session, "t", race.season, weights("30", "25", "20", "25"))
    assert scheme_in_force(session, race.season.id, TODAY, now()) is None
    plan.approve_scheme(session, "t", first, effective_on=date(2026, 1, 1), reason="首版", today=TODAY)
    second = plan.draft_scheme(session, "t", race.season, weights("20", "35", "20", "25"))
    before = now()
    with pytest.raises(plan.PlanError, match="不能追溯"):
        plan.approve_scheme(session, "t", second, effective_on=date(2026, 11, 19), reason="调整", today=TODAY)
    plan.approve_scheme(
        session, "t", second, effective_on=TODAY, reason="调整", today=TODAY, approved_at=before + 1
    )
    assert scheme_in_force(session, race.season.id, date(2026, 11, 19), before + 1) is first
    assert scheme_in_force(session, race.season.id, TODAY, before) is first
    assert scheme_in_force(session, race.season.id, TODAY, before + 1) is second


def test_a_scheme_needs_a_reason_and_an_approved_one_is_final(session: Session):
    race = start_race(session)
    version = plan.draft_scheme(session, "t", race.season, FOUR_RATES)
    with pytest.raises(plan.PlanError, match="理由"):
        plan.approve_scheme(session, "t", version, effective_on=TODAY, reason=" ", today=TODAY)
    plan.approve_scheme(session, "t", version, effective_on=TODAY, reason="首版", today=TODAY)
    with pytest.raises(plan.PlanError, match="不是草稿"):
        plan.discard_scheme(session, "t", version)


def test_rules_over_facts_the_ledger_does_not_keep_stay_a_draft(session: Session):
    race = start_race(session)
    planned = weights("30", "25", "20", "25")
    planned["indicators"][1]["measure"] = {
        "numerator": {"projects": {"stages": ["started"], "cohort": "all"}},
        "denominator": {"projects": {"stages": ["started"], "cohort": "all", "planned": True}},
    }
    version = plan.draft_scheme(session, "t", race.season, planned)
    with pytest.raises(plan.PlanError, match="计划节点日期"):
        plan.approve_scheme(session, "t", version, effective_on=TODAY, reason="首版", today=TODAY)


def test_a_season_may_have_stages_of_its_own(session: Session):
    race = start_race(session)
    plan.extend_stages(
        session, "t", race.season, [{"key": "land_supplied", "name": "供地", "name_en": "Land supplied"}]
    )
    names = stage_names(race.season)
    assert (names["signed"], names["land_supplied"]) == ("签约", "供地")
