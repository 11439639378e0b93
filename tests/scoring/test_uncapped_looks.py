"""What goes past floor and cap, as the page of schemes says: tie-breakers, and every look but the value's own."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.score_document import score_document
from scoring.tally import tallies


@pytest.mark.parametrize(
    ("on", "more", "expected"),
    [
        ("value", {}, "0"),
        # (1 - 4) x 10, and no lower than 0 where the scheme says so.
        ("difference", {}, "-30"),
        ("difference", {"least": 0}, "0"),
        # (25 % - 50 %) x 10.
        ("ahead", {}, "-5/2"),
        ("ahead", {"least": 0}, "0"),
    ],
)
def test_a_proportion_below_zero(on: str, more: dict[str, Any], expected: str) -> None:
    shape = {"kind": "proportional", "on": on, **more}
    scheme = {
        "name": "试",
        "full_mark": 10,
        "indicators": [{"key": "x", "name": "率", "weight": 10, "shape": shape}],
    }
    units = [{"name": "甲", "measures": {"x": "-1/4" if on == "value" else "1/4"}}]
    standing = score_document({"scheme": scheme, "units": units, "schedule_due": "0.5"}).result.standings[0]
    assert str(standing.score) == expected


def test_tie_breakers_compare_what_no_cap_has_cut() -> None:
    """Both have 12 points by the cap of 120 %, and both print 125 %; the exact 125.1 % stands before 125 %."""
    scheme = {
        "name": "试",
        "full_mark": 10,
        "tie_breakers": ["x"],
        "decimals": {"rate": 0},
        "rounding": {"early": ["rate"]},
        "indicators": [{"key": "x", "name": "率", "weight": 10, "cap": "1.2"}],
    }
    units = [{"name": "甲", "measures": {"x": "125%"}}, {"name": "乙", "measures": {"x": "125.1%"}}]
    found = score_document({"scheme": scheme, "units": units}).result.standings
    assert [(row.unit, row.place, row.score) for row in found] == [("乙", 1, 12), ("甲", 2, 12)]


@pytest.mark.parametrize("rule", ["zero", "leave_out", "full"])
def test_a_missing_tie_breaker_comes_last_by_any_rule(rule: str) -> None:
    """-5 % was reported and is before nothing at all, also where nothing at all has the points of 0."""
    states = ("not_reported", "no_denominator", "not_applicable", "under_verification")
    scheme = {
        "name": "试",
        "full_mark": 10,
        "tie_breakers": ["y"],
        "indicators": [
            {"key": "x", "name": "率", "weight": 10},
            {"key": "y", "name": "增幅", "weight": 0, "missing": dict.fromkeys(states, rule)},
        ],
    }
    second = {"甲": None, "乙": "-", "丙": "under_verification", "丁": "5/0", "戊": "-5%", "己": 0}
    units = [{"name": name, "measures": {"x": 1, "y": y}} for name, y in second.items()]
    scored = score_document({"scheme": scheme, "units": units})
    expected = {"己": 1, "戊": 2, "甲": 3, "乙": 3, "丙": 3, "丁": 3}
    assert {row.unit: row.place for row in scored.result.standings} == expected
    (tally,) = tallies(scored.measures, scored.scheme).values()
    assert dict(zip(tally.units, tally.places(), strict=True)) == expected
