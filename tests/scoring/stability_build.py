"""Builds divisions for tests of stability: from rates through the whole method, or straight from marks."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from scoring.facts import Facts
from scoring.measures import measure_all
from scoring.race import score_measured
from scoring.rank import places
from scoring.rules import Scheme, Ties
from scoring.weight_model import DivisionModel, Pattern, Role, Row, division_models
from tests.scoring.build import AS_OF, facts, indicator, ratios, scheme, unit

KEYS = ("one", "two", "three", "four")


def rules(*weights: str, **more: Any) -> Scheme:
    return scheme(
        *(
            indicator({"ratio": {"numerator": f"{key}_done", "denominator": f"{key}_due"}}, key, weight)
            for key, weight in zip(KEYS, weights, strict=False)
        ),
        **more,
    )


def race(**units: tuple[int, ...]) -> Facts:
    """Units with percentages on each indicator."""
    returns = [
        row
        for key, marks in units.items()
        for label, mark in zip(KEYS, marks, strict=False)
        for row in ratios(f"{label}_", **{key: (mark, 100)})
    ]
    return facts(*(unit(key, order=n) for n, key in enumerate(units)), returns=returns)


def models_of(known: Facts, how: Scheme, as_of: date = AS_OF) -> list[DivisionModel]:
    measures = measure_all(known, how, as_of)
    return division_models(measures, how, score_measured(measures, how))


def made(*marks: tuple[str, ...], ties: Ties = Ties.COMPETITION) -> DivisionModel:
    """A model of equal weights straight from marks, best first."""
    number = len(marks[0])
    pattern = Pattern((Fraction(100, number),) * number, (Role.COUNTS,) * number)
    rows = [tuple(Fraction(mark) for mark in row) for row in marks]
    scores = [sum(row, Fraction(0)) * Fraction(100, number) for row in rows]
    official = places(scores, ties=ties)
    known = [
        Row(f"u{n}", place or Fraction(0), score, pattern, row)
        for n, (place, score, row) in enumerate(zip(official, scores, rows, strict=True))
    ]
    return DivisionModel("d", KEYS[:number], tuple(sorted(known, key=lambda row: row.place)), ties)
