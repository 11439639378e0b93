"""Whole numbers packed into lanes: the same sums as one multiplication after the other."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from scoring.lanes import WEIGHT_BITS, Lanes

MOST = 1 << WEIGHT_BITS
numbers = st.one_of(st.integers(-3, 3), st.integers(-(1 << 200), 1 << 200))
weights = st.one_of(st.integers(0, 100), st.integers(-5, MOST + 5))


def test_sums_by_hand() -> None:
    lanes = Lanes([(1, 2), (-3, 4), (0, 0)])
    assert lanes.sums([10, 1]) == [12, -26, 0]
    assert lanes.sums([0, 7]) == [14, 28, 0]
    assert lanes.sums([-1, 1]) == [1, 7, 0]


@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=6), st.tuples(*[weights] * 3))
@example([(255, 255, 255), (0, 0, 0), (255, 0, 255)], (MOST - 1, 0, 0))
@example([(255, 255, 255), (0, 0, 0), (255, 0, 255)], (MOST - 3, 1, 1))
@example([(255, 255, 255), (0, 0, 0), (255, 0, 255)], (MOST, 0, 0))
@example([(-1, -255, 0), (0, 0, 0), (1, 0, -255)], (MOST - 3, 1, 1))
def test_every_lane_is_the_sum_of_its_row(
    rows: list[tuple[int, int, int]], weights: tuple[int, int, int]
) -> None:
    """Lanes at the edge of their width do not run over into their neighbours."""
    expected = [a * weights[0] + b * weights[1] + c * weights[2] for a, b, c in rows]
    assert Lanes(rows).sums(weights) == expected
