from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scoring.extremes import possible_places
from scoring.rules import Ties
from scoring.stability import (
    Spread,
    under_any_weights,
)
from scoring.weight_model import DivisionModel, Pattern, Role, Row
from tests.scoring.stability_build import KEYS, made


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


def test_little_effort_proves_every_end_of_forty_units() -> None:
    """The search splits first where most of a piece is settled by it; in other orders it needs four times as much."""
    dice = random.Random(5)
    model = made(*(tuple(f"{dice.randrange(100)}/100" for _ in range(4)) for _ in range(40)))
    assert all(one.best.proven and one.worst.proven for one in possible_places(model, effort=800))


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
