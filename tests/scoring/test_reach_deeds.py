"""What projects, money, contracts, reports and bonuses would get a unit to a place: worked by hand from facts."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scoring.facts import Adjustment, Facts
from scoring.reach import Supposing, reach, verify
from scoring.reach_deeds import Supposed
from tests.scoring.build import (
    RATIO,
    arrival,
    day,
    event,
    facts,
    indicator,
    project,
    ratios,
    returned,
    scheme,
    signed,
    target,
    unit,
)
from tests.scoring.reaching import answers, measured, steps

STARTS = {"preset": "groundbreaking"}
MONEY = {"preset": "arrival", "over": "contract"}


def groundbreaking(*extra: Any, of_a: int = 4, started: int = 1) -> Facts:
    """Unit a has signed 4 and started 1; b has started 3 of 4."""
    rows = [
        project(f"A{n}", signed(), *([event("started")] if n < started else []), to="a") for n in range(of_a)
    ]
    rows += [project(f"B{n}", signed(), *([event("started")] if n < 3 else []), to="b") for n in range(4)]
    return facts(unit("a", order=1), unit("b", order=2), projects=[*rows, *extra])


def test_projects_known_and_new() -> None:
    rules = scheme(indicator(STARTS))
    known = groundbreaking()
    found = reach(measured(rules, known), rules, "a", 1, Supposing(known))
    # 3 of 4 must have started; of new projects that start at once (1 + n) / (4 + n) >= 3/4 needs 8.
    assert steps(found) == {
        "stage:started:1": 2,
        "new_project:signed": "denominator_grows",
        "new_project:started": 8,
    }
    waiting = answers(found)["stage:started:1"].column
    assert (waiting.projects, waiting.most, waiting.share) == (("A1", "A2", "A3"), 3, 1)
    assert found.path is not None
    assert [(column.key, number) for column, number in found.path.steps] == [("stage:started:1", 2)]


def test_no_more_can_be_started_than_were_signed() -> None:
    rules = scheme(indicator(STARTS))
    known = groundbreaking(of_a=1, started=0)
    shared = project("S", signed(), to={"a": "1/2", "b": "1/2"})
    known = facts(*known.units, projects=[*known.projects, shared])
    found = reach(measured(rules, known), rules, "a", 1, Supposing(known))
    # a 0 of 1.5, b 3 of 4.5; starting its own one makes a 2/3, as much as b's.
    assert steps(found)["stage:started:1"] == 1
    # The shared one alone gives a 1/3 and b 3.5 of 4.5.
    lone = answers(found)["stage:started:2"]
    assert (lone.reason, lone.column.share, lone.column.projects) == ("none_left", Fraction(1, 2), ("S",))


def test_a_start_also_counts_as_landed_and_one_project_serves_once() -> None:
    rules = scheme(indicator({"preset": "landing"}, "landing", "50"), indicator(STARTS, "started", "50"))
    known = groundbreaking()
    found = reach(measured(rules, known), rules, "a", 1, Supposing(known))
    # a 1/4 and 1/4 = 25, b 3/4 and 3/4 = 75. Landing 3 gives 50 + 12.5.
    assert steps(found)["stage:registered:1"] == "none_left"
    assert steps(found)["stage:started:1"] == 2


def test_money_is_exact_to_the_yuan() -> None:
    rules = scheme(indicator(MONEY))
    rows = [
        project("A", signed(inward=3_000_000), to="a"),
        project("B", signed(inward=7_000_000), to="b", arrivals=[arrival(1_000_000)]),
    ]
    known = facts(unit("a"), unit("b"), projects=rows)
    found = reach(measured(rules, known), rules, "a", 1, Supposing(known))
    # 1/7 of 3,000,000 is 428,571.43: rounded up to whole yuan.
    assert steps(found) == {"new_project:signed": "denominator_grows", "arrival:domestic": 428_572}


def test_money_on_a_shared_project_counts_by_the_share_and_for_the_partner() -> None:
    rules = scheme(indicator({"preset": "arrival", "over": "task"}))
    shared = project("S", signed(inward=1000), to={"a": "1/4", "b": "3/4"})
    more = [project("B", signed(), to="b", arrivals=[arrival(500)])]
    targets = [target("a", 1000, "amount"), target("b", 6000, "amount")]
    known = facts(unit("a"), unit("b"), projects=[shared, *more], targets=targets)
    found = answers(reach(measured(rules, known), rules, "a", 1, Supposing(known)))["arrival:domestic"]
    # a: n/4000, b: (500 + 3n/4)/6000; equal at n/4000 - n/8000 = 1/12: n = 666.67.
    assert (found.steps, found.column.share) == (667, Fraction(1, 4))


def test_a_new_contract_enters_every_denominator() -> None:
    rules = scheme(indicator({"preset": "signing"}, "signing", "50"), indicator(STARTS, "started", "50"))
    known = groundbreaking()
    targets = [target("a", 10, indicator="signing"), target("b", 10, indicator="signing")]
    known = facts(*known.units, projects=known.projects, targets=targets)
    found = reach(measured(rules, known), rules, "a", 1, Supposing(known))
    # a (4/10 + 1/4) × 50 = 32.5 against b (4/10 + 3/4) × 50 = 57.5.
    # (4 + n)/10 + 1/(4 + n) >= 1.15 first at n = 7: 1.1 + 0.0909.
    assert steps(found)["new_project:signed"] == 7
    # (4 + n)/10 + (1 + n)/(4 + n): n = 2 gives 0.6 + 0.5, n = 3 gives 0.7 + 4/7.
    assert steps(found)["new_project:started"] == 3


def test_a_big_project_bonus_needs_a_project_of_that_size() -> None:
    bonus = {
        "key": "big",
        "name": "大项目",
        "kind": "bonus",
        "each": "5",
        "ceiling": "10",
        "per": {"stage": "signed", "min_total_yuan": 5000},
    }
    rules = scheme(indicator(STARTS), adjustments=[bonus])
    known = groundbreaking()
    small = reach(measured(rules, known), rules, "a", 1, Supposing(known))
    assert answers(small)["new_project:signed"].column.yuan == (1000, 800)
    assert steps(small)["new_project:signed"] == "denominator_grows"
    big = Supposing(known, new=Supposed(total_yuan=5000))
    found = answers(reach(measured(rules, known), rules, "a", 1, big))["new_project:started"]
    # 100 × (1 + n)/(4 + n) + min(5n, 10) >= 75: n = 4 gives 62.5 + 10, n = 5 gives 66.67 + 10.
    assert found.steps == 5


def test_bonuses_more_and_deductions_fewer() -> None:
    adjustments = [
        {"key": "praise", "name": "先进", "kind": "bonus", "each": "2", "ceiling": "6"},
        {"key": "blame", "name": "通报", "kind": "deduction", "each": "3"},
    ]
    rules = scheme(indicator(RATIO), adjustments=adjustments)
    entries = [Adjustment("1", "a", "blame", day("05-01"), 2, "迟报")]
    known = facts(
        unit("a", order=1), unit("b", order=2), unit("c", order=3),
        returns=ratios(a=(60, 100), b=(57, 100), c=(62, 100)), adjustments=entries,
    )  # fmt: skip
    measures = measured(rules, known)
    # a 54, b 57, c 62.
    second, top = (steps(reach(measures, rules, "a", place, Supposing(known))) for place in (2, 1))
    assert second == {"return:done": 3, "adjustment:praise": 2, "adjustment:blame:fewer": 1}
    assert top == {
        "return:done": 8,
        "adjustment:praise": "cap_reached",
        "adjustment:blame:fewer": "none_left",
    }


def test_a_reported_start_cannot_outgrow_the_reported_contracts() -> None:
    rules = scheme(
        indicator({"ratio": {"numerator": "signed", "denominator": "task"}}, "signing", "50"),
        indicator({"ratio": {"numerator": "started", "denominator": "signed"}}, "starts", "50"),
    )
    rows = [returned(key, name, n) for key, numbers in {"a": (10, 4, 2), "b": (10, 9, 8)}.items()
            for name, n in zip(("task", "signed", "started"), numbers, strict=True)]  # fmt: skip
    known = facts(unit("a"), unit("b"), returns=rows)
    found = reach(measured(rules, known), rules, "a", 1, Supposing(known))
    # a 20 + 25, b 45 + 44.4: two more starts make 70.
    assert steps(found)["return:started"] == "none_left"
    # (4 + n) / 10 × 50 + 2 / (4 + n) × 50 >= 89.4 at n = 14: 90 + 5.56; n = 13 gives 85 + 5.88.
    assert steps(found)["return:signed"] == 13


def test_a_number_that_was_missing_can_come() -> None:
    missing = {"not_reported": "redistribute"}
    rules = scheme(indicator(RATIO, "x", "50"), indicator({"quantity": "trips"}, "t", "50", missing=missing,
                   shape={"kind": "points", "each": "1", "most": "50"}))  # fmt: skip
    known = facts(unit("a", order=1), unit("b", order=2), returns=ratios(a=(6, 10), b=(7, 10)))
    found = reach(measured(rules, known), rules, "a", 1, Supposing(known))
    # a 60, b 70; with one trip a has 30 + 1, with 40 trips 30 + 40.
    assert steps(found)["return:trips"] == 40


def test_a_unit_without_a_place_gets_none() -> None:
    rules = scheme(indicator(RATIO))
    known = facts(unit("a", competing=False), unit("b"), returns=ratios(a=(1, 10), b=(7, 10)))
    found = reach(measured(rules, known), rules, "a", 1, Supposing(known))
    assert (found.place, steps(found), found.path) == (None, {"return:done": "no_place"}, None)
    with pytest.raises(KeyError):
        reach(measured(rules, known), rules, "z", 1)


def test_an_indicator_without_weight_earns_nothing() -> None:
    rules = scheme(indicator(RATIO, "x", "100"), indicator({"quantity": "trips"}, "t", "0"))
    rows = [*ratios(a=(1, 10), b=(7, 10)), returned("a", "trips", 3)]
    known = facts(unit("a"), unit("b"), returns=rows)
    found = reach(measured(rules, known), rules, "a", 1, Supposing(known))
    assert steps(found) == {"return:done": 6, "return:trips": "no_points"}


def test_a_board_by_one_number_without_a_total() -> None:
    rules = scheme(indicator({"quantity": "trips"}, "trips", None), composite=False, lead="trips")
    known = facts(unit("a"), unit("b"), returns=[returned("a", "trips", 3), returned("b", "trips", 9)])
    assert steps(reach(measured(rules, known), rules, "a", 1, Supposing(known))) == {"return:trips": 6}


def test_every_answer_holds_when_the_division_is_scored_again() -> None:
    rules = scheme(indicator({"preset": "landing"}, "landing", "50"), indicator(STARTS, "started", "50"))
    known = groundbreaking()
    measures = measured(rules, known)
    for answer in reach(measures, rules, "a", 1, Supposing(known)).answers:
        if answer.steps is not None:
            assert verify(measures, rules, "a", [(answer.column, answer.steps)]) == 1
            assert verify(measures, rules, "a", [(answer.column, answer.steps - 1)]) == 2
