"""What of a scheme changed from one document to another, as the trail keeps it: weights by name, the rest as rules."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.seasons.models import APPROVED, SchemeVersion

NAMED_BY = ("key", "name")
STATED = ("key", "name", "name_en", "colour")
"""What of an item stays beside its changed parts, so that it can be called something."""
MOST_PLACES = 40
"""With more places that differ than these they are counted, not kept: it is another scheme altogether."""
ELSEWHERE = "*"
"""The division of weights that hold where a division has none of its own; written where any has."""


def scheme_changes(before: str | None, after: str) -> dict[str, Any]:
    """`was` and `now`: weights that differ, by indicator or division/indicator; `rules`: what else does.

    The rules are a pair, before and after, of as much of the documents as differs; too much of it is counted instead,
    as `places`. Of a first scheme, where there is none before, every weight is told and nothing else.
    """
    one: Mapping[str, Any] = json.loads(before) if before is not None else {}
    other: Mapping[str, Any] = json.loads(after)
    default = f"{ELSEWHERE}/" if one.get("divisions") or other.get("divisions") else ""
    was, now = dict(_weights(one, default)), dict(_weights(other, default))
    changed = [key for key in dict.fromkeys([*now, *was]) if was.get(key) != now.get(key)]
    told: dict[str, Any] = {}
    if changed:
        told = {"was": {key: was.get(key) for key in changed}, "now": {key: now.get(key) for key in changed}}
    if before is not None:
        left, right = dict(_places(one, ())), dict(_places(other, ()))
        others = sum(left.get(place) != right.get(place) for place in left.keys() | right.keys())
        if others > MOST_PLACES:
            told["places"] = others
        elif others:
            told["rules"] = list(_differing(one, other))
    return told


def rules_before(session: Session, version: SchemeVersion) -> str | None:
    """The document of the version approved last before this one, if there is any."""
    return session.scalar(
        select(SchemeVersion.document)
        .where(SchemeVersion.season_id == version.season_id, SchemeVersion.state == APPROVED)
        .where(SchemeVersion.id != version.id)
        .order_by(SchemeVersion.effective_on.desc(), SchemeVersion.version_no.desc())
        .limit(1)
    )


def _weights(document: Mapping[str, Any], default: str) -> Iterator[tuple[str, str]]:
    for indicator in document.get("indicators", ()):
        if "weight" in indicator:
            yield default + indicator["key"], indicator["weight"]
    for division, rules in document.get("divisions", {}).items():
        for key, weight in rules["weights"].items():
            yield f"{division}/{key}", weight


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """As much of two documents as differs but for the weights, whole parts of each thing that has a name."""
    left, right = _unweighed(one), _unweighed(other)
    kept: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for name in left.keys() | right.keys():
        pair = left.get(name), right.get(name)
        if pair[0] == pair[1]:
            continue
        if all(_is_named(value) for value in pair):
            pair = _differing_items(pair[0] or [], pair[1] or [])
        for document, value in zip(kept, pair, strict=True):
            if value is not None:
                document[name] = value
    return kept


def _unweighed(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document without the weights that are told apart."""
    kept = dict(document)
    for name, weight in (("indicators", "weight"), ("divisions", "weights")):
        rows = kept.get(name)
        if isinstance(rows, list):
            kept[name] = [_without(row, weight) for row in rows]
        elif rows:
            kept[name] = {key: _without(row, weight) for key, row in rows.items()}
    return kept


def _without(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {part: value for part, value in row.items() if part != name}


def _is_named(value: Any) -> bool:
    """Whether a part of a document is a list of things with keys, or left out."""
    return value is None or (
        isinstance(value, list) and all(isinstance(item, Mapping) and item.get("key") for item in value)
    )


def _differing_items(one: list[Any], other: list[Any]) -> tuple[list[Any], list[Any]]:
    """The things of two lists with what differs of each; those that are the same only by name, for their order."""
    left, right = ({item["key"]: item for item in items} for items in (one, other))

    def part(own: Mapping[str, Any], its: Mapping[str, Any] | None) -> dict[str, Any]:
        return {n: v for n, v in own.items() if n in STATED or its is None or its.get(n) != v}

    return (
        [part(item, right.get(key)) for key, item in left.items()],
        [part(item, left.get(key)) for key, item in right.items()],
    )


def _places(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every single value of a document with where it stands, but for the weights told apart."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            if not _is_weight((*place, name)):
                yield from _places(part, (*place, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            stated = item if isinstance(item, Mapping) else {}
            key = next((str(stated[name]) for name in NAMED_BY if stated.get(name)), str(number))
            yield from _places(item, (*place, key))
    else:
        yield place, value


def _is_weight(place: tuple[str, ...]) -> bool:
    own = place[0] == "indicators" and len(place) == 3 and place[2] == "weight"
    return own or (place[0] == "divisions" and len(place) == 4 and place[2] == "weights")
