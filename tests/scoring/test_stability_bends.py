"""Where points bend with the weights: what is said to be proven is held against the whole method at many weights."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.extremes import Extremes, possible_places
from scoring.race import score_measured
from scoring.score_document import Scored, score_document
from scoring.stability import model_holds, under_any_weights
from scoring.swaps import swaps
from scoring.weight_model import DivisionModel, division_models, reweighted, times
from tests.scoring.given_races import KEYS, any_races

LIMITED = {
    "kind": "slopes",
    "base": "80%",
    "least": 0,
    "most": "full",
    "segments": [{"every": "0.1", "points": 3}],
}
TIES = ["competition", "dense", "modified", "fractional", "sequential"]
parts = st.integers(0, 6).map(Fraction)


def scored(first: dict[str, str], second: dict[str, str], shape: Any, **more: Any) -> Scored:
    rows = [
        {"key": "a", "name": "a", "weight": 60},
        {"key": "b", "name": "b", "weight": 40, "shape": shape},
    ]
    units = [{"name": "甲", "measures": first}, {"name": "乙", "measures": second}]
    return score_document(
        {"scheme": {"name": "试", "full_mark": 100, "indicators": rows, **more}, "units": units}
    )


def model_of(found: Scored) -> DivisionModel:
    (model,) = division_models(found.measures, found.scheme, found.result)
    return model


def test_points_between_least_and_most_prove_nothing() -> None:
    """At 60 and 40: 60 + 35 and 66 + 20. With 99 and 1 the first has 100, the second 99 × 1.1 + 0 = 108.9."""
    found = scored({"a": "10/10", "b": "11/10"}, {"a": "11/10", "b": "6/10"}, LIMITED)
    model = model_of(found)
    assert [row.bends for row in model.rows] == [True, True]
    for one in possible_places(model, under_any_weights(model, "s", 50)):
        assert not (one.best.proven and one.worst.proven)
        assert (one.best.bound, one.worst.bound) == (1, 2)
    assert model_holds(model, found.measures, found.scheme, Fraction(50), "s")
    assert not model_holds(model, found.measures, found.scheme, Fraction(95), "s")
    assert [one.state for one in swaps(model)] == ["not_comparable"]


def test_limits_in_shares_of_the_weight_bend_nothing() -> None:
    shares = {**LIMITED, "segments": [{"every": "0.1", "share": "0.1"}]}
    model = model_of(scored({"a": "10/10", "b": "13/10"}, {"a": "12/10", "b": "1/10"}, shares))
    assert not model.bends
    assert all(one.best.proven and one.worst.proven for one in possible_places(model))


@pytest.mark.parametrize(
    "more",
    [
        {"rounding": {"early": ["points"]}},
        {"rounding": {"early": ["score"]}},
        # Reached with all weight on the first: 120.
        {"score_most": 110},
        {"score_least": 70},
        {
            "adjustments": [
                {
                    "key": "p",
                    "name": "p",
                    "kind": "bonus",
                    "each": 1,
                    "when": {"indicator": "a", "on": "mark", "from": 1},
                }
            ]
        },
    ],
)
def test_rounding_limits_of_the_score_and_rules_on_points_bend(more: dict[str, Any]) -> None:
    model = model_of(scored({"a": "12/10", "b": "1"}, {"a": "1", "b": "6/10"}, "proportional", **more))
    assert model.bends


def test_limits_of_the_score_that_no_weights_reach_bend_nothing() -> None:
    more = {"score_most": 130, "score_least": 50}
    model = model_of(scored({"a": "12/10", "b": "1"}, {"a": "1", "b": "6/10"}, "proportional", **more))
    assert not model.bends


@given(any_races, st.lists(st.tuples(parts, parts, parts), min_size=1, max_size=4))
def test_what_is_proven_holds_at_any_weights(
    document: dict[str, Any], drawn: list[tuple[Fraction, ...]]
) -> None:
    found = score_document(document)
    models = division_models(found.measures, found.scheme, found.result)
    extremes = {one.unit: one for model in models for one in possible_places(model)}
    for shares in (*drawn, *product((Fraction(1, 9999), Fraction(1)), repeat=len(KEYS))):
        if not all(share > 0 for share in shares):
            continue
        change = times(dict(zip(KEYS, shares, strict=True)))
        after = score_measured(found.measures, reweighted(found.scheme, change))
        scores = {s.unit: s.score for s in after.standings}
        for model in models:
            for row in model.rows:
                stated = change(dict(zip(model.indicators, row.pattern.weights, strict=True)))
                if not row.bends:
                    assert row.score_at([stated[key] for key in model.indicators]) == scores[row.unit]
            check_places(model, scores, extremes, level=len({row.pattern.weights for row in model.rows}) == 1)


def check_places(
    model: DivisionModel, scores: dict[str, Fraction | None], extremes: dict[str, Extremes], *, level: bool
) -> None:
    """Units ahead by score lie between the bounds; weights of units' own are no one point of the cone."""
    for row in model.rows:
        own = scores[row.unit]
        assert own is not None
        higher = sum((scores[other.unit] or Fraction(0)) > own for other in model.rows)
        level_before = sum(scores[other.unit] == own and other.place < row.place for other in model.rows)
        if level:
            assert extremes[row.unit].best.bound <= 1 + higher + level_before
            assert 1 + higher <= extremes[row.unit].worst.bound


@given(any_races, st.sampled_from(TIES))
def test_the_place_now_lies_in_its_own_range(document: dict[str, Any], ties: str) -> None:
    """Counted as the range is, whatever the board's ties; without ties it is the board's own place."""
    found = score_document({**document, "scheme": {**document["scheme"], "ties": ties}})
    for model in division_models(found.measures, found.scheme, found.result):
        rows = {row.unit: row for row in model.rows}
        for one in possible_places(model):
            assert one.best.bound <= one.best.place <= one.now <= one.worst.place <= one.worst.bound
            ahead = sum(other.score > rows[one.unit].score for other in model.rows)
            level = [row for row in model.rows if row.score == rows[one.unit].score]
            assert 1 + ahead <= one.now <= ahead + len(level)
            if len(level) == 1 and ties != "dense":
                assert one.now == rows[one.unit].place


def test_units_that_are_level_at_any_weights() -> None:
    """Modified prints third for both of two that are second; the range and the place in it count who is ahead."""
    rows = [{"key": key, "name": key, "weight": weight} for key, weight in (("a", 60), ("b", 40))]
    rates = {"甲": "5/10", "乙": "5/10", "丙": "9/10"}
    units = [{"name": name, "measures": {"a": rate, "b": rate}} for name, rate in rates.items()]
    scheme = {"name": "试", "full_mark": 100, "ties": "modified", "indicators": rows}
    found = score_document({"scheme": scheme, "units": units})
    assert [row.place for row in model_of(found).rows] == [1, 3, 3]
    ranges = [(one.best.place, one.now, one.worst.place) for one in possible_places(model_of(found))]
    assert ranges == [(1, 1, 1), (2, 2, 2), (2, 2, 2)]
