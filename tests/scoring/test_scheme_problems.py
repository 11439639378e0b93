"""Scheme documents that cannot be used: everything wrong at once, each problem with its place and in words."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.scheme_document import SchemeError, parse_scheme
from tests.scoring.build import RATIO, indicator, scheme_of


def problems(document: Any) -> dict[str, str]:
    with pytest.raises(SchemeError) as raised:
        parse_scheme(document)
    found = {problem.path: problem.message for problem in raised.value.problems}
    assert len(found) == len(raised.value.problems)
    assert all(message in str(raised.value) for message in found.values())
    return found


def test_all_problems_come_at_once_in_words() -> None:
    document = {
        "format": "saima-scheme/9",
        "full_mark": 100.0,
        "ties": "olympic",
        "colour": "red",
        "decimals": {"rate": 9},
        "tie_breakers": ["nobody"],
        "indicators": [
            {
                "key": "Bad Key",
                "name": " ",
                "weight": "three",
                "measure": {"preset": "magic"},
                "cap": "1",
                "floor": "2",
            },
            {"key": "x", "name": "x", "weight": "-1", "measure": {"quantity": "n", "ratio": {}}},
            {
                "key": "x",
                "name": "x",
                "weight": "1",
                "measure": {"ratio": {"numerator": "n"}},
                "missing": {"not_reported": "guess"},
            },
        ],
        "adjustments": [{"key": "y", "name": "y", "kind": "gift", "each": "0", "per": {"size": 1}}],
        "divisions": {"soe": {"weights": {"nobody": "1"}}},
    }
    found = problems(document)
    expected = {
        "format": "saima-scheme/1",
        "name": "缺少此项",
        "full_mark": "精确数",
        "ties": "competition",
        "colour": "不认识的项",
        "decimals.rate": "0 到 6",
        "tie_breakers[0]": "代号",
        "indicators[0].key": "小写英文字母",
        "indicators[0].name": "不能空白",
        "indicators[0].weight": "“three”",
        "indicators[0].measure.preset": "groundbreaking",
        "indicators[0].cap": "不能低于保底 2",
        "indicators[1].weight": "不能小于 0",
        "indicators[1].measure": "口径",
        "indicators[2].key": "重复",
        "indicators[2].measure.ratio.denominator": "缺少此项",
        "indicators[2].missing.not_reported": "redistribute",
        "adjustments[0].kind": "deduction",
        "adjustments[0].each": "大于 0",
        "adjustments[0].per.stage": "缺少此项",
        "adjustments[0].per.size": "不认识的项",
        "divisions.soe.weights.nobody": "没有这个代号",
    }
    assert set(found) == set(expected)
    for path, words in expected.items():
        assert words in found[path], path


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        (scheme_of(indicator(RATIO, weight="95")), "indicators", "满分 100，现在是 95"),
        (
            scheme_of(indicator(RATIO), divisions={"soe": {"weights": {"x": "99.5"}}}),
            "divisions.soe.weights",
            "现在是 99.5",
        ),
        (scheme_of(), "indicators", "至少要有一项"),
        (scheme_of(indicator(RATIO, weight="0"), full_mark="0"), "full_mark", "大于 0"),
        (scheme_of(indicator(RATIO, weight=None)), "indicators[0].weight", "缺少此项"),
        (scheme_of(indicator({"quantity": "n"})), "indicators[0].weight", "只能是 0"),
        (scheme_of(indicator(RATIO), lead="x"), "lead", "按总分"),
        (scheme_of(indicator(RATIO, weight=None), composite=False), "lead", "缺少此项"),
        (scheme_of(indicator(RATIO, weight=None), composite=False, lead="y"), "lead", "没有“y”"),
        (
            scheme_of(
                indicator(RATIO, weight=None),
                composite=False,
                lead="x",
                adjustments=[{"key": "y", "name": "y", "kind": "bonus", "each": "1"}],
            ),
            "adjustments",
            "没有加减分",
        ),
        (
            scheme_of(indicator({"preset": "signing", "by": "money"})),
            "indicators[0].measure.by",
            "count_share",
        ),
        (
            scheme_of(indicator({"preset": "signing", "by": {"by": "mix", "count_share": "1"}})),
            "indicators[0].measure.by.count_share",
            "小于 1",
        ),
        (
            scheme_of(indicator({"preset": "landing", "stages": []})),
            "indicators[0].measure.stages",
            "至少一个",
        ),
        (
            scheme_of(indicator({"preset": "groundbreaking", "stages": ["started"]})),
            "indicators[0].measure.stages",
            "不认识的项",
        ),
        (
            scheme_of(indicator({"preset": "arrival", "over": "task", "floor_yuan": 1})),
            "indicators[0].measure.floor_yuan",
            "不认识的项",
        ),
        (
            scheme_of(indicator({"preset": "arrival", "since": "2026-02-30"})),
            "indicators[0].measure.since",
            "2026-01-31",
        ),
        (
            scheme_of(indicator({"preset": "arrival", "floor_yuan": "1.5元"})),
            "indicators[0].measure.floor_yuan",
            "整数",
        ),
        (scheme_of(indicator(RATIO, missing={"zero": "zero"})), "indicators[0].missing.zero", "不认识的项"),
        (
            scheme_of(indicator(RATIO, missing={"not_reported": "fixed:"})),
            "indicators[0].missing.not_reported",
            "fixed:10",
        ),
        ({**scheme_of(), "indicators": ["指标"]}, "indicators[0]", "应为对象"),
        (scheme_of({"key": "x", "name": "x", "weight": "100"}), "indicators[0].measure", "缺少此项"),
        ({**scheme_of(), "indicators": "none"}, "indicators", "应为列表"),
        (scheme_of(indicator(RATIO), divisions=[]), "divisions", "应为对象"),
        (scheme_of(indicator(RATIO), composite="yes"), "composite", "true 或 false"),
        (scheme_of(indicator(RATIO, floor="-1")), "indicators[0].floor", "不能小于 0"),
    ],
)
def test_each_single_problem(document: dict[str, Any], path: str, words: str) -> None:
    found = problems(document)
    assert list(found) == [path]
    assert words in found[path]


@pytest.mark.parametrize(
    ("document", "shown"),
    [(None, "空"), ([], "列表"), ("方案", "“方案”"), (3, "“3”"), ("长" * 99, f"“{'长' * 40}…”")],
)
def test_what_is_no_document_at_all(document: Any, shown: str) -> None:
    assert problems(document) == {"": f"应为对象（键和值），现在是{shown}"}
