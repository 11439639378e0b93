"""The printed formula with its numbers, and contributions that sum to the score."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scoring.explain import contributions, formula
from scoring.facts import Adjustment, Facts, Return
from scoring.race import score_race
from tests.scoring.build import (
    AS_OF,
    RATIO,
    arrival,
    day,
    facts,
    indicator,
    project,
    ratios,
    returned,
    scheme,
    signed,
    standing,
    target,
    unit,
)

B_RATIO = {"ratio": {"numerator": "b_done", "denominator": "b_due"}}


def printed(known: Facts, *indicators: dict[str, Any], **more: Any) -> str:
    rules = scheme(*indicators, **more)
    return formula(standing(score_race(known, rules, AS_OF), "a"), rules)


def test_the_formula_as_notices_print_it() -> None:
    known = facts(
        returns=ratios(a=(28, 27)) + ratios("b_", a=(28, 25)),
        adjustments=[
            Adjustment("1", "a", "plus", day("05-01"), 1, "先进"),
            Adjustment("2", "a", "minus", day("05-01"), 3, "通报"),
        ],
    )
    adjustments = [
        {"key": "plus", "name": "加分", "kind": "bonus", "each": "1"},
        {"key": "minus", "name": "扣分", "kind": "deduction", "each": "0.5"},
        {"key": "unused", "name": "另加", "kind": "bonus", "each": "9"},
    ]
    text = printed(
        known,
        indicator(RATIO, "x", "30"),
        indicator(B_RATIO, "y", "70", cap="1.1"),
        adjustments=adjustments,
    )
    # 28/27 × 30 + 1.1 × 70 + 1 - 1.5 = 31.1111 + 77 - 0.5
    assert text == "得分 = 28÷27×30 + 110%×70（28÷25 封顶 110%） + 1×1（加分） - 0.5×3（扣分） = 107.61"


def test_floors_and_rules_for_missing_numbers_are_shown() -> None:
    missing = {"not_reported": "fixed:12.5"}
    text = printed(
        facts(returns=ratios(a=(1, 10))),
        indicator(RATIO, "x", "60", floor="0.2", cap="1"),
        indicator(B_RATIO, "y", "40", missing=missing),
    )
    assert text == "得分 = 20%×60（1÷10 保底 20%） + 12.5（未报，计固定分） = 24.50"


def test_left_out_and_redistributed_indicators_are_not_in_the_formula() -> None:
    raised = "1÷2×100（含分摊来的权重，按 100 分计） = 50.00"
    for rule, expected in (("leave_out", "1÷2×70 = 35.00"), ("redistribute", raised)):
        text = printed(
            facts(returns=ratios(a=(1, 2))),
            indicator(RATIO, "x", "70"),
            indicator(B_RATIO, "y", "30", missing={"not_reported": rule}),
        )
        assert text == f"得分 = {expected}"


def test_money_is_in_wan_and_shares_are_exact() -> None:
    known = facts(
        projects=[
            project("P1", signed(inward=20_000_000), arrivals=[arrival(12_345_678)]),
            project("P2", signed(inward=30_000_000), to={"a": "1/3", "b": "2/3"}),
        ],
        targets=[target("a", 4), target("a", 60_000_000, "amount")],
    )
    mix = {"preset": "signing", "by": {"by": "mix", "count_share": "1/10"}}
    assert printed(known, indicator({"preset": "arrival"})) == "得分 = 1234.5678万÷3000万×100 = 41.15"
    text = printed(known, indicator(mix))
    assert text == "得分 = ((4/3)÷4×10%+3000万÷6000万×90%)×100 = 48.33"
    thirds = {"preset": "signing", "by": {"by": "mix", "count_share": "1/3"}}
    assert "×(1/3)+" in printed(known, indicator(thirds, cap="1"))


@pytest.mark.parametrize(
    ("rows", "lead", "text"),
    [
        (ratios(a=(45, 52)), "x", "x率 = 45÷52 = 86.5%"),
        ([], "x", "x率 = —"),
        ([returned("a", "trips", 14)], "trips", "trips率 = 14"),
        ([], "trips", "trips率 = —"),
    ],
)
def test_without_a_total_the_lead_indicator_is_printed(rows: list[Return], lead: str, text: str) -> None:
    lines = indicator(RATIO, "x", None), indicator({"quantity": "trips"}, "trips", None)
    assert printed(facts(returns=rows), *lines, composite=False, lead=lead) == text


def test_the_rate_of_a_lead_indicator_is_rounded_as_the_scheme_says() -> None:
    line = indicator(RATIO, "x", None)
    told = [
        printed(facts(returns=ratios(a=(2, 3))), line, composite=False, lead="x", rounding=how)
        for how in ("down", "up", "half_up")
    ]
    assert told == ["x率 = 2÷3 = 66.6%", "x率 = 2÷3 = 66.7%", "x率 = 2÷3 = 66.7%"]


def test_an_unranked_unit_has_no_score_to_print() -> None:
    rules = scheme(indicator(RATIO, missing={"not_reported": "unranked"}))
    found = standing(score_race(facts(), rules, AS_OF), "a")
    assert (formula(found, rules), contributions(found)) == ("得分 = —", [])


def test_contributions_are_points_and_adjustments_by_key() -> None:
    rules = scheme(
        indicator(RATIO, "x", "30", cap="1"),
        indicator(B_RATIO, "y", "70", missing={"not_reported": "leave_out"}),
        adjustments=[{"key": "minus", "name": "扣分", "kind": "deduction", "each": "0.5"}],
    )
    known = facts(
        unit("a"),
        returns=ratios(a=(1, 3)),
        adjustments=[Adjustment("2", "a", "minus", day("05-01"), 3, "通报")],
    )
    found = standing(score_race(known, rules, AS_OF), "a")
    assert contributions(found) == [("x", 10), ("minus", Fraction(-3, 2))]
    assert found.score == Fraction(17, 2)
