"""Late facts: what had occurred by the cut-off of the edition before, and was verified only after its instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.fact_lines import ADJUSTMENT, ARRIVAL, CREDIT, RETURN, STAGE, Key, Line, fact_lines
from leaderboard.boards.models import Edition
from leaderboard.instant import Millis
from leaderboard.ledger.models import Adjustment, CapitalArrival, Credit, Project, StageEvent, UnitReturn
from leaderboard.ledger.read import ProjectFact, UnitFact, newly_verified
from leaderboard.seasons.models import Unit

TABLES: dict[str, ProjectFact | UnitFact] = {
    STAGE: StageEvent,
    ARRIVAL: CapitalArrival,
    RETURN: UnitReturn,
    ADJUSTMENT: Adjustment,
}


def late_facts(
    session: Session, facts: Mapping[str, Any], before: Edition, known_at: Millis
) -> list[dict[str, Any]]:
    """The facts that edition `before` would have counted, had they been verified by its instant of knowledge.

    Lines of `fact_lines` with `entered` besides: when the fact was recorded, in UTC milliseconds. A share is listed
    only where nothing else of its project is. In the order of the day they occurred.
    """
    lines = fact_lines(facts)
    found = list(_dated(session, lines, before, known_at))
    told = {line["project"] for line in found}
    found += [line for line in _shares(session, lines, before, known_at) if line["project"] not in told]
    return sorted(
        found, key=lambda line: (line["occurred"], line["project"] or "", line["units"], line["kind"])
    )


def _dated(
    session: Session, lines: Mapping[Key, Line], before: Edition, known_at: Millis
) -> Iterator[dict[str, Any]]:
    entered = {
        (kind, str(row.fact_id)): int(row.recorded_at)
        for kind, table in TABLES.items()
        for row in newly_verified(session, table, before.known_at, known_at)
    }
    for key, line in lines.items():
        at = entered.get((key[0], key[1]))
        if at is not None and line["occurred"] <= str(before.as_of):
            yield line | {"entered": at}


def _shares(
    session: Session, lines: Mapping[Key, Line], before: Edition, known_at: Millis
) -> Iterator[dict[str, Any]]:
    """Shares of projects that are on the board; one that is split anew is late like any other fact."""
    rows = [
        row
        for row in newly_verified(session, Credit, before.known_at, known_at)
        if row.occurred_on <= before.as_of
    ]
    units = {row.id: row.key for row in session.execute(select(Unit.id, Unit.key))} if rows else {}
    for row in rows:
        code = session.get_one(Project, row.project_id).code
        shares = [
            line for key, line in lines.items() if key[:3] == (CREDIT, code, units.get(row.unit_id, ""))
        ]
        for line in shares:
            yield line | {"occurred": str(row.occurred_on), "entered": row.recorded_at}
