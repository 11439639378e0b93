"""One unit beside its neighbours and its division's median."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from statistics import median
from typing import Any

import pytest
from hypothesis import given

from scoring.compare import compare
from scoring.facts import Facts
from scoring.race import score_race
from scoring.result import RaceResult
from scoring.scheme_document import parse_scheme
from tests.scoring.build import AS_OF, RATIO, facts, indicator, ratios, scheme, standing, unit
from tests.scoring.strategies import as_of_dates, races, scheme_documents

B_RATIO = {"ratio": {"numerator": "b_done", "denominator": "b_due"}}


def race(**rates: tuple[int, int]) -> RaceResult:
    """Units with tenths of two indicators worth 60 and 40."""
    rows = ratios(**{key: (x, 10) for key, (x, _) in rates.items()})
    rows += ratios("b_", **{key: (y, 10) for key, (_, y) in rates.items()})
    rules = scheme(indicator(RATIO, "x", "60"), indicator(B_RATIO, "y", "40"))
    units = [unit(key, order=n) for n, key in enumerate(rates)]
    return score_race(facts(*units, returns=rows), rules, AS_OF)


def test_the_unit_above_and_the_unit_below() -> None:
    result = race(a=(10, 10), b=(5, 10), c=(9, 0), d=(1, 1))  # 100, 70, 54, 10
    found = compare(result.standings, "c", "above")
    assert found is not None
    assert (found.references, found.score, found.theirs, found.gap) == (("b",), 54, 70, -16)
    assert [(c.key, c.own, c.theirs, c.gap) for c in found.columns] == [("x", 54, 30, 24), ("y", 0, 40, -40)]
    below = compare(result.standings, "c", "below")
    assert below is not None
    assert (below.references, [c.gap for c in below.columns]) == (("d",), [48, -4])


def test_the_ends_of_the_board_have_no_neighbour_and_unknown_units_are_refused() -> None:
    result = race(a=(10, 10), b=(5, 10))
    assert compare(result.standings, "a", "above") is None
    assert compare(result.standings, "b", "below") is None
    with pytest.raises(KeyError):
        compare(result.standings, "z", "above")


def test_equals_are_no_neighbours_and_of_equals_the_nearest_is_taken() -> None:
    result = race(a=(10, 10), b=(5, 5), c=(5, 5), d=(1, 1), e=(1, 1))
    for key, beside, expected in (("c", "above", "a"), ("d", "above", "c"), ("b", "below", "d")):
        found = compare(result.standings, key, beside)
        assert found is not None
        assert found.references == (expected,)


def test_the_median_of_an_odd_number_is_the_middle_unit_with_its_columns() -> None:
    found = compare(race(a=(10, 10), b=(5, 10), c=(9, 0)).standings, "a", "median")
    assert found is not None
    assert (found.references, found.theirs, found.gap) == (("b",), 70, 30)
    assert [(c.theirs, c.gap) for c in found.columns] == [(30, 30), (40, 0)]
    # The columns' own medians: of 60, 30, 54 and of 40, 40, 0.
    assert [c.median for c in found.columns] == [54, 40]


def test_the_median_of_an_even_number_is_the_mean_of_the_two_in_the_middle() -> None:
    found = compare(race(a=(10, 10), b=(5, 10), c=(9, 0), d=(1, 1)).standings, "d", "median")
    assert found is not None
    assert (set(found.references), found.theirs) == ({"b", "c"}, 62)
    assert [c.theirs for c in found.columns] == [42, 20]
    assert [c.gap for c in found.columns] == [6 - 42, 4 - 20]


def test_units_with_the_median_score_count_alike_whatever_their_order() -> None:
    # b and c both have 60, by 60 + 0 and by 20 + 40.
    found = compare(race(a=(10, 10), b=(10, 0), d=(0, 0), c=(0, 10)).standings, "a", "median")
    assert found is not None
    assert (found.references, found.theirs) == (("c", "b"), 50)
    tied = compare(race(a=(10, 10), b=(6, 6), c=(10, 0), d=(0, 0), e=(0, 10)).standings, "a", "median")
    assert tied is not None
    # 60 of b (36 + 24) and of c (60 + 0); the lone 40 of e is below the middle.
    assert (set(tied.references), tied.theirs) == ({"b", "c"}, 60)
    assert [c.theirs for c in tied.columns] == [48, 12]


def test_a_column_without_points_counts_nothing_and_is_marked() -> None:
    rules = scheme(
        indicator(RATIO, "x", "60"), indicator(B_RATIO, "y", "40", missing={"not_reported": "leave_out"})
    )
    rows = ratios(a=(1, 1), b=(1, 2)) + ratios("b_", b=(1, 2))
    result = score_race(facts(unit("a"), unit("b"), returns=rows), rules, AS_OF)
    found = compare(result.standings, "b", "above")
    assert found is not None
    assert [(c.own, c.theirs, c.gap) for c in found.columns] == [(30, 60, -30), (20, None, 20)]


def test_a_unit_without_a_place_is_compared_with_nobody() -> None:
    units = [unit("a"), unit("b", competing=False)]
    rows = ratios(a=(1, 1), b=(1, 2))
    result = score_race(facts(*units, returns=rows), scheme(indicator(RATIO)), AS_OF)
    assert compare(result.standings, "b", "median") is None
    alone = compare(result.standings, "a", "median")
    assert alone is not None
    assert (alone.references, alone.gap) == (("a",), 0)


@given(facts=races(), document=scheme_documents(), as_of=as_of_dates)
def test_gaps_sum_exactly(facts: Facts, document: dict[str, Any], as_of: date) -> None:
    result = score_race(facts, parse_scheme(document), as_of)
    for own in result.standings:
        for beside in ("above", "below", "median"):
            found = compare(result.standings, own.unit, beside)
            if found is None:
                continue
            assert sum((column.gap for column in found.columns), Fraction(0)) == found.gap
            assert found.gap == found.score - found.theirs
            if beside == "median":
                scores = [s.score for s in result.standings if s.division == own.division and s.place]
                assert found.theirs == median(scores)
            else:
                assert found.theirs == standing(result, found.references[0]).score
