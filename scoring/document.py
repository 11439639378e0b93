"""Facts and results as JSON-able documents, exact and sorted: what a published edition holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any

from scoring.facts import (
    Adjustment,
    Arrival,
    Credit,
    Facts,
    Project,
    Return,
    StageEvent,
    Target,
    Unit,
)
from scoring.reading import DocumentError, Fields, Problems
from scoring.result import RaceResult
from scoring.show import exact

__all__ = ["FACTS_FORMAT", "RESULT_FORMAT", "FactsError", "facts_document", "parse_facts", "result_document"]

FACTS_FORMAT = "saima-facts/1"
RESULT_FORMAT = "saima-result/1"


class FactsError(DocumentError):
    """A facts document that cannot be read; `problems` lists everything wrong with it."""


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


def parse_facts(document: Mapping[str, Any]) -> Facts:
    """The facts a document holds. Raises FactsError with all problems at once."""
    problems = Problems()
    top = Fields(document, "", problems)
    top.choice("format", [FACTS_FORMAT])
    facts = Facts(
        starts_on=top.day("starts_on"),
        ends_on=top.day("ends_on"),
        units=tuple(_unit(row) for row in top.objects("units")),
        projects=tuple(_project(row) for row in top.objects("projects")),
        returns=tuple(_return(row) for row in top.objects("returns")),
        targets=tuple(_target(row) for row in top.objects("targets")),
        adjustments=tuple(_adjustment(row) for row in top.objects("adjustments")),
    )
    top.close()
    if facts.ends_on < facts.starts_on:
        top.note("ends_on", "赛季结束日期不能早于开始日期")
    if problems:
        raise FactsError(problems)
    return facts


def _plain(value: Any) -> Any:
    """A value type as plain JSON: objects by field name, fractions and dates as text, the rest as is."""
    if is_dataclass(value):
        return {
            field.name: _plain(found)
            for field in fields(value)
            if not _left_out(field, found := getattr(value, field.name))
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Fraction):
        return exact(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _left_out(field: Field[Any], value: Any) -> bool:
    return bool(field.metadata.get("sparse")) and value == field.default


def _project_document(project: Project) -> dict[str, Any]:
    return {
        "code": project.code,
        "name": project.name,
        "credits": [_plain(row) for row in sorted(project.credits, key=lambda c: (c.unit, c.share))],
        "events": [_plain(row) for row in sorted(project.events, key=lambda e: (e.on, e.stage, e.id))],
        "arrivals": [_plain(row) for row in sorted(project.arrivals, key=lambda a: (a.on, a.id))],
    }


def _target_order(target: Target) -> tuple[str, str, str, str, int]:
    return target.unit, target.indicator, target.by, target.level, target.quantity


def _unit(row: Fields) -> Unit:
    unit = Unit(
        key=row.text("key"),
        name=row.text("name"),
        division=row.text("division"),
        order=row.integer("order", 0, least=None),
        competing=row.flag("competing", True),
        not_applicable=tuple(str(key) for key in row.items("not_applicable", needed=False)),
    )
    row.close()
    return unit


def _project(row: Fields) -> Project:
    project = Project(
        code=row.text("code"),
        name=row.text("name", "", empty=True),
        credits=tuple(_credit(credit) for credit in row.objects("credits")),
        events=tuple(_event(event) for event in row.objects("events")),
        arrivals=tuple(_arrival(arrival) for arrival in row.objects("arrivals")),
    )
    row.close()
    return project


def _credit(row: Fields) -> Credit:
    credit = Credit(row.text("unit"), row.number("share"))
    if row.has("share") and not 0 < credit.share <= 1:
        row.note("share", "分成应大于 0、不超过 1")
    row.close()
    return credit


def _event(row: Fields) -> StageEvent:
    event = StageEvent(
        id=row.text("id"),
        stage=row.text("stage"),
        on=row.day("on"),
        verified=row.flag("verified"),
        total_yuan=row.optional_integer("total_yuan"),
        inward_yuan=row.optional_integer("inward_yuan"),
    )
    row.close()
    return event


def _arrival(row: Fields) -> Arrival:
    arrival = Arrival(
        id=row.text("id"),
        on=row.day("on"),
        yuan=row.integer("yuan", least=None),
        kind=row.text("kind", "domestic"),
        verified=row.flag("verified"),
    )
    row.close()
    return arrival


def _return(row: Fields) -> Return:
    found = Return(
        id=row.text("id"),
        unit=row.text("unit"),
        measure=row.text("measure"),
        period_end=row.day("period_end"),
        quantity=row.integer("quantity", least=None),
        verified=row.flag("verified"),
    )
    row.close()
    return found


def _target(row: Fields) -> Target:
    target = Target(
        unit=row.text("unit"),
        indicator=row.text("indicator"),
        by=row.choice("by", ["count", "amount"]),
        quantity=row.integer("quantity"),
        level=row.text("level", "basic"),
    )
    row.close()
    return target


def _adjustment(row: Fields) -> Adjustment:
    adjustment = Adjustment(
        id=row.text("id"),
        unit=row.text("unit"),
        key=row.text("key"),
        on=row.day("on"),
        times=row.integer("times"),
        reason=row.text("reason", "", empty=True),
        verified=row.flag("verified"),
    )
    row.close()
    return adjustment
