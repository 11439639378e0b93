"""Places: every way of treating ties, against worked examples and against scipy."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rank import places
from scoring.score_document import score_document
from scoring.tally import tallies

METHODS = {
    "competition": "min",
    "modified": "max",
    "dense": "dense",
    "fractional": "average",
    "sequential": "ordinal",
}


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ("competition", [1, 2, 2, 4]),
        ("dense", [1, 2, 2, 3]),
        ("sequential", [1, 2, 3, 4]),
        ("modified", [1, 3, 3, 4]),
        ("fractional", [1, Fraction(5, 2), Fraction(5, 2), 4]),
    ],
)
def test_each_rule_on_one_tie(ties: str, expected: list[Fraction]) -> None:
    assert places([9, 7, 7, 1], ties=ties) == expected


def test_all_equal_and_none_at_all() -> None:
    assert places([5, 5, 5]) == [1, 1, 1]
    assert places([5, 5, 5], ties="modified") == [3, 3, 3]
    assert places([5, 5, 5], ties="fractional") == [2, 2, 2]
    assert places(list[int]()) == []


def test_who_has_no_score_has_no_place_and_takes_none() -> None:
    assert places([None, 3, None, 8]) == [None, 2, None, 1]


def test_comparison_is_exact() -> None:
    third = Fraction(1, 3)
    barely_more = third + Fraction(1, 10**30)
    assert places([third, barely_more, third]) == [2, 1, 2]


def test_tuples_break_ties() -> None:
    assert places([(5, 1), (5, 2), (9, 0)]) == [3, 2, 1]


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="olympic"):
        places([1], ties="olympic")


small_scores = st.lists(st.integers(-3, 3), max_size=12)


@pytest.mark.parametrize("ties", METHODS)
@given(scores=small_scores)
def test_places_agree_with_scipy(ties: str, scores: list[int]) -> None:
    from scipy.stats import rankdata  # takes a second, which every worker would wait for

    ascending = [Fraction(rank).limit_denominator(2) for rank in rankdata(scores, METHODS[ties]).tolist()]
    descending = [
        Fraction(rank).limit_denominator(2)
        for rank in rankdata([-score for score in scores], METHODS[ties]).tolist()
    ]
    assert places(scores, ties=ties, descending=False) == ascending
    assert places(scores, ties=ties) == descending


@given(scores=st.lists(st.none() | st.integers(-3, 3), min_size=1, max_size=12))
def test_places_with_gaps_agree_with_pandas(scores: list[int | None]) -> None:
    import pandas as pd  # takes a second, which every worker would wait for

    ranks = pd.Series(scores, dtype="Int64").rank(method="min", ascending=False)
    expected = [None if pd.isna(rank) else int(rank) for rank in ranks]
    assert places(scores) == expected


def test_a_tally_numbers_ties_in_the_order_of_the_units() -> None:
    """Running numbers through ties: equals keep the order they stand in."""
    rows = [
        {"name": name, "measures": {"x": value}} for name, value in (("a", 1), ("b", 2), ("c", 1), ("d", 2))
    ]
    scheme = {
        "name": "t",
        "full_mark": 1,
        "ties": "sequential",
        "indicators": [{"key": "x", "name": "x", "weight": 1}],
    }
    scored = score_document({"scheme": scheme, "units": rows})
    (tally,) = tallies(scored.measures, scored.scheme).values()
    assert tally.places() == [3, 1, 4, 2]
    assert {s.unit: s.place for s in scored.result.standings} == {"a": 3, "b": 1, "c": 4, "d": 2}
