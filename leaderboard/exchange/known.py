"""What the database already knows of a workbook's season and projects, read with a few queries for all rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from leaderboard.among import among
from leaderboard.exchange.cells import clean
from leaderboard.ledger.models import Adjustment, CapitalArrival, Credit, Project, StageEvent, UnitReturn
from leaderboard.ledger.read import FOREVER, known_project_facts, known_unit_facts
from leaderboard.ledger.rows import chunks
from leaderboard.seasons.models import DISCARDED, Division, SchemeVersion, Season, Unit
from leaderboard.seasons.read import (
    RosterLine,
    find_season,
    list_divisions,
    list_schemes,
    list_units,
    roster,
    scheme_in_force,
    targets_at,
)


@dataclass(slots=True)
class KnownPlan:
    """Season, units, divisions, entries, targets and schemes as they are now."""

    season: Season | None
    units: dict[str, Unit]
    divisions: dict[str, Division] = field(default_factory=dict)
    entries: dict[str, RosterLine] = field(default_factory=dict)
    targets: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    """(unit key, indicator, by, level) -> quantity."""
    schemes: list[SchemeVersion] = field(default_factory=list)
    """Every version that was not put aside, newest first."""

    in_force: SchemeVersion | None = None

    @property
    def documents(self) -> list[dict[str, Any]]:
        """The documents of all versions."""
        return [json.loads(version.document) for version in self.schemes]


def current_scheme(session: Session, season: Season, today: date) -> SchemeVersion | None:
    """The version in force today, or on the season's nearest day."""
    day = min(max(today, season.starts_on), season.ends_on)
    return scheme_in_force(session, season.id, day, FOREVER)


def known_plan(session: Session, slug: str, today: date) -> KnownPlan:
    """What is planned for the season at this address, and all units of the authority."""
    units = {unit.key: unit for unit in list_units(session)}
    season = find_season(session, slug)
    if season is None:
        return KnownPlan(None, units)
    keys = {unit.id: unit.key for unit in units.values()}
    return KnownPlan(
        season,
        units,
        divisions={division.key: division for division in list_divisions(session, season.id)},
        entries={line.key: line for line in roster(session, season.id, FOREVER)},
        targets={
            (keys[t.unit_id], t.indicator, t.by, t.level): t.quantity
            for t in targets_at(session, season.id, FOREVER)
        },
        schemes=[version for version in list_schemes(session, season.id) if version.state != DISCARDED],
        in_force=current_scheme(session, season, today),
    )


@dataclass(slots=True)
class KnownFacts:
    """Projects by code and live facts by what identifies them."""

    projects: dict[str, Project] = field(default_factory=dict)
    events: dict[tuple[int, str], Row[Any]] = field(default_factory=dict)
    arrivals: dict[tuple[Any, ...], list[Row[Any]]] = field(default_factory=lambda: defaultdict(list))
    """(project id, date, yuan, kind) -> arrivals."""
    credits: dict[int, list[Row[Any]]] = field(default_factory=lambda: defaultdict(list))
    returns: dict[tuple[int, str], list[Row[Any]]] = field(default_factory=lambda: defaultdict(list))
    """(unit id, measure) -> returns of all periods."""
    adjustments: dict[tuple[Any, ...], list[Row[Any]]] = field(default_factory=lambda: defaultdict(list))
    """(unit id, item, date, times, reason) -> adjustments of the season."""


def known_facts(session: Session, codes: Iterable[str], plan: KnownPlan) -> KnownFacts:
    """Live facts of the projects with these codes, and of all units."""
    known = KnownFacts()
    for some in chunks(sorted(set(codes))):
        for project in session.scalars(select(Project).where(among(Project.code, some))):
            known.projects[project.code] = project
    for ids in chunks(project.id for project in known.projects.values()):
        _add_project_facts(session, known, ids)
    for row in session.execute(
        known_unit_facts(UnitReturn).order_by(UnitReturn.starts_on, UnitReturn.fact_id)
    ):
        known.returns[row.unit_id, row.measure].append(row)
    if plan.season is not None:
        ours = (
            known_unit_facts(Adjustment)
            .where(Adjustment.season_id == plan.season.id)
            .order_by(Adjustment.fact_id)
        )
        for row in session.execute(ours):
            reason = clean(row.reason, lines=True)
            known.adjustments[row.unit_id, row.item, row.occurred_on, row.times, reason].append(row)
    return known


def _add_project_facts(session: Session, known: KnownFacts, ids: list[int]) -> None:
    for row in session.execute(known_project_facts(StageEvent).where(among(StageEvent.project_id, ids))):
        known.events[row.project_id, row.stage] = row
    arrivals = known_project_facts(CapitalArrival).where(among(CapitalArrival.project_id, ids))
    for row in session.execute(arrivals.order_by(CapitalArrival.recorded_at, CapitalArrival.fact_id)):
        known.arrivals[row.project_id, row.occurred_on, row.yuan, row.kind].append(row)
    shares = known_project_facts(Credit).where(among(Credit.project_id, ids))
    for row in session.execute(shares.order_by(Credit.unit_id, Credit.fact_id)):
        known.credits[row.project_id].append(row)
