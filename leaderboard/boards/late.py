"""Late facts: what counts now, had occurred by the cut-off of the edition before, and was verified only after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from leaderboard.boards.fact_lines import ADJUSTMENT, ARRIVAL, CREDIT, RETURN, STAGE, Key, Line, fact_lines
from leaderboard.boards.models import Edition
from leaderboard.instant import Millis
from leaderboard.ledger.models import Adjustment, CapitalArrival, Credit, Project, StageEvent, UnitReturn
from leaderboard.ledger.read import ProjectFact, UnitFact, newly_verified
from leaderboard.seasons.models import Unit
from scoring.result import CountedFact, RaceResult

TABLES: dict[str, ProjectFact | UnitFact] = {
    STAGE: StageEvent,
    ARRIVAL: CapitalArrival,
    RETURN: UnitReturn,
    ADJUSTMENT: Adjustment,
}


KIND_OF = {"project": STAGE, "arrival": ARRIVAL, "return": RETURN, "adjustment": ADJUSTMENT}
"""What a counted fact is called as a line."""


def late_facts(
    session: Session, facts: Mapping[str, Any], result: RaceResult, before: Edition, known_at: Millis
) -> list[dict[str, Any]]:
    """The facts the result counts that edition `before` could not, because they were verified after its instant.

    Lines of `fact_lines` with `entered` and `verified` besides: when the fact was recorded, and when it was decided
    that it counts, in UTC milliseconds. A share is listed only where its project counts and nothing else of it is
    late. In the order of the day they occurred.
    """
    lines, counted = fact_lines(facts), list(_counted(result))
    found = list(_dated(session, _those_counted(lines, counted), before, known_at))
    told = {line["project"] for line in found}
    projects = {fact.ref for fact in counted if KIND_OF.get(fact.kind) in {STAGE, ARRIVAL}} - told
    found += [line for line in _shares(session, lines, before, known_at) if line["project"] in projects]
    return sorted(
        found, key=lambda line: (line["occurred"], line["project"] or "", line["units"], line["kind"])
    )


def _counted(result: RaceResult) -> Iterator[CountedFact]:
    """Every fact in a numerator, a denominator or an adjustment of any unit."""
    for standing in result.standings:
        for indicator in standing.indicators:
            for part in indicator.parts:
                yield from part.numerator.counted
                yield from part.denominator.counted if part.denominator else ()
        for adjustment in standing.adjustments:
            yield from adjustment.counted


def _those_counted(lines: Mapping[Key, Line], counted: Iterable[CountedFact]) -> dict[Key, Line]:
    known = {(KIND_OF.get(fact.kind), fact.fact) for fact in counted}
    return {key: line for key, line in lines.items() if key[:2] in known}


def _dated(
    session: Session, lines: Mapping[Key, Line], before: Edition, known_at: Millis
) -> Iterator[dict[str, Any]]:
    late = {
        (kind, str(row.fact_id)): row
        for kind, table in TABLES.items()
        for row in newly_verified(session, table, before.known_at, known_at)
    }
    for key, line in lines.items():
        row = late.get((key[0], key[1]))
        if row is not None and line["occurred"] <= str(before.as_of):
            yield line | _instants(row)


def _instants(row: Row[Any]) -> dict[str, Millis]:
    return {"entered": row.recorded_at, "verified": row.verified_at}


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
            yield line | {"occurred": str(row.occurred_on)} | _instants(row)
