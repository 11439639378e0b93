"""What is under way in a unit's own projects: what they are called, stages that await verification, money still to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.ledger.handed_in import own_projects
from leaderboard.ledger.list_models import KeptLine
from leaderboard.ledger.models import AWAITING, KeptProject, Project, StageEvent
from leaderboard.ledger.read import known_project_facts


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A signed project and the contract money of it that has not arrived, in yuan."""

    code: str
    name: str
    name_en: str | None
    yuan: int


def own_names(
    session: Session, unit_id: int, codes: Collection[str] | None = None
) -> dict[str, tuple[str, str | None]]:
    """Code -> name and English name of every project, or of those, in which the unit has a share; one query."""
    asked = select(Project.code, Project.name, Project.name_en)
    asked = asked.join(KeptLine, KeptLine.project_id == Project.id).where(own_projects(unit_id))
    if codes is not None:
        asked = asked.where(Project.code.in_(codes))
    return {code: (name, name_en) for code, name, name_en in session.execute(asked)}


def stages_awaiting(session: Session, unit_id: int) -> Mapping[str, frozenset[str]]:
    """Code -> stages that were reported of the unit's projects and not decided on yet; one query."""
    known = known_project_facts(StageEvent).join(KeptLine, KeptLine.project_id == StageEvent.project_id)
    events = known.where(own_projects(unit_id), KeptLine.waiting > 0).subquery()
    asked = select(Project.code, events.c.stage).join(events, events.c.project_id == Project.id)
    found = defaultdict[str, set[str]](set)
    for code, stage in session.execute(asked.where(events.c.outcome == AWAITING)):
        found[code].add(stage)
    return {code: frozenset(stages) for code, stages in found.items()}


def most_outstanding(
    session: Session, unit_id: int, since: date, until: date, limit: int
) -> list[Outstanding]:
    """The unit's projects signed between two days with most contract money still to come, the most first; one query.

    Contracted inward yuan - verified yuan that arrived since the signing, of the whole project.
    """
    missing = KeptProject.inward_yuan - KeptProject.since_signing_yuan
    asked = (
        select(Project.code, Project.name, Project.name_en, missing)
        .join(KeptProject, KeptProject.project_id == Project.id)
        .where(KeptProject.unit_id == unit_id, KeptProject.signed_on.between(since, until), missing > 0)
        .order_by(missing.desc(), Project.code)
        .limit(limit)
    )
    return [Outstanding(row[0], row[1], row[2], row[3] or 0) for row in session.execute(asked)]
