"""Whom facts are kept under, projects or units, and how a line in the trail names them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.among import among
from leaderboard.ledger.models import OfProject, Project
from leaderboard.ledger.read import ProjectFact, UnitFact
from leaderboard.ledger.rows import chunks
from leaderboard.seasons.models import Unit

MOST_LISTED = 2000
"""Codes or facts that a line in the trail lists one by one."""


class Held(Protocol):
    """A fact, or what is decided on one, by its table and whom it is kept under."""

    @property
    def table(self) -> ProjectFact | UnitFact:
        """The fact's table."""

    @property
    def holder_id(self) -> int:
        """The project's id, or the unit's."""


def holder_column(table: ProjectFact | UnitFact) -> str:
    """The column of a fact, and of what is decided on it, that holds whom it is kept under."""
    return "project_id" if issubclass(table, OfProject) else "unit_id"


def told_of(session: Session, facts: Iterable[Held]) -> dict[str, Any]:
    """Whom facts are about, as the trail has it: codes of projects and keys of units.

    Of very many the first are named and the rest counted.
    """
    ids: dict[str, set[int]] = {"project_id": set(), "unit_id": set()}
    for fact in facts:
        ids[holder_column(fact.table)].add(fact.holder_id)
    projects = _named(session, "codes", Project.id, Project.code, ids["project_id"])
    return projects | _named(session, "units", Unit.id, Unit.key, ids["unit_id"])


def told_of_one(session: Session, fact: Any) -> dict[str, Any]:
    """The same of a single fact as it is stored."""
    if isinstance(fact, OfProject):
        return _named(session, "codes", Project.id, Project.code, {fact.project_id})
    return _named(session, "units", Unit.id, Unit.key, {fact.unit_id})


def _named(session: Session, name: str, by: Any, key: Any, ids: set[int]) -> dict[str, Any]:
    first = sorted(ids)[:MOST_LISTED]
    keys = [found for some in chunks(first) for found in session.scalars(select(key).where(among(by, some)))]
    more = len(ids) - len(first)
    return ({name: sorted(keys)} if keys else {}) | ({f"{name}_more": more} if more else {})
