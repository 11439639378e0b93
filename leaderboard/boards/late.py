"""Late facts: what counts now, had occurred by the cut-off of the edition before, and was verified only after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from leaderboard.among import among
from leaderboard.boards.fact_lines import (
    ADJUSTMENT,
    ARRIVAL,
    COUNTED_AS,
    CREDIT,
    RETURN,
    STAGE,
    Key,
    Line,
    fact_lines,
)
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


def late_facts(
    session: Session, facts: Mapping[str, Any], result: RaceResult, before: Edition, known_at: Millis
) -> list[dict[str, Any]]:
    """The facts the result counts that edition `before` could not, because they were verified after its instant.

    Lines of `fact_lines` with `entered` and `verified` besides: when the fact was recorded, and when it was decided
    that it counts, in UTC milliseconds. A share is listed only where its project counts and nothing else of it is
    late. In the order of the day they occurred.
    """
    late = {
        (kind, str(row.fact_id)): row
        for kind, table in TABLES.items()
        for row in _verified_since(session, table, before, known_at)
    }
    shares = _shares_since(session, facts, before, known_at)
    if not late and not shares:
        return []
    split = {code for code, _row in shares}
    lines, counted = fact_lines(_with_projects_of(facts, late, split)), list(_counted(result))
    counting = {key for fact in counted if (key := (COUNTED_AS.get(fact.kind), fact.fact)) in late}
    found = [line | _instants(late[key[0], key[1]]) for key, line in lines.items() if key[:2] in counting]
    told = {line["project"] for line in found}
    projects = {fact.ref for fact in counted if COUNTED_AS.get(fact.kind) in {STAGE, ARRIVAL}} - told
    found += [line for line in _shares(session, lines, shares) if line["project"] in projects]
    return sorted(
        found, key=lambda line: (line["occurred"], line["project"] or "", line["units"], line["kind"])
    )


def _verified_since(
    session: Session, table: ProjectFact | UnitFact, before: Edition, known_at: Millis
) -> list[Row[Any]]:
    """Facts verified since an edition that had occurred by its cut-off."""
    verified = newly_verified(session, table, before.known_at, known_at)
    return [row for row in verified if row.occurred_on <= before.as_of]


def _with_projects_of(
    facts: Mapping[str, Any], late: Collection[tuple[str, str]], split: Collection[str]
) -> dict[str, Any]:
    """The facts with those projects alone that late facts or shares are of: on most days a few out of thousands."""
    ids = {fact for _kind, fact in late}
    projects = [
        project
        for project in facts["projects"]
        if project["code"] in split
        or any(fact["id"] in ids for fact in (*project["events"], *project["arrivals"]))
    ]
    return {**facts, "projects": projects}


def _counted(result: RaceResult) -> Iterator[CountedFact]:
    """Every fact in a numerator, a denominator or an adjustment of any unit."""
    for standing in result.standings:
        for indicator in standing.indicators:
            for part in indicator.parts:
                yield from part.numerator.counted
                yield from part.denominator.counted if part.denominator else ()
        for adjustment in standing.adjustments:
            yield from adjustment.counted


def _instants(row: Row[Any]) -> dict[str, Millis]:
    return {"entered": row.recorded_at, "verified": row.verified_at}


def _shares_since(
    session: Session, facts: Mapping[str, Any], before: Edition, known_at: Millis
) -> list[tuple[str, Row[Any]]]:
    """Shares verified since an edition of projects that are on the board, each with its project's code."""
    rows = _verified_since(session, Credit, before, known_at)
    if not rows:
        return []
    here = among(Project.code, [project["code"] for project in facts["projects"]])
    codes = {row.id: row.code for row in session.execute(select(Project.id, Project.code).where(here))}
    return [(codes[row.project_id], row) for row in rows if row.project_id in codes]


def _shares(
    session: Session, lines: Mapping[Key, Line], shares: Sequence[tuple[str, Row[Any]]]
) -> Iterator[dict[str, Any]]:
    """Lines of shares; one that is split anew is late like any other fact."""
    units = {row.id: row.key for row in session.execute(select(Unit.id, Unit.key))} if shares else {}
    held: defaultdict[Key, list[Line]] = defaultdict(list)
    for key, line in lines.items():
        held[key[:3]].append(line)
    for code, row in shares:
        for line in held[CREDIT, code, units.get(row.unit_id, "")]:
            yield line | {"occurred": str(row.occurred_on)} | _instants(row)
