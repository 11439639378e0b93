"""Vectors for two weighers of one season: what the server hands out, and what its exact method makes of other weights."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from leaderboard.boards.board import place_value
from leaderboard.boards.worksheet import worksheet
from scoring.measures import Measures, measure_all
from scoring.race import score_measured
from scoring.result import RaceResult, Standing
from scoring.rules import Scheme, Ties
from scoring.scheme_document import parse_scheme
from scoring.show import plain, round_half_up, rounded
from tests.scoring.strategies import as_of_dates, races, scheme_documents

BENT = [
    {},
    {"shape": {"kind": "proportional", "least": "10%", "most": "80%"}},
    {"shape": {"kind": "proportional", "most": {"points": "12"}}},
    {"shape": {"kind": "minmax", "base": "0.4"}},
]
LIMITS = [{}, {}, {"score_most": "90"}, {"score_least": "5", "score_most": "60"}]
weight_texts = st.one_of(
    st.integers(0, 60).map(str),
    st.integers(0, 600).map(lambda n: plain(Fraction(n, 10))),
    st.sampled_from(["0", "100/3", "0.00000001", "1/7", "250"]),
)


@st.composite
def vectors(draw: st.DrawFn) -> dict[str, Any]:
    """One race, weights by the names of their fields, a rule for ties, and where every unit stands by the server."""
    document = draw(scheme_documents())
    for row in document["indicators"]:
        row.update(draw(st.sampled_from(BENT)))
    document |= draw(st.sampled_from(LIMITS))
    document["decimals"] = {"score": draw(st.integers(0, 4))}
    document["rounding"] = {"score": draw(st.sampled_from(["half_up", "down", "up"]))}
    scheme = replace(parse_scheme(document), ties=draw(st.sampled_from(list(Ties))))
    measures = measure_all(draw(races()), scheme, draw(as_of_dates))
    return vector(measures, scheme, {name: draw(weight_texts) for name in fields_of(scheme)})


def fields_of(scheme: Scheme) -> list[str]:
    """The names of a desk's fields of weights."""
    own = [f"weight.{rules.division}.{key}" for rules in scheme.divisions for key, _weight in rules.weights]
    return [*(f"weight..{indicator.key}" for indicator in scheme.indicators), *own]


def vector(measures: Measures, scheme: Scheme, weights: dict[str, str]) -> dict[str, Any]:
    """What a browser is given, and what it has to come to."""
    present = score_measured(measures, scheme)
    sheet = worksheet(measures, scheme, {s.unit: s for s in present.standings})
    tried = score_measured(measures, with_weights(scheme, weights))
    return {
        "sheet": sheet,
        "weights": weights,
        "ties": scheme.ties.value,
        "expected": expected(measures, scheme, present, tried),
    }


def with_weights(scheme: Scheme, weights: dict[str, str]) -> Scheme:
    """The scheme with weights as typed on the desk."""
    changed = replace(
        scheme,
        indicators=tuple(replace(i, weight=Fraction(weights[f"weight..{i.key}"])) for i in scheme.indicators),
    )
    return replace(
        changed,
        divisions=tuple(
            replace(
                rules,
                weights=tuple(
                    (key, Fraction(weights[f"weight.{rules.division}.{key}"])) for key, _ in rules.weights
                ),
            )
            for rules in scheme.divisions
        ),
    )


def expected(measures: Measures, scheme: Scheme, present: RaceResult, tried: RaceResult) -> dict[str, Any]:
    """Order of each division and, unit by unit, place, score and difference as they are shown."""
    numbers = {unit.unit.key: n for n, unit in enumerate(measures.units)}
    old = {s.unit: s.score for s in present.standings}
    new = {s.unit: s for s in tried.standings}
    divisions = list(dict.fromkeys(unit.unit.division for unit in measures.units))
    return {
        "orders": [[numbers[s.unit] for s in tried.standings if s.division == key] for key in divisions],
        "units": [_unit(new[unit.unit.key], old[unit.unit.key], scheme) for unit in measures.units],
    }


def _unit(standing: Standing, old: Fraction | None, scheme: Scheme) -> list[Any]:
    twice = None if standing.place is None else place_value(2 * standing.place)
    if standing.score is None:
        return [twice or 0, None, None]
    shown = rounded(standing.score, scheme.decimals.score, scheme.rounding.score)
    if old is None:
        return [twice or 0, shown, None]
    gap = standing.score - old
    difference = round_half_up(gap, scheme.decimals.score)
    return [twice or 0, shown, f"+{difference}" if gap > 0 and Fraction(difference) else difference]
