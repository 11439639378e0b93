"""Reads facts back from their document, noting every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from scoring.facts import (
    DOMESTIC,
    Adjustment,
    Arrival,
    Before,
    Credit,
    Exemption,
    Facts,
    Plan,
    Project,
    Return,
    Sample,
    StageEvent,
    Target,
    Unit,
)
from scoring.reading import DocumentError, Fields, Problems

FACTS_FORMAT = "saima-facts/1"


class FactsError(DocumentError):
    """A facts document that cannot be read; `problems` lists everything wrong with it."""


def parse_facts(document: Mapping[str, Any]) -> Facts:
    """The facts a document holds. Raises FactsError with all problems at once."""
    facts, problems = read_facts(document)
    if problems:
        raise FactsError(problems)
    return facts


def read_facts(document: Mapping[str, Any]) -> tuple[Facts, Problems]:
    """What can be read of a facts document, and all that is wrong with it: with problems it is not to be scored."""
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
        samples=tuple(_sample(row) for row in top.objects("samples", needed=False)),
        exemptions=tuple(_exemption(row) for row in top.objects("exemptions", needed=False)),
        before=tuple(_before(row) for row in top.objects("before", needed=False)),
    )
    top.close()
    if facts.ends_on < facts.starts_on:
        top.note("ends_on", "赛季结束日期不能早于开始日期")
    return facts, problems


def _unit(row: Fields) -> Unit:
    unit = Unit(
        key=row.text("key"),
        name=row.text("name"),
        division=row.text("division"),
        order=row.integer("order", 0, least=None),
        competing=row.flag("competing", True),
        not_applicable=tuple(str(key) for key in row.items("not_applicable", needed=False)),
        members=tuple(str(key) for key in row.items("members", needed=False)),
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
        plans=tuple(_plan(plan) for plan in row.objects("plans", needed=False)),
        kinds=tuple(sorted(str(kind) for kind in row.items("kinds", needed=False))),
        figures=_figures(row.object("figures", needed=False)),
        seasons_counted=row.integer("seasons_counted", 0),
    )
    row.close()
    return project


def _credit(row: Fields) -> Credit:
    credit = Credit(
        row.text("unit"), row.number("share"), row.optional_day("since"), row.optional_day("until")
    )
    if row.has("share") and not 0 < credit.share <= 1:
        row.note("share", "分成应大于 0、不超过 1")
    row.close()
    return credit


def _event(row: Fields) -> StageEvent:
    event = StageEvent(
        id=row.text("id"),
        stage=row.text("stage"),
        on=row.day("on"),
        verified=row.flag("verified", True),
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
        kind=row.text("kind", DOMESTIC),
        verified=row.flag("verified", True),
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
        verified=row.flag("verified", True),
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
        verified=row.flag("verified", True),
        points=row.optional_number("points"),
    )
    row.close()
    return adjustment


def _plan(row: Fields) -> Plan:
    plan = Plan(row.text("stage"), row.day("on"))
    row.close()
    return plan


def _figures(rows: Fields) -> tuple[tuple[str, Fraction], ...]:
    return tuple((name, rows.number(name)) for name in sorted(rows.names()))


def _sample(row: Fields) -> Sample:
    sample = Sample(
        row.text("unit"), row.text("indicator"), row.integer("verified"), row.integer("claimed", least=1)
    )
    if sample.verified > sample.claimed:
        row.note("verified", "抽查属实数不能超过抽查上报数")
    row.close()
    return sample


def _exemption(row: Fields) -> Exemption:
    exemption = Exemption(row.text("unit"), row.text("list"), row.text("reason"))
    row.close()
    return exemption


def _before(row: Fields) -> Before:
    before = Before(row.text("unit"), row.optional_number("place"), row.optional_number("score"))
    row.close()
    return before
