"""A scored document as JSON: every intermediate number exact, and beside it how it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from scoring.formula_words import ZH
from scoring.number_formula import Printer
from scoring.result import AdjustmentLine, Headline, IndicatorLine, Part, Standing
from scoring.rules import Scheme
from scoring.score_document import Scored
from scoring.shape_formula import before_limits
from scoring.shapes import LEAST, MOST
from scoring.show import exact, rounded, shown_rate

FORMAT = "saima-score/1"
LIMITED = (LEAST, MOST)
PLAIN_DECIMALS = 4
"""Decimals of a quantity whose own decimals nothing states."""


def scorecard(scored: Scored) -> dict[str, Any]:
    """Standings in the board's order with every number, then lists, lights, progress and totals."""
    scheme, result = scored.scheme, scored.result
    names = {key: unit.name for key, unit in scored.units.items()}
    return {
        "format": FORMAT,
        "scheme": scheme.name,
        "as_of": result.as_of.isoformat(),
        "full_mark": exact(scheme.full_mark),
        **_shown("schedule", result.schedule, _rate(result.schedule, scheme)),
        "standings": [_standing(standing, names, scheme) for standing in result.standings],
        "lists": _lists(scored, names),
        "lights": [
            {
                "light": light.light,
                "unit": light.unit,
                **({"project": light.project} if light.project else {}),
                "colour": light.colour,
                "value": exact(light.value),
            }
            for light in result.lights
        ],
        "progress": [
            {
                "unit": row.unit,
                "division": row.division,
                "previous": exact(row.previous),
                "now": exact(row.now),
                "gained": exact(row.gained),
                "place": place_value(row.place),
            }
            for row in result.progress
        ],
        "headlines": [_headline(line, scheme) for line in result.headlines],
        **({"notices": list(scored.notices)} if scored.notices else {}),
    }


def place_value(place: Fraction | None) -> int | str | None:
    """A place: an integer, or "5/2" where tied units share their mean place."""
    if place is None:
        return None
    return int(place) if place.denominator == 1 else exact(place)


def _standing(standing: Standing, names: dict[str, str], scheme: Scheme) -> dict[str, Any]:
    score = standing.score
    shown = None if score is None else rounded(score, scheme.decimals.score, scheme.rounding.score)
    return {
        "unit": standing.unit,
        "name": names[standing.unit],
        "division": standing.division,
        "place": place_value(standing.place),
        "tied": standing.tied,
        "unranked_reason": standing.unranked_reason,
        **_shown("score", score, shown),
        **({"grade": standing.grade} if scheme.grades else {}),
        **({"members": list(standing.members)} if standing.members else {}),
        "indicators": {line.key: _indicator(line, scheme) for line in standing.indicators},
        "adjustments": {line.key: _adjustment(line, scheme) for line in standing.adjustments},
    }


def _indicator(line: IndicatorLine, scheme: Scheme) -> dict[str, Any]:
    points = line.points
    shown = None if points is None else rounded(points, scheme.decimals.points, scheme.rounding.points)
    return {
        "state": line.state.value,
        **_number("numerator", line.numerator),
        **_number("denominator", line.denominator),
        **_shown("rate", line.rate, _rate(line.rate, scheme)),
        **_shown("capped_rate", line.capped_rate, _rate(line.capped_rate, scheme)),
        "weight": exact(line.weight),
        **_shown("points", points, shown),
        "note": line.note,
        **({"gate": line.gate} if line.gate else {}),
        "place": place_value(line.place),
        **({"parts": [_part(part, scheme) for part in line.parts]} if len(line.parts) > 1 else {}),
        **({"audited": _exact(line.parts[0].audited)} if line.parts and line.parts[0].audited else {}),
        "working": _working([*line.working, *_before(line, scheme)]),
    }


def _working(steps: Iterable[tuple[str, Fraction]]) -> dict[str, dict[str, str]]:
    return {name: {"exact": exact(value), "shown": rounded(value, PLAIN_DECIMALS)} for name, value in steps}


def _before(line: IndicatorLine, scheme: Scheme) -> Iterator[tuple[str, Fraction]]:
    """What was claimed before an audit, and the points before the most or least they may be."""
    if len(line.parts) == 1 and line.parts[0].audited and line.numerator is not None:
        yield "claimed", line.numerator / line.parts[0].audited
    if line.note in LIMITED and line.points is not None:
        points = before_limits(Printer(line, scheme.indicator(line.key), scheme, ZH))
        if points != line.points:
            yield "before_limits", points


def _part(part: Part, scheme: Scheme) -> dict[str, Any]:
    above, below = part.counts
    return {
        **({"name": part.name} if part.name else {}),
        "state": part.state.value,
        "share": exact(part.share),
        **_number("numerator", above),
        **_number("denominator", below),
        **_shown("rate", part.rate, _rate(part.rate, scheme)),
    }


def _times(line: AdjustmentLine, scheme: Scheme) -> Iterator[tuple[str, Fraction]]:
    """How often an adjustment with points for each time counted."""
    for rule in scheme.adjustments:
        if rule.key == line.key and rule.each and rule.each_least is None:
            yield "times", line.raw / rule.each * (1 if rule.kind == "bonus" else -1)


def _adjustment(line: AdjustmentLine, scheme: Scheme) -> dict[str, Any]:
    steps = _working(_times(line, scheme))
    return {
        "raw": exact(line.raw),
        **_shown("points", line.points, rounded(line.points, scheme.decimals.points, scheme.rounding.points)),
        **({"working": steps} if steps else {}),
    }


def _headline(line: Headline, scheme: Scheme) -> dict[str, Any]:
    return {
        "division": line.division,
        "indicator": line.key,
        "numerator": _exact(line.numerator),
        "denominator": _exact(line.denominator),
        **_shown("rate", line.rate, _rate(line.rate, scheme)),
    }


def _lists(scored: Scored, names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "list": rule.key,
            "name": rule.name,
            "units": [
                {"unit": row.unit, "name": names[row.unit], "division": row.division}
                for row in scored.result.lists
                if row.list == rule.key and row.exempted is None
            ],
            "exempted": [
                {"unit": row.unit, "name": names[row.unit], "reason": row.exempted}
                for row in scored.result.lists
                if row.list == rule.key and row.exempted is not None
            ],
        }
        for rule in scored.scheme.lists
    ]


def _rate(rate: Fraction | None, scheme: Scheme) -> str | None:
    return None if rate is None else shown_rate(rate, scheme.decimals.rate, scheme.rounding.rate)


def _number(key: str, value: Fraction | None) -> dict[str, str | None]:
    """A quantity; one that is no whole number also as it is printed."""
    if value is None or value.denominator == 1:
        return {key: _exact(value)}
    return _shown(key, value, rounded(value, PLAIN_DECIMALS))


def _shown(key: str, value: Fraction | None, shown: str | None) -> dict[str, str | None]:
    return {key: _exact(value), f"{key}_shown": shown}


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else exact(value)
