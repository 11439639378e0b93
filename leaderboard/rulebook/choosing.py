"""Telling which kind of thing a value of a document is, and starting a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leaderboard.rulebook.grammar import Blank, Choice, Kind, Named, Node, Parts, Rows, Table


def kind_of(choice: Choice, value: object) -> Kind:
    """The kind a value is of; one that fits none is taken for the nearest."""
    if not isinstance(value, Mapping):
        # A shape may be only named.
        named = choice.kind(value) if isinstance(value, str) else None
        return named or choice.kind("plain") or choice.kinds[0]
    tables = [kind for kind in choice.kinds if isinstance(kind.node, Table)]
    parts = [(_fit(kind.node, value), kind) for kind in choice.kinds if isinstance(kind.node, Parts)]
    if not parts:
        return tables[0] if tables else choice.kinds[0]
    return max(parts, key=lambda found: found[0])[1]


def _fit(parts: Parts, value: Mapping[str, Any]) -> tuple[int, int, int]:
    """How well an object fits: its fixed words agree, what must be there is, and what is there belongs."""
    wrong = sum(name in value and value[name] != fixed for name, fixed in parts.fixed.items())
    absent = len(parts.needed - value.keys())
    known = {part.name for part in parts.parts} | parts.fixed.keys()
    stated = sum(value.get(name) == fixed for name, fixed in parts.fixed.items())
    return -wrong, -absent, stated - len(value.keys() - known)


def started(named: Named | None = None, node: Node | None = None) -> Any:
    """The least that stands for a thing just begun: blanks to fill in, with what must be there."""
    found = node if node is not None else named.node if named else None
    if isinstance(found, Blank):
        return ""
    if isinstance(found, Rows):
        return [started(found.item) for _ in range(found.least)]
    if isinstance(found, Parts):
        needed = {part.name: started(part.node) for part in found.parts if part.needed}
        return {**found.fixed, **needed}
    if isinstance(found, Choice):
        return started(node=found.kinds[0].node)
    return {}


def given_kind(kind: Kind) -> Any:
    """The least that stands for a thing of a kind just chosen."""
    return started(node=kind.node)
