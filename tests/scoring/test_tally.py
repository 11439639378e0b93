"""Weighing again: the places of a tally under other weights, by every rule for ties."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.race import score_measured
from scoring.score_document import score_document
from scoring.tally import tallies

HALF = Fraction(1, 2)
OTHER = {"a": Fraction(60), "b": Fraction(40)}


@pytest.mark.parametrize(
    ("ties", "places"),
    [
        ("competition", [1, 3, 1, 3, 5]),
        ("dense", [1, 2, 1, 2, 3]),
        ("modified", [2, 4, 2, 4, 5]),
        ("fractional", [3 * HALF, 7 * HALF, 3 * HALF, 7 * HALF, 5]),
        ("sequential", [1, 3, 2, 4, 5]),
    ],
)
def test_equal_scores_under_other_weights_share_places_by_the_rule(ties: str, places: list[Fraction]) -> None:
    """60 a + 40 b: 1/2 and 1/3 give 130/3, 1/3 and 1/2 give 40, 0 and 1 give 40, 0 and 1/4 give 10."""
    rates = [("1/2", "1/3"), ("1/3", "1/2"), ("3/6", "2/6"), ("0/1", "1/1"), ("0/1", "1/4")]
    document = {
        "scheme": {
            "name": "试",
            "full_mark": 100,
            "ties": ties,
            "indicators": [
                {"key": "a", "name": "甲", "weight": 10},
                {"key": "b", "name": "乙", "weight": 90},
            ],
        },
        "units": [{"name": f"{n}", "measures": {"a": a, "b": b}} for n, (a, b) in enumerate(rates)],
    }
    scored = score_document(document)
    (tally,) = tallies(scored.measures, scored.scheme).values()
    assert tally.places(OTHER) == places
    assert tally.scores(OTHER) == [Fraction(130, 3), 40, Fraction(130, 3), 40, 10]


def test_denominators_too_many_to_share_one_give_the_same_places() -> None:
    """Ten odd amounts of yuan, each one short of its task: the larger the task, the better the rate by a hair."""
    rates = [f"{number - 1}/{number}" for number in range(10**15 + 1, 10**15 + 21, 2)]
    document = {
        "scheme": {
            "name": "试",
            "full_mark": 100,
            "indicators": [
                {"key": "a", "name": "甲", "weight": 60},
                {"key": "b", "name": "乙", "weight": 40},
            ],
        },
        "units": [{"name": f"{n}", "measures": {"a": rate, "b": "1/2"}} for n, rate in enumerate(rates)],
    }
    scored = score_document(document)
    (tally,) = tallies(scored.measures, scored.scheme).values()
    assert tally.places(OTHER) == list(range(10, 0, -1))
    assert tally.places() == list(range(10, 0, -1))


RATES = ["0/1", "1/4", "2/8", "1/3", "1/2", "6/5", "7/5", "3/0", "1/1", "not_reported"]
"""Few, some of them equal, above the cap or without a number, so that ties and missing ones are common."""
MISSING = ["zero", "leave_out", "full", "unranked", "redistribute", "fixed:2.5"]
BANDS = {
    "kind": "bands",
    "bands": [{"from": "1", "share": "1"}, {"from": "0.3", "share": "2/3"}, {"share": 0}],
}
WEIGHTS = ["0", "1", "10", "25/3", "100", "1/7"]


@st.composite
def crowded(draw: st.DrawFn) -> dict[str, Any]:
    """A dozen units in two divisions: proportional under a cap, by bands, and less points for each short of the task."""
    kinds = draw(st.sampled_from([MISSING[:1], MISSING[:4], MISSING]))
    shapes = [{"kind": "proportional"}, BANDS, {"kind": "shortfall", "each": "1/2"}]
    indicators = [
        {
            "key": key,
            "name": key,
            "weight": weight,
            "cap": "1.2",
            "shape": draw(st.sampled_from(shapes)),
            "missing": {state: draw(st.sampled_from(kinds)) for state in ("not_reported", "no_denominator")},
        }
        for key, weight in (("a", 60), ("b", 40))
    ]
    bonus = {"key": "plus", "name": "加", "kind": "bonus", "each": "1/3"}
    units = [
        {
            "name": f"{number}",
            "division": draw(st.sampled_from(["镇", "企"])),
            "competing": draw(st.integers(0, 9)) > 0,
            "measures": {key: draw(st.sampled_from(RATES)) for key in "ab"},
            "adjustments": {"plus": draw(st.integers(0, 2))},
        }
        for number in range(draw(st.integers(2, 12)))
    ]
    ties = draw(st.sampled_from(["competition", "dense", "modified", "fractional", "sequential"]))
    breakers = draw(st.sampled_from([[], [], ["b"]]))
    scheme = {"name": "试", "full_mark": 100, "indicators": indicators, "adjustments": [bonus]}
    return {"scheme": {**scheme, "ties": ties, "tie_breakers": breakers}, "units": units}


@given(crowded(), st.lists(st.tuples(*[st.sampled_from(WEIGHTS)] * 2), min_size=1, max_size=3))
def test_weighing_again_gives_what_a_full_score_with_these_weights_gives(
    document: dict[str, Any], weights: list[tuple[str, str]]
) -> None:
    """One tally, asked again and again, beside every measure scored in full under each set of weights."""
    scored = score_document(document)
    scheme = scored.scheme
    kept = tallies(scored.measures, scheme).values()
    for pair in weights:
        stated = dict(zip("ab", map(Fraction, pair), strict=True))
        rules = replace(scheme, indicators=tuple(replace(i, weight=stated[i.key]) for i in scheme.indicators))
        full = score_measured(scored.measures, rules).standings
        expected = {standing.unit: (standing.score, standing.place) for standing in full}
        for tally in kept:
            found = tally.ranking(stated)
            assert list(zip(*found, strict=True)) == [expected[unit] for unit in tally.units]
            assert found == (tally.scores(stated), tally.places(stated))
