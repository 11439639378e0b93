"""Spreading a total: by hand, and the laws that hold whatever the total and the shares."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.spread import spread

WEIGHTS = st.lists(st.fractions(0, 1000, max_denominator=60), min_size=1, max_size=40).filter(any)


def test_a_total_that_does_not_go_round_gives_the_odd_ones_to_the_largest_remainders():
    """100 over 3:2:2 is 42.86, 28.57, 28.57; 2 are left and go to the first (0.86) and the second (0.57, listed first)."""
    found = spread(100, [3, 2, 2])
    assert [part.quantity for part in found.parts] == [43, 29, 28]
    assert [part.is_extra for part in found.parts] == [True, True, False]
    assert (found.remainder, found.parts[1].exact) == (2, Fraction(200, 7))


def test_money_is_spread_in_whole_grains():
    """1.94 亿元 over three alike in 万元: 19,400 万 is 3 × 6,466 and 2 over."""
    found = spread(194_000_000, [1, 1, 1], 10_000)
    assert [part.quantity for part in found.parts] == [64_670_000, 64_670_000, 64_660_000]
    assert found.remainder == 20_000


def test_what_cannot_be_spread_is_said():
    with pytest.raises(PlanError, match="合计为零"):
        spread(3, [0, 0])
    with pytest.raises(PlanError) as caught:
        spread(10_001, [1, -1], 10_000)
    assert len(caught.value.problems) == 2


@given(st.integers(0, 10**15), WEIGHTS, st.sampled_from([1, 10_000]))
def test_nothing_is_lost_and_nobody_is_a_grain_off(total: int, weights: list[Fraction], grain: int):
    total -= total % grain
    found = spread(total, weights, grain)
    assert sum(part.quantity for part in found.parts) == total
    for part, weight in zip(found.parts, weights, strict=True):
        assert abs(part.quantity - Fraction(total) * weight / sum(weights)) < grain
        assert part.quantity % grain == 0
        assert weight or not part.quantity


@given(st.integers(0, 10**9), WEIGHTS)
def test_a_larger_share_never_gets_less(total: int, weights: list[Fraction]):
    parts = sorted(zip(weights, spread(total, weights).parts, strict=True), key=lambda pair: pair[0])
    by_weight = [(weight, part.quantity) for weight, part in parts]
    assert all(q <= r for v, q in by_weight for w, r in by_weight if v < w)
