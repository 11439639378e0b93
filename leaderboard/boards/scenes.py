"""Scenes 画面: what a screen shows in turn, each made of one published edition and of those before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leaderboard.boards import view
from leaderboard.boards.playlists import (
    DIVISIONS,
    HEADLINE,
    MOVERS,
    PROJECTS,
    RATES,
    STARS,
    TABLE,
    TRACK,
    scene_words,
)
from leaderboard.boards.scene_movers import movers
from leaderboard.boards.scene_pages import PINNED, pages
from leaderboard.boards.scene_past import Past
from leaderboard.boards.scene_projects import projects
from leaderboard.boards.scene_scales import course, has_shares, longest_rates, longest_totals
from leaderboard.boards.scene_stars import pages_of, stars
from leaderboard.boards.view import DivisionView
from leaderboard.words import named

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene of a screen's round: of one division, or of all that the screen shows."""

    kind: str
    division: DivisionView | None = None
    rows: Sequence[str] = ()
    """Keys of what stands in rows, in order; a scene without rows is one page."""
    pinned: int = 0
    """How many of the first rows stay on every page."""
    told: Any = None
    """What this kind of scene tells beyond the board."""
    scales: Mapping[str, str] = field(default_factory=dict)
    """By indicator what its longest bar stands for."""

    @property
    def name(self) -> str:
        """What stands over it: a division's table goes by the division alone."""
        division = named(self.division.name, self.division.name_en) if self.division else ""
        if self.kind == TABLE:
            return division
        return " · ".join(filter(None, (scene_words()[self.kind], division)))

    @property
    def pages(self) -> list[Sequence[str]]:
        """The rows of each of its pages."""
        return pages(self.rows, self.pinned)


@dataclass(frozen=True, slots=True)
class Material:
    """What scenes are made of."""

    board: Document
    divisions: Sequence[DivisionView]
    """Those that the screen shows."""
    past: Past | None
    """None where the board is no edition yet: then only what the board itself tells is shown."""
    shames: bool
    """Whether the black list and the snail award may be shown."""

    @property
    def whole(self) -> DivisionView | None:
        """The one division that a screen is kept to; None where it shows the whole race."""
        is_one_of_many = len(self.divisions) == 1 < len(self.board["divisions"])
        return self.divisions[0] if is_one_of_many else None


def scenes_of(kinds: Sequence[str], material: Material) -> list[Scene]:
    """The scenes of these kinds in their order; one with nothing to tell is left out.

    Where nothing at all would be left the tables stand in, so that a screen is never empty.
    """
    found = [scene for kind in kinds for scene in MAKERS[kind](material)]
    return found or _tables(material)


def _by_unit(kind: str, division: DivisionView, **more: Any) -> Scene:
    return Scene(kind, division, [row["unit"] for row in division.rows], PINNED, **more)


def _tables(material: Material) -> list[Scene]:
    return [_by_unit(TABLE, division, told=has_shares(division.rows)) for division in material.divisions]


def _tracks(material: Material) -> list[Scene]:
    """Without a score there is no course to run."""
    return [
        _by_unit(TRACK, division, told=course(material.board, division.rows))
        for division in material.divisions
        if any(row["score"] is not None for row in division.rows)
    ]


def _rates(material: Material) -> list[Scene]:
    indicators = material.board["scheme"]["indicators"]
    return [
        _by_unit(RATES, division, scales=longest_rates(indicators, division.rows))
        for division in material.divisions
    ]


def _headline(material: Material) -> list[Scene]:
    whole = material.whole
    totals = whole.headlines if whole else view.headlines(material.board)
    return [Scene(HEADLINE, whole, told=totals, scales=longest_totals([totals]))]


def _divisions(material: Material) -> list[Scene]:
    if len(material.divisions) < 2:
        return []
    scales = longest_totals([division.headlines for division in material.divisions])
    return [Scene(DIVISIONS, rows=[division.key for division in material.divisions], scales=scales)]


def _told(kind: str, material: Material, told: Any) -> list[Scene]:
    return [] if told is None else [Scene(kind, material.whole, told=told)]


def _movers(material: Material) -> list[Scene]:
    if material.past is None:
        return []
    return _told(MOVERS, material, movers(material.board, material.divisions, material.past))


def _stars(material: Material) -> list[Scene]:
    if material.past is None:
        return []
    found = stars(material.board, material.divisions, material.past, shames=material.shames)
    if found is None:
        return []
    return [Scene(STARS, material.whole, told=page) for page in pages_of(found)]


def _projects(material: Material) -> list[Scene]:
    if material.past is None:
        return []
    units = [row["unit"] for division in material.divisions for row in division.rows]
    return _told(PROJECTS, material, projects(material.board, units, material.past))


MAKERS: dict[str, Callable[[Material], list[Scene]]] = {
    TABLE: _tables,
    TRACK: _tracks,
    RATES: _rates,
    HEADLINE: _headline,
    MOVERS: _movers,
    STARS: _stars,
    DIVISIONS: _divisions,
    PROJECTS: _projects,
}
