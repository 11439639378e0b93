"""What a scheme document is made of, read from its JSON Schema: blanks, lists, tables, parts, and choices of kind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).parents[2] / "docs" / "scheme.schema.json"
Schema = Mapping[str, Any]


class Written(StrEnum):
    """How a blank is filled in."""

    TEXT = "text"
    KEY = "key"
    NUMBER = "number"
    WHOLE = "whole"
    YUAN = "yuan"
    DAY = "day"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Blank:
    """One value that is typed or picked; `words` are the fixed words it may be, `free` whether others too."""

    written: Written
    words: tuple[str, ...] = ()
    free: bool = True


@dataclass(frozen=True, slots=True)
class Rows:
    """A list; `least` says how many it must have."""

    item: Named
    least: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Names that are data, each with a value: divisions, weights by indicator, currencies."""

    value: Named


@dataclass(frozen=True, slots=True)
class Part:
    """One named thing of an object."""

    name: str
    node: Named
    needed: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """An object with named parts; `fixed` are those with only one value."""

    parts: tuple[Part, ...]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    """Names that must be there, fixed ones among them."""

    def part(self, name: str) -> Part | None:
        """The part of a name, if there is one."""
        return next((part for part in self.parts if part.name == name), None)


@dataclass(frozen=True, slots=True)
class Kind:
    """One alternative of a choice, known by its key."""

    key: str
    node: Blank | Parts | Table
    owner: str
    """The definition it stands in: a shape is called the same wherever it may be chosen."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several kinds of thing."""

    kinds: tuple[Kind, ...]

    def kind(self, key: str) -> Kind | None:
        """The kind of a key, if there is one."""
        return next((kind for kind in self.kinds if kind.key == key), None)


Node = Blank | Rows | Table | Parts | Choice


@dataclass(frozen=True, slots=True)
class Named:
    """A node by its place in the schema; looked up only when it is needed, for shapes hold bands that hold shapes."""

    owner: str
    """The definition it stands in, for words that differ from one to another."""
    schema: str
    """Its own JSON Schema."""

    @property
    def node(self) -> Node:
        """What stands there."""
        return _node(self.owner, self.schema)


@cache
def document_node() -> Named:
    """The whole document."""
    schema = _whole()
    properties = {"type": "object", "properties": schema["properties"], "required": schema["required"]}
    return _named("scheme", properties)


@cache
def _whole() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def _named(owner: str, schema: Schema) -> Named:
    name = schema.get("$ref", "").rpartition("/")[2]
    if name:
        return _named(name, _whole()["$defs"][name])
    return Named(owner, json.dumps(schema, ensure_ascii=False, sort_keys=False))


AMOUNTS = {"number": Written.NUMBER, "amount": Written.NUMBER, "yuan": Written.YUAN}
"""Definitions that are one typed value, however many ways there are to write it."""


@cache
def _node(owner: str, text: str) -> Node:
    schema = json.loads(text)
    if owner in AMOUNTS:
        return Blank(AMOUNTS[owner])
    if "anyOf" in schema and "properties" not in schema:
        return _choice(owner, schema)
    return _plain(owner, schema)


def _plain(owner: str, schema: Schema) -> Blank | Rows | Table | Parts:
    if "enum" in schema or "const" in schema:
        words = schema.get("enum", [schema.get("const")])
        return Blank(Written.TEXT, tuple(words), free=False)
    if schema["type"] == "array":
        return Rows(_named(owner, schema["items"]), schema.get("minItems", 0))
    if schema["type"] == "object":
        more = schema.get("additionalProperties")
        return Table(_named(owner, more)) if isinstance(more, dict) else _parts(owner, schema)
    return Blank(PLAINLY[schema["type"]]) if schema["type"] in PLAINLY else _text(schema.get("pattern", ""))


PLAINLY = {"boolean": Written.FLAG, "integer": Written.WHOLE}


def _text(pattern: str) -> Blank:
    if pattern.startswith("^[0-9]{4}-"):
        return Blank(Written.DAY)
    if pattern.startswith("^[a-z]"):
        return Blank(Written.KEY)
    if pattern.startswith("^("):
        # Fixed words, and one that goes on: figure:…, fixed:…
        words = [word for word in pattern[2:].split("|") if word.replace("_", "").isalpha()]
        return Blank(Written.TEXT, tuple(words))
    return Blank(Written.TEXT)


def _parts(owner: str, schema: Schema) -> Parts:
    fixed = {name: inner["const"] for name, inner in schema["properties"].items() if "const" in inner}
    needed = frozenset(schema.get("required", ()))
    return Parts(
        tuple(
            Part(name, _named(_inside(owner, name, inner), inner), name in needed)
            for name, inner in schema["properties"].items()
            if name not in fixed
        ),
        fixed,
        needed,
    )


def _inside(owner: str, name: str, inner: Schema) -> str:
    """Objects that are written out within a definition are called by where they stand: indicator.missing."""
    return owner if "$ref" in inner else f"{owner}.{name}"


def _choice(owner: str, schema: Schema) -> Blank | Choice:
    kinds = [kind for inner in schema["anyOf"] for kind in _kinds(owner, inner)]
    blanks = [kind.node for kind in kinds if isinstance(kind.node, Blank)]
    others = [kind for kind in kinds if not isinstance(kind.node, Blank)]
    if not others:
        return _one_blank(blanks)
    known = {kind.key for kind in others}
    # A shape that is only named is that shape with nothing else said.
    stated = [blank for blank in blanks if not (blank.words and known.issuperset(blank.words))]
    return Choice((*([Kind("plain", _one_blank(stated), owner)] if stated else ()), *others))


def _kinds(owner: str, schema: Schema) -> Iterator[Kind]:
    inner = _named(owner, schema)
    node = inner.node
    if isinstance(node, Choice):
        yield from node.kinds
    elif isinstance(node, Rows):
        raise TypeError(f"{owner}: a choice cannot hold a bare list")
    elif isinstance(node, Parts):
        yield Kind(_key(node), node, inner.owner)
    else:
        yield Kind("table" if isinstance(node, Table) else "plain", node, inner.owner)


def _key(parts: Parts) -> str:
    """What tells a kind from the others: its fixed values, else what it must have, else nothing."""
    if parts.fixed:
        return "/".join(map(str, parts.fixed.values()))
    return next((part.name for part in parts.parts if part.needed), "parts")


def _one_blank(blanks: list[Blank]) -> Blank:
    """Several ways of typing one value as one blank."""
    words = tuple(dict.fromkeys(word for blank in blanks for word in blank.words))
    free = [blank for blank in blanks if blank.free]
    return Blank(free[0].written if free else Written.TEXT, words, free=bool(free))
