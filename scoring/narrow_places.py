"""Small denominators that decide: units whose place changes when one project more or less gets there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from scoring.author_warning import AuthorWarning, Names
from scoring.intervals import counted_parts
from scoring.measure import Measured, mixed, ratio
from scoring.measures import Measures, UnitMeasures
from scoring.race import score_measured
from scoring.relative_points import is_relative
from scoring.result import RaceResult, Standing
from scoring.rules import Scheme
from scoring.show import plain

FEW = 5
"""A rate over fewer projects than this is small."""
ONE = Fraction(1)


class Rivals:
    """The placed units of a division in the order of their scores: how many are ahead is looked up, not counted.

    A place then costs the logarithm of the division's units, and all the warnings of a board hardly more than its length.
    """

    def __init__(self, standings: Iterable[Standing]) -> None:
        self.units = {standing.unit: standing.score for standing in standings}
        self._scores = sorted(score for score in self.units.values() if score is not None)

    def place(self, unit: str, score: Fraction) -> int:
        """The unit's place with this score: 1 + others with a higher one."""
        ahead = len(self._scores) - bisect_right(self._scores, score)
        own = self.units.get(unit)
        return 1 + ahead - (own is not None and own > score)


def narrow_places(
    measures: Measures, scheme: Scheme, result: RaceResult, names: Names
) -> Iterator[AuthorWarning]:
    """One warning for each unit and indicator: k of n with n < 5, and the places with one project less and more.

    Places here are 1 + units with a higher score (or lead value), each found by scoring again.
    """
    alone = not (is_relative(scheme.adjustments) or any(is_relative(i) for i in scheme.indicators))
    rows = {unit.unit.key: unit for unit in measures.units}
    placed = [standing for standing in result.standings if standing.place is not None]
    divisions = dict.fromkeys(standing.division for standing in placed)
    rivals_in = {key: Rivals(s for s in placed if s.division == key) for key in divisions}
    for standing in result.standings:
        if standing.place is None or standing.score is None:
            continue
        rivals = rivals_in[standing.division]
        now = rivals.place(standing.unit, standing.score)
        for number, indicator in enumerate(scheme.indicators):
            measured = rows[standing.unit].measured(indicator.key)
            small = _small(measured)
            if small is None or not standing.indicators[number].weight:
                continue
            k, n = small
            changed: dict[str, int] = {}
            for name, other in (("less", k - 1), ("more", k + 1)):
                if 0 <= other <= n:
                    unit = _with_numerator(rows[standing.unit], indicator.key, measured, other)
                    place = _place(unit, standing, rivals, measures, scheme, alone=alone)
                    if place is not None and place != now:
                        changed[name] = place
            if changed:
                yield _warning(standing, indicator.key, (k, n), now, changed, names)


def _small(measured: Measured) -> tuple[Fraction, Fraction] | None:
    """K and n of a single rate of fewer than five projects."""
    if len(measured.parts) != 1 or not counted_parts(measured.parts):
        return None
    part = measured.parts[0]
    below = part.denominator.value if part.denominator else None
    if below is None or part.numerator.value is None or below >= FEW:
        return None
    return part.numerator.value, below


def _with_numerator(unit: UnitMeasures, key: str, measured: Measured, value: Fraction) -> UnitMeasures:
    part = measured.parts[0]
    if part.denominator is None:
        return unit
    changed = ratio(replace(part.numerator, value=value), part.denominator, part.share)
    return replace(unit, indicators={**unit.indicators, key: mixed((replace(changed, name=part.name),))})


def _place(
    unit: UnitMeasures,
    standing: Standing,
    rivals: Rivals,
    measures: Measures,
    scheme: Scheme,
    *,
    alone: bool,
) -> int | None:
    """The unit's place with other numbers; the rivals are scored again only where their points hang on it."""
    if alone:
        (other,) = score_measured(replace(measures, units=(unit,)), scheme).standings
        return None if other.score is None else rivals.place(standing.unit, other.score)
    units = tuple(
        unit if u.unit.key == standing.unit else u for u in measures.units if u.unit.key in rivals.units
    )
    after = score_measured(replace(measures, units=units), scheme).standings
    score = next(s.score for s in after if s.unit == standing.unit)
    return None if score is None else Rivals(after).place(standing.unit, score)


def _warning(
    standing: Standing,
    indicator: str,
    pair: tuple[Fraction, Fraction],
    now: int,
    changed: dict[str, int],
    names: Names,
) -> AuthorWarning:
    k, n = pair
    words = {"less": "少", "more": "多"}
    outcome = "，".join(f"{words[name]}1个就是第{place}名" for name, place in changed.items())
    return AuthorWarning(
        "small_denominator",
        standing.division,
        f"{names.unit(standing.unit)}的“{names.indicator(indicator)}”只有{plain(n)}个项目，计入{plain(k)}个；"
        f"现在是第{now}名，{outcome}；名次取决于个别项目。",
        indicators=(indicator,),
        units=(standing.unit,),
        numbers=(
            ("numerator", k),
            ("denominator", n),
            ("place", Fraction(now)),
            *((f"place_{name}", Fraction(place)) for name, place in changed.items()),
        ),
    )
