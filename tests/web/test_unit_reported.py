"""What is reported already is told beside every number that it will count in, however the number is made up."""

from __future__ import annotations

from typing import Any

import pytest

from leaderboard.web.my.reported import reported_codes

AWAITING = {
    "A": frozenset({"signed"}),
    "B": frozenset({"started"}),
    "C": frozenset({"in_production", "signed"}),
}
"""Three projects; what is in production was once begun."""
NOBODY: frozenset[str] = frozenset()
SIGNED, STARTED, EVERY = frozenset("AC"), frozenset("BC"), frozenset("ABC")
BUILT = {"projects": {"by": "inward", "stages": ["started"]}}
CONTRACTS = {"projects": {"by": "count"}}
MONEY = {"arrived": {"since_day": "season", "stages": ["started"]}}


@pytest.mark.parametrize(
    ("measure", "codes"),
    [
        ({"preset": "signing", "by": "count"}, [(SIGNED, NOBODY)]),
        (
            {"preset": "signing", "by": {"by": "mix", "count_share": "1/2"}},
            [(SIGNED, NOBODY), (SIGNED, NOBODY)],
        ),
        ({"preset": "groundbreaking"}, [(STARTED, SIGNED)]),
        ({"preset": "landing", "stages": ["started"]}, [(STARTED, SIGNED)]),
        ({"preset": "arrival", "over": "contract"}, [(NOBODY, SIGNED)]),
        ({"numerator": BUILT, "denominator": CONTRACTS}, [(STARTED, EVERY)]),
        ({"value": BUILT}, [(STARTED, NOBODY)]),
        (
            {
                "mix": [
                    {"share": "1/2", "numerator": CONTRACTS, "denominator": {"target": "count"}},
                    {"share": "1/2", "numerator": BUILT, "denominator": {"fixed": "3"}},
                ]
            },
            [(EVERY, NOBODY), (STARTED, NOBODY)],
        ),
        (
            {"parts": [{"numerator": MONEY, "denominator": CONTRACTS}, {"numerator": {"return": "tax"}}]},
            [(STARTED, EVERY), (NOBODY, NOBODY)],
        ),
        (
            {"value": {"sum": [{"factor": "1", **BUILT}, {"factor": "2", "return": "tax"}]}},
            [(STARTED, NOBODY)],
        ),
        ({"value": {"points": {"items": [{"points": "1", "stages": ["in_production"]}]}}}, [({"C"}, NOBODY)]),
        ({"value": {"projects": {"stages": ["started"], "planned": True}}}, [(NOBODY, NOBODY)]),
        ({"ratio": {"numerator": "a", "denominator": "b"}}, [(NOBODY, NOBODY)]),
        ({"ratio": {"numerator": "a"}, "given": "any"}, [(NOBODY, NOBODY)]),
    ],
)
def test_each_part_tells_what_it_will_count(measure: dict[str, Any], codes: list[Any]) -> None:
    assert reported_codes(AWAITING, measure) == codes
