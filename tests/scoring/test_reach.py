"""What would get a unit to a place: worked by hand, column by column."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from scoring.facts import Adjustment, Facts
from scoring.measures import Measures, measure_all
from scoring.race import score_measured
from scoring.reach import Reach, Supposing, next_place, pursuers_among, reach, verify
from scoring.reach_deeds import Supposed
from scoring.reach_effort import Effort
from scoring.reach_search import Answer
from scoring.reach_trial import Trials
from scoring.rules import Scheme
from scoring.score_document import score_document
from tests.scoring.build import (
    AS_OF,
    arrival,
    day,
    event,
    facts,
    indicator,
    project,
    ratios,
    returned,
    scheme,
    scheme_of,
    signed,
    target,
    unit,
)

RATIO = {"ratio": {"numerator": "done", "denominator": "due"}}
STARTS = {"preset": "groundbreaking"}
MONEY = {"preset": "arrival", "over": "contract"}


def measured(rules: Scheme, known: Facts) -> Measures:
    return measure_all(known, rules, AS_OF)


def stated(
    *indicators: dict[str, Any], units: Mapping[str, Mapping[str, Any]], **more: Any
) -> tuple[Measures, Scheme]:
    """A race of numbers stated beside the scheme."""
    document = {
        "scheme": scheme_of(*indicators, **more),
        "units": [{"key": key, "measures": dict(row)} for key, row in units.items()],
    }
    scored = score_document(document)
    return scored.measures, scored.scheme


def given(key: str = "x", weight: str = "100", **more: Any) -> dict[str, Any]:
    return indicator({"given": "any"}, key, weight, **more)


def answers(found: Reach) -> dict[str, Answer]:
    return {answer.column.key: answer for answer in found.answers}


def steps(found: Reach) -> dict[str, int | str | None]:
    """Steps of each column, or the reason."""
    return {key: answer.reason or answer.steps for key, answer in answers(found).items()}


def test_one_more_of_a_stated_number() -> None:
    measures, rules = stated(given(), units={"a": {"x": "5/10"}, "b": {"x": "8/10"}, "c": {"x": "1/10"}})
    found = reach(measures, rules, "a", 1)
    # A tie shares the place: 8 of 10 are enough.
    assert (found.place, found.wanted, steps(found)) == (2, 1, {"number:x:0": 3})
    assert answers(found)["number:x:0"].place == 1
    assert reach(measures, rules, "c", 2).answers[0].steps == 4


def test_the_place_one_has_asks_for_nothing() -> None:
    measures, rules = stated(given(), units={"a": {"x": "5/10"}, "b": {"x": "8/10"}})
    found = reach(measures, rules, "b", 1)
    assert (found.already, found.answers, found.path) == (True, (), None)


@pytest.mark.parametrize(
    ("ties", "expected"),
    [("competition", 3), ("dense", 3), ("sequential", 4), ("modified", 4), ("fractional", 4)],
)
def test_whether_a_tie_reaches_is_the_affair_of_the_rule_for_ties(ties: str, expected: int) -> None:
    measures, rules = stated(given(), units={"b": {"x": "8/10"}, "a": {"x": "5/10"}}, ties=ties)
    assert reach(measures, rules, "a", 1).answers[0].steps == expected


def test_a_cap_stops_a_column() -> None:
    units = {"a": {"x": "5/10", "y": "2/10"}, "b": {"x": "10/10", "y": "6/10"}}
    measures, rules = stated(given("x", "40", cap="1"), given("y", "60"), units=units)
    # a: 20 + 12 = 32, b: 40 + 36 = 76; x gives 20 more at the most, y 6 each.
    found = reach(measures, rules, "a", 1)
    assert steps(found) == {"number:x:0": "cap_reached", "number:y:0": 8}
    # All of x and 4 of y: 52 + 24 = 76 costs 5 + 4; 8 of y cost 8.
    assert found.path is not None
    assert [(column.what, number) for column, number in found.path.steps] == [("y", 8)]
    assert (found.path.cost, found.path.proven) == (8, True)


def test_steps_and_bands_are_jumped_exactly() -> None:
    bands = {
        "kind": "bands",
        "bands": [
            {"from": "0.8", "points": "100"},
            {"from": "0.6", "below": "0.8", "points": "60"},
            {"below": "0.6", "points": "0"},
        ],
    }
    units = {"a": {"x": "100/1000"}, "b": {"x": "650/1000"}, "c": {"x": "800/1000"}}
    measures, rules = stated(given(shape=bands), units=units)
    assert reach(measures, rules, "a", 2).answers[0].steps == 500
    assert reach(measures, rules, "a", 1).answers[0].steps == 700


def test_a_band_that_is_worth_most_in_the_middle_is_found() -> None:
    bands = {
        "kind": "bands",
        "bands": [
            {"from": "0.5", "points": "10"},
            {"from": "0.4", "below": "0.5", "points": "90"},
            {"below": "0.4", "points": "20"},
        ],
    }
    measures, rules = stated(given(shape=bands), units={"a": {"x": "10/1000"}, "b": {"x": "450/1000"}})
    found = reach(measures, rules, "a", 1).answers[0]
    assert (found.steps, found.proven) == (390, True)


def test_less_is_better_goes_down_as_far_as_there_is() -> None:
    shape = {"kind": "deductions", "each": "10"}
    measures, rules = stated(
        given(shape=shape, better="less"), units={"a": {"x": 5}, "b": {"x": 2}, "c": {"x": -1}}
    )
    found = reach(measures, rules, "a", 2).answers[0]
    assert (found.column.sign, found.steps) == (-1, 3)
    assert reach(measures, rules, "a", 1).answers[0].reason == "none_left"


def test_under_min_max_the_others_move_too() -> None:
    """Unit a doubles the range, so that b and c lose with every step it takes beyond b."""
    shape = {"kind": "minmax"}
    units = {
        "a": {"x": "10/10", "y": "0/10"},
        "b": {"x": "10/10", "y": "6/10"},
        "c": {"x": "0/10", "y": "10/10"},
    }
    measures, rules = stated(given("x", "50", shape=shape), given("y", "50"), units=units)
    # a 50 + 0; b 50 × 10/(10 + n) + 30 once a leads by n; c 50. b needs 50 × 10/(10 + n) <= 20: n = 15.
    found = answers(reach(measures, rules, "a", 1))["number:x:0"]
    assert (found.steps, found.place, found.proven) == (15, 1, True)


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


def test_the_next_place_and_those_behind() -> None:
    units = {"a": {"x": "5/10"}, "b": {"x": "8/10"}, "c": {"x": "1/10"}, "d": {"x": "4/10"}}
    measures, rules = stated(given(), units=units)
    standings = score_measured(measures, rules).standings
    assert [next_place(standings, key) for key in "badc"] == [None, 1, 2, 3]
    found = pursuers_among(Trials(measures, rules), "a")
    assert [(p.unit, p.place, p.cost, p.answer.steps) for p in found] == [("d", 3, 1, 1), ("c", 4, 4, 4)]
    assert pursuers_among(Trials(measures, rules), "c") == []


def test_every_answer_holds_when_the_division_is_scored_again() -> None:
    rules = scheme(indicator({"preset": "landing"}, "landing", "50"), indicator(STARTS, "started", "50"))
    known = groundbreaking()
    measures = measured(rules, known)
    for answer in reach(measures, rules, "a", 1, Supposing(known)).answers:
        if answer.steps is not None:
            assert verify(measures, rules, "a", [(answer.column, answer.steps)]) == 1
            assert verify(measures, rules, "a", [(answer.column, answer.steps - 1)]) == 2


def test_a_mixed_path_takes_money_back_to_the_least_that_does() -> None:
    units = {"a": {"x": "0/10", "m": {"numerator": "0万元", "denominator": "1000万元"}},
             "b": {"x": "2/10", "m": {"numerator": "250万元", "denominator": "1000万元"}}}  # fmt: skip
    measures, rules = stated(given("x", "50", cap="0.3"), given("m", "50", cap="0.3"), units=units)
    # a 0, b 10 + 12.5; x gives 5 each up to 15, m 1 yuan 0.000005 up to 15: neither alone is enough.
    found = reach(measures, rules, "a", 1)
    assert steps(found) == {"number:x:0": "cap_reached", "number:m:0": "cap_reached"}
    assert found.path is not None
    # 3 of x (15) and 150 万 (7.5) cost 3 + 2, as much as 2 of x (10) and 250 万 (12.5) with 2 + 3.
    assert found.path.cost == 5
    assert ({c.what: n for c, n in found.path.steps}, found.path.place) in (
        ({"x": 3, "m": 1_500_000}, 1),
        ({"x": 2, "m": 2_500_000}, 1),
    )


def test_efforts_are_the_office_s_to_state() -> None:
    measures, rules = stated(given("x", "50"), given("y", "50"), units={"a": {"x": "1/10", "y": "1/10"},
                             "b": {"x": "4/10", "y": "3/10"}})  # fmt: skip
    only_y = Supposing(efforts=lambda column: Effort(Fraction(3)) if column.what == "y" else None)
    path = reach(measures, rules, "a", 1, only_y).path
    assert path is not None
    assert [(column.what, number, path.cost) for column, number in path.steps] == [("y", 5, 15)]
    poor = Supposing(efforts=lambda _: Effort(Fraction(3)), most_cost=Fraction(14))
    assert reach(measures, rules, "a", 1, poor).path is None
    for cost, size in ((0, 1), (-1, 1), (1, 0)):
        with pytest.raises(ValueError, match="positive"):
            Effort(Fraction(cost), size)


def test_a_search_cut_short_says_so() -> None:
    measures, rules = stated(given("x", "50"), given("y", "50"), units={"a": {"x": "0/10", "y": "0/10"},
                             "b": {"x": "10/10", "y": "10/10"}})  # fmt: skip
    found = reach(measures, rules, "a", 1, Supposing(most_tries=3))
    assert found.path is not None
    assert (found.path.cost, found.path.proven) == (20, False)


def test_an_effect_that_goes_both_ways_far_away_is_found_but_not_proven() -> None:
    """Nothing counts below 700 of 1000: too far to go step by step, so it is found by doubling."""
    gate = {"needs": {"on": "mark", "from": "0.7"}, "name": "达标"}
    measures, rules = stated(
        given("x", "60", gates=[gate]), given("y", "40"), units={"a": {"x": "0/1000", "y": "0/10"},
                                                                 "b": {"x": "800/1000", "y": "0/10"}}
    )  # fmt: skip
    found = reach(measures, rules, "a", 1).answers[0]
    assert (found.steps, found.proven) == (800, False)


def test_a_not_applicable_indicator_is_no_column() -> None:
    measures, rules = stated(given("x", "60"), given("y", "40"), units={"a": {"x": "1/10", "y": "-"},
                             "b": {"x": "2/10", "y": "-"}})  # fmt: skip
    assert set(steps(reach(measures, rules, "a", 1))) == {"number:x:0"}
    known = facts(unit("a", not_applicable=("x",)), unit("b"), returns=ratios(a=(1, 10), b=(7, 10)))
    both = scheme(indicator(RATIO), indicator({"quantity": "trips"}, "t", "0"))
    found = reach(measured(both, known), both, "a", 1, Supposing(known))
    assert set(steps(found)) == {"return:trips"}
