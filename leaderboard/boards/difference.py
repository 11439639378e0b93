"""What differs between two packages: who moved, and through which facts, rules and roster."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from leaderboard.boards.board import place_value
from leaderboard.boards.disclosure import disclosed, occurred_by
from leaderboard.boards.fact_lines import counted_lines
from leaderboard.boards.package import canonical
from leaderboard.instant import Millis
from scoring.document import facts_document, parse_facts, result_document
from scoring.moved import BLOCKS, Edition, Movements, Split
from scoring.race import score_race
from scoring.scheme_document import parse_scheme
from scoring.show import exact, round_half_up

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Effect:
    """What would be said otherwise if a board were composed again."""

    known_at: Millis
    """What is known at this instant; composed as known then, the board comes to exactly this."""
    changes: bool
    """Whether anything at all differs, and be it a name."""
    diff: Document
    """Who moves, and which facts differ, as `difference` tells it."""
    mark: str
    """By which it is known again to what the board comes."""


def effect(kept: Mapping[str, Any], told: Mapping[str, Any], known_at: Millis) -> Effect:
    """A kept package beside what ledger and rules come to as known at an instant."""
    return Effect(known_at, differs(kept, told), difference(kept, told), mark_of(told))


def differs(kept: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Whether anything at all of what ledger and rules come to is another than in a kept package."""
    return canonical({key: kept.get(key) for key in told}) != canonical(told)


def mark_of(told: Mapping[str, Any]) -> str:
    """The mark of what ledger and rules come to."""
    return hashlib.sha256(canonical(told)).hexdigest()[:16]


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Document:
    """What a package says otherwise than another of the same cut-off, as plain JSON.

    `moved`: units whose place or score differs, with both, and `why`: the change in score split into the unit's own
    facts, the others', the rules and the roster, which sum to it exactly. `facts`: lines of `counted_lines` that were
    `added` and `removed`; a fact put right is both. `rules`: whether the scheme differs. `roster`: units that `joined`
    and `left`. `names`: what is called otherwise.
    """
    old, new = (counted_lines(package) for package in (before, after))
    units = [{unit["key"] for unit in package["facts"]["units"]} for package in (before, after)]
    return {
        "moved": _moved(before, after),
        "facts": {
            "added": [new[key] for key in sorted(new.keys() - old.keys())],
            "removed": [old[key] for key in sorted(old.keys() - new.keys())],
        },
        "rules": before["scheme"] != after["scheme"],
        "roster": {"joined": sorted(units[1] - units[0]), "left": sorted(units[0] - units[1])},
        "names": _renamed(before, after),
    }


def tells_later(package: Mapping[str, Any]) -> bool:
    """Whether a package tells facts that occurred after its cut-off."""
    facts = parse_facts(package["facts"])
    return occurred_by(facts, date.fromisoformat(package["as_of"])) != facts


def without_later(package: Mapping[str, Any]) -> Mapping[str, Any]:
    """A package without the facts after its cut-off, scored again: what a correction of it would say if nothing differs."""
    facts, scheme = parse_facts(package["facts"]), parse_scheme(package["scheme"])
    as_of = date.fromisoformat(package["as_of"])
    told = occurred_by(facts, as_of)
    if told == facts:
        return package
    told = disclosed(told, as_of, scheme)
    result = result_document(score_race(told, scheme, as_of))
    return {**package, "facts": facts_document(told), "result": result}


def _renamed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Document]:
    """What has another name: the season, divisions, units, projects that both packages tell of."""
    old, new = _names(before), _names(after)
    return [
        {"kind": key[0], "key": key[1], "before": old[key], "after": name}
        for key, name in new.items()
        if key in old and old[key] != name
    ]


def _names(package: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    facts = package["facts"]
    return {
        ("season", package["season"]): package["season_title"],
        **{("division", row["key"]): row["name"] for row in package["divisions"]},
        **{("unit", row["key"]): row["name"] for row in facts["units"]},
        **{("project", row["code"]): row["name"] for row in facts["projects"]},
    }


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Document]:
    """The units that differ, in the order of the later board and then of the earlier one."""
    old, new = ({s["unit"]: s for s in package["result"]["standings"]} for package in (before, after))
    movements = Movements(_scored(before), _scored(after))
    decimals = parse_scheme(after["scheme"]).decimals
    names = {unit["key"]: unit["name"] for package in (before, after) for unit in package["facts"]["units"]}
    found = []
    for key in dict.fromkeys([*new, *old]):
        lines = old.get(key, {}), new.get(key, {})
        if any(lines[0].get(name) != lines[1].get(name) for name in ("place", "score", "division")):
            split = movements.unit(key).score
            entry = {"unit": key, "unit_name": names[key], "division": (lines[1] or lines[0])["division"]}
            found.append(entry | _both(lines, decimals.score) | {"why": _why(split, decimals.points)})
    return found


def _both(lines: tuple[Mapping[str, Any], Mapping[str, Any]], decimals: int) -> Document:
    shown: Document = {}
    for when, line in zip(("before", "after"), lines, strict=True):
        place, score = line.get("place"), line.get("score")
        shown[f"place_{when}"] = None if place is None else place_value(Fraction(place))
        shown[f"score_{when}"] = score
        shown[f"score_{when}_shown"] = None if score is None else round_half_up(Fraction(score), decimals)
    return shown


def _why(split: Split | None, decimals: int) -> Document | None:
    """Part of the change in score -> its points, exact and shown; None where the score cannot be split."""
    if split is None:
        return None
    parts: dict[str, Fraction] = {block: getattr(split, block) for block in BLOCKS}
    return {
        block: {"points": exact(part), "points_shown": round_half_up(part, decimals)}
        for block, part in parts.items()
        if part
    }


def _scored(package: Mapping[str, Any]) -> Edition:
    scheme = parse_scheme(package["scheme"])
    return Edition(parse_facts(package["facts"]), scheme, date.fromisoformat(package["as_of"]))
