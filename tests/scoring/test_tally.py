"""Weighing again: the places of a tally under other weights, by every rule for ties."""

from __future__ import annotations

from fractions import Fraction

import pytest

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
def test_equal_scores_under_other_weights_share_places_by_the_rule(ties: str, places: list[Fraction]):
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


def test_denominators_too_many_to_share_one_give_the_same_places():
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
