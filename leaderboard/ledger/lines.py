"""The line of a project in lists, and what of it waits, from its own facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import chain
from typing import Any

from sqlalchemy import event, inspect, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper, Session

from leaderboard.among import among
from leaderboard.ledger.list_models import KeptLine
from leaderboard.ledger.models import AWAITING, RETURNED, SIGNED, VERIFIED, Project
from leaderboard.likeness import deal_key, name_key
from leaderboard.seasons.models import Unit

NO_DAY, NO_YUAN, NO_UNIT = date.min, -1, 2**31 - 1
"""What stands for a missing day or amount, and for the order of a unit that is not there."""
NOTHING_REACHED: tuple[dict[str, Any], None] = (
    {"reached": "|", "moved_on": NO_DAY, "signed_on": NO_DAY, "inward_yuan": NO_YUAN},
    None,
)
UNSETTLED = (AWAITING, RETURNED)
"""Outcomes after which a fact may still be verified."""
Facts = Mapping[int, Sequence[Any]]
"""Facts of one kind by project, as they were read or as they were just written."""


def heads_of(session: Session, project_ids: Sequence[int]) -> dict[int, Any]:
    """Name and investor of these projects."""
    heads = select(Project.id, Project.name, Project.investor).where(among(Project.id, project_ids))
    return {head.id: head for head in session.execute(heads)}


def made_lines(
    session: Session, heads: Mapping[int, Any], shares: Facts, events: Facts, arrivals: Facts
) -> list[dict[str, Any]]:
    """The lines that these facts come to, facts that were reversed left out; one query."""
    units = {row.unit_id for project_id in heads for row in shares.get(project_id, ())}
    found = session.execute(select(Unit.id, Unit.sort_no).where(among(Unit.id, units)))
    orders = {unit_id: sort_no for unit_id, sort_no in found}  # noqa: C416 - rows are no pairs to mypy
    return [
        _line(
            project_id,
            head,
            shares.get(project_id, ()),
            events.get(project_id, ()),
            arrivals.get(project_id, ()),
            orders,
        )
        for project_id, head in heads.items()
    ]


def made_waiting(project_ids: Iterable[int], facts: Mapping[str, Facts]) -> list[dict[str, Any]]:
    """The facts, by their kind, that await their verification or were sent back."""
    return [
        {
            "project_id": project_id,
            "fact_id": row.fact_id,
            "kind": kind,
            "outcome": row.outcome,
            "recorded_at": row.recorded_at,
            "occurred_on": row.occurred_on,
        }
        for project_id in project_ids
        for kind, by_project in facts.items()
        for row in by_project.get(project_id, ())
        if row.outcome in UNSETTLED
    ]


def _line(
    project_id: int,
    head: Any,
    shares: Sequence[Any],
    events: Sequence[Any],
    arrivals: Sequence[Any],
    orders: Mapping[int, int],
) -> dict[str, Any]:
    reached, amount = _reached(events) if events else NOTHING_REACHED
    leading = _leading(shares)
    outcomes = [row.outcome for row in chain(shares, events, arrivals)]
    return {
        "project_id": project_id,
        "name_key": name_key(head.name),
        "deal_key": deal_key(head.investor, amount),
        "units": _barred({str(row.unit_id) for row in shares}),
        "unit_id": leading,
        "unit_no": orders.get(leading or 0, NO_UNIT),
        **reached,
        "arrived_yuan": sum(row.yuan for row in arrivals if row.outcome == VERIFIED),
        "waiting": outcomes.count(AWAITING),
        "returned": outcomes.count(RETURNED),
    }


def _reached(events: Sequence[Any]) -> tuple[dict[str, Any], int | None]:
    """The columns that the stages reached come to, and the amount by which a deal is known: the total, else the inward."""
    signings = sorted((e for e in events if e.stage == SIGNED), key=lambda e: (e.occurred_on, e.fact_id))
    inward = next((e.inward_yuan for e in reversed(signings) if e.inward_yuan is not None), None)
    total = next((e.total_yuan for e in reversed(signings) if e.total_yuan is not None), None)
    columns = {
        "reached": _barred({event.stage for event in events}),
        "moved_on": max(event.occurred_on for event in events),
        "signed_on": signings[0].occurred_on if signings else NO_DAY,
        "inward_yuan": NO_YUAN if inward is None else inward,
    }
    return columns, inward if total is None else total


def _barred(keys: set[str]) -> str:
    return f"|{'|'.join(sorted(keys))}|" if keys else "|"


def _leading(shares: Sequence[Any]) -> int | None:
    """The unit with the largest share; of equals, the one that was entered first."""
    if len(shares) == 1:
        return int(shares[0].unit_id)
    whole: dict[int, Fraction] = defaultdict(Fraction)
    for row in shares:
        whole[row.unit_id] += Fraction(row.share_num, row.share_den)
    return min(((-share, unit) for unit, share in whole.items()), default=(0, None))[1]


@event.listens_for(Unit, "after_update")
def _keep_order(_mapper: Mapper[Unit], connection: Connection, unit: Unit) -> None:
    """A unit that is given another place in the office's order takes the lines of its projects with it."""
    moved = inspect(unit).attrs.sort_no.history.has_changes()
    if moved:
        of_unit = update(KeptLine).where(KeptLine.unit_id == unit.id)
        connection.execute(of_unit.values(unit_no=unit.sort_no))
