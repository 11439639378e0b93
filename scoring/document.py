"""Facts and results as JSON-able documents, exact and sorted: what a published edition holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import cache, partial
from operator import attrgetter
from typing import Any, NamedTuple

from scoring.count_document import adjustment_document, count_document
from scoring.facts import DOMESTIC, Arrival, Credit, Facts, Project, StageEvent, Target
from scoring.facts_document import FACTS_FORMAT, FactsError, parse_facts
from scoring.result import AdjustmentLine, Count, RaceResult
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


OWN_WAY: dict[type, Callable[[Any], Any]] = {
    Fraction: exact,
    Count: count_document,
    AdjustmentLine: adjustment_document,
}


def _plain(value: Any) -> Any:
    """A value type as plain JSON: objects by field name, fractions and dates as text, the rest as is."""
    return _way(type(value))(value)  # type: ignore[arg-type] # every class is hashable


@cache
def _way(kind: type) -> Callable[[Any], Any]:
    """How values of a type are written; found once, as an edition holds a million of them."""
    if kind in OWN_WAY:
        return OWN_WAY[kind]
    if kind is tuple:
        return lambda items: [_plain(item) for item in items]
    if is_dataclass(kind):
        return partial(
            _written, tuple(_Member(f.name, bool(f.metadata.get("sparse")), f.default) for f in fields(kind))
        )
    if issubclass(kind, date):
        return kind.isoformat
    if issubclass(kind, Enum):
        return lambda value: value.value
    return lambda value: value


class _Member(NamedTuple):
    """A field of a value type: its name, whether it is left out while it holds its default, and the default."""

    name: str
    sparse: bool
    default: Any


def _written(members: tuple[_Member, ...], value: Any) -> dict[str, Any]:
    document = {}
    for name, sparse, default in members:
        found = getattr(value, name)
        if not sparse or found != default:
            kind = type(found)
            document[name] = found if kind is str or found is None else _plain(found)
    return document


def _project_document(project: Project) -> dict[str, Any]:
    return {
        "code": project.code,
        "name": project.name,
        "credits": [_plain(row) for row in sorted(project.credits, key=_credit_order)],
        "events": [_event_document(event) for event in sorted(project.events, key=_EVENT_ORDER)],
        "arrivals": [_arrival_document(arrival) for arrival in sorted(project.arrivals, key=_ARRIVAL_ORDER)],
        **_sparse_project(project),
    }


_EVENT_ORDER, _ARRIVAL_ORDER = attrgetter("on", "stage", "id"), attrgetter("on", "id")


def _event_document(event: StageEvent) -> dict[str, Any]:
    """A stage event without what goes unsaid: that it is verified, and amounts that were not stated."""
    key, stage, on, verified, total_yuan, inward_yuan = event
    document: dict[str, Any] = {"id": key, "stage": stage, "on": on.isoformat()}
    if total_yuan is not None:
        document["total_yuan"] = total_yuan
    if inward_yuan is not None:
        document["inward_yuan"] = inward_yuan
    if not verified:
        document["verified"] = False
    return document


def _arrival_document(arrival: Arrival) -> dict[str, Any]:
    """An arrival without what goes unsaid: that it is verified, and domestic money."""
    key, on, yuan, kind, verified = arrival
    document: dict[str, Any] = {"id": key, "on": on.isoformat(), "yuan": yuan}
    if kind != DOMESTIC:
        document["kind"] = kind
    if not verified:
        document["verified"] = False
    return document


def _credit_order(credit: Credit) -> tuple[str, Any, date, date]:
    return credit.unit, credit.share, credit.since or date.min, credit.until or date.max


def _sparse_project(project: Project) -> dict[str, Any]:
    """What most projects have none of, only where there is some."""
    if not (project.plans or project.kinds or project.figures or project.seasons_counted):
        return {}
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
