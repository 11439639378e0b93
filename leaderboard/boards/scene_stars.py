"""The scene of the quarter's stars 季度之星 and of the lists 红黑榜 that the scheme's own rules draw up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from leaderboard.boards.scene_past import Held, Past
from leaderboard.boards.view import DivisionView
from scoring.document import parse_facts
from scoring.race import score_race
from scoring.scheme_document import parse_scheme

Document = dict[str, Any]
Places = Sequence[Mapping[str, Held]]

HONOURING, SHAMING = ("红榜", "red"), ("黑榜", "蜗牛", "black", "snail")
"""What a list is called that is an honour, and one that is none; as whole words, since places are called 黑石 and 红河."""

MOST_LISTS, MOST_LISTED, MOST_ALONE = 3, 3, 6
"""So many lists find room on a page, and so many units of each: more of one that has the column almost to itself."""
FEW_RISERS = 2


@dataclass(frozen=True, slots=True)
class Star:
    """A unit that leads its division over the editions of a quarter, or that came furthest in it."""

    division: DivisionView
    row: Document
    firsts: int
    """In how many editions of the quarter it was first, with more than nothing."""
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
    places, at least one, from the quarter's first edition to its last; of equals all. Nobody is a star by a place
    without a score above zero (without a total: without a number above zero in the indicator that orders the board).
    """
    lead = board["scheme"]["lead"]
    as_of = date.fromisoformat(board["as_of"])
    quarter = (as_of.month + 2) // 3
    places = past.places_since(date(as_of.year, quarter * 3 - 2, 1))
    leading = [star for division in divisions for star in _leading(division, places, lead)]
    rising = [star for division in divisions for star in _rising(division, places, lead)]
    units = {row["unit"]: row for division in divisions for row in division.rows}
    lists = [one for one in _lists(past.package, units) if shames or not one.is_shaming]
    if not leading and not rising and not lists:
        return None
    return Stars(as_of.year, quarter, len(places), leading, rising, lists)


def pages_of(stars: Stars) -> Iterator[Stars]:
    """The same stars beside as many pages of lists as show everyone on them, three lists at a time."""
    is_alone = len(stars.lists) < 2 and len(stars.rising) <= FEW_RISERS
    size = MOST_ALONE if is_alone else MOST_LISTED
    for first in range(0, max(len(stars.lists), 1), MOST_LISTS):
        group = stars.lists[first : first + MOST_LISTS]
        longest = max((len(one.rows) for one in group), default=1)
        for at in range(0, longest, size):
            shown = [replace(one, rows=one.rows[at : at + size]) for one in group if at < len(one.rows)]
            yield replace(stars, lists=shown)


def _leading(division: DivisionView, places: Places, lead: str | None) -> list[Star]:
    """Units first most often; none where nobody was ever first."""
    tally = {row["unit"]: _tally(row["unit"], places, lead) for row in division.rows}
    best = min(tally.values(), default=(0, Fraction(0)))
    first = [row for row in division.rows if best[0] < 0 and tally[row["unit"]] == best]
    return [Star(division, row, -best[0], _rise(row["unit"], places)) for row in first]


def _tally(unit: str, places: Places, lead: str | None) -> tuple[int, Fraction]:
    """How often first, counted below zero, then the mean place of the editions in which the unit had one."""
    held = [each for edition in places if (each := edition.get(unit)) and each.place is not None]
    had = [Fraction(each.place or 0) for each in held]
    mean = sum(had, Fraction(0)) / len(had) if had else Fraction(0)
    firsts = [each for each, place in zip(held, had, strict=True) if place == 1]
    return -sum(_is_above_zero(each.line or {"score": each.score}, lead) for each in firsts), mean


def _rising(division: DivisionView, places: Places, lead: str | None) -> list[Star]:
    """Units that rose most between the ends of the quarter; none with fewer than two editions."""
    if len(places) < 2:
        return []
    found = [
        Star(division, row, -_tally(row["unit"], places, lead)[0], _rise(row["unit"], places))
        for row in division.rows
        if _is_above_zero(row, lead)
    ]
    best = max((star.rise for star in found), default=0)
    return [star for star in found if star.rise == best] if best > 0 else []


def _rise(unit: str, places: Places) -> int:
    first, last = (edition[unit].place if unit in edition else None for edition in (places[0], places[-1]))
    return 0 if first is None or last is None else int(Fraction(first) - Fraction(last))


def _is_above_zero(row: Document, lead: str | None) -> bool:
    """Whether what a unit is placed by is more than nothing: its score, or its number in the leading indicator."""
    worth = row["score"]
    if worth is None:
        value = row.get("indicators", {}).get(lead) or {"rate": None, "numerator": None}
        worth = value["rate"] if value["rate"] is not None else value["numerator"]
    return worth is not None and Fraction(worth) > 0


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
