from __future__ import annotations

import random
from collections import Counter
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.effective_weights import ADJUSTMENTS, effective_weights
from scoring.facts import Facts
from scoring.measures import measure_all
from scoring.race import score_measured, score_race
from scoring.rules import Scheme, Ties
from scoring.scheme_document import parse_scheme
from scoring.stability import (
    under_any_weights,
    under_varied_weights,
    without_each_indicator,
)
from scoring.weight_draws import any_weights
from tests.scoring.build import AS_OF, facts, indicator, ratios, scheme
from tests.scoring.stability_build import KEYS, made, models_of, race, rules
from tests.scoring.strategies import as_of_dates, races, scheme_documents

schemes = scheme_documents().map(parse_scheme)


def test_two_units_by_hand() -> None:
    """A leads where 30 w > 10 (1 - w), that is w > 1/4: over all weights three draws in four, never under ± 10 %."""
    (model,) = models_of(race(a=(80, 40), b=(50, 50)), rules("60", "40"))
    first, second = under_any_weights(model, "hand")
    assert first.unit == "a"
    assert abs(first.shares[Fraction(1)] - Fraction(3, 4)) < Fraction(1, 50)
    assert second.shares[Fraction(2)] == first.shares[Fraction(1)]
    assert first.interval() == (1, 2)
    assert first.interval(Fraction(1, 4)) == (1, 1)
    assert first.among_first(1) == first.shares[Fraction(1)]
    sure, _ = under_varied_weights(model, Fraction(10), "hand")
    assert sure.shares == {1: 1}


@given(known=races(), how=schemes, as_of=as_of_dates, percent=st.integers(0, 100))
def test_shares_sum_to_one_and_hold_the_official_place_without_variation(
    known: Facts, how: Scheme, as_of: date, percent: int
) -> None:
    for model in models_of(known, how, as_of):
        for spread in [
            *under_any_weights(model, "s", 20),
            *under_varied_weights(model, Fraction(percent), "s", 20),
        ]:
            assert sum(spread.shares.values()) == 1
            best, worst = spread.interval()
            assert best <= worst
        for spread in under_varied_weights(model, Fraction(0), "s", 20):
            assert spread.interval() == (spread.official, spread.official)
            assert spread.shares == {spread.official: 1}


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        (Ties.COMPETITION, [1, 2, 2, 4]),
        (Ties.DENSE, [1, 2, 2, 3]),
        (Ties.MODIFIED, [1, 3, 3, 4]),
        (Ties.FRACTIONAL, [1, Fraction(5, 2), Fraction(5, 2), 4]),
        (Ties.SEQUENTIAL, [1, 2, 3, 4]),
    ],
)
@pytest.mark.parametrize("percent", [0, 10])
def test_units_that_are_always_equal_follow_the_tie_rule(
    ties: Ties, expected: list[Any], percent: int
) -> None:
    model = made(("0.9", "0.9"), ("0.5", "0.5"), ("0.5", "0.5"), ("0.1", "0.1"), ties=ties)
    spreads = under_varied_weights(model, Fraction(percent), "s", 10)
    assert [spread.shares for spread in spreads] == [{place: 1} for place in expected]


def test_spreads_agree_with_a_plain_recomputation() -> None:
    from scipy.stats import rankdata  # takes a second, which every worker would wait for

    dice = random.Random(3)
    marks = [tuple(f"{dice.randrange(1000)}/1000" for _ in range(4)) for _ in range(50)]
    model = made(*marks)
    table = np.array([[float(mark) for mark in row.marks] for row in model.rows])
    drawn = np.array(any_weights(4, 200, "s/d"), float)
    ranks = rankdata(-(drawn @ table.T), method="min", axis=1)
    for n, spread in enumerate(under_any_weights(model, "s", 200)):
        assert spread.shares == {
            p: Fraction(c, 200) for p, c in Counter(ranks[:, n].astype(int).tolist()).items()
        }


