"""The rows of a board in another order than the official one: by any column, and back; places stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.formatters import exact_number, moved
from leaderboard.words import named

Document = dict[str, Any]
Key = Callable[[Document], Any]

PLACE, MOVE, UNIT, ADJUST, SCORE = "place", "move", "unit", "adjust", "score"
UPWARDS = (PLACE, UNIT)
"""Columns whose best or first comes with the smallest value."""


@dataclass(frozen=True, slots=True)
class Order:
    """By a column, the best first, or backwards."""

    column: str = PLACE
    backwards: bool = False

    @property
    def is_official(self) -> bool:
        """Whether it is the board's own."""
        return self == OFFICIAL

    @property
    def written(self) -> str:
        """As it stands in an address."""
        return f"{'-' if self.backwards else ''}{self.column}"

    @property
    def aria(self) -> str:
        """How a table says it to whoever cannot see it."""
        return "ascending" if (self.column in UPWARDS) != self.backwards else "descending"

    def pressed(self, column: str) -> Order:
        """The order after a press on a column's head: best first, then backwards, then the official one again."""
        if column != self.column:
            return Order(column)
        return OFFICIAL if self.backwards else Order(column, backwards=True)


OFFICIAL = Order()


def columns(board: Document) -> list[str]:
    """The columns of a board with a total, from left to right."""
    adjusting = [ADJUST] if board["scheme"]["adjustments"] else []
    return [PLACE, MOVE, UNIT, *(i["key"] for i in board["scheme"]["indicators"]), *adjusting, SCORE]


def read_order(board: Document, written: str) -> Order:
    """The order that an address asks for; the official one where the board has no such column."""
    column = written.removeprefix("-")
    return Order(column, column != written) if column in columns(board) else OFFICIAL


def ranks(board: Document, rows: Sequence[Document]) -> dict[str, list[int | None]]:
    """By column, for each row in the official order, how many stand before it; None for what has nothing to sort by.

    An indicator's order is that of its own board.
    """
    return {column: _ranked([key(row) for row in rows]) for column, key in _keys(board)}


def _keys(board: Document) -> Iterator[tuple[str, Key]]:
    """What each column is sorted by, the smallest first."""
    for column in columns(board):
        if column == PLACE:
            yield column, lambda row: row["place"] and exact_number(row["place"])
        elif column == MOVE:
            yield column, lambda row: _negative(moved(row["previous_place"], row["place"]))
        elif column == UNIT:
            # In GB 18030 the common characters stand in the order of their pinyin.
            yield column, lambda row: named(row["unit_name"], row["unit_name_en"]).lower().encode("gb18030")
        elif column == ADJUST:
            yield column, _adjusted
        elif column == SCORE:
            yield column, lambda row: _negative(row["score"] and exact_number(row["score"]))
        else:
            yield column, _placed_by(column)


def _placed_by(column: str) -> Key:
    def placed(row: Document) -> Any:
        place = row["indicators"][column]["place"]
        return place and exact_number(place)

    return placed


def _adjusted(row: Document) -> Any:
    given = [exact_number(value["points"]) for value in row["adjustments"].values()]
    return -sum(given) if any(given) else None


def _negative(value: Any) -> Any:
    return None if value is None else -value


def _ranked(keys: Sequence[Any]) -> list[int | None]:
    """Equal ones have one rank, so that they stay in the board's order whichever way it is turned."""
    known: list[Any] = sorted({key for key in keys if key is not None})
    rank: dict[Hashable, int] = {key: number for number, key in enumerate(known)}
    return [None if key is None else rank[key] for key in keys]


def arranged(board: Document, rows: Sequence[Document], order: Order) -> list[tuple[Document, str]]:
    """The rows in an order; with each its number in the official one and its ranks in every column, for the script."""
    found = ranks(board, rows)
    numbered = zip(range(len(rows)), *found.values(), strict=True)
    told = [",".join("" if n is None else str(n) for n in numbers) for numbers in numbered]
    inside = list(zip(rows, told, strict=True))
    if order.is_official:
        return inside
    last = len(rows)
    turned = [last if r is None else (-r if order.backwards else r) for r in found[order.column]]
    return [inside[n] for n in sorted(range(last), key=lambda n: turned[n])]
