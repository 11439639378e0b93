"""A unit's line opened down to its facts: what a page needs to explain every number of a standing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leaderboard.boards.gather import Gathered
from scoring.explain import EN, contributions, formula
from scoring.result import AdjustmentLine, Count, CountedFact, IndicatorLine, LeftOutFact, Part, RaceResult
from scoring.show import exact, round_half_up


def unit_lines(board: dict[str, Any], gathered: Gathered, result: RaceResult) -> Iterator[dict[str, Any]]:
    """The board's standings in order, each with parts, facts, contributions and its printed formula."""
    scheme = gathered.scheme
    for shown, standing in zip(board["standings"], result.standings, strict=True):
        yield {
            **shown,
            "formula": formula(standing, scheme),
            "formula_en": formula(standing, scheme, EN),
            "contributions": [
                {
                    "key": key,
                    "points": exact(points),
                    "points_shown": round_half_up(points, scheme.decimals.points),
                }
                for key, points in contributions(standing)
            ],
            "parts": {line.key: _parts(line) for line in standing.indicators},
            "items": {line.key: _item(line) for line in standing.adjustments},
        }


def _parts(line: IndicatorLine) -> list[dict[str, Any]]:
    return [_part(part) for part in line.parts]


def _part(part: Part) -> dict[str, Any]:
    return {
        "share": exact(part.share),
        "state": str(part.state),
        "rate": None if part.rate is None else exact(part.rate),
        "numerator": _count(part.numerator),
        "denominator": None if part.denominator is None else _count(part.denominator),
    }


def _count(count: Count) -> dict[str, Any]:
    return {
        "value": None if count.value is None else exact(count.value),
        "by": count.by,
        "counted": [_counted(fact) for fact in count.counted],
        "left_out": [_left_out(fact) for fact in count.left_out],
    }


def _counted(fact: CountedFact) -> dict[str, Any]:
    return {
        "kind": fact.kind,
        "ref": fact.ref,
        "name": fact.name,
        "on": None if fact.on is None else str(fact.on),
        "share": exact(fact.share),
        "amount": exact(fact.amount),
    }


def _left_out(fact: LeftOutFact) -> dict[str, Any]:
    return {
        "kind": fact.kind,
        "ref": fact.ref,
        "name": fact.name,
        "on": None if fact.on is None else str(fact.on),
        "reason": fact.reason,
    }


def _item(line: AdjustmentLine) -> dict[str, Any]:
    return {
        "counted": [_counted(fact) for fact in line.counted],
        "left_out": [_left_out(fact) for fact in line.left_out],
    }
