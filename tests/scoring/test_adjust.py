"""How often an adjustment counts: stated times, once where only a condition is given, never without a number."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scoring.score_document import score_document


def points_of(rule: dict[str, Any], measure: Any, **unit: Any) -> Fraction:
    """Points of one bonus of 2 each, beside an indicator of 10 points."""
    bonus = {"key": "b", "name": "加", "kind": "bonus", "each": 2, **rule}
    scheme = {
        "name": "试",
        "full_mark": 10,
        "indicators": [{"key": "x", "name": "率", "weight": 10}],
        "adjustments": [bonus],
    }
    units = [{"name": "甲", "measures": {"x": measure}, **unit}]
    standing = score_document({"scheme": scheme, "units": units}).result.standings[0]
    return sum((line.points for line in standing.adjustments), Fraction(0))


def test_a_condition_alone_counts_once_and_stated_times_count_where_it_holds() -> None:
    full = {"when": {"indicator": "x", "from": 1}}
    assert points_of(full, "4/4") == 2
    assert points_of(full, "3/4") == 0
    assert points_of(full, "4/4", adjustments={"b": 3}) == 6
    assert points_of(full, "3/4", adjustments={"b": 3}) == 0


@pytest.mark.parametrize(("measure", "points"), [("8/4", 2), ("4/4", 0), ("not_reported", 0), ("1/0", 0)])
def test_a_number_that_is_missing_gives_nothing(measure: str, points: int) -> None:
    assert points_of({"reading": {"indicator": "x", "over": 1}}, measure) == points


@pytest.mark.parametrize(("measure", "points"), [("7/2", 4), ("2/2", 0), ("1/2", 0), ("0/1", -2)])
def test_whole_steps_are_cut_towards_nothing(measure: str, points: int) -> None:
    """(number - 1) steps of one: 2.5 are two; half a step less is none, a whole one less is one."""
    rule = {"floor": -9, "reading": {"indicator": "x", "over": 1, "whole": True}}
    assert points_of(rule, measure) == points
