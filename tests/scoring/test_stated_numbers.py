"""Numbers as people write them: commas, units, currencies, and pairs that make no sense."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.score_document import ScoreError, score_document
from scoring.scorecard import scorecard


def race(value: object, **more: Any) -> dict[str, Any]:
    rule = {"key": "x", "name": "到位", "weight": 10}
    scheme = {"name": "试", "full_mark": 10, "indicators": [{**rule, **more.pop("own", {})}], **more}
    return {"scheme": scheme, "units": [{"name": "甲", "measures": {"x": value}}]}


def score(document: dict[str, Any]) -> str:
    found: str = scorecard(score_document(document))["standings"][0]["score"]
    return found


def problems(document: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(ScoreError) as raised:
        score_document(document)
    return {problem.path: problem.message for problem in raised.value.problems}


@pytest.mark.parametrize(
    "value",
    ["3,5亿/10亿", "8,7", "28，27", "12,34/1", "1,,,5", "1,5000", "0001,000", "1,000,0", {"value": "8,7"}],
)
def test_a_comma_only_parts_thousands(value: object) -> None:
    found = problems(race(value))
    assert len(found) == 1
    assert all("千分位" in message for message in found.values())


@pytest.mark.parametrize(
    ("value", "expected"), [("1,234.5/2,469", "5"), ("12，345，678/24,691,356", "5"), ("-1,000/2,000", "0")]
)
def test_thousands_are_read(value: str, expected: str) -> None:
    assert score(race(value)) == expected


@pytest.mark.parametrize(
    ("value", "path", "words"),
    [
        ("3.5亿/4", "", "同是金额"),
        ("3/4亿", "", "同是金额"),
        ({"numerator": "3.5亿", "denominator": 4}, ".denominator", "同是金额"),
        ({"achieved": 3, "target": "4亿"}, ".target", "同是金额"),
        ({"rate": "5亿"}, ".rate", "不能是金额"),
        ({"items": ["3亿", 5]}, ".items", "都写或都不写"),
        ({"marks": ["3亿", 5]}, ".marks", "都写或都不写"),
        ({"parts": {"a": "3亿/4"}}, ".parts.a", "同是金额"),
        ({"numerator": 1, "denominator": 2, "audit": "120%"}, ".audit", "0 与 1 之间"),
        ({"value": 1, "audit": "-1/2"}, ".audit", "0 与 1 之间"),
        ({"value": 1, "audit": {"verified": 11, "claimed": 10}}, ".audit.verified", "不超过"),
        ({"value": 1, "audit": {"verified": -1, "claimed": 10}}, ".audit.verified", "不小于 0"),
        ({"numerator": 1}, ".denominator", "缺少分母"),
        ("3000万美元", "", "currencies"),
        ("4个", "", "不认识单位"),
    ],
)
def test_numbers_that_make_no_sense_together_are_refused(value: object, path: str, words: str) -> None:
    found = problems(race(value))
    assert list(found) == [f"units[0].measures.x{path}"]
    assert words in next(iter(found.values()))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0/4亿", "0"),
        ({"numerator": "2亿", "denominator": "4亿", "audit": {"verified": "3亿", "claimed": "4亿"}}, "15/4"),
        ({"numerator": 1, "denominator": 2, "audit": "100%"}, "5"),
        ({"target": 3}, "0"),
    ],
)
def test_numbers_that_do(value: object, expected: str) -> None:
    assert score(race(value)) == expected


def test_foreign_money_at_the_stated_rate() -> None:
    """20 million dollars at 7.1 are 142 million yuan, half of 284 million."""
    assert score(race("2000万美元/2.84亿", currencies={"美元": "7.1"})) == "5"


@pytest.mark.parametrize(("value", "expected"), [("3000万美元", "10"), ("2999万美元", "2"), ("2.13亿", "10")])
def test_a_threshold_in_dollars(value: str, expected: str) -> None:
    """30 million dollars at 7.1 are 213 million yuan."""
    shape = {"kind": "threshold", "from": "3000万美元", "otherwise": 2}
    assert score(race(value, own={"shape": shape}, currencies={"美元": "7.1"})) == expected


@pytest.mark.parametrize(("value", "expected"), [("6亿/5亿", "2"), ("6亿/4亿", "1")])
def test_bands_by_the_size_of_the_task(value: str, expected: str) -> None:
    bands = [{"below": "5亿", "points": 1}, {"from": "50000万元", "points": 2}]
    assert (
        score(race(value, own={"shape": {"kind": "bands", "on": "denominator", "bands": bands}})) == expected
    )


@pytest.mark.parametrize("rate", [0, "-7", "seven"])
def test_a_rate_of_exchange_is_positive(rate: object) -> None:
    assert list(problems(race(1, currencies={"美元": rate}))) == ["scheme.currencies.美元"]


def test_an_amount_where_none_belongs_is_named_as_such() -> None:
    assert "不能写金额" in problems(race(1, own={"cap": "5亿"}))["scheme.indicators[0].cap"]


def test_a_mean_place_is_a_number_not_a_percentage() -> None:
    """3 × 1st and 1 × 2nd: 5/4; 100 - 0.25 × 3 = 99.25."""
    slope = {"kind": "slopes", "at": 1, "base": 10, "segments": [{"every": 1, "points": -3}]}
    found = scorecard(score_document(race({"ballots": {"1": 3, "2": 1}}, own={"shape": slope})))
    line = found["standings"][0]["indicators"]["x"]
    assert (line["numerator_shown"], line["rate"], line["points"]) == ("1.2500", None, "37/4")


@pytest.mark.parametrize("value", ["-0.5", "-1/2", "-50%", {"value": "-0.5"}])
def test_a_negative_number_counts_as_nothing_in_proportion(value: object) -> None:
    assert score(race(value)) == "0"


def test_a_cap_holds_a_plain_number_as_well() -> None:
    assert score(race("1.5", own={"cap": "1.2"})) == "12"


ON_DENOMINATOR = {"kind": "bands", "on": "denominator", "bands": [{"from": 1, "points": 10}]}
FROM_ONE = [{"name": "不足1个", "needs": {"on": "numerator", "from": 1}, "otherwise": 0}]


def bare(value: Any, **more: Any) -> dict[str, Any]:
    rule = {"key": "x", "name": "率", "weight": 10, **more}
    scheme = {"name": "试", "full_mark": 10, "indicators": [rule]}
    return {"scheme": scheme, "units": [{"name": "甲", "measures": {"x": value}}]}


@pytest.mark.parametrize("value", ["85%", {"rate": "0.85"}, {"parts": {"a": "85%"}}])
@pytest.mark.parametrize(
    "more", [{"shape": ON_DENOMINATOR}, {"gates": FROM_ONE}, {"shape": {"kind": "shortfall", "each": 1}}]
)
def test_a_rate_alone_has_nothing_a_rule_on_counts_could_read(value: Any, more: dict[str, Any]) -> None:
    with pytest.raises(ScoreError) as raised:
        score_document(bare(value, **more))
    assert [problem.path for problem in raised.value.problems] == ["units[0].measures.x"]
    assert "分子或分母" in raised.value.problems[0].message


def test_a_rate_alone_prints_no_counts_and_has_no_total() -> None:
    found = scorecard(score_document(bare("85%")))
    line = found["standings"][0]["indicators"]["x"]
    assert (line["numerator"], line["denominator"], line["rate"]) == (None, None, "17/20")
    assert {row["rate"] for row in found["headlines"]} == {None}


def test_rates_alone_cannot_be_added_up_but_each_may_reach_its_floor() -> None:
    value = {"parts": {"a": "80%", "b": "3/10"}}
    with pytest.raises(ScoreError) as raised:
        score_document(bare(value))
    assert [problem.path for problem in raised.value.problems] == ["units[0].measures.x.parts"]
    floors = {"kind": "floors", "floors": {"a": "0.7", "b": "0.4"}, "unmet": "share"}
    standing = score_document(bare(value, shape=floors)).result.standings[0]
    assert (standing.score, standing.indicators[0].rate) == (5, None)
