"""Shapes exactly on their edges, where one sign or one boundary makes the difference."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.result import IndicatorLine
from scoring.score_document import score_document


def line(shape: dict[str, Any], value: Any, **more: Any) -> IndicatorLine:
    """The line of one unit whose indicator weighs 10."""
    indicators = [{"key": "x", "name": "x", "weight": 10, "shape": shape, **more}]
    scheme = {"name": "试", "full_mark": 10, "indicators": indicators}
    written = {"scheme": scheme, "units": [{"name": "甲", "measures": {"x": value}}]}
    return score_document(written).result.standings[0].indicators[0]


KNOTS = {
    "kind": "interpolated",
    "knots": [{"at": 1, "points": 2}, {"at": 3, "points": 4}, {"at": 5, "points": 9}],
}


@pytest.mark.parametrize(("value", "points"), [(0, 2), (1, 2), (2, 3), (3, 4), (4, "13/2"), (5, 9), (6, 9)])
def test_standard_values_themselves(value: int, points: Any) -> None:
    assert str(line(KNOTS, value).points) == str(points)


def test_floors_by_share_of_plain_points_and_without_a_number() -> None:
    shape = {"kind": "floors", "floors": {"a": "0.5", "b": "0.5"}, "met": 6, "unmet": "share"}
    assert line(shape, {"parts": {"a": "1/2", "b": "1/4"}}).points == 3
    assert line(shape, {"parts": {"a": "1/2", "b": "1/2"}}).points == 6
    # A batch without projects asks for nothing.
    assert line(shape, {"parts": {"a": "1/2", "b": "0/0"}}).points == 6
    stated = {**shape, "unmet": 2}
    assert line(stated, {"parts": {"a": "1/2", "b": "1/4"}}).points == 2
    other = line(shape, {"parts": {"c": "1/2", "d": "1/2"}})
    assert (other.points, other.note) == (0, "no_number")


def test_a_quota_without_its_count_gives_nothing_and_says_so() -> None:
    shape = {"kind": "shortfall", "each": 1}
    found = line(shape, {"parts": {"a": "3/4", "b": {"target": 2}}})
    assert (found.points, found.note) == (0, "no_number")
    assert line(shape, {"parts": {"a": "3/4", "b": "9/2"}}).points == 9
    assert line(shape, {"parts": {"a": "0/40", "b": "9/2"}}).note == "least"


@pytest.mark.parametrize(
    ("value", "points", "note"), [(7, 7, None), (8, 7, "most"), (2, 2, None), (1, 2, "least"), (5, 5, None)]
)
def test_a_limit_is_noted_only_where_it_changed_something(value: int, points: int, note: str | None) -> None:
    found = line({"kind": "points", "least": 2, "most": 7}, value)
    assert (found.points, found.note) == (points, note)


@pytest.mark.parametrize(("value", "points"), [("99.9%", 3), ("100%", 7), ("100.1%", 7), ("150%", 9)])
def test_which_end_of_a_band_belongs_to_it(value: str, points: int) -> None:
    rows = [{"over": "1.2", "points": 9}, {"from": 1, "up_to": "1.2", "points": 7}, {"below": 1, "points": 3}]
    assert line({"kind": "bands", "bands": rows}, value).points == points
    assert line({"kind": "bands", "bands": rows}, "120%").points == 7


def test_slopes_by_whole_and_broken_steps_on_both_sides() -> None:
    segments = [{"every": "0.1", "points": 1, "whole": True}]
    whole = {"kind": "slopes", "base": 5, "segments": segments}
    found = {
        value: line(whole, value).points for value in ("79%", "80%", "95%", "100%", "105%", "110%", "119%")
    }
    assert list(found.values()) == [3, 3, 5, 5, 5, 6, 6]
    broken = {"kind": "slopes", "base": 5, "segments": [{"every": "0.1", "points": 1}]}
    assert [str(line(broken, value).points) for value in ("95%", "105%")] == ["9/2", "11/2"]


def test_min_max_with_stated_ends_and_less_is_better() -> None:
    shape = {"kind": "minmax", "base": "0.5", "low": 10, "high": 20}
    values = (5, 10, 12, 20, 25)
    assert [line(shape, value).points for value in values] == [5, 5, 6, 10, 10]
    assert [line(shape, value, better="less").points for value in values] == [10, 10, 9, 5, 5]
    assert line({"kind": "minmax", "when_equal": 3}, 4).points == 3


@pytest.mark.parametrize(
    ("ends", "better", "values", "expected"),
    [
        # The lowest is past the stated top: everybody is; at it, the same; just below it, the lowest is the base.
        ({"high": "0.9"}, "more", ["150%", "95%"], [10, 10]),
        ({"high": "0.9"}, "more", ["150%", "90%"], [10, 10]),
        ({"high": "0.9"}, "more", ["150%", "89%"], [10, 6]),
        ({"low": "0.2"}, "more", ["15%", "9%"], [6, 6]),
        ({"low": "0.2"}, "more", ["20%", "20%"], [6, 6]),
        ({"low": "0.2"}, "more", ["30%", "9%"], [10, 6]),
        ({"low": 5}, "less", [3, 1], [10, 10]),
        ({"low": 5}, "less", [5, 5], [10, 10]),
        ({"high": 5}, "less", [9, 6], [6, 6]),
        ({"high": 5}, "less", [5, 5], [6, 6]),
    ],
)
def test_min_max_where_the_division_passes_the_one_stated_end(
    ends: dict[str, Any], better: str, values: list[Any], expected: list[int]
) -> None:
    shape = {"kind": "minmax", "base": "0.6", **ends}
    rule = {"key": "x", "name": "率", "weight": 10, "shape": shape, "better": better}
    units = [{"name": f"第{n}镇", "measures": {"x": value}} for n, value in enumerate(values)]
    document = {"scheme": {"name": "试", "full_mark": 10, "indicators": [rule]}, "units": units}
    found = {s.unit: s.score for s in score_document(document).result.standings}
    assert [found[unit["name"]] for unit in units] == expected


def test_two_standard_values_and_the_number_on_each() -> None:
    shape = {"kind": "interpolated", "knots": [{"at": 1, "points": 2}, {"at": 3, "points": 4}]}
    assert [line(shape, value).points for value in (1, 3)] == [2, 4]


def test_slopes_by_shares_of_the_weight() -> None:
    shape = {"kind": "slopes", "base": "50%", "segments": [{"every": "0.1", "share": "0.1"}]}
    assert [line(shape, value).points for value in ("80%", "100%", "130%")] == [3, 5, 8]


def test_deductions_per_time_down_to_nothing() -> None:
    shape = {"kind": "deductions", "each": 3}
    assert [line(shape, value).points for value in (0, 1, 3, 4)] == [10, 7, 1, 0]


def test_on_a_standard_value_nothing_is_adjusted() -> None:
    """The working names the standard value that was reached, not the one before it."""
    knots = [{"at": 1, "points": 2}, {"at": 3, "points": 4}, {"at": 5, "points": 9}]
    working = dict(line({"kind": "interpolated", "knots": knots}, 3).working)
    assert working == {"base": 4, "coefficient": 0, "adjustment": 0}


def test_a_gate_is_named_where_it_has_a_name() -> None:
    asked = {"needs": {"on": "numerator", "from": 5}, "otherwise": 1}
    named = line({"kind": "proportional"}, "4/4", gates=[{"name": "不足5个", **asked}])
    assert (named.points, named.note, named.gate) == (1, "gate", "不足5个")
    assert line({"kind": "proportional"}, "5/5", gates=[{"name": "不足5个", **asked}]).gate is None


def test_a_weight_of_nothing_stays_nothing_when_others_are_raised() -> None:
    rows = [
        {"key": "a", "name": "a", "weight": 60, "missing": {"not_reported": "redistribute"}},
        {"key": "b", "name": "b", "weight": 40},
        {"key": "c", "name": "c", "weight": 0},
    ]
    scheme = {"name": "试", "full_mark": 100, "indicators": rows}
    written = {"scheme": scheme, "units": [{"name": "甲", "measures": {"b": "1/2", "c": "1/2"}}]}
    lines = score_document(written).result.standings[0].indicators
    assert [(one.weight, one.note) for one in lines[1:]] == [(100, "weight_raised"), (0, None)]
