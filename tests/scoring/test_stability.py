from __future__ import annotations

import random
from collections import Counter
from datetime import date
from fractions import Fraction
from hashlib import shake_256
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest, rankdata

from scoring.effective_weights import ADJUSTMENTS, effective_weights
from scoring.extremes import possible_places
from scoring.facts import Facts
from scoring.measures import measure_all
from scoring.place_counts import MARK_BITS, Group, count_places, whole_marks
from scoring.race import score_measured, score_race
from scoring.rank import places
from scoring.rules import Scheme, Ties
from scoring.scheme_document import parse_scheme
from scoring.stability import (
    Spread,
    model_holds,
    under_any_weights,
    under_varied_weights,
    without_each_indicator,
)
from scoring.weight_draws import GRAIN, any_weights, in_force, varied
from scoring.weight_model import DivisionModel, Pattern, Role, Row, division_models
from tests.scoring.build import AS_OF, facts, indicator, ratios, scheme, unit
from tests.scoring.strategies import as_of_dates, races, scheme_documents

KEYS = ("one", "two", "three", "four")
schemes = scheme_documents().map(parse_scheme)


def rules(*weights: str, **more: Any) -> Scheme:
    return scheme(
        *(
            indicator({"ratio": {"numerator": f"{key}_done", "denominator": f"{key}_due"}}, key, weight)
            for key, weight in zip(KEYS, weights, strict=False)
        ),
        **more,
    )


def race(**units: tuple[int, ...]) -> Facts:
    """Units with percentages on each indicator."""
    returns = [
        row
        for key, marks in units.items()
        for label, mark in zip(KEYS, marks, strict=False)
        for row in ratios(f"{label}_", **{key: (mark, 100)})
    ]
    return facts(*(unit(key, order=n) for n, key in enumerate(units)), returns=returns)


def models_of(known: Facts, how: Scheme, as_of: date = AS_OF) -> list[DivisionModel]:
    measures = measure_all(known, how, as_of)
    return division_models(measures, how, score_measured(measures, how))


def made(*marks: tuple[str, ...], ties: Ties = Ties.COMPETITION) -> DivisionModel:
    """A model of equal weights straight from marks, best first."""
    number = len(marks[0])
    pattern = Pattern((Fraction(100, number),) * number, (Role.COUNTS,) * number)
    rows = [tuple(Fraction(mark) for mark in row) for row in marks]
    scores = [sum(row, Fraction(0)) * Fraction(100, number) for row in rows]
    official = places(scores, ties=ties)
    known = [
        Row(f"u{n}", place or Fraction(0), score, pattern, row)
        for n, (place, score, row) in enumerate(zip(official, scores, rows, strict=True))
    ]
    return DivisionModel("d", KEYS[:number], tuple(sorted(known, key=lambda row: row.place)), ties)


# --- the model


@given(known=races(), how=schemes, as_of=as_of_dates)
def test_the_model_gives_every_official_score(known: Facts, how: Scheme, as_of: date) -> None:
    scores = {s.unit: s.score for s in score_race(known, how, as_of).standings}
    for model in models_of(known, how, as_of):
        for row in model.rows:
            assert row.score_at(row.pattern.weights) == scores[row.unit]


@given(known=races(), how=schemes, as_of=as_of_dates)
@settings(max_examples=60)
def test_the_model_gives_every_score_under_other_weights(known: Facts, how: Scheme, as_of: date) -> None:
    """Whatever is missing, redistributed, fixed or added: scored again in full it is the same."""
    measures = measure_all(known, how, as_of)
    for model in division_models(measures, how, score_measured(measures, how)):
        assert model_holds(model, measures, how, Fraction(30), "law")


def test_limits_of_the_score_are_seen_not_to_hold() -> None:
    known, how = race(a=(80, 40), b=(60, 90)), rules("75", "25", score_most="65")
    measures = measure_all(known, how, AS_OF)
    (model,) = division_models(measures, how, score_measured(measures, how))
    assert not model_holds(model, measures, how, Fraction(30), "law")


def test_without_a_total_there_is_no_model() -> None:
    known = race(a=(80,), b=(60,))
    assert models_of(known, rules("100", composite=False, lead="one")) == []


# --- draws


