"""What a browser needs to weigh a season by itself: every unit's exact share of each weight, and how to place them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from scoring.cells import Cells, plain_cells, plain_indicators, seen_cells
from scoring.measures import Measures, UnitMeasures
from scoring.result import Standing
from scoring.rules import Scheme, Ties
from scoring.shape_rules import Worth
from scoring.show import exact
from scoring.tally import is_steady

LONGEST = 1000
"""Bits of a number above which a browser's doubles cannot begin to tell scores apart."""
Sheet = dict[str, Any]


def worksheet(
    measures: Measures, scheme: Scheme, present: Mapping[str, Standing], order: Sequence[str] | None = None
) -> Sheet | None:
    """Everything that weights are multiplied with, unit by unit and without a name; None where that is not enough.

    score = Σ weight × share × raised + points (+ what limits bend), all exact: "n/d". Units stand in the office's
    order or in another one. It is not enough where points depend on other points or are rounded on the way, nor where
    the office's order tells equals apart and another one stands here: then the server has to be asked.
    """
    office = [unit.unit.key for unit in measures.units]
    inside = set(office)
    chosen = office if order is None else [key for key in order if key in inside]
    shuffled = chosen != office
    if not is_steady(scheme) or (shuffled and scheme.ties is Ties.SEQUENTIAL):
        return None
    sets = _Sets(scheme, measures)
    lines = dict(_lines(measures, scheme, sets))
    divisions = list(dict.fromkeys(unit.unit.division for unit in measures.units))
    sheet: Sheet = {
        "full": exact(scheme.full_mark),
        "decimals": scheme.decimals.score,
        "rounding": str(scheme.rounding.score),
        "most": _optional(scheme.score_most),
        "least": _optional(scheme.score_least),
        "sets": sets.found,
        "divisions": divisions,
        "rows": [{**lines[key], **_present(present.get(key))} for key in chosen],
    }
    return None if _longest(sheet["rows"]) > LONGEST else sheet


class _Sets:
    """The sets of weights that occur: each by the names of its fields on the desk, or as numbers nobody tunes."""

    def __init__(self, scheme: Scheme, measures: Measures) -> None:
        self.scheme, self.measures = scheme, measures
        self.found: list[dict[str, list[str | None]]] = []

    def number(self, unit: UnitMeasures) -> int:
        """Which set holds for a unit."""
        stated = self._stated(unit.unit.division, unit.unit.key)
        if stated not in self.found:
            self.found.append(stated)
        return self.found.index(stated)

    def _stated(self, division: str, key: str) -> dict[str, list[str | None]]:
        keys = [indicator.key for indicator in self.scheme.indicators]
        for weighting in self.scheme.weightings:
            if weighting.fits(division, key, self.measures.as_of):
                weights = dict(weighting.weights)
                return {"fixed": [exact(weights[k]) if k in weights else None for k in keys]}
        for rules in self.scheme.divisions:
            if rules.division == division:
                own = dict(rules.weights)
                return {"fields": [f"weight.{division}.{k}" if k in own else None for k in keys]}
        return {"fields": [f"weight..{k}" for k in keys]}


def _lines(measures: Measures, scheme: Scheme, sets: _Sets) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each unit gives at any weights, by its key."""
    plain = plain_indicators(scheme)
    by_division: dict[str, list[UnitMeasures]] = {}
    for unit in measures.units:
        by_division.setdefault(unit.unit.division, []).append(unit)
    for number, units in enumerate(by_division.values()):
        if plain is None:
            cells = list(seen_cells(units, measures, scheme))
        else:
            cells = list(plain_cells(units, measures, scheme, plain))
        parted = _parted(cells)
        for one, breaker in zip(cells, parted, strict=True):
            line = {"division": number, "set": sets.number(one.unit), **_line(one), "breaker": breaker}
            yield one.unit.unit.key, line


def _parted(cells: Sequence[Cells]) -> list[int]:
    """Tie-breakers as numbers: the less, the better; equal for equals."""
    order = {breakers: n for n, breakers in enumerate(sorted({c.breakers for c in cells}, reverse=True))}
    return [order[one.breakers] for one in cells]


def _line(cells: Cells) -> dict[str, Any]:
    line: dict[str, Any] = {
        "shares": [f"{n}/{d}" if d != 1 else str(n) for n, d in cells.shares],
        "competing": cells.unit.unit.competing,
        "scored": cells.reason is None,
    }
    if cells.points:
        line["points"] = exact(cells.points)
    if cells.given:
        line |= {"given": list(cells.given), "left": list(cells.left)}
    if cells.bent:
        line["bent"] = [
            {
                "at": number,
                "times": exact(times),
                "worth": _worth(earned.worth),
                "limits": [[_worth(least), _worth(most)] for least, most in earned.limits],
            }
            for number, earned, times in cells.bent
        ]
    return line


def _worth(worth: Worth | None) -> list[str] | None:
    return None if worth is None else [exact(worth.share), exact(worth.points)]


def _present(standing: Standing | None) -> dict[str, Any]:
    """Place and score under the rules in force."""
    place, score = (standing.place, standing.score) if standing else (None, None)
    return {"place": _optional(place), "score": _optional(score)}


def _optional(number: Fraction | None) -> str | None:
    return None if number is None else exact(number)


def _longest(rows: Iterable[Mapping[str, Any]]) -> int:
    """Length in bits of the longest number of a sheet; a decimal digit is less than four bits."""
    texts = (text for row in rows for text in _texts(row) for text in text.split("/"))
    return max((4 * len(text) for text in texts), default=0)


def _texts(value: Any) -> Iterator[str]:
    """Every number in a line, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
