"""The rows an edition rests on, hashed as they stand: a change behind the house's back shows where no figure moves, too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import Session

from leaderboard.instant import Millis
from leaderboard.ledger.models import (
    Adjustment,
    CapitalArrival,
    Credit,
    FormerProject,
    Project,
    ProjectDecision,
    StageEvent,
    UnitDecision,
    UnitReturn,
)
from leaderboard.ledger.read import former_projects
from leaderboard.seasons.models import Entry, Season, Target
from leaderboard.seasons.read import divisions_at, roster, scheme_in_force, season_at

ENDING = {"ended_at"}
"""Columns set when a row ends, which may be long after the edition."""
AT_ONCE = 10_000
"""Rows written as one piece: quicker than one by one, and never all of a large race in memory."""


def grounds_digest(session: Session, season: Season, as_of: date, known_at: Millis) -> str:
    """SHA-256 over every row of ledger and plan that was there at the instant and is looked at for this season.

    Only what may still change by right is left out: what a thing is called now (what it was called then is in), and
    the day a target or entry ended after the instant.
    """
    sha = hashlib.sha256()
    for name, rows in _rows(session, season, as_of, known_at):
        sha.update(f"{name}\n".encode())
        rest = iter(rows)
        while some := list(islice(rest, AT_ONCE)):
            sha.update(json.dumps(some, ensure_ascii=False, default=str).encode())
    return sha.hexdigest()


def _rows(
    session: Session, season: Season, as_of: date, known_at: Millis
) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    line = [season.id, season.starts_on, season.ends_on, *astuple(season_at(session, season, known_at))]
    yield "season", [line]
    yield "divisions", [astuple(found) for found in divisions_at(session, season.id, known_at)]
    lines = roster(session, season.id, known_at)
    yield "units", [astuple(found) for found in lines]
    yield "entry", _planned(session, Entry, season.id, known_at)
    yield "target", _planned(session, Target, season.id, known_at)
    version = scheme_in_force(session, season.id, as_of, known_at)
    yield "scheme_version", [] if version is None else [_columns(version)]
    units = [found.unit_id for found in lines]
    yield from _unit_rows(session, units, known_at)
    yield from _project_rows(session, units, known_at)


def _planned(
    session: Session, table: type[Entry | Target], season_id: int, known_at: Millis
) -> Iterator[Sequence[Any]]:
    found = select(table).where(table.season_id == season_id, table.planned_at <= known_at)
    rows: Iterable[Any] = session.scalars(found.order_by(table.id))
    for row in rows:
        ended = row.ended_at if row.ended_at is not None and row.ended_at <= known_at else None
        yield [*_columns(row, leaving=ENDING), ended]


def _columns(row: Any, leaving: Iterable[str] = ()) -> list[Any]:
    names = [column.key for column in inspect(type(row)).column_attrs]
    return [getattr(row, name) for name in names if name not in set(leaving)]


def _unit_rows(
    session: Session, units: Sequence[int], known_at: Millis
) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    for table in (UnitReturn, Adjustment):
        found = select(*table.__table__.columns).where(
            table.unit_id.in_(units), table.recorded_at <= known_at
        )
        yield table.__tablename__, _all(session, found.order_by(*table.__table__.primary_key))
    decided = select(*UnitDecision.__table__.columns).where(
        UnitDecision.unit_id.in_(units), UnitDecision.decided_at <= known_at
    )
    yield "unit_decision", _all(session, decided.order_by(*UnitDecision.__table__.primary_key))


def _project_rows(
    session: Session, units: Sequence[int], known_at: Millis
) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    # Not `projects_of`: a project that becomes a unit's only later was none of the edition's.
    ours = select(Credit.project_id).where(Credit.unit_id.in_(units), Credit.recorded_at <= known_at)
    yield "project", _projects(session, ours, known_at)
    for table in (StageEvent, CapitalArrival, Credit):
        columns = table.__table__
        found = select(*columns.columns).where(table.project_id.in_(ours), table.recorded_at <= known_at)
        yield table.__tablename__, _all(session, found.order_by(*columns.primary_key))
    decided = select(*ProjectDecision.__table__.columns).where(
        ProjectDecision.project_id.in_(ours), ProjectDecision.decided_at <= known_at
    )
    yield "project_decision", _all(session, decided.order_by(*ProjectDecision.__table__.primary_key))
    renamed = select(*FormerProject.__table__.columns).where(
        FormerProject.project_id.in_(ours), FormerProject.until_at <= known_at
    )
    yield "former_project", _all(session, renamed.order_by(*FormerProject.__table__.primary_key))


def _projects(session: Session, ours: Select[Any], known_at: Millis) -> Iterator[Sequence[Any]]:
    """Projects as they were called at the instant."""
    former = former_projects(session, known_at)
    columns = Project.__table__.columns
    found = select(*columns).where(Project.id.in_(ours), Project.recorded_at <= known_at).order_by(Project.id)
    for row in session.execute(found).mappings():
        yield list({**row, **former.get(row["id"], {})}.values())


def _all(session: Session, found: Select[Any]) -> Iterator[Sequence[Any]]:
    return (tuple(row) for row in session.execute(found))