def test_bad_requests_are_refused() -> None:
    model = made(("1", "0"), ("0", "1"))
    for percent in (-1, 101):
        with pytest.raises(ValueError, match="0 到 100"):
            under_varied_weights(model, Fraction(percent), "s")
    with pytest.raises(ValueError, match="抽样次数"):
        under_any_weights(model, "s", 0)


def test_redistributed_weights_are_redistributed_in_every_draw() -> None:
    """C has no second indicator: its score is its first mark whatever the weights, always between the others."""
    missing = {"not_reported": "redistribute"}
    how = scheme(
        *(
            indicator(
                {"ratio": {"numerator": f"{k}_done", "denominator": f"{k}_due"}}, k, "50", missing=missing
            )
            for k in KEYS[:2]
        )
    )
    (model,) = models_of(race(a=(90, 90), b=(10, 10), c=(50,)), how)
    assert {s.unit: s.shares for s in under_any_weights(model, "s", 50)} == {
        "a": {1: 1},
        "c": {2: 1},
        "b": {3: 1},
    }


def test_leaving_out_by_hand() -> None:
    """Without the first: b 50, a 40; without the second: a 80, b 50. Both change places once: R_S = 1, then 0."""
    known, how = race(a=(80, 40), b=(50, 50)), rules("60", "40")
    measures = measure_all(known, how, AS_OF)
    found = without_each_indicator(measures, how, score_measured(measures, how), "towns")
    assert [(one.indicator, one.places, one.mean_shift) for one in found] == [
        ("one", {"b": 1, "a": 2}, 1),
        ("two", {"a": 1, "b": 2}, 0),
    ]
    alone = rules("100")
    assert without_each_indicator(measures, alone, score_race(known, alone, AS_OF), "towns") == []


def test_effective_weights_by_hand() -> None:
    """Points 48, 30 and 16, 20: scores 64, 50. Cov = 18 × 14 and -4 × 14 of 14²: 9/7 and -2/7."""
    how = rules("60", "40")
    first, second = effective_weights(score_race(race(a=(80, 40), b=(50, 50)), how, AS_OF), how, "towns")
    assert (first.nominal, first.effective, first.correlation) == (Fraction(3, 5), Fraction(9, 7), 1)
    assert (second.nominal, second.effective, second.correlation) == (Fraction(2, 5), Fraction(-2, 7), -1)


def test_equal_scores_have_no_spread_to_share() -> None:
    how = rules("60", "40")
    assert effective_weights(score_race(race(a=(80, 40), b=(80, 40)), how, AS_OF), how, "towns") == []


@given(known=races(), how=schemes, as_of=as_of_dates)
def test_effective_weights_sum_to_one_and_agree_with_numpy(known: Facts, how: Scheme, as_of: date) -> None:
    result = score_race(known, how, as_of)
    for division in {s.division for s in result.standings}:
        found = effective_weights(result, how, division)
        if not found:
            continue
        assert sum(one.effective for one in found) == 1
        placed = [s for s in result.standings if s.division == division and s.place is not None]
        totals = np.array([float(s.score or 0) for s in placed])
        for one in found:
            if one.key == ADJUSTMENTS:
                continue
            line = [next(i for i in s.indicators if i.key == one.key).points for s in placed]
            points = np.array([float(x or 0) for x in line])
            assert float(one.effective) == pytest.approx(
                np.cov(points, totals)[0, 1] / np.var(totals, ddof=1)
            )


def test_long_denominators_are_rounded_first() -> None:
    primes = [p for p in range(3000, 9000) if all(p % q for q in range(2, 95))]
    known = race(**{f"u{n}": (1,) for n in range(len(primes))})
    returns = [row for n, p in enumerate(primes) for row in ratios("one_", **{f"u{n}": (p // 3 + n, p)})]
    how = rules("100")
    (only,) = effective_weights(score_race(facts(*known.units, returns=returns), how, AS_OF), how, "towns")
    assert only.effective == 1
