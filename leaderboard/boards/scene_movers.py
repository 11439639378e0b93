"""The scene of movers 升降: who rose and who fell furthest since the edition before, with the reason the numbers give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.boards.cause import Cause, cause_of
from leaderboard.boards.scene_past import Past
from leaderboard.boards.view import DivisionView
from leaderboard.formatters import moved

Document = dict[str, Any]

MOST_MOVERS = 5
"""So many of each direction find room in rows large enough to read from afar."""


@dataclass(frozen=True, slots=True)
class Mover:
    """A unit that changed its place, and why."""

    row: Document
    division: DivisionView
    by: int
    """Places gained; below zero where it fell."""
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class Movers:
    """The furthest of each direction, and how many more there are of each."""

    rises: Sequence[Mover]
    falls: Sequence[Mover]
    more_rises: int
    more_falls: int


def movers(board: Document, divisions: Sequence[DivisionView], past: Past) -> Movers | None:
    """Who moved furthest; of equals the better placed first. None where nobody moved or nothing is compared."""
    found = [
        (moved(row["previous_place"], row["place"]) or 0, row, division)
        for division in divisions
        for row in division.rows
    ]
    rises = [one for one in sorted(found, key=lambda one: -one[0]) if one[0] > 0]
    falls = [one for one in sorted(found, key=lambda one: one[0]) if one[0] < 0]
    if not rises and not falls:
        return None
    shown = [row["unit"] for _, row, _ in (*rises[:MOST_MOVERS], *falls[:MOST_MOVERS])]
    lines = past.lines(shown)

    def told(by: int, row: Document, division: DivisionView) -> Mover:
        line, earlier = lines[row["unit"]]
        # A correction made since may stand where the edition stood that the place was compared with.
        known = earlier if earlier and earlier["place"] == line["previous_place"] else None
        return Mover(row, division, by, cause_of(board, line, known))

    return Movers(
        [told(*one) for one in rises[:MOST_MOVERS]],
        [told(*one) for one in falls[:MOST_MOVERS]],
        max(len(rises) - MOST_MOVERS, 0),
        max(len(falls) - MOST_MOVERS, 0),
    )
