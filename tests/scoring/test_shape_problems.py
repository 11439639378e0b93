"""Mistakes in shapes, conditions, lists and weights: each with its place and what was expected."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.scheme_document import SchemeError, parse_scheme
from tests.scoring.build import RATIO, indicator, scheme_of


def problems(document: Any) -> dict[str, str]:
    with pytest.raises(SchemeError) as raised:
        parse_scheme(document)
    return {problem.path: problem.message for problem in raised.value.problems}


def shaped(**shape: Any) -> dict[str, Any]:
    return scheme_of({**indicator(RATIO), "shape": shape})


def bands(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return shaped(kind="bands", bands=list(rows), **more)


HALF = {"key": "h", "name": "h", "kind": "bonus", "each": "1"}
X = "indicators[0].shape"


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        (bands({"from": 1, "points": 9}, {"from": 1, "points": 5}), f"{X}.bands[1]", "重叠"),
        (bands({"from": 1, "points": 9}, {"up_to": 1, "points": 5}), f"{X}.bands[0]", "1 处重叠"),
        (bands({"over": 1, "points": 9}, {"below": 1, "points": 5}), f"{X}.bands[0]", "空缺：1 处"),
        (bands({"from": 2, "points": 9}, {"below": 1, "points": 5}), f"{X}.bands[0]", "1 与 2 之间"),
        (bands({"from": 1, "up_to": 3, "points": 9}, {"from": 2, "points": 5}), f"{X}.bands[1]", "2 处重叠"),
        (bands({"from": 1, "points": 9}, {"below": 2, "points": 5}), f"{X}.bands[0]", "重叠"),
        (bands({"points": 9}, {"points": 5}), f"{X}.bands[1]", "只能有一档"),
        (bands({"from": 2, "up_to": 1, "points": 9}), f"{X}.bands[0].from", "没有任何数"),
        (bands({"from": 1, "below": 1, "points": 9}), f"{X}.bands[0].from", "没有任何数"),
        (bands({"from": 1, "over": 1, "points": 9}), f"{X}.bands[0].over", "只能写一个"),
        (bands({"from": 1}), f"{X}.bands[0]", "缺少分数"),
        (bands(), f"{X}.bands", "至少要有一档"),
        (
            bands({"from": 1, "points": 9, "also": [{"indicator": "y", "from": 1}]}, {"points": 0}),
            f"{X}.bands",
            "没有“y”",
        ),
        (bands({"from": 1, "points": 9, "also": [{"on": "raw"}]}), f"{X}.bands[0].also[0]", "缺少界限"),
        (
            bands({"from": 1, "up_to": 3, "points": 9}, {"from": 5, "points": 1}, on="place"),
            f"{X}.bands[1]",
            "3 与 5 之间",
        ),
        (shaped(kind="minmax", base=1), f"{X}.base", "小于 1"),
        (shaped(kind="minmax", low=5, high=5), f"{X}.high", "大于下限"),
        (shaped(kind="proportional", full_at=0), f"{X}.full_at", "大于 0"),
        (shaped(kind="points", least=5, most=3), f"{X}.most", "不能低于"),
        (shaped(kind="points", on="points"), f"{X}.on", "不能看得分"),
        (shaped(kind="points", most="much"), f"{X}.most", "权重的百分比"),
        (shaped(kind="shortfall", each=0), f"{X}.each", "大于 0"),
        (shaped(kind="interpolated", knots=[{"at": 1, "share": 1}]), f"{X}.knots", "至少要有两个"),
        (
            shaped(kind="interpolated", knots=[{"at": 1, "share": 1}, {"at": 1, "share": 0}]),
            f"{X}.knots",
            "不能重复",
        ),
        (shaped(kind="slopes", segments=[{"every": 0, "points": 1}]), f"{X}.segments[0].every", "大于 0"),
        (
            shaped(kind="slopes", segments=[{"from": 1, "points": 1}, {"from": 2, "points": 1}]),
            f"{X}.segments[1]",
            "重叠",
        ),
        (shaped(kind="floors", floors={}), f"{X}.floors", "至少要有一个"),
        (shaped(kind="magic"), f"{X}.kind", "proportional"),
        (
            scheme_of({**indicator(RATIO), "gates": [{"needs": {"from": 1, "indicator": "y"}}]}),
            "indicators[0].gates",
            "“y”",
        ),
        (
            scheme_of({**indicator(RATIO), "gates": [{"needs": {"at_least": 2, "of": [{"from": 1}]}}]}),
            "indicators[0].gates[0].needs.at_least",
            "只列了 1 个",
        ),
        (
            scheme_of(
                {**indicator(RATIO), "gates": [{"needs": {"from": 1}, "otherwise": 0, "times": "0.5"}]}
            ),
            "indicators[0].gates[0].times",
            "只能写一个",
        ),
        (
            scheme_of(indicator(RATIO), divisions={"soe": {"weights": {}}}),
            "divisions.soe.weights",
            "没有任何指标",
        ),
        (
            scheme_of(indicator(RATIO), weightings=[{"weights": {"x": 99}}]),
            "weightings[0].weights",
            "现在是 99",
        ),
        (
            scheme_of(indicator(RATIO), weightings=[{"weights": {"y": 100}}]),
            "weightings[0].weights.y",
            "没有这个代号",
        ),
        (
            scheme_of(
                indicator(RATIO),
                weightings=[{"since": "2026-04-01", "until": "2026-03-01", "weights": {"x": 100}}],
            ),
            "weightings[0].until",
            "不能早于",
        ),
        (scheme_of(indicator(RATIO), score_least=5, score_most=3), "score_least", "不能高于"),
        (scheme_of(indicator(RATIO), rounding={"early": ["total"]}), "rounding.early", "先取整"),
        (scheme_of(indicator(RATIO), schedule={"curve": {"6月": "0.5"}}), "schedule.curve.6月", "日期"),
        (
            scheme_of(indicator(RATIO), schedule={"curve": {"2026-03-31": "0.5", "2026-06-30": "0.4"}}),
            "schedule.curve.2026-06-30",
            "不低于前一个",
        ),
        (
            scheme_of(indicator(RATIO), adjustments=[{**HALF, "each_least": 2}]),
            "adjustments[0].each_least",
            "不高于",
        ),
        (
            scheme_of(indicator(RATIO), adjustments=[{**HALF, "floor": 2, "ceiling": 1}]),
            "adjustments[0].floor",
            "不能高于",
        ),
        (scheme_of(indicator(RATIO), adjustments=[{**HALF, "voids": ["y"]}]), "adjustments[0].voids", "“y”"),
        (
            scheme_of(indicator(RATIO), adjustments=[{**HALF, "reading": {"indicator": "y"}}]),
            "adjustments[0].reading.indicator",
            "“y”",
        ),
        (
            scheme_of(
                indicator(RATIO),
                adjustments=[{**HALF, "per": {"stage": "signed"}, "reading": {"indicator": "x"}}],
            ),
            "adjustments[0].reading",
            "只能有一个来源",
        ),
        (
            scheme_of(indicator(RATIO), adjustments=[{**HALF, "when": {"indicator": "y", "from": 1}}]),
            "adjustments[0].when",
            "“y”",
        ),
        (
            scheme_of(
                indicator(RATIO), ceilings=[{"key": "c", "name": "c", "adjustments": ["h"], "most": 1}]
            ),
            "ceilings[0].adjustments",
            "“h”",
        ),
        (scheme_of(indicator(RATIO), lists=[{"key": "red", "name": "红"}]), "lists[0]", "缺少条件"),
        (
            scheme_of(
                indicator(RATIO), lists=[{"key": "red", "name": "红", "among": {"number": 1, "by": "y"}}]
            ),
            "lists[0].among.by",
            "score（总分）",
        ),
        (
            scheme_of(indicator(RATIO), lists=[{"key": "red", "name": "红", "among": {"share": 2}}]),
            "lists[0].among.share",
            "不超过 1",
        ),
        (
            scheme_of(indicator(RATIO), lists=[{"key": "red", "name": "红", "often": {"indicators": ["y"]}}]),
            "lists[0].often.indicators[0]",
            "“y”",
        ),
        (
            scheme_of(
                indicator(RATIO), grades={"grades": [{"name": "优", "from": 90}, {"name": "良", "below": 80}]}
            ),
            "grades.grades[0]",
            "80 与 90 之间",
        ),
        (
            scheme_of(
                indicator(RATIO),
                lights=[
                    {"key": "l", "name": "灯", "indicator": "y", "colours": [{"colour": "绿", "from": 0}]}
                ],
            ),
            "lights[0].indicator",
            "“y”",
        ),
        (
            scheme_of(indicator({"numerator": {"projects": {}, "fixed": 1}})),
            "indicators[0].measure.numerator",
            "恰好",
        ),
        (
            scheme_of(indicator({"mix": [{"share": "0.5", "numerator": {"fixed": 1}}]})),
            "indicators[0].measure.mix",
            "之和应等于 1",
        ),
        (
            scheme_of(indicator({"given": {"a": "0.5", "b": "0.4"}})),
            "indicators[0].measure.given",
            "现在是 0.9",
        ),
        (
            scheme_of(indicator({"value": {"projects": {"min_total_yuan": 5, "below_total_yuan": 5}}})),
            "indicators[0].measure.value.projects.below_total_yuan",
            "大于下限",
        ),
    ],
)
def test_each_single_problem(document: dict[str, Any], path: str, words: str) -> None:
    found = problems(document)
    assert list(found) == [path]
    assert words in found[path]


@pytest.mark.parametrize(
    "rows",
    [
        [{"from": 1, "points": 9}, {"below": 1, "points": 5}],
        [{"over": 1, "points": 9}, {"up_to": 1, "points": 5}],
        [{"below": 1, "points": 5}, {"from": 1, "points": 9}],
        [{"from": 1, "points": 9}, {"from": "0.5", "points": 5}, {"points": 0}],
        [{"up_to": 1, "points": 0}, {"up_to": 2, "points": 5}, {"over": 2, "points": 9}],
    ],
)
def test_bands_that_meet_are_good(rows: list[dict[str, Any]]) -> None:
    parse_scheme(bands(*rows))
