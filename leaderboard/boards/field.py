"""What was measured of one division, written without its facts: enough to score it again with a unit's own numbers."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from scoring.document import facts_document
from scoring.facts import Facts
from scoring.facts_document import parse_facts
from scoring.measure import Measured
from scoring.measures import Measures, UnitMeasures
from scoring.result import AWAITING_VERIFICATION, Count, LeftOutFact, Part, State
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme, scheme_document
from scoring.show import exact

Document = dict[str, Any]
AWAITED = LeftOutFact("project", "", "", "", None, AWAITING_VERIFICATION)
"""Stands for whatever awaits its verification: a count with nothing else says so when it is scored again."""


@dataclass(frozen=True, slots=True)
class Field:
    """A division as it was measured, and the rules it is scored by."""

    measures: Measures
    scheme: Scheme


def field_document(measures: Measures, scheme: Scheme, division: str) -> Document:
    """One division's measures with the scheme; numbers exact, facts left out."""
    inside = tuple(unit for unit in measures.units if unit.unit.division == division)
    return {
        "scheme": scheme_document(scheme),
        "as_of": str(measures.as_of),
        "schedule": exact(measures.schedule),
        "units": facts_document(Facts(date.min, date.max, tuple(u.unit for u in inside), ())),
        "measured": {u.unit.key: {k: _measured(m) for k, m in u.indicators.items()} for u in inside},
        "times": {u.unit.key: {k: _count(c) for k, c in u.times.items()} for u in inside},
    }


def written(document: Mapping[str, Any]) -> bytes:
    """A document as it is stored."""
    return gzip.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0)


def read_field(data: bytes) -> Field:
    """The division as it was stored."""
    found: Document = json.loads(gzip.decompress(data))
    units = parse_facts(found["units"]).units
    measures = Measures(
        date.fromisoformat(found["as_of"]),
        Fraction(found["schedule"]),
        tuple(
            UnitMeasures(
                unit,
                {key: _measured_of(told) for key, told in found["measured"][unit.key].items()},
                {key: _count_of(told) for key, told in found["times"][unit.key].items()},
            )
            for unit in sorted(units, key=lambda unit: (unit.order, unit.key))
        ),
    )
    return Field(measures, parse_scheme(found["scheme"]))


def _measured(measured: Measured) -> list[Any]:
    return [
        str(measured.state),
        _number(measured.rate),
        _number(measured.whole),
        [_part(p) for p in measured.parts],
    ]


def _part(part: Part) -> list[Any]:
    below = None if part.denominator is None else _count(part.denominator)
    numbers = [_number(part.rate), exact(part.share), part.name, _number(part.audited)]
    return [str(part.state), _count(part.numerator), below, *numbers]


def _count(count: Count) -> list[Any]:
    awaits = not count.counted and any(fact.reason == AWAITING_VERIFICATION for fact in count.left_out)
    return [_number(count.value), count.by, int(awaits)]


def _number(value: Fraction | None) -> str | None:
    return None if value is None else exact(value)


def _measured_of(told: list[Any]) -> Measured:
    state, rate, whole, parts = told
    return Measured(State(state), tuple(_part_of(part) for part in parts), _fraction(rate), _fraction(whole))


def _part_of(told: list[Any]) -> Part:
    state, above, below, rate, share, name, audited = told
    part = Part(
        Fraction(share),
        _count_of(above),
        None if below is None else _count_of(below),
        State(state),
        _fraction(rate),
    )
    return replace(part, name=name, audited=_fraction(audited))


def _count_of(told: list[Any]) -> Count:
    value, by, awaits = told
    return Count(_fraction(value), by, (), (AWAITED,) if awaits else ())


def _fraction(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
