"""A place looked up among sorted rivals is the place counted one by one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from scoring.measures import measure_all
from scoring.narrow_places import Rivals
from scoring.race import score_measured
from tests.scoring.build import AS_OF, RATIO, facts, indicator, ratios, scheme, unit

SCORES = st.none() | st.fractions(min_value=0, max_value=3, max_denominator=3)


@given(
    SCORES.filter(lambda own: own is not None),
    st.lists(SCORES, max_size=8),
    st.fractions(0, 3, max_denominator=3),
)
def test_a_place_is_one_and_the_others_that_are_ahead(
    own: Fraction, others: list[Fraction | None], score: Fraction
) -> None:
    """Whatever the unit's own score was, only others count, and equals share a place."""
    known = facts(unit("a"), returns=ratios(a=(1, 2)))
    how = scheme(indicator(RATIO))
    (standing,) = score_measured(measure_all(known, how, AS_OF), how).standings
    named = [replace(standing, unit=f"u{n}", score=other) for n, other in enumerate(others)]
    rivals = Rivals([replace(standing, unit="own", score=own), *named])
    assert rivals.place("own", score) == 1 + sum(other is not None and other > score for other in others)
    assert rivals.place("stranger", score) == 1 + sum(
        one is not None and one > score for one in (own, *others)
    )
