"""Ratios and quantities of returns: cumulative sums up to the cut-off, and what is missing from them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoring.facts import Return
from scoring.race import score_race
from scoring.result import IndicatorLine, State
from tests.scoring.build import (
    AS_OF,
    RATIO,
    facts,
    indicator,
    only_line,
    returned,
    scheme,
)


def test_returns_add_up_over_periods_ended_by_the_cut_off() -> None:
    known = facts(
        returns=[
            returned("a", "done", 3, "03-31"),
            returned("a", "done", 4, "10-31"),
            returned("a", "done", 50, "11-30"),
            returned("a", "done", 60, "2025-12-31"),
            returned("a", "done", 70, "06-30", verified=False),
            returned("b", "done", 90),
            returned("a", "due", 14),
        ]
    )
    line = only_line(RATIO, known, AS_OF)
    assert (line.numerator, line.denominator, line.rate) == (7, 14, Fraction(1, 2))
    assert [f.reason for f in line.parts[0].numerator.left_out] == [
        "outside_cohort",
        "awaiting_verification",
        "after_cut_off",
    ]


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ([], State.NOT_REPORTED),
        ([returned("a", "done", 1)], State.NOT_REPORTED),
        ([returned("a", "due", 1)], State.NOT_REPORTED),
        ([returned("a", "done", 1), returned("a", "due", 2, verified=False)], State.UNDER_VERIFICATION),
        ([returned("a", "done", 1, verified=False), returned("a", "due", 2)], State.UNDER_VERIFICATION),
        ([returned("a", "done", 1), returned("a", "due", 0)], State.NO_DENOMINATOR),
        ([returned("a", "done", 0), returned("a", "due", 2)], State.ZERO),
        ([returned("a", "done", 1), returned("a", "due", 2)], State.COUNTED),
    ],
)
def test_what_is_missing_from_returns_is_a_state(rows: list[object], state: State) -> None:
    line = only_line(RATIO, facts(returns=rows))
    assert line.state is state
    assert (line.rate is None) == (state not in (State.ZERO, State.COUNTED))


def trips(*rows: Return) -> IndicatorLine:
    by_trips = scheme(indicator({"quantity": "trips"}, "trips", None), composite=False, lead="trips")
    return score_race(facts(returns=rows), by_trips, AS_OF).standings[0].indicators[0]


def test_a_quantity_has_neither_rate_nor_points() -> None:
    line = trips(returned("a", "trips", 5, "03-31"), returned("a", "trips", 2, "06-30"))
    assert (line.numerator, line.denominator, line.rate, line.points) == (7, None, None, None)
    assert line.state is State.COUNTED


def test_what_is_missing_from_a_quantity_is_a_state() -> None:
    assert trips().state is State.NOT_REPORTED
    assert trips(returned("a", "trips", 0)).state is State.ZERO
    assert trips(returned("a", "trips", 4, verified=False)).state is State.UNDER_VERIFICATION


def test_a_denominator_corrected_below_zero_is_none() -> None:
    known = facts(
        returns=[returned("a", "done", 1), returned("a", "due", 2), returned("a", "due", -5, "04-30")]
    )
    assert only_line(RATIO, known).state is State.NO_DENOMINATOR
    result = score_race(known, scheme(indicator(RATIO)), AS_OF)
    assert [(h.denominator, h.rate) for h in result.headlines if h.division is None] == [(-3, None)]


def test_a_quantity_gives_points_by_a_shape_and_none_without() -> None:
    known = facts(returns=[returned("a", "done", 3)])
    assert only_line({"quantity": "done"}, known, shape={"kind": "points", "each": 2}).points == 6
    plain = scheme(indicator({"quantity": "done"}, weight="0"), indicator(RATIO, "y"))
    assert score_race(known, plain, AS_OF).standings[0].indicators[0].points is None
