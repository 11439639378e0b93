"""What differs between two scheme documents, place by place in words: 指标 开工率 的 封顶: 1.2, 1.3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from leaderboard.rulebook.choosing import kind_of
from leaderboard.rulebook.grammar import Blank, Choice, Kind, Named, Node, Parts, Rows, Table, document_node
from leaderboard.rulebook.words import Words
from leaderboard.words import gettext as _
from leaderboard.words import named as called

NAMED_BY = ("key", "name", "colour")
"""What tells the items of a list apart; others are told by their number."""
NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two documents differ; "" where one of them says nothing."""

    place: tuple[str, ...]
    """From the whole to the part: 指标, 开工率, 封顶."""
    one: str
    other: str

    @property
    def where(self) -> str:
        """The place as one line."""
        return " · ".join(self.place)


def differences(
    one: Mapping[str, Any], other: Mapping[str, Any], divisions: Mapping[str, str] = NO_NAMES
) -> list[Difference]:
    """Every place where two documents differ, in the order of the form.

    `divisions` are the names of the season's divisions by key, which a document does not hold.
    """
    indicators = {
        str(row["key"]): _called(row, str(row["key"]))
        for document in (one, other)
        for row in document.get("indicators", ())
        if isinstance(row, Mapping) and row.get("key")
    }
    names = {"divisions": divisions, "weights": indicators}
    return list(_Comparing(Words.spoken(), names).within(document_node(), one, other, ()))


@dataclass(frozen=True, slots=True)
class _Comparing:
    words: Words
    names: Mapping[str, Mapping[str, str]]
    """What the keys of a table are called, by what the table is called in the document."""

    def within(self, named: Named, one: Any, other: Any, place: tuple[str, ...]) -> Iterator[Difference]:
        if one == other:
            return
        node, kind = _same_kind(named, one, other)
        owner = kind.owner if kind else named.owner
        if isinstance(node, Parts) and isinstance(one, Mapping) and isinstance(other, Mapping):
            for part in node.parts:
                label = self.words.label(owner, kind.key if kind else "", part.name)[0]
                yield from self.within(part.node, one.get(part.name), other.get(part.name), (*place, label))
        elif isinstance(node, Table) and one is not None and other is not None:
            for key in dict.fromkeys([*one, *other]):
                here = (*place, self.key_words(named, key))
                yield from self.within(node.value, one.get(key), other.get(key), here)
        elif isinstance(node, Rows) and not isinstance(node.item.node, Blank):
            yield from self._rows(node, one or [], other or [], place)
        else:
            yield Difference(place, self.told(named, one), self.told(named, other))

    def key_words(self, table: Named, key: str) -> str:
        """What one of a table's keys is called."""
        return self.names.get(table.owner.rpartition(".")[2], NO_NAMES).get(key, key)

    def _rows(
        self, rows: Rows, one: Sequence[Any], other: Sequence[Any], place: tuple[str, ...]
    ) -> Iterator[Difference]:
        left, right = _by_name(one), _by_name(other)
        for key in dict.fromkeys([*left, *right]):
            here = (*place, _called(left.get(key) or right.get(key), key))
            yield from self.within(rows.item, left.get(key), right.get(key), here)
        kept = [key for key in left if key in right]
        if kept != [key for key in right if key in left]:
            yield Difference(
                (*place, _("次序")),
                _("、").join(_called(left[key], key) for key in kept),
                _("、").join(_called(right[key], key) for key in right if key in left),
            )

    def told(self, named: Named, value: Any) -> str:
        """A value in words, whole: 按比例; 得满分的数 1."""
        if value is None:
            return ""
        node, kind = _same_kind(named, value, value)
        if isinstance(node, Blank):
            return self._blank(node, value)
        if isinstance(node, Rows) and isinstance(value, list | tuple):
            return _("、").join(self.told(node.item, item) for item in value) or _("无")
        if isinstance(node, Table) and isinstance(value, Mapping):
            told = (
                f"{self.key_words(named, key)} {self.told(node.value, one)}" for key, one in value.items()
            )
            return _("、").join(told) or _("无")
        if isinstance(node, Parts) and isinstance(value, Mapping):
            return self._parts(named.owner, node, kind, value)
        return json.dumps(value, ensure_ascii=False)

    def _parts(self, owner: str, node: Parts, kind: Kind | None, value: Mapping[str, Any]) -> str:
        told = [self.words.kind(kind)] if kind and kind.key != "parts" else []
        for part in node.parts:
            if value.get(part.name) not in (None, "", [], {}):
                where = (kind.owner, kind.key) if kind else (owner, "")
                label = self.words.label(*where, part.name)[0]
                inner = self.told(part.node, value[part.name])
                told.append(inner if label in told[:1] else f"{label} {inner}")
        return _("；").join(told) or _("无")

    def _blank(self, blank: Blank, value: Any) -> str:
        if isinstance(value, bool):
            return _("是") if value else _("否")
        text = str(value)
        return self.words.word(text) if text in blank.words else text


def _same_kind(named: Named, one: Any, other: Any) -> tuple[Node, Kind | None]:
    """The node both values are of, with their kind; where they are of two kinds the choice itself."""
    node = named.node
    if not isinstance(node, Choice):
        return node, None
    kinds = {kind.key: kind for kind in (kind_of(node, value) for value in (one, other) if value is not None)}
    if len(kinds) != 1:
        return node, None
    only = next(iter(kinds.values()))
    return only.node, only


def _by_name(items: Sequence[Any]) -> dict[str, Any]:
    """Items by what tells them apart, so that one that moved is still the same."""
    found: dict[str, Any] = {}
    for number, item in enumerate(items, start=1):
        stated = item if isinstance(item, Mapping) else {}
        key = next((str(stated[name]) for name in NAMED_BY if stated.get(name)), str(number))
        found[key if key not in found else f"{key} {number}"] = item
    return found


def _called(item: Any, key: str) -> str:
    if isinstance(item, Mapping) and item.get("name"):
        return called(str(item["name"]), str(item.get("name_en") or ""))
    return key
