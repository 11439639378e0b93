"""A printed formula is the rule with its numbers, and true: worked out exactly, it comes to the score."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.explain import EN, formula, formulas, terms
from scoring.score_document import score_document
from tests.scoring.examples import Example, examples
from tests.scoring.formula_races import formula_races
from tests.scoring.given_races import any_races
from tests.scoring.printed_worth import worth

EXAMPLES = [example for example in examples() if example.document["scheme"].get("composite", True)]
BARE = re.compile(r"-?[0-9.]+|\(-?[0-9]+/[0-9]+\)")


def check(document: dict[str, Any]) -> None:
    scored = score_document(document)
    for standing in scored.result.standings:
        if standing.score is None:
            continue
        _, middle, _ = formula(standing, scored.scheme).split(" = ")
        assert worth(middle) == standing.score
        english = formula(standing, scored.scheme, EN)
        assert formulas(standing, scored.scheme) == (formula(standing, scored.scheme), english)
        assert not set(english) & set("（），、")
        given_points = {line.key: line.points for line in (*standing.indicators, *standing.adjustments)}
        for term in terms(standing, scored.scheme):
            assert worth(term.text) == term.points == given_points[term.key]
            assert term.note or not BARE.fullmatch(term.text) or _is_points(term.key, document)


def _is_points(key: str, document: dict[str, Any]) -> bool:
    """Whether the rule itself is a bare number: points that were given."""
    rule = next(row for row in document["scheme"]["indicators"] if row["key"] == key)
    shape = rule.get("shape", {})
    return shape.get("kind") == "points" and str(shape.get("each", 1)) == "1"


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.title for example in EXAMPLES])
def test_the_formula_of_every_example_is_true(example: Example) -> None:
    check(example.document)


@given(any_races | formula_races)
def test_the_formula_of_any_race_is_true_and_every_term_shows_its_working(document: dict[str, Any]) -> None:
    check(document)


def race(shape: object, value: Any, others: tuple[Any, ...] = (), **own: Any) -> dict[str, Any]:
    top = {key: own.pop(key) for key in ("rounding", "decimals", "missing_scheme") if key in own}
    rule = {"key": "x", "name": "x", "weight": 10, "shape": shape, **own}
    units = [
        {"name": name, "measures": {"x": x}} for name, x in zip("甲乙丙丁", (value, *others), strict=False)
    ]
    return {"scheme": {"name": "试", "full_mark": 10, "indicators": [rule], **top}, "units": units}


def middle(document: dict[str, Any], unit: str = "甲") -> str:
    scored = score_document(document)
    found = next(row for row in scored.result.standings if row.unit == unit)
    return formula(found, scored.scheme).split(" = ")[1]


SLOPE = {"kind": "slopes", "segments": [{"every": "0.01", "points": "0.1"}]}
BANDS = {
    "kind": "bands",
    "bands": [{"from": "0.95", "points": 10}, {"from": "0.9", "points": 8}, {"below": "0.9", "share": "0.5"}],
}
KNOTS = {"kind": "interpolated", "knots": [{"at": "0.2", "share": "0.5"}, {"at": "0.6", "share": 1}]}


@pytest.mark.parametrize(
    ("shape", "value", "text"),
    [
        ({"kind": "proportional"}, "28/27", "28÷27×10"),
        ({"kind": "proportional"}, "80%", "80%×10"),
        ({"kind": "proportional"}, {"numerator": "1200万", "denominator": "0.3亿"}, "1200万÷3000万×10"),
        ({"kind": "proportional", "full_at": "0.7"}, "35%", "35%÷70%×10"),
        ({"kind": "proportional"}, {"parts": {"a": "1/3", "b": "5/2"}}, "(1+5)÷(3+2)×10"),
        (
            {"kind": "proportional"},
            {"numerator": 9, "denominator": 12, "audit": "4/5"},
            "9×80%÷12×10（抽查属实 80%）",
        ),
        ({"kind": "proportional", "most": 5}, "80%", "5（80%×10 超过最高分 5）"),
        # Full marks at 100 %, 0.1 off for each percentage point: 10 - 6.5 × 0.1, which only looks like 93.5 % of 10.
        (SLOPE, "93.5%", "10-(100-93.5)×0.1"),
        (SLOPE, "90/100", "10-(100-90)×0.1（90÷100=90%）"),
        (SLOPE, "2/3", "10-(100-2÷3×100)×0.1"),
        (SLOPE, "112%", "10+(112-100)×0.1"),
        ({**SLOPE, "least": 9}, "80%", "9（10-(100-80)×0.1 低于最低分 9）"),
        (
            {
                "kind": "slopes",
                "base": 6,
                "segments": [{"from": 1, "every": "0.1", "points": "0.5", "whole": True}],
            },
            "126%",
            "6+2×0.5（(126-100)÷10 不足一步不计，计 2 步）",
        ),
        (
            {"kind": "slopes", "at": 1, "base": 10, "segments": [{"every": 1, "points": -3}]},
            {"ballots": {"1": 3, "2": 1}},
            "10-(1.25-1)×3",
        ),
        (BANDS, "93.5%", "8（93.5% 属 90%≤x<95% 档，得 8）"),
        (BANDS, "19/20", "10（19÷20=95% 属 x≥95% 档，得 10）"),
        (BANDS, "1/3", "50%×10（1÷3 属 x<90% 档，得 50%×10）"),
        (
            {"kind": "threshold", "from": "0.7", "otherwise": {"kind": "proportional", "full_at": "0.7"}},
            "35/100",
            "35÷100÷70%×10（35÷100=35% 属 x<70% 档）",
        ),
        ({"kind": "threshold", "from": "0.7"}, "8/10", "10（8÷10=80% 属 x≥70% 档，得 10）"),
        ({"kind": "minmax", "base": "0.6", "low": 0, "high": 2}, 1, "6+(1-0)÷(2-0)×4"),
        ({"kind": "minmax", "low": 0, "high": 2}, 3, "(2-0)÷(2-0)×10（3 高于上限，按 2 计）"),
        (KNOTS, "50%", "50%×10+(50%-20%)÷(60%-20%)×(10-50%×10)"),
        (KNOTS, "10%", "50%×10（10% 不高于最低标准值 20%）"),
        (KNOTS, "110%", "10（110% 不低于最高标准值 60%）"),
        ({"kind": "points", "each": 3}, 2, "3×2"),
        ({"kind": "points"}, 2, "2"),
        ({"kind": "deductions", "each": 1}, 2, "10-1×2"),
        ({"kind": "deductions", "each": 4}, 3, "0（10-4×3 低于最低分 0）"),
        (
            {"kind": "deductions", "by_part": {"迟": 2, "虚": "0.5"}},
            {"parts": {"迟": 3, "虚": 1}},
            "10-(2×3+0.5×1)（迟 3，虚 1）",
        ),
        (
            {"kind": "shortfall", "each": "0.1"},
            {"parts": {"大": "1/3", "中": "5/2", "小": "8/10"}},
            "10-0.1×((3-1)+(10-8))（大少 2，小少 2）",
        ),
        ({"kind": "shortfall", "each": "0.1"}, "3/2", "10-0.1×0（没有缺额）"),
        ({"kind": "shortfall", "each": 9}, "0/2", "0（10-9×(2-0) 低于最低分 0）"),
        (
            {"kind": "floors", "floors": {"2023": "0.7", "2024": "0.5"}, "unmet": "share"},
            {"parts": {"2023": "7/10", "2024": "4/10"}},
            "10×1÷2（2 批中 1 批达标）",
        ),
        (
            {"kind": "floors", "floors": {"2023": "0.7"}, "unmet": 1},
            {"parts": {"2023": "6/10"}},
            "1（1 批中 0 批达标）",
        ),
        ({"kind": "proportional"}, "not_reported", "0（未报，计零分）"),
        ({"kind": "proportional"}, "3/0", "0（没有分母，计零分）"),
    ],
)
def test_a_term_as_a_notice_prints_it(shape: dict[str, Any], value: Any, text: str) -> None:
    assert middle(race(shape, value)) == text


@pytest.mark.parametrize(
    ("own", "value", "text"),
    [
        ({"cap": "1.2"}, "28/20", "120%×10（28÷20 封顶 120%）"),
        ({"cap": "1.2"}, "23/20", "23÷20×10"),
        ({"floor": "0.2"}, "1/10", "20%×10（1÷10 保底 20%）"),
        ({}, "-1/2", "0%×10（(-1)÷2 保底 0%）"),
        ({"missing": {"not_reported": "fixed:2.5"}}, None, "2.5（未报，计固定分）"),
        ({"missing": {"not_reported": "full"}}, None, "10（未报，计满分）"),
        ({"rounding": {"early": ["points"]}}, "1/3", "四舍五入(1÷3×10, 2)"),
        ({"rounding": {"points": "up", "early": ["points"]}}, "1/3", "进位(1÷3×10, 2)"),
        ({"rounding": {"early": ["rate"]}}, "1/3", "33.3%×10（1÷3 先取整为 33.3%）"),
        (
            {"gates": [{"name": "未达底线", "needs": {"from": "0.9"}, "times": "0.5"}]},
            "8/10",
            "8÷10×10×50%（前提未满足：未达底线）",
        ),
        (
            {"gates": [{"name": "不足5个", "needs": {"on": "numerator", "from": 5}, "otherwise": 1}]},
            "4/4",
            "1（原得 4÷4×10，前提未满足：不足5个）",
        ),
        (
            {"gates": [{"needs": {"from": "0.9"}, "otherwise": 0}]},
            "8/10",
            "0（原得 8÷10×10，前提条件未满足）",
        ),
    ],
)
def test_what_changes_a_term_is_said_with_it(own: dict[str, Any], value: Any, text: str) -> None:
    assert middle(race("proportional", value, **own)) == text


PLACES = {
    "kind": "bands",
    "on": "place",
    "bands": [{"from": 1, "points": 10}, {"from": 2, "up_to": 3, "points": 7}, {"from": 4, "points": 5}],
}


@pytest.mark.parametrize(
    ("shape", "own", "text"),
    [
        ({"kind": "proportional", "on": "of_best"}, {}, "7÷9×10（本组最好 9）"),
        ({"kind": "proportional", "on": "of_best"}, {"better": "less"}, "6÷7×10（本组最好 6）"),
        ({"kind": "proportional", "on": "of_mean"}, {}, "7÷7.5×10（本组平均 7.5）"),
        ({"kind": "minmax", "base": "0.6"}, {}, "6+(7-6)÷(9-6)×4"),
        ({"kind": "minmax"}, {"better": "less"}, "(9-7)÷(9-6)×10"),
        (PLACES, {}, "7（第 3 名，2–3 名档，得 7）"),
    ],
)
def test_numbers_beside_the_rest_of_the_division(
    shape: dict[str, Any], own: dict[str, Any], text: str
) -> None:
    """7 among 9, 8 and 6: third, best 9, least 6, mean 7.5."""
    assert middle(race(shape, 7, (9, 8, 6), **own)) == text


def test_places_at_both_ends_and_an_equal_division() -> None:
    assert middle(race(PLACES, 9, (8, 7, 6))) == "10（第 1 名，第 1 名档，得 10）"
    assert middle(race(PLACES, 1, (8, 7, 6))) == "5（第 4 名，第 4 名及以后档，得 5）"
    assert middle(race("minmax", 5, (5, 5))) == "10（全组相同）"


def test_a_division_past_the_one_stated_end() -> None:
    shape = {"kind": "minmax", "base": "0.6", "high": "0.9"}
    note = "规定的一头 90% 本组都已到或越过，19÷20=95% 按高的一头计"
    assert middle(race(shape, "19/20", ("150%",))) == f"10（{note}）"
    less = {"kind": "minmax", "base": "0.6", "high": 5}
    note = "规定的一头 5 本组都已到或越过，6 按高的一头计"
    assert middle(race(less, 6, (9,), better="less")) == f"6（{note}）"


def test_the_schedule_stands_in_the_formula() -> None:
    """80 of 100 by the end of September, 75 % due: 5 points ahead."""
    slope = {"kind": "slopes", "on": "ahead", "at": 0, "segments": [{"every": "0.01", "points": "0.1"}]}
    found = middle({**race(slope, "80/100"), "as_of": "2026-09-30"})
    assert found == "10+5×0.1（80÷100=80% 减时序进度 75%，80÷100-75%=5%）"


def test_bonuses_base_voids_and_limits_are_named() -> None:
    """8/10 × 10 + min(6, 4) - 0.5 × 3 + 5 - (4 - 3), at least 20."""
    adjustments = [
        {"key": "plus", "name": "加分", "kind": "bonus", "each": 2, "ceiling": 4},
        {"key": "minus", "name": "通报", "kind": "deduction", "each": "0.5"},
        {"key": "hand", "name": "按情节", "kind": "deduction", "each": 9, "each_least": 1},
    ]
    document = race("proportional", "8/10")
    document["scheme"] |= {
        "adjustments": adjustments,
        "base": 5,
        "score_least": 20,
        "ceilings": [{"key": "all", "name": "加分合计", "adjustments": ["plus"], "most": 3}],
    }
    document["units"][0]["adjustments"] = {"plus": 3, "minus": 3, "hand": [2, 3]}
    assert middle(document) == (
        "max(8÷10×10 + 4（加分，2×3 超过最高分 4） - 0.5×3（通报） - (2+3)（按情节） + 5（基础分）"
        " - (4-3)（加分合计最多 3 分）, 20)（总分最低 20 分）"
    )
    document["scheme"]["adjustments"][1]["voids"] = ["x"]
    assert middle(document).startswith("max(0（通报，本项不得分） + 4")


def test_a_formula_in_english() -> None:
    scored = score_document(race(BANDS, "93.5%"))
    standing = scored.result.standings[0]
    assert formula(standing, scored.scheme, EN) == "Score = 8 (93.5% lies in 90%≤x<95%; worth 8) = 8.00"
    assert [term.points for term in terms(standing, scored.scheme, EN)] == [Fraction(8)]


@given(st.fractions(min_value=-3, max_value=3, max_denominator=40), st.sampled_from(["0.01", "0.05", "1/3"]))
def test_slopes_pass_through_every_stretch(x: Fraction, every: str) -> None:
    shape = {
        "kind": "slopes",
        "base": "80%",
        "segments": [
            {"below": "0.5", "every": every, "points": "-0.2"},
            {"from": "0.5", "below": 1, "every": every, "share": "0.01", "points": "0.1"},
            {"from": "1.2", "every": every, "points": "1", "whole": True},
        ],
    }
    check(race(shape, f"{x.numerator}/{x.denominator}"))
