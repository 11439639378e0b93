"""From rates to a score: caps and floors, rules for missing numbers, bonuses and deductions with ceilings."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scoring.facts import Adjustment, Facts
from scoring.race import score_race
from scoring.result import Standing
from tests.scoring.build import (
    AS_OF,
    RATIO,
    day,
    event,
    facts,
    indicator,
    only_line,
    project,
    ratios,
    scheme,
    signed,
    standing,
    unit,
)

C_RATIO = {"ratio": {"numerator": "c_done", "denominator": "c_due"}}
B_RATIO = {"ratio": {"numerator": "b_done", "denominator": "b_due"}}


@pytest.mark.parametrize(
    ("done", "bounds", "capped", "points", "note"),
    [
        (80, {}, "4/5", "24", None),
        (150, {}, "3/2", "45", None),
        (150, {"cap": "1"}, "1", "30", "cap"),
        (150, {"cap": "1.2"}, "6/5", "36", "cap"),
        (120, {"cap": "1.2"}, "6/5", "36", None),
        (10, {"floor": "0.2"}, "1/5", "6", "floor"),
        (20, {"floor": "0.2"}, "1/5", "6", None),
        (0, {"floor": "1/3", "cap": "1"}, "1/3", "10", "floor"),
    ],
)
def test_points_are_weight_times_the_rate_between_floor_and_cap(
    done: int, bounds: dict[str, str], capped: str, points: str, note: str | None
) -> None:
    line = only_line(RATIO, facts(returns=ratios(a=(done, 100))), weight="30", **bounds)
    assert line.rate == Fraction(done, 100)
    assert (line.capped_rate, line.points, line.note) == (Fraction(capped), Fraction(points), note)


def with_missing(rule: str, known: Facts, state: str = "not_reported") -> Standing:
    """Unit `a` under two indicators of 40 and 60 points, the first with a rule for its missing number."""
    first = indicator(RATIO, "x", "40", missing={state: rule})
    rules = scheme(first, indicator(B_RATIO, "y", "60"))
    return standing(score_race(known, rules, AS_OF), "a")


def half_of_the_second() -> Facts:
    """`y` is 1/2 and so worth 30 of its 60 points; nothing is reported for `x`."""
    return facts(returns=ratios("b_", a=(1, 2)))


@pytest.mark.parametrize(
    ("rule", "points", "weight", "note", "score"),
    [
        ("zero", 0, 40, "zero_points", 30),
        ("leave_out", None, 40, "left_out", 30),
        ("redistribute", None, 0, "redistributed", 50),
        ("full", 40, 40, "full_points", 70),
        ("fixed:25", 25, 40, "fixed_points", 55),
        ("fixed:1/3", Fraction(1, 3), 40, "fixed_points", Fraction(91, 3)),
        ("unranked", None, 40, "unranked", None),
    ],
)
def test_each_rule_for_a_missing_number(
    rule: str, points: Any, weight: int, note: str, score: int | Fraction | None
) -> None:
    found = with_missing(rule, half_of_the_second())
    line = found.indicators[0]
    assert (line.points, line.weight, line.note, line.rate) == (points, weight, note, None)
    assert found.score == score
    unranked = rule == "unranked"
    assert (found.place, found.unranked_reason) == ((None, "not_reported") if unranked else (1, None))


def test_redistribution_raises_the_weights_of_the_others() -> None:
    found = with_missing("redistribute", half_of_the_second())
    assert [line.weight for line in found.indicators] == [0, 100]
    assert found.indicators[1].note == "weight_raised"
    assert found.indicators[1].points == 50


def test_redistribution_does_not_revive_what_is_left_out() -> None:
    rules = scheme(
        indicator(RATIO, "x", "40", missing={"not_reported": "redistribute"}),
        indicator(B_RATIO, "y", "30"),
        indicator(C_RATIO, "z", "30", missing={"not_reported": "leave_out"}),
    )
    found = standing(score_race(half_of_the_second(), rules, AS_OF), "a")
    # y takes all 40 points of x: 30 × (30 + 40) / 30 = 70; the 30 points of z are lost.
    assert [line.weight for line in found.indicators] == [0, 70, 30]
    assert found.score == 35


@pytest.mark.parametrize("rule", ["leave_out", "redistribute"])
def test_a_unit_without_any_number_is_not_placed(rule: str) -> None:
    rules = scheme(indicator(RATIO, missing={"not_reported": rule}))
    found = standing(score_race(facts(), rules, AS_OF), "a")
    assert (found.score, found.place, found.unranked_reason) == (None, None, "nothing_measured")


@pytest.mark.parametrize(
    ("state", "known"),
    [
        ("no_denominator", facts(returns=ratios(a=(3, 0)))),
        ("not_reported", facts()),
        ("not_applicable", facts(unit("a", not_applicable=("x",)), returns=ratios(a=(3, 4)))),
        ("under_verification", facts(returns=ratios(a=(3, 4), verified=False))),
    ],
)
def test_each_state_has_a_rule_of_its_own(state: str, known: Facts) -> None:
    others = ("no_denominator", "not_reported", "not_applicable", "under_verification")
    missing = dict.fromkeys(others, "fixed:1") | {state: "fixed:7"}
    line = only_line(RATIO, known, missing=missing)
    assert (line.state.value, line.points) == (state, 7)


def test_defaults_for_missing_numbers() -> None:
    assert only_line(RATIO, facts()).note == "zero_points"
    assert only_line(RATIO, facts(returns=ratios(a=(3, 0)))).note == "zero_points"
    assert only_line(RATIO, facts(unit("a", not_applicable=("x",)))).note == "left_out"


BIG = {
    "key": "big",
    "name": "大项目加分",
    "kind": "bonus",
    "each": "1.5",
    "ceiling": "3",
    "per": {"stage": "started", "min_total_yuan": 1000},
}
BLAMED = {"key": "blamed", "name": "通报扣分", "kind": "deduction", "each": "0.5", "ceiling": "2"}


def adjusted(known: Facts, *rules: dict[str, Any]) -> Standing:
    result = score_race(known, scheme(indicator(RATIO), adjustments=list(rules)), AS_OF)
    return standing(result, "a")


def blamed(times: int, on: str = "05-01", *, verified: bool = True, key: str = "blamed") -> Adjustment:
    return Adjustment(f"{key}-{on}-{times}", "a", key, day(on), times, "通报", verified)


def test_a_bonus_counts_projects_of_the_cohort_by_their_shares() -> None:
    known = facts(
        returns=ratios(a=(1, 2)),
        projects=[
            project("P1", signed(total=1000), event("started")),
            project("P2", signed(total=5000), event("in_production"), to={"a": "1/2", "b": "1/2"}),
            project("P3", signed(total=999), event("started")),
            project("P4", signed(total=5000)),
            project("P5", signed(total=5000), event("started", verified=False)),
            project("P6", signed("2025-05-05", total=5000), event("started")),
        ],
    )
    found = adjusted(known, BIG)
    (line,) = found.adjustments
    assert (line.raw, line.points) == (Fraction(9, 4), Fraction(9, 4))
    assert [(f.ref, f.amount) for f in line.counted] == [("P1", 1), ("P2", Fraction(1, 2))]
    assert {f.ref: f.reason for f in line.left_out} == {
        "P3": "below_floor",
        "P4": "not_reached",
        "P5": "awaiting_verification",
        "P6": "outside_cohort",
    }
    assert found.score == 50 + Fraction(9, 4)


def test_a_bonus_stops_at_its_ceiling() -> None:
    many = [project(f"P{i}", signed(), event("started")) for i in range(5)]
    (line,) = adjusted(facts(projects=many), BIG).adjustments
    assert (line.raw, line.points) == (Fraction(15, 2), 3)
    endless = {key: value for key, value in BIG.items() if key != "ceiling"}
    assert adjusted(facts(projects=many), endless).adjustments[0].points == Fraction(15, 2)


def test_a_deduction_by_hand_lowers_the_score_down_to_its_ceiling() -> None:
    known = facts(returns=ratios(a=(1, 2)), adjustments=[blamed(1), blamed(2, "06-01")])
    found = adjusted(known, BLAMED)
    assert (found.adjustments[0].raw, found.adjustments[0].points) == (Fraction(-3, 2), Fraction(-3, 2))
    assert found.score == Fraction(97, 2)
    assert [(f.kind, f.ref, f.name, f.amount) for f in found.adjustments[0].counted] == [
        ("adjustment", "blamed", "通报", 1),
        ("adjustment", "blamed", "通报", 2),
    ]
    (line,) = adjusted(facts(adjustments=[blamed(9)]), BLAMED).adjustments
    assert (line.raw, line.points) == (Fraction(-9, 2), -2)


def test_hand_entries_that_do_not_count_say_why() -> None:
    entries = [
        blamed(1, verified=False),
        blamed(2, "11-01"),
        blamed(3, "2025-11-01"),
        blamed(4, key="something_else"),
    ]
    found = adjusted(facts(adjustments=entries), BLAMED)
    assert found.adjustments[0].points == 0
    assert [f.reason for f in found.adjustments[0].left_out] == [
        "outside_cohort",
        "awaiting_verification",
        "after_cut_off",
    ]
