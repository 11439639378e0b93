"""One unit beside another: every column's gap in points, which sum exactly to the gap in score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Literal

from scoring.explain import contributions
from scoring.result import Standing

Beside = Literal["above", "below", "median"]
ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class ColumnGap:
    """One column of a comparison: gap = own - theirs; a column without points counts 0 and is None here."""

    key: str
    own: Fraction | None
    theirs: Fraction | None
    gap: Fraction
    median: Fraction
    """Middle of this column alone over the placed units of the division; these do not sum to anything."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A unit beside a reference: the gaps of the columns sum exactly to `gap` = score - theirs."""

    unit: str
    beside: Beside
    references: tuple[str, ...]
    """Whose points `theirs` are; of several units, the mean (see `compare`)."""
    score: Fraction
    theirs: Fraction
    gap: Fraction
    columns: tuple[ColumnGap, ...]


def compare(standings: Sequence[Standing], unit: str, beside: Beside) -> Comparison | None:
    """A unit beside the one above, the one below, or the median of its division; None where there is no such.

    Above and below are the neighbours of another place; of several with that place the nearest on the board.
    The median is that of the scores of the placed units: the reference is the unit with that score, or the mean
    of all units that have it, and for an even number of units the mean of the two middle scores' references. So
    the columns of the reference sum to the median score; each column's own median stands beside it.
    Raises KeyError for a unit that is not among the standings.
    """
    own = next((standing for standing in standings if standing.unit == unit), None)
    if own is None:
        raise KeyError(unit)
    field = [s for s in standings if s.division == own.division and _compared(s)]
    groups = _references(field, own, beside) if _compared(own) else []
    if not groups:
        return None
    tables = {s.unit: dict(contributions(s)) for s in field}
    keys = list(dict.fromkeys(key for s in field for key, _ in contributions(s)))
    columns = tuple(_column(key, tables, own.unit, groups) for key in keys)
    theirs = _mean([_mean([s.score or ZERO for s in group]) for group in groups])
    score = own.score or ZERO
    names = tuple(dict.fromkeys(s.unit for group in groups for s in group))
    return Comparison(unit, beside, names, score, theirs, score - theirs, columns)


def _compared(standing: Standing) -> bool:
    return standing.score is not None and standing.place is not None


def _references(field: list[Standing], own: Standing, beside: Beside) -> list[list[Standing]]:
    """One group of units for a neighbour, one or two for the median."""
    if beside == "median":
        scores = sorted(s.score for s in field if s.score is not None)
        middle = {scores[(len(scores) - 1) // 2], scores[len(scores) // 2]}
        return [[s for s in field if s.score == score] for score in sorted(middle)]
    place = own.place or ZERO
    if beside == "above":
        found = [s for s in field if (s.place or ZERO) < place][-1:]
    else:
        found = [s for s in field if (s.place or ZERO) > place][:1]
    return [found] if found else []


def _column(
    key: str, tables: dict[str, dict[str, Fraction]], unit: str, groups: list[list[Standing]]
) -> ColumnGap:
    """Own points, the reference's, and the middle of the column."""
    known = [tables[s.unit][key] for group in groups for s in group if key in tables[s.unit]]
    theirs = _mean([_mean([tables[s.unit].get(key, ZERO) for s in group]) for group in groups])
    own = tables[unit].get(key)
    middle = median([table.get(key, ZERO) for table in tables.values()])
    return ColumnGap(key, own, theirs if known else None, (own or ZERO) - theirs, middle)


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, ZERO) / len(values)
