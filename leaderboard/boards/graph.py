"""A graph of places, of the score or of one rate over the editions: lanes with their spots, ready to be drawn.

A row of the graph is as high as a label, so that everyone's name stands where its line ends; `STEP` is the width of
one edition and the height of one row in the graph's own units, whatever the page makes of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, log10
from typing import Any

from leaderboard.boards.view import indicators
from leaderboard.formatters import place as place_shown
from leaderboard.formatters import plain

Document = dict[str, Any]

PLACE, SCORE = "place", "score"
STEP = 100
MOST_TICKS = 6
LEADERS = 3
"""So many of the newest board stand out where nobody was chosen."""
MOST_NAMED, MOST_NAMED_ON_A_PHONE = 12, 5
"""So many editions have room for their names under the lines."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be drawn: places, the score, or one rate, with its indicator."""

    key: str
    indicator: Document | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """One unit in one edition: where it is drawn and what is written of it."""

    x: int
    y: int
    shown: str
    tied: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """One unit over the editions; where it has no number it has no spot."""

    unit: str
    name: str
    name_en: str | None
    spots: Sequence[Spot | None]
    label_y: int
    mark: int
    """1, 2, 3 … for those that stand out, in their order; 0 for all others."""

    @property
    def last(self) -> Spot | None:
        """What the newest board says."""
        return self.spots[-1]

    @property
    def path(self) -> str:
        """The line as an SVG path; an edition without a spot breaks it."""
        pen, found = "M", []
        for spot in self.spots:
            if spot is None:
                pen = "M"
            else:
                found.append(f"{pen}{spot.x} {spot.y}")
                pen = "L"
        return "".join(found)

    @property
    def dots(self) -> str:
        """A line of no length at every spot, which a round end makes a dot."""
        return "".join(f"M{spot.x} {spot.y}h0" for spot in self.spots if spot)


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the graph with what it stands for."""

    y: int
    shown: str


@dataclass(frozen=True, slots=True)
class DivisionGraph:
    """One division's graph; its lanes stand in the order of their labels."""

    key: str
    name: str
    name_en: str | None
    lanes: Sequence[Lane]
    ticks: Sequence[Tick]
    """From the top; none where rows are places: each is told beside the name, where its line ends."""
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Scale:
    """Round numbers from the highest to the lowest: in the middle of the first row, and in that of the last."""

    marks: Sequence[Fraction]
    height: int

    def from_top(self, value: Fraction) -> int:
        """How far from the top a number stands."""
        high, low = self.marks[0], self.marks[-1]
        return STEP // 2 + round((self.height - STEP) * (high - value) / (high - low))


def next_round(least: Fraction) -> Fraction:
    """The next of 1, 2 and 5 times a power of ten."""
    power = Fraction(10) ** floor(log10(least))
    return next(power * n for n in (1, 2, 5, 10, 20) if power * n >= least)


def named_every(count: int) -> tuple[int, int]:
    """Of so many editions every how many is named, counted from the newest: with room, and on a phone."""
    most = MOST_NAMED, MOST_NAMED_ON_A_PHONE
    often, rare = (int(next_round(max(Fraction(1), Fraction(count, each)))) for each in most)
    return often, rare


def kinds(board: Document) -> list[Kind]:
    """What can be drawn of boards of this scheme."""
    total = [Kind(SCORE)] if board["scheme"]["composite"] else []
    return [Kind(PLACE), *total, *(Kind(i["key"], i) for i in indicators(board))]


def graphs(boards: Sequence[Document], kind: Kind, chosen: Sequence[str]) -> list[DivisionGraph]:
    """One graph for each division of the newest board, in its order; `chosen` units stand out, or else the first three."""
    return [
        found for division in boards[-1]["divisions"] if (found := _graph(boards, division, kind, chosen))
    ]


