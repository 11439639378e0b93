"""Rates rounded first: a unit and whatever it is held against are rounded alike. Worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.score_document import score_document
from tests.scoring.test_shape_formula import check

AHEAD = {"kind": "slopes", "on": "ahead", "at": 0, "base": 10, "segments": [{"points": 1, "whole": True}]}
RAW = {"kind": "slopes", "on": "raw", "at": "0.5", "base": 10, "segments": [{"points": 1, "whole": True}]}
PLACES = {
    "kind": "bands",
    "on": "place",
    "bands": [{"from": 1, "up_to": 1, "points": 10}, {"from": 2, "points": 4}],
}
FLOORS = {"kind": "floors", "floors": {"a": "0.6"}}


def points(shape: dict[str, Any], *values: Any, **more: Any) -> list[str]:
    scheme = {
        "name": "试",
        "full_mark": 10,
        "decimals": {"rate": 0},
        "rounding": {"early": ["rate"]},
        "indicators": [{"key": "x", "name": "率", "weight": 10, "shape": shape, **more}],
    }
    units = [{"name": f"第{n}镇", "measures": {"x": value}} for n, value in enumerate(values, 1)]
    document = {"scheme": scheme, "units": units, "schedule_due": "0.5"}
    check(document)
    lines = {row.unit: row.indicators[0].points for row in score_document(document).result.standings}
    return [str(lines[unit["name"]]) for unit in units]


@pytest.mark.parametrize(
    ("shape", "values", "expected"),
    [
        # 33 % / 33 % and 14 % / 33 %.
        ({"kind": "proportional", "on": "of_best"}, ["1/3", "1/7"], ["10", "140/33"]),
        # Both ends are rounded: the highest has full points, the lowest its base of 6.
        ({"kind": "minmax", "base": "0.6"}, ["1/3", "1/7"], ["10", "6"]),
        # The mean of 33 % and 14 % is 23.5 %.
        ({"kind": "proportional", "on": "of_mean"}, ["1/3", "1/7"], ["660/47", "280/47"]),
        # 59.9 % is 60 %: ten whole points above 50 %.
        (AHEAD, ["2995/5000"], ["20"]),
        (RAW, ["2995/5000"], ["20"]),
        ({**RAW, "on": "value"}, ["2995/5000"], ["20"]),
        # 33.3 % and 32.9 % are both 33 % and share the first place.
        (PLACES, ["333/1000", "329/1000", "1/7"], ["10", "10", "4"]),
        # A part that reaches 59.9 % reaches 60 %.
        (FLOORS, [{"parts": {"a": "2995/5000"}}, {"parts": {"a": "59/100"}}], ["10", "0"]),
    ],
)
def test_every_look_at_a_rate_is_rounded(
    shape: dict[str, Any], values: list[Any], expected: list[str]
) -> None:
    assert points(shape, *values) == expected


def test_less_is_better_against_the_rounded_best() -> None:
    # 14 % / 33 % and 14 % / 14 %.
    assert points({"kind": "proportional", "on": "of_best"}, "1/3", "1/7", better="less") == ["140/33", "10"]


def test_quantities_are_not_rounded() -> None:
    assert points({"kind": "proportional", "on": "of_best"}, "2.5", "5") == ["5", "10"]


def test_points_are_rounded_once_after_a_gate() -> None:
    """25 × 1/14 × 50 % = 0.8928…; rounded to 1.79 first it would be 0.895 and then 0.90."""
    gate = {"name": "投入", "needs": {"from": "0.9"}, "times": "0.5"}
    rule = {"key": "x", "name": "率", "weight": 25, "gates": [gate]}
    scheme = {"name": "试", "full_mark": 25, "rounding": {"early": ["points"]}, "indicators": [rule]}
    document = {"scheme": scheme, "units": [{"name": "甲", "measures": {"x": "1/14"}}]}
    check(document)
    assert str(score_document(document).result.standings[0].score) == "89/100"


def test_adjustments_are_rounded_before_they_are_added_up() -> None:
    """3.3 + 0.1 + 0.1 + 0.1 - 0.1: base 0.05 and two bonuses of 0.05, of which a common ceiling of 0.1 takes 0.1 back."""
    bonus = {"kind": "bonus", "each": "0.05"}
    scheme = {
        "name": "试",
        "full_mark": 10,
        "decimals": {"points": 1},
        "rounding": {"early": ["points"]},
        "base": "0.05",
        "indicators": [{"key": "x", "name": "率", "weight": 10}],
        "adjustments": [{"key": "a", "name": "甲", **bonus}, {"key": "b", "name": "乙", **bonus}],
        "ceilings": [{"key": "both", "name": "合计", "adjustments": ["a", "b"], "most": "0.1"}],
    }
    unit = {"name": "甲", "measures": {"x": "1/3"}, "adjustments": {"a": 1, "b": 1}}
    document = {"scheme": scheme, "units": [unit]}
    check(document)
    standing = score_document(document).result.standings[0]
    assert [str(line.points) for line in standing.adjustments] == ["1/10", "1/10", "1/10", "-1/10"]
    assert str(standing.score) == "7/2"
