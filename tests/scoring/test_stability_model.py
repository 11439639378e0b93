from __future__ import annotations

from datetime import date
from fractions import Fraction
from hashlib import shake_256
from typing import Any

import pytest
from hypothesis import given

from scoring.effective_weights import effective_weights
from scoring.extremes import possible_places
from scoring.facts import Facts
from scoring.guidance import warnings
from scoring.measures import measure_all
from scoring.race import score_measured, score_race
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme
from scoring.score_document import score_document
from scoring.stability import (
    model_holds,
    under_any_weights,
    without_each_indicator,
)
from scoring.swaps import swaps
from scoring.weight_draws import GRAIN, any_weights, in_force, varied
from scoring.weight_model import Pattern, Role, division_models
from tests.scoring.build import AS_OF
from tests.scoring.given_races import any_races, plain_races
from tests.scoring.stability_build import models_of, race, rules
from tests.scoring.strategies import as_of_dates, races, scheme_documents

schemes = scheme_documents().map(parse_scheme)


@given(known=races(), how=schemes, as_of=as_of_dates)
def test_the_model_gives_every_official_score(known: Facts, how: Scheme, as_of: date) -> None:
    scores = {s.unit: s.score for s in score_race(known, how, as_of).standings}
    for model in models_of(known, how, as_of):
        for row in model.rows:
            assert row.score_at(row.pattern.weights) == scores[row.unit]


@given(known=races(), how=schemes, as_of=as_of_dates)
def test_the_model_gives_every_score_under_other_weights(known: Facts, how: Scheme, as_of: date) -> None:
    """Whatever is missing, redistributed, fixed or added: scored again in full it is the same."""
    measures = measure_all(known, how, as_of)
    for model in division_models(measures, how, score_measured(measures, how)):
        assert model_holds(model, measures, how, Fraction(30), "law")


@given(document=any_races)
def test_every_shape_has_a_model_that_gives_the_official_score(document: dict[str, Any]) -> None:
    scored = score_document(document)
    scores = {s.unit: s.score for s in scored.result.standings}
    for model in division_models(scored.measures, scored.scheme, scored.result):
        for row in model.rows:
            assert row.score_at(row.pattern.weights) == scores[row.unit]
        for spread in under_any_weights(model, "s", 5):
            assert sum(spread.shares.values()) == 1
        found = possible_places(model)
        assert all(one.best.bound <= one.best.place <= one.worst.place <= one.worst.bound for one in found)
        assert len(swaps(model)) == len(model.rows) - 1
        effective = effective_weights(scored.result, scored.scheme, model.division)
        assert not effective or sum(one.effective for one in effective) == 1
        for other in without_each_indicator(scored.measures, scored.scheme, scored.result, model.division):
            assert other.mean_shift >= 0
    for warning in warnings(scored.measures, scored.scheme, scored.result):
        assert warning.text.endswith("。")


@given(document=plain_races)
def test_shapes_in_shares_of_the_weight_are_modelled_at_any_weights(document: dict[str, Any]) -> None:
    scored = score_document(document)
    for model in division_models(scored.measures, scored.scheme, scored.result):
        assert model_holds(model, scored.measures, scored.scheme, Fraction(30), "law")


def test_limits_of_the_score_are_seen_not_to_hold() -> None:
    known, how = race(a=(80, 40), b=(60, 90)), rules("75", "25", score_most="65")
    measures = measure_all(known, how, AS_OF)
    (model,) = division_models(measures, how, score_measured(measures, how))
    assert not model_holds(model, measures, how, Fraction(30), "law")


def test_without_a_total_there_is_no_model() -> None:
    known = race(a=(80,), b=(60,))
    assert models_of(known, rules("100", composite=False, lead="one")) == []


def test_drawn_weights_are_even_over_all_weights() -> None:
    """Of three even weights each is spread as Beta(1, 2): P(w < x) = 1 - (1 - x)²; in order their means are those
    of the rank-order centroid, 11/18, 5/18 and 2/18 (normalised even numbers give about 0.54, 0.31, 0.15).
    """
    from scipy.stats import kstest  # takes a second, which every worker would wait for

    drawn = any_weights(3, 20_000, "even")
    assert all(sum(row) == GRAIN + 3 and min(row) > 0 for row in drawn)
    for column in zip(*drawn, strict=True):
        assert kstest([w / GRAIN for w in column], "beta", args=(1, 2)).pvalue > 0.001
    means = [sum(column) / len(drawn) / GRAIN for column in zip(*map(sorted, drawn), strict=True)]
    assert means == pytest.approx([2 / 18, 5 / 18, 11 / 18], abs=0.004)


def test_varied_weights_keep_to_their_range_and_are_even_in_it() -> None:
    from scipy.stats import kstest  # takes a second, which every worker would wait for

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