def _graph(
    boards: Sequence[Document], division: Document, kind: Kind, chosen: Sequence[str]
) -> DivisionGraph | None:
    fields = [[row for row in board["standings"] if row["division"] == division["key"]] for board in boards]
    names = {row["unit"]: row for field in fields for row in field}
    if not fields[-1]:
        return None
    height = len(names) * STEP
    ticks: list[Tick] = []
    if kind.key == PLACE:
        drawn = [_by_place(field, x) for x, field in enumerate(fields)]
    else:
        scale = _scale([_value(row, kind)[0] for field in fields for row in field], height)
        ticks = [Tick(scale.from_top(mark), _told(mark, kind)) for mark in scale.marks]
        drawn = [_by_value(field, x, kind, scale) for x, field in enumerate(fields)]
    order = _label_order(drawn[-1], names)
    marks = _marks(order, drawn[-1], chosen)
    return DivisionGraph(
        division["key"],
        division["name"],
        division["name_en"],
        [
            Lane(
                unit,
                names[unit]["unit_name"],
                names[unit]["unit_name_en"],
                [spots.get(unit) for spots in drawn],
                row * STEP + STEP // 2,
                marks.get(unit, 0),
            )
            for row, unit in enumerate(order)
        ],
        ticks,
        len(boards) * STEP,
        height,
    )


def _by_place(field: Sequence[Document], x: int) -> dict[str, Spot]:
    """Places from top to bottom; those who share one stand below each other, in the board's order."""
    placed = [row for row in field if row["place"] is not None]
    return {
        row["unit"]: Spot(_middle(x), _middle(y), place_shown(row["place"]), row["tied"])
        for y, row in enumerate(placed)
    }


def _by_value(field: Sequence[Document], x: int, kind: Kind, scale: Scale) -> dict[str, Spot]:
    valued = [(row["unit"], *_value(row, kind)) for row in field]
    return {
        unit: Spot(_middle(x), scale.from_top(value), shown, tied=False)
        for unit, value, shown in valued
        if value is not None
    }


def _value(row: Document, kind: Kind) -> tuple[Fraction | None, str]:
    """The exact number of a unit with what is shown of it."""
    if kind.key == SCORE:
        exact, shown = row["score"], row["score_shown"]
    else:
        # A scheme of an earlier version may not have had the indicator.
        found = row["indicators"].get(kind.key) or {"rate": None, "rate_shown": None}
        exact, shown = found["rate"], found["rate_shown"]
    return (None, "") if exact is None or shown is None else (Fraction(exact), shown)


def _middle(number: int) -> int:
    return number * STEP + STEP // 2


def _scale(values: Sequence[Fraction | None], height: int) -> Scale:
    """Round numbers around all values; nought is always among them."""
    known = [value for value in values if value is not None]
    low, high = min([*known, Fraction(0)]), max([*known, Fraction(0)])
    if low == high:
        high = Fraction(1)
    step = next_round((high - low) / (MOST_TICKS - 1))
    first, last = floor(low / step), -floor(-high / step)
    return Scale([step * n for n in range(last, first - 1, -1)], height)


def _told(mark: Fraction, kind: Kind) -> str:
    is_rate = kind.indicator is not None and kind.indicator["kind"] == "rate"
    return f"{plain(mark * 100)}%" if is_rate else plain(mark)


def _label_order(last: Mapping[str, Spot], names: Mapping[str, Document]) -> list[str]:
    """Names from top to bottom as their lines end; whoever has no number on the newest board comes after."""
    ending = sorted(last, key=lambda unit: last[unit].y)
    return [*ending, *(unit for unit in names if unit not in last)]


def _marks(order: Sequence[str], last: Mapping[str, Spot], chosen: Sequence[str]) -> dict[str, int]:
    """Who stands out: of a division of which nobody was chosen, those who lead it."""
    leaders = [unit for unit in order if unit in last][:LEADERS]
    wanted = [unit for unit in order if unit in chosen] or leaders
    return {unit: number for number, unit in enumerate(wanted, start=1)}
