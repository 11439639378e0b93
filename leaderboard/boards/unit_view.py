"""A unit's line arranged for reading: its neighbours, what its score is made of, its places over the editions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from leaderboard.boards.cause import Cause, cause_of
from leaderboard.boards.read import PastPlace
from scoring.show import round_half_up

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The unit placed just above or below, and how far away it is."""

    row: Document
    gap_shown: str
    is_level: bool = False
    """Whether nothing lies between them, so that something else than the score put one of them first."""
    is_slight: bool = False
    """Whether the distance is less than what is shown, which is then the least that could be."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one indicator or adjustment gave."""

    name: str
    name_en: str | None
    points: str
    points_shown: str
    anchor: str
    """Where the unit's page opens it."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One past edition with its spot on a chart; without a place, or a score, it has no height there."""

    past: PastPlace
    x: int
    y: int | None


@dataclass(frozen=True, slots=True)
class Trend:
    """What became of one number over the editions, as a chart."""

    points: Sequence[TrendPoint]
    zero: int
    """How high the chart has its line: the first place, or no points at all."""

    def __len__(self) -> int:
        """Of so many editions."""
        return len(self.points)

    @property
    def lines(self) -> list[str]:
        """The trend as polylines of an SVG; an edition without a height breaks the line."""
        found: list[list[str]] = [[]]
        for point in self.points:
            if point.y is None:
                found.append([])
            else:
                found[-1].append(f"{point.x},{point.y}")
        return [" ".join(points) for points in found if points]


@dataclass(frozen=True, slots=True)
class UnitView:
    """Everything the page of a unit says beyond the line itself."""

    division: Document
    lead: Document | None
    """The indicator that orders a board without a total."""
    above: Neighbour | None
    below: Neighbour | None
    beside: Sequence[Document]
    """Who shares its place 并列."""
    others: int
    """So many others of the division have a place."""
    behind: int
    """So many of them have a worse one."""
    contributions: Sequence[Contribution]
    trend: Trend
    """Its places over the editions."""
    scores: Trend
    """Its scores over the same editions."""
    cause: Cause | None
    """What its sentence gives as the reason."""

    @property
    def longest(self) -> str:
        """What the longest bar stands for."""
        return str(
            max((abs(Fraction(given.points)) for given in self.contributions), default=Fraction(1)) or 1
        )


def unit_view(
    board: Document, line: Document, past: Sequence[PastPlace], earlier: Document | None
) -> UnitView:
    """The page of one unit in one edition; `past` ends with it, `earlier` is the line its place is compared with."""
    row = next(row for row in board["standings"] if row["unit"] == line["unit"])
    field = [other for other in board["standings"] if other["division"] == row["division"]]
    above = [other for other in field if _better(other, row)]
    below = [other for other in field if _better(row, other)]
    trend, scores = trends(past)
    return UnitView(
        division=next(d for d in board["divisions"] if d["key"] == row["division"]),
        lead=next((i for i in board["scheme"]["indicators"] if i["key"] == board["scheme"]["lead"]), None),
        above=_neighbour(board, row, above[-1:]),
        below=_neighbour(board, row, below[:1]),
        beside=[
            other for other in field if row["tied"] and other is not row and other["place"] == row["place"]
        ],
        others=sum(other["place"] is not None for other in field if other is not row),
        behind=len(below),
        contributions=_contributions(board, line),
        trend=trend,
        scores=scores,
        cause=cause_of(board, line, earlier),
    )


def _better(one: Document, other: Document) -> bool:
    if one["place"] is None or other["place"] is None:
        return False
    return Fraction(one["place"]) < Fraction(other["place"])


def _neighbour(board: Document, row: Document, found: Sequence[Document]) -> Neighbour | None:
    if not found:
        return None
    gap = _gap(board, row, found[0])
    if gap is None:
        return None
    decimals = board["scheme"]["decimals"]["rate" if board["scheme"]["lead"] else "score"]
    least = Fraction(1, 10**decimals)
    is_slight = 0 < gap < least / 2
    shown = round_half_up(least if is_slight else gap, decimals)
    return Neighbour(found[0], shown, is_level=not gap, is_slight=is_slight)


def _gap(board: Document, row: Document, other: Document) -> Fraction | None:
    """The distance between two units: points where there is a total, otherwise percentage points of the lead."""
    lead = board["scheme"]["lead"]
    if lead is None:
        return abs(Fraction(row["score"]) - Fraction(other["score"]))
    one, two = row["indicators"][lead]["rate"], other["indicators"][lead]["rate"]
    if one is None or two is None:
        return None
    return abs(Fraction(one) - Fraction(two)) * 100


def _contributions(board: Document, line: Document) -> list[Contribution]:
    scheme = board["scheme"]
    names = {named["key"]: named for named in (*scheme["indicators"], *scheme["adjustments"])}
    measured = {indicator["key"] for indicator in scheme["indicators"]}
    return [
        Contribution(
            name=names[given["key"]]["name"],
            name_en=names[given["key"]]["name_en"],
            points=given["points"],
            points_shown=given["points_shown"],
            anchor=f"i-{given['key']}" if given["key"] in measured else "adjustments",
        )
        for given in line["contributions"]
        # A bonus nobody earned explains nothing; an indicator worth nothing does.
        if given["key"] in measured or Fraction(given["points"])
    ]


# The charts' own units; the page scales them.
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 392, 24, 104
_LOWEST = 84
"""The chart of scores is the flatter one."""
_LEAST_PLACES = 5
"""A chart of fewer places would make a rise from second to first look like a leap."""


def trends(past: Sequence[PastPlace]) -> tuple[Trend, Trend]:
    """What became of a unit's place and of its score, oldest edition first."""
    return _places(past), _scores(past)


def _places(past: Sequence[PastPlace]) -> Trend:
    """The first place on top."""
    places = [None if point.place is None else Fraction(point.place) for point in past]
    last = max([*(place for place in places if place is not None), Fraction(_LEAST_PLACES)])
    return _trend(past, places, Fraction(1), last, bottom=_BOTTOM, zero=Fraction(1))


def _scores(past: Sequence[PastPlace]) -> Trend:
    """The highest score on top, and zero always in sight."""
    scores = [None if point.score_shown is None else Fraction(point.score_shown) for point in past]
    known = [Fraction(0), *(score for score in scores if score is not None)]
    highest, lowest = max(known), min(known)
    if highest == lowest:
        highest += 1
    return _trend(past, scores, highest, lowest, bottom=_LOWEST, zero=Fraction(0))


def _trend(
    past: Sequence[PastPlace],
    values: Sequence[Fraction | None],
    best: Fraction,
    worst: Fraction,
    *,
    bottom: int,
    zero: Fraction,
) -> Trend:
    """Every edition equally far from the next, the best value on top and the worst at the bottom."""
    step = Fraction(_RIGHT - _LEFT, max(len(past) - 1, 1))

    def height(value: Fraction) -> int:
        return _TOP + round((bottom - _TOP) * (value - best) / (worst - best))

    points = [
        TrendPoint(point, _LEFT + round(step * number), None if value is None else height(value))
        for number, (point, value) in enumerate(zip(past, values, strict=True))
    ]
    return Trend(points, height(zero))
