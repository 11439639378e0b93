"""Scenes: what a screen shows at one time, so that every unit comes up in rows large enough to read from afar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leaderboard.boards.view import DivisionView

MOST_ROWS, USUAL_ROWS, MANY_UNITS, PINNED = 10, 8, 20, 3
"""A division of ten units fits one scene; a larger one is paged by eight (by ten beyond twenty) under its top three."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One division, or a page of it."""

    division: str
    units: frozenset[str]
    page: int
    pages: int


def scenes(divisions: Sequence[DivisionView]) -> list[Scene]:
    """All scenes of a board in the order they are shown; the script of the page goes by the same rule."""
    found = []
    for division in divisions:
        pages = _pages([row["unit"] for row in division.rows])
        found += [
            Scene(division.key, frozenset(units), number, len(pages))
            for number, units in enumerate(pages, start=1)
        ]
    return found


def _pages(units: Sequence[str]) -> list[Sequence[str]]:
    if len(units) <= MOST_ROWS:
        return [units]
    size = MOST_ROWS if len(units) > MANY_UNITS else USUAL_ROWS
    top, step = units[:PINNED], size - PINNED
    return [units[:size], *([*top, *units[at : at + step]] for at in range(size, len(units), step))]
