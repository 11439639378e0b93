"""Whole races: divisions, ties and tie-breakers, hors concours, boards without a total, headlines, schedule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from scoring.race import score_race
from scoring.result import Headline, RaceResult, State
from scoring.schedule import schedule_share
from tests.scoring.build import (
    AS_OF,
    RATIO,
    arrival,
    event,
    facts,
    indicator,
    project,
    ratios,
    returned,
    scheme,
    signed,
    standing,
    target,
    unit,
)


def places_of(result: RaceResult) -> list[tuple[str, Fraction | None]]:
    return [(found.unit, found.place) for found in result.standings]


def test_units_are_placed_inside_their_division_and_never_across() -> None:
    known = facts(
        unit("a", "towns", 1),
        unit("b", "towns", 2),
        unit("c", "soe", 3),
        unit("d", "soe", 4),
        returns=ratios(a=(1, 4), b=(2, 4), c=(3, 4), d=(4, 4)),
    )
    result = score_race(known, scheme(indicator(RATIO)), AS_OF)
    assert places_of(result) == [("b", 1), ("a", 2), ("d", 1), ("c", 2)]
    assert [s.indicators[0].place for s in result.standings] == [1, 2, 1, 2]


def test_divisions_stand_in_the_office_s_order() -> None:
    known = facts(unit("a", "towns", 9), unit("b", "soe", 3), unit("c", "towns", 1))
    result = score_race(known, scheme(indicator(RATIO)), AS_OF)
    assert [s.division for s in result.standings] == ["towns", "towns", "soe"]


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
def test_ties_in_a_race_follow_the_scheme_and_the_office_s_order(ties: str, expected: list[Fraction]) -> None:
    units = [unit("d", order=3), unit("b", order=1), unit("c", order=2), unit("a", order=4)]
    known = facts(*units, returns=ratios(a=(4, 4), b=(2, 4), c=(1, 2), d=(0, 4)))
    result = score_race(known, scheme(indicator(RATIO), ties=ties), AS_OF)
    assert places_of(result) == list(zip(["a", "b", "c", "d"], expected, strict=True))
    assert [s.tied for s in result.standings] == [False, True, True, False]
    assert [s.indicators[0].place for s in result.standings] == expected


def test_tie_breakers_decide_in_order_and_a_missing_rate_comes_last() -> None:
    second = {"ratio": {"numerator": "b_done", "denominator": "b_due"}}
    rules = scheme(
        indicator(RATIO),
        indicator(second, "y", "0", missing={"not_reported": "leave_out"}),
        tie_breakers=["y"],
    )
    units = [unit(key, order=n) for n, key in enumerate("abcd")]
    known = facts(
        *units,
        returns=ratios(a=(1, 2), b=(1, 2), c=(1, 2), d=(1, 2)) + ratios("b_", b=(1, 4), c=(0, 4), d=(1, 4)),
    )
    result = score_race(known, rules, AS_OF)
    assert places_of(result) == [("b", 1), ("d", 1), ("c", 3), ("a", 4)]
    assert [s.tied for s in result.standings] == [True, True, False, False]


def test_places_follow_exact_scores_not_shown_ones() -> None:
    known = facts(unit("a"), unit("b"), returns=ratios(a=(333333, 1000000), b=(1, 3)))
    result = score_race(known, scheme(indicator(RATIO)), AS_OF)
    assert places_of(result) == [("b", 1), ("a", 2)]


def test_hors_concours_units_are_scored_but_take_no_place() -> None:
    known = facts(
        unit("a", order=1),
        unit("b", order=2, competing=False),
        unit("c", order=3),
        unit("d", order=4),
        returns=ratios(a=(1, 4), b=(4, 4), c=(2, 4)),
    )
    rules = scheme(indicator(RATIO, missing={"not_reported": "unranked"}))
    result = score_race(known, rules, AS_OF)
    assert places_of(result) == [("c", 1), ("a", 2), ("b", None), ("d", None)]
    guest, unranked = standing(result, "b"), standing(result, "d")
    assert (guest.score, guest.unranked_reason, guest.indicators[0].place) == (100, "hors_concours", None)
    assert (unranked.score, unranked.unranked_reason) == (None, "not_reported")
    assert guest.tied is False


def test_a_missing_number_has_a_place_on_its_own_board_only_by_the_rule_zero() -> None:
    known = facts(unit("a"), unit("b"), unit("c"), returns=ratios(a=(1, 2), b=(0, 2)))
    for rule, expected in (("zero", 2), ("leave_out", None), ("full", None)):
        rules = scheme(indicator(RATIO, missing={"not_reported": rule}))
        result = score_race(known, rules, AS_OF)
        found = {s.unit: s.indicators[0].place for s in result.standings}
        assert found == {"a": 1, "b": 2, "c": expected}


def test_without_a_total_the_lead_indicator_orders_the_board() -> None:
    rules = scheme(
        indicator(RATIO, "x", None, missing={"no_denominator": "leave_out"}),
        indicator({"quantity": "trips"}, "trips", None),
        composite=False,
        lead="x",
    )
    rows = [*ratios(a=(1, 2), b=(2, 3), c=(0, 0)), returned("c", "trips", 5), returned("a", "trips", 9)]
    result = score_race(facts(unit("a"), unit("b"), unit("c"), returns=rows), rules, AS_OF)
    assert places_of(result) == [("b", 1), ("a", 2), ("c", None)]
    assert standing(result, "c").unranked_reason == "no_denominator"
    trips = {s.unit: s.indicators[1].place for s in result.standings}
    assert trips == {"a": 1, "c": 2, "b": 3}
    by_trips = score_race(facts(unit("a"), unit("c"), returns=rows), replace(rules, lead="trips"), AS_OF)
    assert places_of(by_trips) == [("a", 1), ("c", 2)]


def test_a_division_has_its_own_weights_and_may_leave_an_indicator_out() -> None:
    second = {"ratio": {"numerator": "b_done", "denominator": "b_due"}}
    rules = scheme(
        indicator(RATIO, "x", "40"),
        indicator(second, "y", "60"),
        divisions={"soe": {"weights": {"x": "100"}}, "depts": {"weights": {"x": "70", "y": "30"}}},
    )
    units = [unit("a", "towns"), unit("b", "soe"), unit("c", "depts")]
    rows = ratios(a=(1, 2), b=(1, 2), c=(1, 2)) + ratios("b_", a=(1, 1), b=(1, 1), c=(1, 1))
    result = score_race(facts(*units, returns=rows), rules, AS_OF)
    assert {s.unit: s.score for s in result.standings} == {"a": 80, "b": 50, "c": 65}
    left_out = standing(result, "b").indicators[1]
    assert (left_out.state, left_out.points, left_out.weight, left_out.place) == (
        State.NOT_APPLICABLE,
        None,
        0,
        None,
    )


def headline(result: RaceResult, division: str | None, key: str) -> Headline:
    return next(h for h in result.headlines if (h.division, h.key) == (division, key))


def test_headlines_count_a_shared_project_once_among_competing_units() -> None:
    shared = {"a": "1/4", "b": "1/4", "c": "1/2"}
    known = facts(
        unit("a", "towns"),
        unit("b", "soe"),
        unit("c", "soe", competing=False),
        projects=[
            project("P1", signed(), event("started"), to={"a": "1/2", "b": "1/2"}),
            project("P2", signed(), to="a"),
            project("P3", signed(), event("started"), to=shared),
        ],
    )
    result = score_race(known, scheme(indicator({"preset": "groundbreaking"})), AS_OF)
    whole = headline(result, None, "x")
    assert (whole.numerator, whole.denominator, whole.rate) == (
        Fraction(3, 2),
        Fraction(5, 2),
        Fraction(3, 5),
    )
    towns = headline(result, "towns", "x")
    assert (towns.numerator, towns.denominator) == (Fraction(3, 4), Fraction(7, 4))
    soe = headline(result, "soe", "x")
    assert (soe.numerator, soe.denominator, soe.rate) == (Fraction(3, 4), Fraction(3, 4), 1)


def test_headline_of_a_mix_is_the_mix_of_the_totals() -> None:
    rules = scheme(indicator({"preset": "signing", "by": {"by": "mix", "count_share": "1/2"}}))
    targets = [target("a", 2), target("b", 2), target("a", 1000, "amount"), target("b", 3000, "amount")]
    known = facts(unit("a"), unit("b"), projects=[project("P1", signed(inward=1000))], targets=targets)
    found = headline(score_race(known, rules, AS_OF), None, "x")
    # Half of 1/4 by count, half of 1000/4000 by amount.
    assert (found.numerator, found.denominator, found.rate) == (None, None, Fraction(1, 4))


def test_headline_without_anything_measured_is_empty() -> None:
    found = headline(score_race(facts(), scheme(indicator(RATIO)), AS_OF), None, "x")
    assert found == Headline(None, "x", None, None, None)


def test_the_four_rates_together() -> None:
    """28 of 27 signed, 21 started, 24 registered, 600 of 1000 yuan arrived each: worked by hand below."""
    rows = []
    for n in range(28):
        stages = [event("registered")] if n < 24 else []
        stages += [event("started", "05-01")] if n < 21 else []
        rows.append(project(f"P{n:02d}", signed(inward=1000), *stages, arrivals=[arrival(600)]))
    rules = scheme(
        indicator({"preset": "signing"}, "signing", "30", cap="1"),
        indicator({"preset": "landing"}, "landing", "20"),
        indicator({"preset": "groundbreaking"}, "groundbreaking", "20"),
        indicator({"preset": "arrival"}, "arrival", "30"),
    )
    known = facts(projects=rows, targets=[target("a", 27, indicator="signing")])
    found = standing(score_race(known, rules, AS_OF), "a")
    # 30 × min(28/27, 1) + 20 × 24/28 + 20 × 21/28 + 30 × 16800/28000
    assert [line.points for line in found.indicators] == [30, Fraction(120, 7), 15, 18]
    assert found.score == 63 + Fraction(120, 7)


@pytest.mark.parametrize(
    ("as_of", "share"),
    [
        ("2025-12-31", "0"),
        ("2026-01-01", "0"),
        ("2026-01-30", "0"),
        ("2026-01-31", "1/12"),
        ("2026-02-28", "1/6"),
        ("2026-10-30", "3/4"),
        ("2026-10-31", "5/6"),
        ("2026-12-31", "1"),
        ("2027-06-30", "1"),
    ],
)
def test_schedule_counts_completed_months(as_of: str, share: str) -> None:
    found = schedule_share(date(2026, 1, 1), date(2026, 12, 31), date.fromisoformat(as_of))
    assert found == Fraction(share)


def test_schedule_of_a_season_across_years_and_inside_months() -> None:
    first, last = date(2025, 7, 10), date(2026, 2, 15)
    assert schedule_share(first, last, date(2025, 7, 31)) == Fraction(1, 8)
    assert schedule_share(first, last, date(2026, 2, 14)) == Fraction(7, 8)
    assert schedule_share(first, last, date(2026, 2, 15)) == 1
    with pytest.raises(ValueError, match="end before"):
        schedule_share(last, first, last)


def test_the_result_carries_date_and_schedule() -> None:
    result = score_race(facts(), scheme(indicator(RATIO)), AS_OF)
    assert (result.as_of, result.schedule) == (AS_OF, Fraction(10, 12))
