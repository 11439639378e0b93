from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.place_counts import MARK_BITS, Group, count_places, whole_marks
from scoring.weight_draws import GRAIN, any_weights

LARGEST = (1 << MARK_BITS) - 1
MARKS = st.integers(0, 12) | st.integers(LARGEST - 12, LARGEST)


def test_a_key_fits_into_sixty_four_bits() -> None:
    most = (GRAIN + 16) * LARGEST
    assert (most << 16) + (1 << 16) - 1 < 1 << 63
    assert most < 1 << 53, "as a binary fraction it would be rounded"


@given(
    marks=st.lists(st.tuples(*[MARKS] * 3), min_size=1, max_size=60),
    seed=st.integers(0, 99),
)
def test_both_ways_of_counting_agree_with_a_third(marks: list[tuple[int, int, int]], seed: int) -> None:
    dice = random.Random(seed)
    sizes = [dice.choice([1, 1, 2, 3]) for _ in marks]
    numbers = list(range(len(marks)))
    dice.shuffle(numbers)
    cut = dice.randrange(len(marks) + 1)
    parts = [sorted(part) for part in (numbers[:cut], numbers[cut:]) if part]
    drawn = [any_weights(3, 50, f"{seed}/{n}") for n in range(len(parts))]
    groups = [
        Group(tuple(part), tuple(marks[n] for n in part), own) for part, own in zip(parts, drawn, strict=True)
    ]
    plain = count_places(groups, sizes, arrays=False)
    from scoring.place_counts import _with_numpy

    assert _with_numpy(groups, sizes) == plain
    expected = [Counter[int]() for _ in marks]
    for draw in range(50):
        scores = {
            n: sum(w * m for w, m in zip(group.weights[draw], marks[n], strict=True))
            for group in groups
            for n in group.numbers
        }
        for n, score in scores.items():
            better = [m for m in scores if scores[m] > score or (scores[m] == score and m < n)]
            expected[n][sum(sizes[m] for m in better)] += 1
    assert [list(row) for row in plain] == [
        list(accumulate(often[ahead] for ahead in range(sum(sizes)))) for often in expected
    ]


def test_too_many_units_are_refused() -> None:
    with pytest.raises(ValueError, match="4096"):
        count_places([], [1] * 4097)


def test_whole_marks_keep_order_and_range() -> None:
    assert whole_marks([[Fraction(1), Fraction(3)], [Fraction(2), Fraction(1)]]) == [
        (0, (1 << MARK_BITS) - 1),
        ((1 << MARK_BITS) // 2 - 1, 0),
    ]
    assert whole_marks([[Fraction(1)], [Fraction(1)]]) == [(0,), (0,)]
