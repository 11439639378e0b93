"""Reads and writes conditions: a number of an indicator in a range, several of which must hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from scoring.interval_document import OTHERWISE, interval_document, read_interval
from scoring.reading import Fields
from scoring.said import said
from scoring.shape_rules import AtLeast, Condition, Reading, Requirement

READINGS = [reading.value for reading in Reading]


def read_requirement(fields: Fields, *, own: bool = False) -> Requirement:
    """A condition, or `all`, `any`, `at_least` … `of` several; `own` allows the indicator it stands on."""
    for name in ("all", "any", "of"):
        if fields.has(name):
            return _several(fields, name, own=own)
    indicator = fields.text("indicator", "" if own else None) or None
    found = Condition(
        read_interval(fields),
        Reading(fields.choice("on", READINGS, Reading.VALUE.value)),
        indicator,
        fields.text("part", "") or None,
    )
    if fields.ok and found.within == OTHERWISE:
        fields.problems.note(
            fields.path, "条件缺少界限：写 from（不低于）、over（高于）、below（低于）或 up_to（不高于）"
        )
    fields.close()
    return found


def _several(fields: Fields, name: str, *, own: bool) -> AtLeast:
    conditions = tuple(read_requirement(row, own=own) for row in fields.objects(name))
    number = {"all": len(conditions), "any": 1}.get(name)
    if number is None:
        number = fields.integer("at_least", least=1)
        if number > len(conditions):
            listed = len(conditions)
            fields.note(
                "at_least",
                said("只列了 {listed} 个条件，不能要求满足 {number} 个", listed=listed, number=number),
            )
    fields.close()
    return AtLeast(number, conditions)


def requirement_document(found: Requirement) -> dict[str, Any]:
    """The document of a requirement; `read_requirement` gives the same back."""
    if isinstance(found, AtLeast):
        rows = [requirement_document(one) for one in found.conditions]
        if found.number == len(rows):
            return {"all": rows}
        return {"any": rows} if found.number == 1 else {"at_least": found.number, "of": rows}
    return {
        **({"indicator": found.indicator} if found.indicator else {}),
        **({"part": found.part} if found.part else {}),
        **({"on": found.on.value} if found.on is not Reading.VALUE else {}),
        **interval_document(found.within),
    }


def read_requirements(fields: Fields, key: str, *, own: bool = False) -> tuple[Requirement, ...]:
    """A list of requirements, all of which must hold."""
    return tuple(read_requirement(row, own=own) for row in fields.objects(key, needed=False))


def asked_indicators(found: Requirement) -> Iterator[str]:
    """Every indicator a requirement names."""
    if isinstance(found, AtLeast):
        for one in found.conditions:
            yield from asked_indicators(one)
    elif found.indicator:
        yield found.indicator


def note_unknown(
    fields: Fields, key: str, requirements: Collection[Requirement], known: Collection[str]
) -> None:
    """Note conditions on indicators the scheme does not have."""
    for found in requirements:
        for name in asked_indicators(found):
            if name not in known:
                fields.note(key, said("指标中没有“{name}”，条件应写其中一项的代号", name=name))
