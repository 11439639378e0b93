"""Gathering: everything a race is scored from, as of a date and as known at an instant."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, select
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
from leaderboard.ledger.read import former_projects, known_project_facts, known_unit_facts, projects_of
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


def _by_project(rows: Iterable[Row[Any]]) -> dict[int, list[Row[Any]]]:
    grouped: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        grouped[row.project_id].append(row)
    return grouped


def _projects(session: Session, keys: dict[int, str], known_at: int) -> tuple[scored.Project, ...]:
    ours = projects_of(list(keys))
    credit_rows = _by_project(
        session.execute(known_project_facts(Credit, known_at).where(Credit.project_id.in_(ours)))
    )
    events = _by_project(
        session.execute(known_project_facts(StageEvent, known_at).where(StageEvent.project_id.in_(ours)))
    )
    arrivals = _by_project(
        session.execute(
            known_project_facts(CapitalArrival, known_at).where(CapitalArrival.project_id.in_(ours))
        )
    )
    heads = session.execute(
        select(Project.id, Project.code, Project.name, Project.is_public, Project.industry)
        .where(Project.id.in_(ours), Project.recorded_at <= known_at)
        .order_by(Project.code)
    )
    former = former_projects(session, known_at)
    return tuple(
        scored.Project(
            code=code,
            name=_public_name(code, {"name": name, "is_public": is_public} | former.get(project_id, {})),
            credits=_credits(credit_rows[project_id], keys),
            events=tuple(_event(row) for row in events[project_id] if row.outcome != RETURNED),
            arrivals=tuple(_arrival(row) for row in arrivals[project_id] if row.outcome != RETURNED),
            kinds=(industry,) if industry else (),
        )
        for project_id, code, name, is_public, industry in heads
    )


def _public_name(code: str, called: dict[str, Any]) -> str:
    """A project that is not marked public goes by its code on every public surface."""
    return called["name"] if called["is_public"] else code


def _credits(rows: list[Row[Any]], keys: dict[int, str]) -> tuple[scored.Credit, ...]:
    """Verified credits of the season's units; a unit credited twice has the sum."""
    shares: dict[str, Fraction] = defaultdict(Fraction)
    for row in rows:
        if row.unit_id in keys and row.outcome == VERIFIED:
            shares[keys[row.unit_id]] += Fraction(row.share_num, row.share_den)
    return tuple(scored.Credit(unit, share) for unit, share in sorted(shares.items()))


def _event(row: Row[Any]) -> scored.StageEvent:
    verified = row.outcome == VERIFIED
    return scored.StageEvent(
        str(row.fact_id), row.stage, row.occurred_on, verified, row.total_yuan, row.inward_yuan
    )


def _arrival(row: Row[Any]) -> scored.Arrival:
    return scored.Arrival(str(row.fact_id), row.occurred_on, row.yuan, row.kind, row.outcome == VERIFIED)


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
