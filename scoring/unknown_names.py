"""Finds what facts and exemptions name and nobody knows: units, indicators, adjustments, lists, and shares above 1."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from scoring.facts import Credit, Facts
from scoring.reading import Fields
from scoring.relative import nodes
from scoring.rules import Scheme
from scoring.show import plain
from scoring.term_rules import TargetTerm

MOST_NAMED = 20
Found = Iterator[tuple[str, str]]
"""Paths and messages."""


def note_unknown(top: Fields, facts: Facts, scheme: Scheme | None, written: Mapping[str, Any]) -> None:
    """Note every name in the facts that stands for nothing, with its place in the document as it was written."""
    units = [name for unit in facts.units for name in (unit.key, *unit.members)]
    for path, message in (*_units(facts, units, written), *_shares(facts), *_before(facts)):
        top.note(f"facts.{path}", message)
    if scheme is not None:
        for path, message in _rules(facts, scheme):
            top.note(f"facts.{path}", message)


def unknown(what: str, name: str, known: Collection[str]) -> str | None:
    """What is wrong with a name, None where it is known or was not read at all."""
    if not name or name in known:
        return None
    listed = list(dict.fromkeys(known))
    more = f"等{len(listed)}个" if len(listed) > MOST_NAMED else ""
    return f"没有{what}“{name}”；现有：{'、'.join(listed[:MOST_NAMED]) or '无'}{more}"


def place_below_one(place: Fraction | None) -> str | None:
    """What is wrong with a previous place, None where there is none or it is one."""
    return "上期名次应不小于 1" if place is not None and place < 1 else None


def _each(rows: Sequence[tuple[str, str]], what: str, known: Collection[str]) -> Found:
    known = dict.fromkeys(known)
    for path, name in rows:
        message = unknown(what, name, known)
        if message:
            yield path, message


def _units(facts: Facts, known: Sequence[str], written: Mapping[str, Any]) -> Found:
    """Units that are credited, reported, tasked, adjusted, sampled, exempted or looked back on."""
    rows = []
    for i, project in enumerate(facts.projects):
        row = written["projects"][i]
        whole = isinstance(row, Mapping) and "credits" not in row
        for j, credit in enumerate(project.credits):
            rows.append((f"projects[{i}].unit" if whole else f"projects[{i}].credits[{j}].unit", credit.unit))
    for name in ("returns", "targets", "adjustments", "samples", "exemptions", "before"):
        rows += [(f"{name}[{i}].unit", row.unit) for i, row in enumerate(getattr(facts, name))]
    yield from _each(rows, "单位", known)


def _rules(facts: Facts, scheme: Scheme) -> Found:
    """Indicators, adjustments and lists the scheme does not have."""
    indicators = [indicator.key for indicator in scheme.indicators]
    # A term may ask for a target by a name of its own.
    asked = [n.indicator for n in nodes(scheme) if isinstance(n, TargetTerm) and n.indicator]
    rows = [(f"targets[{i}].indicator", row.indicator) for i, row in enumerate(facts.targets)]
    yield from _each(rows, "指标", [*indicators, *asked])
    rows = [(f"samples[{i}].indicator", row.indicator) for i, row in enumerate(facts.samples)]
    for i, unit in enumerate(facts.units):
        rows += [(f"units[{i}].not_applicable[{j}]", key) for j, key in enumerate(unit.not_applicable)]
    yield from _each(rows, "指标", indicators)
    adjusted = [(f"adjustments[{i}].key", row.key) for i, row in enumerate(facts.adjustments)]
    yield from _each(adjusted, "加减分", [rule.key for rule in scheme.adjustments])
    exempted = [(f"exemptions[{i}].list", row.list) for i, row in enumerate(facts.exemptions)]
    yield from _each(exempted, "榜单", [rule.key for rule in scheme.lists])


def _shares(facts: Facts) -> Found:
    """Projects of which more than the whole is shared out on some day, which is first so when a share begins."""
    for i, project in enumerate(facts.projects):
        days = {credit.since or date.min for credit in project.credits}
        whole = max((_shared_on(day, project.credits) for day in days), default=Fraction(0))
        if whole > 1:
            yield f"projects[{i}].credits", f"同一天的分成合计不能超过 1，现在是 {plain(whole)}"


def _shared_on(day: date, shares: Sequence[Credit]) -> Fraction:
    held = (c.share for c in shares if (c.since or date.min) <= day <= (c.until or date.max))
    return sum(held, Fraction(0))


def _before(facts: Facts) -> Found:
    for i, row in enumerate(facts.before):
        message = place_below_one(row.place)
        if message:
            yield f"before[{i}].place", message
