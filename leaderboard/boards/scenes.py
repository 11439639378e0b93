"""Scenes 画面: what a screen shows in turn, each made of one published edition and of those before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.boards.scene_pages import PINNED, pages
from leaderboard.boards.view import DivisionView
from leaderboard.words import named

TABLE = "table"
KINDS = (TABLE,)
"""Every kind of scene there is, in the order in which they are offered."""
DEFAULT_PLAYLIST = (TABLE,)


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene of a screen's round: of one division, or of the whole race."""

    kind: str
    division: DivisionView | None
    rows: Sequence[str] = ()
    """Keys of what stands in rows, in order; a scene without rows is one page."""
    pinned: int = 0
    """How many of the first rows stay on every page."""
    told: Any = None
    """What this kind of scene tells beyond the board."""

    @property
    def name(self) -> str:
        """What stands over it."""
        return named(self.division.name, self.division.name_en) if self.division else ""

    @property
    def pages(self) -> list[Sequence[str]]:
        """The rows of each of its pages."""
        return pages(self.rows, self.pinned)


def scenes_of(divisions: Sequence[DivisionView], kinds: Sequence[str]) -> list[Scene]:
    """The scenes of these kinds in the order they are shown, of these divisions."""
    return [scene for kind in kinds for scene in _scenes(kind, divisions)]


def _scenes(kind: str, divisions: Sequence[DivisionView]) -> list[Scene]:
    return [Scene(kind, division, [row["unit"] for row in division.rows], PINNED) for division in divisions]
