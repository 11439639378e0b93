"""Points that hang on the other units of a division: whoever joins or leaves can turn two others round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from itertools import combinations
from typing import Any

from scoring.author_warning import AuthorWarning, Names, listed
from scoring.measures import Measures
from scoring.race import score_measured
from scoring.result import RaceResult, Standing
from scoring.rules import Indicator, Scheme
from scoring.shape_rules import MinMax, Reading

RELATIVE = (Reading.PLACE, Reading.OF_BEST, Reading.OF_MEAN)


def is_relative(value: Any) -> bool:
    """Whether a rule looks at other units anywhere in it: min-max with the division's ends, places, best or mean."""
    if isinstance(value, MinMax) and (value.low is None or value.high is None):
        return True
    if isinstance(value, Reading):
        return value in RELATIVE
    if isinstance(value, tuple):
        return any(is_relative(item) for item in value)
    if is_dataclass(value):
        return any(is_relative(getattr(value, field.name)) for field in fields(value))
    return False


def relative_indicators(scheme: Scheme) -> list[Indicator]:
    """Indicators whose points hang on other units."""
    return [i for i in scheme.indicators if is_relative(i.shape) or is_relative(i.gates)]


def relative_points(
    measures: Measures, scheme: Scheme, result: RaceResult, names: Names
) -> Iterator[AuthorWarning]:
    """Min-max, bands of places and the like, with a real example where taking one unit away turns two others round.

    Tried are the units at either end of such an indicator and of the board.
    """
    relative = relative_indicators(scheme)
    if not relative or not scheme.composite:
        return
    keys = tuple(indicator.key for indicator in relative)
    said = listed(f"“{indicator.name}”" for indicator in relative)
    for division in dict.fromkeys(standing.division for standing in result.standings):
        placed = [s for s in result.standings if s.division == division and s.place is not None]
        example = _reversal(placed, keys, measures, scheme)
        text = (
            f"{names.division(division)}{said}按单位之间的相对高低计分（功效系数、名次分段等），"
            "单位增减会改变其他单位的得分"
        )
        if example is None:
            yield AuthorWarning("relative_points", division, f"{text}，名次可能因此颠倒。", indicators=keys)
            continue
        gone, one, two = (names.unit(key) for key in example)
        yield AuthorWarning(
            "relative_points",
            division,
            f"{text}：去掉{gone}，{two}就会排到{one}前面。",
            indicators=keys,
            units=example,
        )


def _reversal(
    placed: list[Standing], keys: tuple[str, ...], measures: Measures, scheme: Scheme
) -> tuple[str, str, str] | None:
    """A unit, and two others that change their order when it is gone."""
    if len(placed) < 3:
        return None
    for gone in _ends(placed, keys):
        own = {s.unit for s in placed if s.unit != gone}
        rest = replace(measures, units=tuple(unit for unit in measures.units if unit.unit.key in own))
        after = {s.unit: s.place for s in score_measured(rest, scheme).standings}
        for one, two in combinations([s for s in placed if s.unit != gone], 2):
            first, second = after[one.unit], after[two.unit]
            known = first is not None and second is not None
            if known and one.place != two.place and (second or Fraction(0)) < (first or Fraction(0)):
                return gone, one.unit, two.unit
    return None


def _ends(placed: list[Standing], keys: tuple[str, ...]) -> list[str]:
    """Last and first of the board, lowest and highest of each indicator."""
    found = [placed[-1].unit, placed[0].unit]
    for key in keys:
        lines = [(s.unit, next(line for line in s.indicators if line.key == key)) for s in placed]
        rated = [
            (line.capped_rate if line.capped_rate is not None else line.points, unit) for unit, line in lines
        ]
        known = [(value, unit) for value, unit in rated if value is not None]
        if known:
            found += [min(known)[1], max(known)[1]]
    return list(dict.fromkeys(found))
