"""The scene of the quarter's stars 季度之星 and of the lists 红黑榜 that the scheme's own rules draw up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from leaderboard.boards.scene_past import Past
from leaderboard.boards.view import DivisionView
from scoring.document import parse_facts
from scoring.race import score_race
from scoring.scheme_document import parse_scheme

Document = dict[str, Any]
Places = Sequence[Mapping[str, str | None]]

HONOURING, SHAMING = ("红榜", "red"), ("黑榜", "蜗牛", "black", "snail")
"""What a list is called that is an honour, and one that is none; as whole words, since places are called 黑石 and 红河."""


@dataclass(frozen=True, slots=True)
class Star:
    """A unit that leads its division over the editions of a quarter, or that came furthest in it."""

    division: DivisionView
    row: Document
    firsts: int
    """In how many editions of the quarter it was first."""
    rise: int
    """Places gained from the first of them to the last."""


@dataclass(frozen=True, slots=True)
class List:
    """One red or black list of the edition with the units on it; who is exempted is not on it."""

    name: str
    is_shaming: bool
    rows: Sequence[Document]


@dataclass(frozen=True, slots=True)
class Stars:
    """The quarter, its editions, its stars, and the lists of the newest of them."""

    year: int
    quarter: int
    editions: int
    leading: Sequence[Star]
    rising: Sequence[Star]
    lists: Sequence[List]


def stars(board: Document, divisions: Sequence[DivisionView], past: Past, *, shames: bool) -> Stars | None:
    """The stars of the quarter that the board's cut-off lies in, and the lists that may be shown; None without either.

    Star 季度之星 of a division: the unit that was first in most of the quarter's editions; of equals the one with the
    lower mean place over all of them, and if that is equal too, all of these. Riser 进位之星: the unit that gained most
    places, at least one, from the quarter's first edition to its last; of equals all.
    """
    as_of = date.fromisoformat(board["as_of"])
    quarter = (as_of.month + 2) // 3
    places = past.places_since(date(as_of.year, quarter * 3 - 2, 1))
    leading = [star for division in divisions for star in _leading(division, places)]
    rising = [star for division in divisions for star in _rising(division, places)]
    units = {row["unit"]: row for division in divisions for row in division.rows}
    lists = [one for one in _lists(past.package, units) if shames or not one.is_shaming]
    if not leading and not rising and not lists:
        return None
    return Stars(as_of.year, quarter, len(places), leading, rising, lists)


def _leading(division: DivisionView, places: Places) -> list[Star]:
    """Units first most often; none where nobody was ever first."""
    tally = {row["unit"]: _tally(row["unit"], places) for row in division.rows}
    best = min(tally.values(), default=(0, Fraction(0)))
    return [
        _star(division, row, places) for row in division.rows if best[0] < 0 and tally[row["unit"]] == best
    ]


def _tally(unit: str, places: Places) -> tuple[int, Fraction]:
    """How often first, counted below zero, then the mean place of the editions in which the unit had one."""
    had = [Fraction(place) for edition in places if (place := edition.get(unit)) is not None]
    mean = sum(had, Fraction(0)) / len(had) if had else Fraction(0)
    return -sum(place == 1 for place in had), mean


def _rising(division: DivisionView, places: Places) -> list[Star]:
    """Units that rose most between the ends of the quarter; none with fewer than two editions."""
    if len(places) < 2:
        return []
    found = [_star(division, row, places) for row in division.rows]
    best = max((star.rise for star in found), default=0)
    return [star for star in found if star.rise == best] if best > 0 else []


def _star(division: DivisionView, row: Document, places: Places) -> Star:
    first, last = places[0].get(row["unit"]), places[-1].get(row["unit"])
    rise = 0 if first is None or last is None else int(Fraction(first) - Fraction(last))
    return Star(division, row, -_tally(row["unit"], places)[0], rise)


def _lists(package: Document, units: Mapping[str, Document]) -> Iterator[List]:
    """The lists that name somebody, in the scheme's order, as the engine draws them up from the edition's own facts."""
    rules = package["scheme"].get("lists", [])
    if not rules:
        return
    scheme = parse_scheme(package["scheme"])
    result = score_race(parse_facts(package["facts"]), scheme, date.fromisoformat(package["as_of"]))
    for rule in rules:
        on_it = {one.unit for one in result.lists if one.list == rule["key"] and one.exempted is None}
        rows = [row for unit, row in units.items() if unit in on_it]
        if rows:
            yield List(rule["name"], is_shaming(rule), rows)


def is_shaming(rule: Document) -> bool:
    """Whether a list is none of honour: it is called so, it looks at a bad end, or at no end and is not called an honour."""
    latin = re.findall(r"[a-z]+", f"{rule['key']} {rule['name']}".lower())
    called = {
        word for word in HONOURING + SHAMING if word in latin or (not word.isascii() and word in rule["name"])
    }
    ends = [rule[part].get("end", "first") for part in ("among", "often") if part in rule]
    by = rule.get("among", {}).get("by")
    if isinstance(by, dict):
        ends.append(by.get("end", "first"))
    return bool(called & {*SHAMING}) or "last" in ends or not (ends or called)
