"""Finds what clearing 清空 would reverse: live facts of the season that an export would hold and the file does not.

A fact is the season's where it occurred within the season, so that clearing one season leaves another's records alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select

from leaderboard.exchange.checking import Checking, holder_of
from leaderboard.exchange.layout import ADJUSTMENTS, ARRIVALS, EVENTS, PROJECTS, RETURNS, SheetLayout
from leaderboard.exchange.plan import Cleared
from leaderboard.ledger.models import Adjustment, CapitalArrival, Credit, StageEvent, UnitReturn
from leaderboard.ledger.read import (
    ProjectFact,
    UnitFact,
    known_project_facts,
    known_unit_facts,
    projects_of,
)

SHEETS: tuple[tuple[SheetLayout, ProjectFact | UnitFact], ...] = (
    (PROJECTS, Credit),
    (EVENTS, StageEvent),
    (ARRIVALS, CapitalArrival),
    (RETURNS, UnitReturn),
    (ADJUSTMENTS, Adjustment),
)


def check_clear(checking: Checking) -> None:
    """Note the facts that clearing would reverse; a sheet that is missing or holds no row clears nothing."""
    if checking.known.season is None:
        return
    for layout, table in SHEETS:
        if any(True for _ in checking.table(layout).rows()):
            cleared = list(_cleared(checking, table))
            checking.plan.cleared += cleared
            checking.plan.upon += [f"{table.__tablename__} {found.fact_id}" for found in cleared]
            checking.plan.counts[layout.name].cleared += len(cleared)


def _cleared(checking: Checking, table: ProjectFact | UnitFact) -> Iterator[Cleared]:
    for row in checking.session.execute(_in_scope(checking, table)):
        if row.fact_id not in checking.matched:
            yield Cleared(table, holder_of(row), row.fact_id)


def _in_scope(checking: Checking, table: Any) -> Select[Any]:
    """The live facts that an export of the season would hold, as far as they occurred within it."""
    season, units = checking.plan.season, [line.unit_id for line in checking.known.entries.values()]
    if table in (Credit, StageEvent, CapitalArrival):
        return known_project_facts(table).where(
            table.project_id.in_(projects_of(units)),
            table.occurred_on.between(season.starts_on, season.ends_on),
        )
    known = known_unit_facts(table)
    if table is Adjustment and checking.known.season is not None:
        return known.where(Adjustment.season_id == checking.known.season.id)
    return known.where(
        UnitReturn.unit_id.in_(units),
        UnitReturn.starts_on >= season.starts_on,
        UnitReturn.occurred_on <= season.ends_on,
    )
