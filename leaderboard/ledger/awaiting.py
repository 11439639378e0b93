"""What awaits a decision 待认定: facts of every kind in one queue, oldest first, and deciding on many of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, literal, select, union_all
from sqlalchemy import func as sql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.ledger.bulk import Decision, chunks, decide_facts
from leaderboard.ledger.models import (
    RETURNED,
    VERIFIED,
    Adjustment,
    CapitalArrival,
    Credit,
    OfProject,
    OfUnit,
    Project,
    ProjectDecision,
    StageEvent,
    UnitDecision,
    UnitReturn,
)
from leaderboard.ledger.read import ProjectFact, UnitFact, known_project_facts, projects_of
from leaderboard.ledger.record import LedgerError
from leaderboard.words import gettext as _

PROJECT_FACTS: dict[str, ProjectFact] = {"event": StageEvent, "arrival": CapitalArrival, "credit": Credit}
UNIT_FACTS: dict[str, UnitFact] = {"return": UnitReturn, "adjustment": Adjustment}
KINDS = (*PROJECT_FACTS, *UNIT_FACTS)


class Key(NamedTuple):
    """Where a fact is found: its kind, the project or unit it is about, its id."""

    kind: str
    holder_id: int
    fact_id: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the queue is asked for."""

    unit_ids: tuple[int, ...] | None = None
    """Facts of these units and of projects in which they have or had a share; None for all."""
    season_id: int | None = None
    """Adjustments of this season alone; no other fact belongs to one season."""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One fact on which nothing was decided yet, the project if it is about one, and the units it is about."""

    key: Key
    fact: OfProject | OfUnit
    project: Project | None
    unit_ids: tuple[int, ...]


def undecided(table: ProjectFact | UnitFact) -> ColumnElement[bool]:
    """The condition that nothing was decided on a fact of the table yet."""
    decisions, holder, decided_holder = _decisions(table)
    return ~exists().where(and_(decided_holder == holder, decisions.fact_id == table.fact_id))


def count_awaiting(session: Session, asked: Asked) -> int:
    """How many facts await a decision; the length of the whole queue asked for."""
    return session.scalar(select(sql.count()).select_from(_queue(asked).subquery())) or 0


def list_awaiting(session: Session, asked: Asked, limit: int, offset: int = 0) -> list[Waiting]:
    """One stretch of the queue, what was recorded first in front; at most eight queries whatever its length."""
    queue = _queue(asked).subquery()
    page = select(queue.c.kind, queue.c.holder_id, queue.c.fact_id).order_by(
        queue.c.recorded_at, queue.c.occurred_on, queue.c.fact_id
    )
    keys = [Key(*row) for row in session.execute(page.limit(limit).offset(offset))]
    facts = {key: fact for kind in KINDS for key, fact in _facts(session, kind, keys)}
    ids = {key.holder_id for key in keys if key.kind in PROJECT_FACTS}
    projects = {found.id: found for found in session.scalars(select(Project).where(Project.id.in_(ids)))}
    units = _units_of(session, ids)
    return [
        Waiting(key, facts[key], projects[key.holder_id], _about(facts[key]) or tuple(units[key.holder_id]))
        if key.kind in PROJECT_FACTS
        else Waiting(key, facts[key], None, (key.holder_id,))
        for key in keys
    ]


def decide_awaiting(
    session: Session, actor: str, keys: Sequence[Key], outcome: str, reason: str | None = None
) -> None:
    """Verify or return waiting facts, all of them or none.

    Raises LedgerError where nothing was chosen, where one of them awaits nothing any more, or where facts are
    returned without a reason.
    """
    if outcome not in {VERIFIED, RETURNED} or not keys:
        raise LedgerError(_("请先勾选记录"))
    gone = len(set(keys)) - len(set(_still_waiting(session, keys)))
    if gone:
        raise LedgerError(_already_decided(gone))
    facts = [
        Decision(_table(key.kind), key.holder_id, key.fact_id, outcome, reason) for key in sorted(set(keys))
    ]
    try:
        decide_facts(session, actor, facts)
    except IntegrityError as error:
        raise LedgerError(_already_decided(None)) from error


def _already_decided(count: int | None) -> str:
    which = _("有记录") if count is None else _("其中 {count} 条").format(count=count)
    return _("{which}已由他人处理，这次什么都没有保存；请看过最新的列表再提交").format(which=which)


def _table(kind: str) -> Any:
    return PROJECT_FACTS.get(kind) or UNIT_FACTS[kind]


def _decisions(table: Any) -> tuple[Any, Any, Any]:
    """The table of decisions on facts of a table, and the columns of both that name whom they are about."""
    if issubclass(table, OfProject):
        return ProjectDecision, table.project_id, ProjectDecision.project_id
    return UnitDecision, table.unit_id, UnitDecision.unit_id


def _queue(asked: Asked) -> CompoundSelect[Any]:
    kinds = [kind for kind in KINDS if asked.kind in {"", kind}]
    return union_all(*(_of_kind(kind, asked) for kind in kinds))


def _of_kind(kind: str, asked: Asked) -> Select[Any]:
    table = _table(kind)
    holder = _decisions(table)[1]
    found = select(
        literal(kind).label("kind"),
        holder.label("holder_id"),
        table.fact_id,
        table.recorded_at,
        table.occurred_on,
    ).where(undecided(table))
    if asked.unit_ids is not None:
        theirs = projects_of(asked.unit_ids) if kind in PROJECT_FACTS else asked.unit_ids
        found = found.where(holder.in_(theirs))
    if table is Adjustment and asked.season_id is not None:
        found = found.where(Adjustment.season_id == asked.season_id)
    return found


def _facts(session: Session, kind: str, keys: Iterable[Key]) -> Iterable[tuple[Key, OfProject | OfUnit]]:
    table, ids = _table(kind), [key.fact_id for key in keys if key.kind == kind]
    if ids:
        holder = _decisions(table)[1]
        for fact in session.scalars(select(table).where(table.fact_id.in_(ids))):
            yield Key(kind, getattr(fact, holder.key), fact.fact_id), cast(OfProject | OfUnit, fact)


def _still_waiting(session: Session, keys: Sequence[Key]) -> Iterable[Key]:
    for kind in KINDS:
        table = _table(kind)
        holder = _decisions(table)[1]
        for some in chunks(key.fact_id for key in keys if key.kind == kind):
            waits = select(holder, table.fact_id).where(table.fact_id.in_(some), undecided(table))
            found = {Key(kind, *row) for row in session.execute(waits)}
            yield from found & set(keys)


def _about(fact: OfProject | OfUnit) -> tuple[int, ...]:
    return (fact.unit_id,) if isinstance(fact, Credit) else ()


def _units_of(session: Session, project_ids: Iterable[int]) -> dict[int, list[int]]:
    """Units with a share in each project, as far as it was not reversed."""
    units: dict[int, list[int]] = defaultdict(list)
    shares = known_project_facts(Credit).where(Credit.project_id.in_(project_ids)).order_by(Credit.unit_id)
    for row in session.execute(shares):
        if row.unit_id not in units[row.project_id]:
            units[row.project_id].append(row.unit_id)
    return units
