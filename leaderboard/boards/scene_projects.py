"""The scene of projects 新签约新开工: what was signed or broke ground since the edition before, as its package tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.boards.scene_past import Past
from scoring.facts import SIGNED

Document = dict[str, Any]

STARTED = "started"
MOST_PROJECTS = 6
"""So many of each kind find room in rows large enough to read from afar."""


@dataclass(frozen=True, slots=True)
class ProjectNews:
    """A project that reached a stage: by its name where that is public, by its code otherwise; never its investor."""

    name: str
    units: Sequence[Document]
    """The rows of the board of those for whom it counts."""
    on: str
    yuan: int | None
    """The whole investment, where the package tells it."""


@dataclass(frozen=True, slots=True)
class Projects:
    """What is new, the latest first, and how many more there are of each kind."""

    signed: Sequence[ProjectNews]
    started: Sequence[ProjectNews]
    more_signed: int
    more_started: int


def projects(board: Document, units: Sequence[str], past: Past) -> Projects | None:
    """News of the projects of these units; None where there are none, or no edition to compare with."""
    if past.package_before is None:
        return None
    signed, started = (list(_news(board, units, past, stage)) for stage in (SIGNED, STARTED))
    if not signed and not started:
        return None
    return Projects(
        signed[:MOST_PROJECTS],
        started[:MOST_PROJECTS],
        max(len(signed) - MOST_PROJECTS, 0),
        max(len(started) - MOST_PROJECTS, 0),
    )


def _news(board: Document, units: Sequence[str], past: Past, stage: str) -> Iterator[ProjectNews]:
    rows = {row["unit"]: row for row in board["standings"] if row["unit"] in units}
    known = _reached(past.package_before or {}, stage)
    found = _reached(past.package, stage)
    for code, (project, event) in sorted(
        found.items(), key=lambda one: (one[1][1]["on"], one[0]), reverse=True
    ):
        credited = [rows[credit["unit"]] for credit in project["credits"] if credit["unit"] in rows]
        if code not in known and credited:
            yield ProjectNews(project["name"], credited, event["on"], event.get("total_yuan"))


def _reached(package: Document, stage: str) -> dict[str, tuple[Document, Document]]:
    """By code the projects that had reached a stage in the season by the cut-off, with the event that says so."""
    facts, as_of = package["facts"], package["as_of"]
    found = {}
    for project in facts["projects"]:
        for event in project["events"]:
            is_told = event["stage"] == stage and event.get("verified", True)
            if is_told and facts["starts_on"] <= event["on"] <= as_of:
                found[project["code"]] = project, event
    return found