def test_drawn_weights_are_even_over_all_weights() -> None:
    """Of three even weights each is spread as Beta(1, 2): P(w < x) = 1 - (1 - x)²; in order their means are those
    of the rank-order centroid, 11/18, 5/18 and 2/18 (normalised even numbers give about 0.54, 0.31, 0.15).
    """
    drawn = any_weights(3, 20_000, "even")
    assert all(sum(row) == GRAIN + 3 and min(row) > 0 for row in drawn)
    for column in zip(*drawn, strict=True):
        assert kstest([w / GRAIN for w in column], "beta", args=(1, 2)).pvalue > 0.001
    means = [sum(column) / len(drawn) / GRAIN for column in zip(*map(sorted, drawn), strict=True)]
    assert means == pytest.approx([2 / 18, 5 / 18, 11 / 18], abs=0.004)


def test_varied_weights_keep_to_their_range_and_are_even_in_it() -> None:
    drawn = varied(2, 20_000, "even", Fraction(20))
    middle = GRAIN * 100
    for column in zip(*drawn, strict=True):
        assert middle * 0.8 < min(column) < middle * 0.801
        assert middle * 1.199 < max(column) < middle * 1.2
        assert kstest([w / middle for w in column], "uniform", args=(0.8, 0.4)).pvalue > 0.001


def test_draws_depend_on_the_seed_alone() -> None:
    assert any_weights(4, 100, "s") == any_weights(4, 200, "s")[:100]
    assert any_weights(4, 100, "s") != any_weights(4, 100, "t")
    assert varied(4, 3, "s", Fraction(1, 2)) == varied(4, 3, "s", Fraction(1, 2))
    assert any_weights(1, 2, "s") == [(GRAIN + 1,)] * 2


def test_the_first_draws_stay_what_they_are() -> None:
    """A seed published today gives the same weights in ten years: 23 high bits of SHAKE-256's little-endian words."""
    stream = shake_256(b"saima/weights/1/any/2026").digest(16)
    words = [int.from_bytes(stream[n : n + 4], "little") >> 9 for n in range(0, 16, 4)]
    expected = []
    for low, high in (sorted(words[:2]), sorted(words[2:])):
        expected.append((low + 1, high - low + 1, 2**23 - high + 1))
    assert any_weights(3, 2, "2026") == expected


def test_given_weights_go_to_those_that_count() -> None:
    half = Fraction(50)
    pattern = Pattern((half, half, half), (Role.COUNTS, Role.GIVEN, Role.LOST))
    assert pattern.in_force([Fraction(20), Fraction(10), Fraction(70)]) == [30, 0, 70]
    grain = GRAIN // 8
    drawn = [(2 * grain, 2 * grain, 4 * grain)]
    assert in_force(pattern, drawn, factors=False) == [(4 * grain, 0, 4 * grain)]
    assert in_force(pattern, [(100, 100, 200)], factors=True) == [(4 * grain, 0, 4 * grain)]


# --- counting


def test_a_key_fits_into_sixty_four_bits() -> None:
    most = (GRAIN + 16) * ((1 << MARK_BITS) - 1)
    assert (most << 16) + (1 << 16) - 1 < 1 << 63


@given(
    marks=st.lists(st.tuples(*[st.integers(0, 12)] * 3), min_size=1, max_size=60),
    seed=st.integers(0, 99),
)
@settings(max_examples=40)
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


# --- spreads


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
@settings(max_examples=40)
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


# --- leaving out, effective weights


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


# --- extremes


def test_extremes_by_hand() -> None:
    """B is first only with the second indicator alone in front, last never; c is behind both everywhere."""
    model = made(("0.8", "0.4"), ("0.5", "0.5"), ("0.3", "0.3"))
    found = {one.unit: (one.best.place, one.worst.place) for one in possible_places(model)}
    assert found == {"u0": (1, 2), "u1": (1, 2), "u2": (3, 3)}


def test_level_scores_are_not_ahead() -> None:
    """At the very corner the two are level, which is still first; only beyond it the lead shows."""
    model = made(("0.8", "0.5"), ("0.4", "0.5"))
    (behind,) = possible_places(model, units=["u1"])
    assert (behind.best.place, behind.worst.place) == (1, 2)
    assert behind.best.proven


