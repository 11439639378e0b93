"""What holds for every shape, whatever the numbers."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scoring.result import RaceResult
from scoring.scheme_document import parse_scheme, scheme_document
from scoring.score_document import score_document
from scoring.tally import tallies
from tests.scoring.given_races import (
    HALF_STATED,
    KEYS,
    NEIGHBOURLY_SHAPES,
    PLAIN_SHAPES,
    any_races,
    documents,
    plain_races,
    prepared,
    weights,
)

RISING_BESIDE_OTHERS = [{"kind": "minmax", "base": "0.6"}, *HALF_STATED]


def places(result: RaceResult) -> dict[str, Fraction | None]:
    return {standing.unit: standing.place for standing in result.standings}


def scores(result: RaceResult) -> dict[str, Fraction | None]:
    return {standing.unit: standing.score for standing in result.standings}


@given(any_races, weights())
def test_a_tally_and_a_scored_race_agree(document: dict[str, Any], others: list[int]) -> None:
    """The same scores and places under the scheme's weights and under any others."""
    scored = score_document(document)
    for stated in (None, dict(zip(KEYS, map(Fraction, others), strict=True))):
        changed = document["scheme"]
        if stated is not None:
            rows = [{**row, "weight": str(stated[row["key"]])} for row in changed["indicators"]]
            changed = {**changed, "indicators": rows}
        expected = score_document({**document, "scheme": changed}).result
        found = tallies(scored.measures, scored.scheme).values()
        assert {u: s for t in found for u, s in zip(t.units, t.scores(stated), strict=True)} == scores(
            expected
        )
        assert {u: p for t in found for u, p in zip(t.units, t.places(stated), strict=True)} == places(
            expected
        )
        for tally in found:
            assert tally.ranking(stated) == (tally.scores(stated), tally.places(stated))


@given(any_races)
def test_points_and_adjustments_sum_to_the_score(document: dict[str, Any]) -> None:
    for standing in score_document(document).result.standings:
        if standing.score is not None:
            points = [line.points for line in standing.indicators if line.points is not None]
            assert sum(points) + sum(line.points for line in standing.adjustments) == standing.score


@given(any_races, st.integers(0, 99))
def test_the_order_of_rows_never_matters(document: dict[str, Any], seed: int) -> None:
    rows = [{**row, "order": n} for n, row in enumerate(document["units"])]
    mixed = random.Random(seed).sample(rows, len(rows))
    one, other = (score_document({**document, "units": units}).result for units in (rows, mixed))
    assert (places(one), scores(one)) == (places(other), scores(other))


@given(any_races)
def test_every_scheme_reads_back_from_its_document(document: dict[str, Any]) -> None:
    scheme = score_document(document).scheme
    written = scheme_document(scheme)
    assert parse_scheme(written) == scheme
    assert scheme_document(parse_scheme(written)) == written


@given(documents(PLAIN_SHAPES + NEIGHBOURLY_SHAPES, extras=False).map(prepared), st.integers(1, 12))
def test_scaling_weights_and_full_mark_together_changes_no_place(
    document: dict[str, Any], times: int
) -> None:
    scheme = document["scheme"]
    if any(str(rule).startswith("fixed") for i in scheme["indicators"] for rule in i["missing"].values()):
        return
    rows = [{**row, "weight": f"{row['weight'] * times}/3"} for row in scheme["indicators"]]
    scaled = {**scheme, "full_mark": f"{100 * times}/3", "indicators": rows}
    other = score_document({**document, "scheme": scaled}).result
    assert places(other) == places(score_document(document).result)


@given(plain_races, st.integers(0, 4))
def test_removing_a_unit_keeps_the_order_of_the_others(document: dict[str, Any], which: int) -> None:
    """Shapes that look at no neighbour give the same scores, so everyone else keeps its order."""
    fewer = [row for n, row in enumerate(document["units"]) if n != which]
    before = scores(score_document(document).result)
    after = scores(score_document({**document, "units": fewer}).result)
    assert after == {unit: before[unit] for unit in after}


@given(
    documents(PLAIN_SHAPES + RISING_BESIDE_OTHERS, rules=st.just("zero"), extras=False).map(prepared),
    st.integers(0, 4),
    st.integers(1, 5),
)
def test_more_of_a_good_thing_never_lowers_a_score(document: dict[str, Any], which: int, more: int) -> None:
    row = document["units"][which]
    number = row["measures"]["a"]
    if not isinstance(number, dict):
        return
    better = {
        **row,
        "measures": {**row["measures"], "a": {**number, "numerator": number["numerator"] + more}},
    }
    units = [better if n == which else other for n, other in enumerate(document["units"])]
    before = scores(score_document(document).result)[row["name"]]
    after = scores(score_document({**document, "units": units}).result)[row["name"]]
    assert before is not None
    assert after is not None
    assert after >= before


@given(any_races, st.integers(0, 4))
def test_equal_numbers_have_equal_places(document: dict[str, Any], which: int) -> None:
    twin = {**document["units"][which], "name": "双"}
    result = score_document({**document, "units": [*document["units"], twin]}).result
    by_unit = {standing.unit: standing for standing in result.standings}
    one, other = by_unit[document["units"][which]["name"]], by_unit["双"]
    assert (one.score, one.place) == (other.score, other.place)
    assert [line.points for line in one.indicators] == [line.points for line in other.indicators]
