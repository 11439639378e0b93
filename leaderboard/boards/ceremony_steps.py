"""The steps of a ceremony 揭榜: a board from its last place to its first, and what has been seen at each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.boards.view import DivisionView, divisions
from leaderboard.formatters import exact_number

Document = dict[str, Any]

ONE_BY_ONE = 10
"""Unless told otherwise the first ten places of a division come one by one, those after them together."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one step reveals: units of a division that share a place, or all that come after the places shown one by one."""

    division: DivisionView
    rows: Sequence[Document]
    """In the board's order."""
    is_together: bool
    """Whether they are the units after the places shown one by one."""


def steps_of(board: Document, division: str | None, together: int) -> list[Step]:
    """The steps after the title, division by division: first whoever comes after place `together`, then each place, 1 last.

    Units of one place come together, so that a tie is never broken by the order of showing.
    """
    shown = [found for found in divisions(board) if division in {None, found.key}]
    return [step for found in shown for step in _steps(found, together)]


def _steps(division: DivisionView, together: int) -> list[Step]:
    by_place: dict[Any, list[Document]] = {}
    rest: list[Document] = []
    for row in division.rows:
        if row["place"] is None or exact_number(row["place"]) > together:
            rest.append(row)
        else:
            by_place.setdefault(exact_number(row["place"]), []).append(row)
    first = [Step(division, rest, True)] if rest else []
    return first + [Step(division, by_place[place], False) for place in sorted(by_place, reverse=True)]


def revealed(board: Document, division: str | None, together: int, step: int) -> Document:
    """What may be seen at a step, and nothing else: the rows of one division that have been revealed up to it.

    Step 0 is the title. No total, leader or number of the rows still hidden can be told from it but how many they are.
    """
    steps = steps_of(board, division, together)
    done = steps[:step]
    now = done[-1] if done else None
    seen = [row for each in done if now and each.division.key == now.division.key for row in each.rows]
    keys = {row["unit"] for row in seen}
    rows = [row for row in now.division.rows if row["unit"] in keys] if now else []
    return {
        "season_title": board["season_title"],
        "season_title_en": board["season_title_en"],
        "as_of": board["as_of"],
        "number": board.get("number"),
        "step": step,
        "steps": len(steps),
        "division": _named(now.division) if now else None,
        "rows": rows,
        "newest": [row["unit"] for row in now.rows] if now else [],
        "is_together": now.is_together if now else False,
        "hidden": len(now.division.rows) - len(rows) if now else 0,
        "units": len(now.division.rows) if now else 0,
    }


def _named(division: DivisionView) -> Document:
    return {"key": division.key, "name": division.name, "name_en": division.name_en}