marks3 = st.lists(st.tuples(*[st.sampled_from(["0", "0.2", "0.5", "0.7", "1"])] * 3), min_size=2, max_size=7)


@given(marks=marks3)
@settings(max_examples=60)
def test_extremes_hold_every_draw_and_are_reached(marks: list[tuple[str, ...]]) -> None:
    """Against every corner, edge and face of the arrangement: a fine net of weights finds no place beyond, and
    exact corners of it find both ends.
    """
    model = made(*marks)
    found = possible_places(model)
    assert all(one.best.proven and one.worst.proven for one in found)
    for one, row in zip(found, model.rows, strict=True):
        reached = set()
        for weights in net(model, row):
            own = row.score_at(weights)
            reached.add(1 + sum(other.score_at(weights) > own for other in model.rows))
        assert one.best.place == min(reached)
        assert one.worst.place == max(reached)


def net(model: DivisionModel, row: Row) -> list[list[Fraction]]:
    """Points of every piece of the triangle that a unit's borders cut: crossings, and middles between crossings."""
    corners = {(Fraction(1), Fraction(0)), (Fraction(0), Fraction(1)), (Fraction(0), Fraction(0))}
    lines = [(Fraction(1), Fraction(0), Fraction(0)), (Fraction(0), Fraction(1), Fraction(0))]
    lines.append((Fraction(1), Fraction(1), Fraction(-1)))
    for other in model.rows:
        d = [theirs - ours for theirs, ours in zip(other.marks, row.marks, strict=True)]
        lines.append((d[0] - d[2], d[1] - d[2], d[2]))
    for n, (a, b, c) in enumerate(lines):
        for p, q, r in lines[:n]:
            if a * q - b * p:
                corners.add(((b * r - c * q) / (a * q - b * p), (c * p - a * r) / (a * q - b * p)))
    inside = sorted(xy for xy in corners if min(xy) >= 0 and sum(xy) <= 1)
    points = [*inside]
    points += [((a + p) / 2, (b + q) / 2) for n, (a, b) in enumerate(inside) for p, q in inside[:n]]
    xs = sorted({x for x, _ in inside})
    for low, high in pairwise(xs):
        x = (low + high) / 2
        cuts = sorted(
            {-(a * x + c) / b for a, b, c in lines if b and 0 <= -(a * x + c) / b <= 1 - x}
            | {Fraction(0), 1 - x}
        )
        points += [(x, (one + two) / 2) for one, two in pairwise(cuts)]
    return [[x, y, 1 - x - y] for x, y in points]


def test_without_effort_a_bound_stands_beside_what_was_found() -> None:
    dice = random.Random(5)
    model = made(*(tuple(f"{dice.randrange(100)}/100" for _ in range(4)) for _ in range(25)))
    exact, quick = possible_places(model), possible_places(model, effort=0)
    for one, other in zip(exact, quick, strict=True):
        assert one.best.proven
        assert one.worst.proven
        assert other.best.bound <= one.best.place <= other.best.place
        assert other.worst.place <= one.worst.place <= other.worst.bound
    assert not all(other.best.proven for other in quick)


def test_redistribution_leaves_bounds() -> None:
    half = Fraction(50)
    whole = Pattern((half, half), (Role.COUNTS, Role.COUNTS))
    without = Pattern((half, half), (Role.COUNTS, Role.GIVEN))
    low, high = Fraction(1, 10), Fraction(9, 10)
    rows = (
        Row("a", Fraction(1), Fraction(90), whole, (high, high)),
        Row("c", Fraction(2), Fraction(50), without, (Fraction(1, 2), Fraction(0))),
        Row("b", Fraction(3), Fraction(10), whole, (low, low)),
    )
    model = DivisionModel("d", KEYS[:2], rows, Ties.COMPETITION)
    assert [(one.best.place, one.worst.place) for one in possible_places(model)] == [(1, 1), (2, 2), (3, 3)]


def test_extremes_hold_what_was_drawn() -> None:
    dice = random.Random(9)
    model = made(*(tuple(f"{dice.randrange(30)}/29" for _ in range(4)) for _ in range(12)))
    spreads: list[Spread] = under_any_weights(model, "s", 500)
    for one, spread in zip(possible_places(model), spreads, strict=True):
        assert one.best.place <= min(spread.shares)
        assert max(spread.shares) <= one.worst.place
