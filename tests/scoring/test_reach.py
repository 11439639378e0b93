"""How much more of a stated number would get a unit to a place, and which mixed path costs least: worked by hand."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from scoring.measures import Measures
from scoring.race import score_measured
from scoring.reach import Supposing, next_place, pursuers_among, reach
from scoring.reach_effort import Effort
from scoring.reach_trial import Trials
from scoring.rules import Scheme
from scoring.score_document import score_document
from tests.scoring.build import RATIO, facts, indicator, ratios, scheme, scheme_of, unit
from tests.scoring.reaching import answers, measured, steps


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


def test_the_next_place_and_those_behind() -> None:
    units = {"a": {"x": "5/10"}, "b": {"x": "8/10"}, "c": {"x": "1/10"}, "d": {"x": "4/10"}}
    measures, rules = stated(given(), units=units)
    standings = score_measured(measures, rules).standings
    assert [next_place(standings, key) for key in "badc"] == [None, 1, 2, 3]
    found = pursuers_among(Trials(measures, rules), "a")
    assert [(p.unit, p.place, p.cost, p.answer.steps) for p in found] == [("d", 3, 1, 1), ("c", 4, 4, 4)]
    assert pursuers_among(Trials(measures, rules), "c") == []


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
