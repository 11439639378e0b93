"""Where the facts of an import stand now: reversing a later import recorded some of them again, under other ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import Session

from leaderboard.among import among
from leaderboard.exchange.members import Member, is_of_project
from leaderboard.exchange.models import ImportBatch
from leaderboard.instant import Millis
from leaderboard.ledger.models import REVERSED, ProjectDecision, UnitDecision
from leaderboard.ledger.read import ProjectFact, UnitFact

OF_THE_RECORD = {"fact_id", "recorded_at", "recorded_by"}
"""What two records of one fact differ in."""


@dataclass(frozen=True, slots=True)
class Heir:
    """The record that stands for a fact, and since when."""

    fact_id: int
    since: Millis


def heirs(
    session: Session, table: ProjectFact | UnitFact, facts: Sequence[Member], since: Millis
) -> dict[int, Heir]:
    """Fact id -> the record that stands for it: its own, or the one made when the import that took it away was undone."""
    stand = {fact_id: Heir(fact_id, since) for _holder, fact_id in facts}
    undone = undone_instants(session)
    lost = list(facts) if undone else []
    while lost:
        lost = _handed_on(session, table, stand, lost, undone)
    return stand


def undone_instants(session: Session) -> dict[Millis, Millis]:
    """The instants at which imports that are undone by now were taken in, and at which they were undone -> the latter."""
    done = select(ImportBatch.taken_at, ImportBatch.reversed_at).where(ImportBatch.reversed_at.is_not(None))
    found = {taken: undone or 0 for taken, undone in session.execute(done)}
    return found | {undone: undone for undone in found.values()}


def _handed_on(
    session: Session,
    table: ProjectFact | UnitFact,
    stand: dict[int, Heir],
    facts: Sequence[Member],
    undone: dict[Millis, Millis],
) -> list[Member]:
    """One step on: those of the facts that an undone import had reversed stand under the ids of its undoing."""
    present = {stand[fact_id].fact_id: fact_id for _holder, fact_id in facts}
    held = [(holder, stand[fact_id].fact_id) for holder, fact_id in facts]
    again: dict[int, Millis] = {}
    for fact_id, decided in decisions_on(session, table, held).items():
        at = undone.get(decided[-1].decided_at, 0) if decided[-1].outcome == REVERSED else 0
        if at > stand[present[fact_id]].since:
            again[fact_id] = at
    lost = [(holder, fact_id) for holder, fact_id in held if fact_id in again]
    made = _recorded_at(session, table, lost, set(again.values()))
    found, held_by = [], "project_id" if is_of_project(table) else "unit_id"
    for row in rows_of(session, table, lost):
        same = made[again[row.fact_id], _said(table, row)]
        if same:
            stand[present[row.fact_id]] = Heir(same.pop(), again[row.fact_id])
            found.append((getattr(row, held_by), present[row.fact_id]))
    return found


def _recorded_at(
    session: Session, table: Any, lost: Sequence[Member], instants: set[Millis]
) -> dict[tuple[Millis, Hashable], list[int]]:
    """Instant and what a fact says -> the ids of the records made then that say it."""
    holder = table.project_id if is_of_project(table) else table.unit_id
    found: dict[tuple[Millis, Hashable], list[int]] = defaultdict(list)
    if lost:
        ours = among(holder, {held for held, _fact in lost}), table.recorded_at.in_(instants)
        for row in session.execute(select(*table.__table__.columns).where(*ours)):
            found[row.recorded_at, _said(table, row)].append(row.fact_id)
    return found


def _said(table: Any, row: Row[Any]) -> Hashable:
    columns = table.__table__.columns
    return tuple(value for c, value in zip(columns, row, strict=True) if c.key not in OF_THE_RECORD)


def rows_of(session: Session, table: Any, facts: Sequence[Member]) -> Iterator[Row[Any]]:
    """The facts as they are kept."""
    columns = select(*table.__table__.columns).where(_are(table, table, facts))
    yield from session.execute(columns.order_by(table.fact_id))


def decisions_on(session: Session, table: Any, facts: Sequence[Member]) -> dict[int, list[Row[Any]]]:
    """Fact id -> the decisions on it, oldest first."""
    into: Any = ProjectDecision if is_of_project(table) else UnitDecision
    found: dict[int, list[Row[Any]]] = {}
    asked = select(into.fact_id, into.outcome, into.decided_at).where(_are(table, into, facts))
    for row in session.execute(asked.order_by(into.fact_id, into.decision_no)):
        found.setdefault(row.fact_id, []).append(row)
    return found


def _are(table: Any, kept_in: Any, facts: Sequence[Member]) -> ColumnElement[bool]:
    """Whether rows are about these facts; the holder leads the key, without it every row would be gone through."""
    holder = kept_in.project_id if is_of_project(table) else kept_in.unit_id
    return and_(
        among(holder, {held for held, _fact in facts}),
        among(kept_in.fact_id, [fact for _held, fact in facts]),
    )
