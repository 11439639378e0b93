"""The totals of a board with what they add up, so that anyone can check a sum by adding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from leaderboard.boards.view import DivisionView, HeadlineView, by_indicator, divisions, headlines
from leaderboard.formatters import addend, exact_number
from scoring.show import exact
from scoring.sums import exact_sum

Document = dict[str, Any]


class Pair(NamedTuple):
    """A numerator and its denominator, exact, in projects or yuan; a mix of count and amount has one for each."""

    by: str
    share: str
    numerator: str | None
    denominator: str | None


@dataclass(frozen=True, slots=True)
class DivisionTotal:
    """One division's own board of an indicator, with its total."""

    division: DivisionView
    rows: Sequence[Document]
    """In the order of the indicator's own board."""
    shared: frozenset[int | str]
    """The places that several units have."""
    pairs: Sequence[Pair]
    headline: HeadlineView | None


@dataclass(frozen=True, slots=True)
class RaceTotal:
    """The total of the whole race and the divisions it is the sum of."""

    pairs: Sequence[Pair]
    headline: HeadlineView | None
    divisions: Sequence[DivisionTotal]


def race_total(board: Document, key: str) -> RaceTotal:
    """One indicator's total over all divisions; its pairs are sums of theirs, its rate is the scored one."""
    parts = [division_total(division, key) for division in divisions(board)]
    return RaceTotal(_summed([part.pairs for part in parts]), _of(headlines(board), key), parts)


def division_total(division: DivisionView, key: str) -> DivisionTotal:
    """One indicator's board of a division, with the sums its total rate is made of."""
    places = Counter(row["indicators"][key]["place"] for row in division.rows)
    return DivisionTotal(
        division=division,
        rows=by_indicator(division.rows, key),
        shared=frozenset(place for place, units in places.items() if place is not None and units > 1),
        pairs=division_pairs(division.rows, key),
        headline=_of(division.headlines, key),
    )


def division_pairs(rows: Sequence[Document], key: str) -> list[Pair]:
    """The sums over the competing units of a division: what its total rate divides by what."""
    return _summed([pairs(row["indicators"][key]) for row in rows if row["competing"]])


def pairs(value: Document) -> list[Pair]:
    """What one unit's rate is made of; empty where nothing was measured."""
    if "parts" in value:
        return [Pair(p["by"], p["share"], p["numerator"], p["denominator"]) for p in value["parts"]]
    if value["numerator"] is None and value["denominator"] is None:
        return []
    return [Pair(value["by"], "1", value["numerator"], value["denominator"])]


def addends(value: Document, sums: Sequence[Pair]) -> list[str]:
    """What one unit's rate is made of as the columns of a table write it; empty texts where it has other parts."""
    own = pairs(value)
    if len(own) != len(sums):
        return [""] * len(sums)
    return [
        addend(pair.numerator, pair.denominator, column.by) for pair, column in zip(own, sums, strict=True)
    ]


def _of(totals: Sequence[HeadlineView], key: str) -> HeadlineView | None:
    return next((total for total in totals if total.indicator["key"] == key), None)


def _summed(many: Iterable[Sequence[Pair]]) -> list[Pair]:
    """Pairs added up part by part; units whose rates have other parts than their neighbours' have no sum."""
    measured = [each for each in many if each]
    if len({len(each) for each in measured}) > 1:
        return []
    return [
        Pair(
            column[0].by,
            column[0].share,
            _sum(pair.numerator for pair in column),
            _sum(pair.denominator for pair in column),
        )
        for column in zip(*measured, strict=True)
    ]


def _sum(numbers: Iterable[str | None]) -> str | None:
    known = [exact_number(number) for number in numbers if number is not None]
    return exact(exact_sum(known)) if known else None
