"""Gathering: everything a race is scored from, as of a date and as known at an instant."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.disclosure import disclosed
from leaderboard.ledger.models import (
    RETURNED,
    VERIFIED,
    Adjustment,
    CapitalArrival,
    Credit,
    Project,
    StageEvent,
    UnitReturn,
)
from leaderboard.ledger.read import (
    ProjectFact,
    former_projects,
    known_project_facts,
    known_unit_facts,
    projects_of,
)
from leaderboard.seasons.models import SchemeVersion, Season
from leaderboard.seasons.read import (
    DivisionLine,
    RosterLine,
    SeasonLine,
    divisions_at,
    roster,
    scheme_in_force,
    season_at,
    targets_at,
)
from scoring import facts as scored
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme


class NothingInForce(ValueError):
    """A season without an approved scheme in force cannot be scored."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Facts and rules of one season, ready to score, with the names pages need, as they were at the instant."""

    season: SeasonLine
    divisions: tuple[DivisionLine, ...]
    roster: tuple[RosterLine, ...]
    version: SchemeVersion
    scheme: Scheme
    facts: scored.Facts


def gather(session: Session, season: Season, as_of: date, known_at: int) -> Gathered:
    """The facts that may be told, as known at `known_at`, and the scheme in force on `as_of`; raises NothingInForce."""
    version = scheme_in_force(session, season.id, as_of, known_at)
    if version is None:
        raise NothingInForce(f"赛季 {season.slug} 在 {as_of} 没有生效的考核方案, 请先在控制台使方案生效")
    lines = roster(session, season.id, known_at)
    scheme = parse_scheme(json.loads(version.document))
    return Gathered(
        season=season_at(session, season, known_at),
        divisions=tuple(divisions_at(session, season.id, known_at)),
        roster=tuple(lines),
        version=version,
        scheme=scheme,
        facts=disclosed(gather_facts(session, season, lines, known_at), as_of, scheme),
    )


def gather_facts(session: Session, season: Season, lines: list[RosterLine], known_at: int) -> scored.Facts:
    """Everything known of the season except what was returned 退回, verified or not, whatever the scheme."""
    keys = {line.unit_id: line.key for line in lines}
    return replace(
        gather_without_projects(session, season, lines, known_at),
        projects=_projects(session, keys, known_at),
    )


def gather_without_projects(
    session: Session, season: Season, lines: list[RosterLine], known_at: int
) -> scored.Facts:
    """The same without projects: units, targets, returns and what was entered by hand."""
    keys = {line.unit_id: line.key for line in lines}
    return scored.Facts(
        starts_on=season.starts_on,
        ends_on=season.ends_on,
        units=tuple(
            scored.Unit(line.key, line.name, line.division, line.sort_no, line.competing) for line in lines
        ),
        returns=_returns(session, season, keys, known_at),
        targets=tuple(
            scored.Target(keys[t.unit_id], t.indicator, t.by, t.quantity, t.level)
            for t in targets_at(session, season.id, known_at)
            if t.unit_id in keys
        ),
        adjustments=_adjustments(session, season, keys, known_at),
    )


def _by_project(
    session: Session, table: ProjectFact, keys: dict[int, str], known_at: int, *names: str
) -> dict[int, list[Any]]:
    """Columns of every fact of the season's projects that was not reversed, after the project's id, by project."""
    known = known_project_facts(table, known_at).where(table.project_id.in_(projects_of(list(keys))))
    columns = (known.selected_columns[name] for name in ("project_id", "outcome", *names))
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(known.with_only_columns(*columns)):
        grouped[row[0]].append(row)
    return grouped


def _projects(session: Session, keys: dict[int, str], known_at: int) -> tuple[scored.Project, ...]:
    shares = _by_project(session, Credit, keys, known_at, "unit_id", "share_num", "share_den")
    of_event = ("fact_id", "stage", "occurred_on", "total_yuan", "inward_yuan")
    events = _by_project(session, StageEvent, keys, known_at, *of_event)
    of_arrival = ("fact_id", "occurred_on", "yuan", "kind")
    arrivals = _by_project(session, CapitalArrival, keys, known_at, *of_arrival)
    heads = session.execute(
        select(Project.id, Project.code, Project.name, Project.is_public, Project.industry)
        .where(Project.id.in_(projects_of(list(keys))), Project.recorded_at <= known_at)
        .order_by(Project.code)
    )
    former = former_projects(session, known_at)
    return tuple(
        scored.Project(
            code=code,
            name=_public_name(code, {"name": name, "is_public": is_public} | former.get(project_id, {})),
            credits=_credits(shares[project_id], keys),
            events=tuple(_event(*row) for row in events[project_id] if row[1] != RETURNED),
            arrivals=tuple(_arrival(*row) for row in arrivals[project_id] if row[1] != RETURNED),
            kinds=(industry,) if industry else (),
        )
        for project_id, code, name, is_public, industry in heads
    )


def _public_name(code: str, called: dict[str, Any]) -> str:
    """A project that is not marked public goes by its code on every public surface."""
    return called["name"] if called["is_public"] else code


def _credits(rows: list[Any], keys: dict[int, str]) -> tuple[scored.Credit, ...]:
    """Verified credits of the season's units; a unit credited twice has the sum."""
    shares: dict[str, Fraction] = {}
    for _project, outcome, unit_id, above, below in rows:
        if outcome == VERIFIED and (unit := keys.get(unit_id)):
            share = Fraction(above, below)
            shares[unit] = shares[unit] + share if unit in shares else share
    return tuple(scored.Credit(unit, share) for unit, share in sorted(shares.items()))


def _event(
    _project: int, outcome: str, fact_id: int, stage: str, on: date, total: int | None, inward: int | None
) -> scored.StageEvent:
    return scored.StageEvent(str(fact_id), stage, on, outcome == VERIFIED, total, inward)


def _arrival(_project: int, outcome: str, fact_id: int, on: date, yuan: int, kind: str) -> scored.Arrival:
    return scored.Arrival(str(fact_id), on, yuan, kind, outcome == VERIFIED)


def _returns(
    session: Session, season: Season, keys: dict[int, str], known_at: int
) -> tuple[scored.Return, ...]:
    rows = session.execute(
        known_unit_facts(UnitReturn, known_at).where(
            UnitReturn.unit_id.in_(keys),
            UnitReturn.starts_on >= season.starts_on,
            UnitReturn.occurred_on <= season.ends_on,
        )
    )
    return tuple(
        scored.Return(
            str(row.fact_id),
            keys[row.unit_id],
            row.measure,
            row.occurred_on,
            row.quantity,
            row.outcome == VERIFIED,
        )
        for row in rows
        if row.outcome != RETURNED
    )


def _adjustments(
    session: Session, season: Season, keys: dict[int, str], known_at: int
) -> tuple[scored.Adjustment, ...]:
    rows = session.execute(
        known_unit_facts(Adjustment, known_at).where(
            Adjustment.unit_id.in_(keys), Adjustment.season_id == season.id
        )
    )
    return tuple(
        scored.Adjustment(
            str(row.fact_id),
            keys[row.unit_id],
            row.item,
            row.occurred_on,
            row.times,
            row.reason,
            row.outcome == VERIFIED,
        )
        for row in rows
        if row.outcome != RETURNED
    )
