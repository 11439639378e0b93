"""What of a scheme changed from one document to another, as the trail keeps it: weights by name, the rest as a number."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.seasons.models import APPROVED, SchemeVersion

NAMED_BY = ("key", "name")


def scheme_changes(before: str | None, after: str) -> dict[str, Any]:
    """`was` and `now`: weights that differ, by indicator or division/indicator; `places`: how many others do.

    Of a first scheme, where there is none before, every weight is told and nothing counted.
    """
    one: Mapping[str, Any] = json.loads(before) if before is not None else {}
    other: Mapping[str, Any] = json.loads(after)
    was, now = dict(_weights(one)), dict(_weights(other))
    changed = [key for key in dict.fromkeys([*now, *was]) if was.get(key) != now.get(key)]
    told: dict[str, Any] = {}
    if changed:
        told = {"was": {key: was.get(key) for key in changed}, "now": {key: now.get(key) for key in changed}}
    if before is not None:
        left, right = dict(_places(one, ())), dict(_places(other, ()))
        others = sum(left.get(place) != right.get(place) for place in left.keys() | right.keys())
        told |= {"places": others} if others else {}
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


def _weights(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for indicator in document.get("indicators", ()):
        if "weight" in indicator:
            yield indicator["key"], indicator["weight"]
    for division, rules in document.get("divisions", {}).items():
        for key, weight in rules["weights"].items():
            yield f"{division}/{key}", weight


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
