"""Facts and results as JSON-able documents, exact and sorted: what a published edition holds."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any

from scoring.facts import Credit, Facts, Project, Target
from scoring.facts_document import FACTS_FORMAT, FactsError, parse_facts
from scoring.result import RaceResult
from scoring.show import exact

__all__ = ["FACTS_FORMAT", "RESULT_FORMAT", "FactsError", "facts_document", "parse_facts", "result_document"]

RESULT_FORMAT = "saima-result/1"


def facts_document(facts: Facts) -> dict[str, Any]:
    """All facts without loss, sorted, so that equal facts give equal documents whatever their order."""
    return {
        "format": FACTS_FORMAT,
        "starts_on": facts.starts_on.isoformat(),
        "ends_on": facts.ends_on.isoformat(),
        "units": [_plain(unit) for unit in sorted(facts.units, key=lambda u: (u.order, u.key))],
        "projects": [_project_document(p) for p in sorted(facts.projects, key=lambda p: p.code)],
        "returns": [_plain(row) for row in sorted(facts.returns, key=lambda r: r.id)],
        "targets": [_plain(row) for row in sorted(facts.targets, key=_target_order)],
        "adjustments": [_plain(row) for row in sorted(facts.adjustments, key=lambda a: a.id)],
        **_sparse_facts(facts),
    }


def result_document(result: RaceResult) -> dict[str, Any]:
    """Every number of a scored race, exact; standings in the board's order."""
    return {
        "format": RESULT_FORMAT,
        "as_of": result.as_of.isoformat(),
        "schedule": exact(result.schedule),
        "standings": [_plain(standing) for standing in result.standings],
        "headlines": [_plain(headline) for headline in result.headlines],
    }


def _plain(value: Any) -> Any:
    """A value type as plain JSON: objects by field name, fractions and dates as text, the rest as is."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is Fraction:
        return exact(value)
    if kind is tuple:
        return [_plain(item) for item in value]
    if names := _names(kind):  # type: ignore[arg-type] # every class is hashable
        return {
            name: _plain(found)
            for name, sparse, default in names
            if (found := getattr(value, name)) != default or not sparse
        }
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


@cache
def _names(kind: type) -> tuple[tuple[str, bool, Any], ...]:
    """Each field of a value type: its name, whether it is left out while it holds its default, and the default."""
    if not is_dataclass(kind):
        return ()
    return tuple((field.name, bool(field.metadata.get("sparse")), field.default) for field in fields(kind))


def _project_document(project: Project) -> dict[str, Any]:
    return {
        "code": project.code,
        "name": project.name,
        "credits": [_plain(row) for row in sorted(project.credits, key=_credit_order)],
        "events": [_plain(row) for row in sorted(project.events, key=lambda e: (e.on, e.stage, e.id))],
        "arrivals": [_plain(row) for row in sorted(project.arrivals, key=lambda a: (a.on, a.id))],
        **_sparse_project(project),
    }


def _credit_order(credit: Credit) -> tuple[str, Any, date, date]:
    return credit.unit, credit.share, credit.since or date.min, credit.until or date.max


def _sparse_project(project: Project) -> dict[str, Any]:
    stated = {
        "plans": [_plain(row) for row in sorted(project.plans, key=lambda p: (p.on, p.stage))],
        "kinds": sorted(project.kinds),
        "figures": {name: exact(value) for name, value in sorted(project.figures)},
        "seasons_counted": project.seasons_counted,
    }
    return {key: value for key, value in stated.items() if value}


def _sparse_facts(facts: Facts) -> dict[str, Any]:
    """Kinds of facts that most races have none of, only where there are some."""
    samples = sorted(facts.samples, key=lambda s: (s.unit, s.indicator, s.claimed, s.verified))
    found = {
        "samples": [_plain(row) for row in samples],
        "exemptions": [_plain(row) for row in sorted(facts.exemptions, key=lambda e: (e.unit, e.list))],
        "before": [_plain(row) for row in sorted(facts.before, key=lambda b: b.unit)],
    }
    return {key: rows for key, rows in found.items() if rows}


def _target_order(target: Target) -> tuple[str, str, str, str, int]:
    return target.unit, target.indicator, target.by, target.level, target.quantity
