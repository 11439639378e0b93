"""Adding, moving and taking away parts of a document that is being filled in; nothing is checked here."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from leaderboard.rulebook.choosing import kind_of, started
from leaderboard.rulebook.grammar import Choice, Named, Node, Parts, Rows, Table, document_node
from scoring.reading import Problem

ADD, REMOVE, UP, DOWN = VERBS = ("add", "remove", "up", "down")
DOUBLED = "（重复）"
"""Stands after a name that another row has already, so that neither is lost."""


def edited(document: dict[str, Any], verb: str, place: str) -> dict[str, Any]:
    """The document after one act on the field called `place`; a place that is not there changes nothing."""
    changed = copy.deepcopy(document)
    try:
        *steps, last = place.split(".")
        holder, node = _walked(changed, steps)
        _act(verb, holder, node, last)
    except (LookupError, ValueError, TypeError):
        # The field was taken away in another tab, or the name is none of this form's.
        return document
    return changed


def _walked(document: Any, steps: list[str]) -> tuple[Any, Node]:
    holder, named = document, document_node()
    for step in steps:
        node = _kind_node(named, holder)
        key = _key(node, holder, step)
        named = _inner(node, step)
        holder = holder[key]
    return holder, _kind_node(named, holder)


def _kind_node(named: Named, value: Any) -> Node:
    node = named.node
    return kind_of(node, value).node if isinstance(node, Choice) else node


def _key(node: Node, holder: Any, step: str) -> Any:
    """A row of a list or a table by its number, a part by its name."""
    if isinstance(node, Rows):
        return int(step)
    return list(holder)[int(step)] if isinstance(node, Table) else step


def _inner(node: Node, step: str) -> Named:
    if isinstance(node, Rows):
        return node.item
    if isinstance(node, Table):
        return node.value
    part = node.part(step) if isinstance(node, Parts) else None
    if part is None:
        raise LookupError(step)
    return part.node


def _act(verb: str, holder: Any, node: Node, last: str) -> None:
    if verb == ADD:
        _add(holder, _inner(node, last), _key(node, holder, last))
        return
    key = _key(node, holder, last)
    if verb == REMOVE:
        del holder[key]
    elif isinstance(holder, list):
        other = key + (1 if verb == DOWN else -1)
        if not 0 <= other < len(holder):
            raise LookupError(last)
        holder[key], holder[other] = holder[other], holder[key]


def _add(holder: Any, named: Named, key: Any) -> None:
    """One more row of a list or a table, or a part that was not there."""
    node = named.node
    if isinstance(node, Choice) and isinstance(holder, dict):
        node = kind_of(node, holder.get(key)).node
    if isinstance(node, Rows):
        holder.setdefault(key, []).append(started(node.item))
    elif isinstance(node, Table):
        holder.setdefault(key, {}).setdefault("", started(node.value))
    else:
        holder.setdefault(key, started(named))


def doubled_names(value: Any, path: str = "") -> Iterator[Problem]:
    """Names that were given twice in one table."""
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from doubled_names(inner, f"{path}[{number}]")
    elif isinstance(value, dict):
        for key, inner in value.items():
            here = f"{path}.{key}" if path else key
            if key.endswith(DOUBLED):
                yield Problem(here, f"“{key.removesuffix(DOUBLED)}”写了两次，每个名称只能有一行")
            yield from doubled_names(inner, here)
