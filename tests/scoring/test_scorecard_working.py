"""What limits, audits and counts made of a number stays in the scored document beside it."""

from __future__ import annotations

from typing import Any

from scoring.score_document import score_document
from scoring.scorecard import scorecard


def standing(shape: dict[str, Any], value: Any, **times: int) -> dict[str, Any]:
    scheme = {
        "name": "试",
        "full_mark": 10,
        "indicators": [{"key": "x", "name": "率", "weight": 10, "shape": shape}],
        "adjustments": [
            {"key": "plus", "name": "加分", "kind": "bonus", "each": 2, "ceiling": 3},
            {"key": "minus", "name": "扣分", "kind": "deduction", "each": "0.5"},
        ],
    }
    units = [{"name": "甲", "measures": {"x": value}, "adjustments": times}]
    found: dict[str, Any] = scorecard(score_document({"scheme": scheme, "units": units}))["standings"][0]
    return found


def test_points_before_the_most() -> None:
    """12/8 x 10 is 15, of which 12 are given."""
    line = standing({"kind": "proportional", "most": 12}, "12/8")["indicators"]["x"]
    assert (line["points"], line["note"], line["working"]) == (
        "12",
        "most",
        {"before_limits": {"exact": "15", "shown": "15.0000"}},
    )
    assert standing({"kind": "proportional", "most": 12}, "8/8")["indicators"]["x"]["working"] == {}


def test_what_was_claimed_before_the_audit() -> None:
    """9 of 10 verified: 20 claimed count as 18."""
    line = standing({"kind": "proportional"}, {"numerator": 20, "denominator": 24, "audit": "90%"})[
        "indicators"
    ]
    assert (line["x"]["numerator"], line["x"]["working"]["claimed"]["exact"]) == ("18", "20")


def test_how_often_an_adjustment_counted() -> None:
    """Two bonuses of 2, of which 3 points are given; three deductions of 0.5."""
    found = standing({"kind": "proportional"}, 1, plus=2, minus=3)["adjustments"]
    assert (found["plus"]["points"], found["plus"]["working"]["times"]["exact"]) == ("3", "2")
    assert (found["minus"]["points"], found["minus"]["working"]["times"]["exact"]) == ("-3/2", "3")
