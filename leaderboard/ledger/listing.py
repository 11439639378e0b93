"""Lists of the ledger for people: projects with where they stand, one project's whole story, what awaits a decision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session

from leaderboard.ledger.awaiting import PROJECT_FACTS, UNIT_FACTS, undecided
from leaderboard.ledger.models import (
    AWAITING,
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
from leaderboard.ledger.read import known_project_facts
from leaderboard.seasons.models import Unit
from leaderboard.words import named


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which projects a list asks for."""

    unit_ids: tuple[int, ...] | None = None
    """Projects in which one of these units has a share; None for all."""
    stage: str = ""
    """Projects that reached this stage, verified or not."""
    text: str = ""
    """Part of the code, the name or the investor."""
    awaiting: bool = False
    """Only projects with a fact on which nothing was decided yet."""


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """One project in a list, with how far it came by the facts that were not reversed."""

    code: str
    name: str
    units: tuple[tuple[str, Fraction], ...]
    events: tuple[Row[Any], ...]
    """Oldest first; the signing carries the contract's amounts."""
    arrived_yuan: int
    """Verified money alone."""
    awaiting: int

    @property
    def newest(self) -> Row[Any] | None:
        """The last stage event."""
        return self.events[-1] if self.events else None

    @property
    def inward_yuan(self) -> int | None:
        """Inward capital of the contract, where a signing states it."""
        return next((e.inward_yuan for e in reversed(self.events) if e.inward_yuan is not None), None)


@dataclass(frozen=True, slots=True)
class ToldFact:
    """One fact of a project's story with every decision on it, first to last."""

    kind: str
    fact: OfProject
    decisions: tuple[ProjectDecision, ...]

    @property
    def outcome(self) -> str:
        """What holds now: awaiting, verified, returned or reversed."""
        return self.decisions[-1].outcome if self.decisions else AWAITING


@dataclass(frozen=True, slots=True)
class UnitFact:
    """A return or an adjustment with the unit's name and what was last decided on it."""

    fact: UnitReturn | Adjustment
    unit_name: str
    decision: UnitDecision | None

    @property
    def outcome(self) -> str:
        """What holds now: awaiting, verified, returned or reversed."""
        return self.decision.outcome if self.decision else AWAITING


def list_projects(
    session: Session, wanted: Wanted, limit: int, offset: int = 0
) -> tuple[list[ProjectLine], int]:
    """One page of the projects asked for, by code, and how many there are; five queries whatever their number."""
    conditions = list(_conditions(wanted))
    total = session.scalar(select(sql.count()).select_from(Project).where(*conditions)) or 0
    heads = session.scalars(
        select(Project).where(*conditions).order_by(Project.code).limit(limit).offset(offset)
    ).all()
    ids = [project.id for project in heads]
    events = _by_project(session, StageEvent, ids)
    arrivals = _by_project(session, CapitalArrival, ids)
    shares = _credits_of(session, ids)
    lines = [
        ProjectLine(
            code=head.code,
            name=head.name,
            units=tuple(
                (named(row.unit_name, row.unit_name_en), Fraction(row.share_num, row.share_den))
                for row in shares[head.id]
            ),
            events=tuple(sorted(events[head.id], key=lambda e: (e.occurred_on, e.recorded_at))),
            arrived_yuan=sum(row.yuan for row in arrivals[head.id] if row.outcome == VERIFIED),
            awaiting=sum(
                row.outcome == AWAITING for row in (*events[head.id], *arrivals[head.id], *shares[head.id])
            ),
        )
        for head in heads
    ]
    return lines, total


def _conditions(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.unit_ids is not None:
        shares = known_project_facts(Credit).where(Credit.unit_id.in_(wanted.unit_ids)).subquery()
        yield Project.id.in_(select(shares.c.project_id))
    if wanted.stage:
        reached = known_project_facts(StageEvent).where(StageEvent.stage == wanted.stage).subquery()
        yield Project.id.in_(select(reached.c.project_id))
    if wanted.text:
        part = "%" + wanted.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        columns = (Project.code, Project.name, Project.investor)
        yield or_(*(column.ilike(part, escape="\\") for column in columns))
    if wanted.awaiting:
        tables = PROJECT_FACTS.values()
        yield or_(*(Project.id.in_(select(table.project_id).where(undecided(table))) for table in tables))


def _by_project(
    session: Session, table: type[StageEvent | CapitalArrival], ids: Sequence[int]
) -> dict[int, list[Row[Any]]]:
    grouped: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(known_project_facts(table).where(table.project_id.in_(ids))):
        grouped[row.project_id].append(row)
    return grouped


def _credits_of(session: Session, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    grouped: dict[int, list[Row[Any]]] = defaultdict(list)
    shares = known_project_facts(Credit).where(Credit.project_id.in_(ids)).subquery()
    found = (
        select(shares, Unit.name.label("unit_name"), Unit.name_en.label("unit_name_en"))
        .join(Unit, Unit.id == shares.c.unit_id)
        .order_by(Unit.sort_no, shares.c.fact_id)
    )
    for row in session.execute(found):
        grouped[row.project_id].append(row)
    return grouped


def tell(session: Session, project_id: int) -> list[ToldFact]:
    """A project's whole story in the order things happened, reversed facts included; four queries."""
    decisions: dict[int, list[ProjectDecision]] = defaultdict(list)
    for decision in session.scalars(
        select(ProjectDecision)
        .where(ProjectDecision.project_id == project_id)
        .order_by(ProjectDecision.decision_no)
    ):
        decisions[decision.fact_id].append(decision)
    told = [
        ToldFact(kind, fact, tuple(decisions[fact.fact_id]))
        for kind, table in PROJECT_FACTS.items()
        for fact in cast(
            Sequence[OfProject], session.scalars(select(table).where(table.project_id == project_id)).all()
        )
    ]
    return sorted(told, key=lambda t: (t.fact.occurred_on, t.fact.recorded_at, t.fact.fact_id))


def find_project_fact(session: Session, project_id: int, kind: str, fact_id: int) -> OfProject | None:
    """One fact of a project, if it has it."""
    table = PROJECT_FACTS.get(kind)
    return cast(OfProject | None, session.get(table, (project_id, fact_id))) if table else None


def find_unit_fact(session: Session, unit_id: int, kind: str, fact_id: int) -> OfUnit | None:
    """One return or adjustment of a unit, if it has it."""
    table = UNIT_FACTS.get(kind)
    return cast(OfUnit | None, session.get(table, (unit_id, fact_id))) if table else None


def list_unit_facts(
    session: Session, kind: str, unit_ids: Sequence[int], since: date, limit: int = 200
) -> list[UnitFact]:
    """Returns or adjustments of the units since a day, newest first, each with what was last decided."""
    table = UNIT_FACTS[kind]
    rows = session.execute(
        select(table, Unit.name, Unit.name_en, UnitDecision)
        .join(Unit, Unit.id == table.unit_id)
        .outerjoin(
            UnitDecision, and_(UnitDecision.unit_id == table.unit_id, UnitDecision.fact_id == table.fact_id)
        )
        .where(table.unit_id.in_(unit_ids), table.occurred_on >= since)
        .order_by(table.occurred_on.desc(), Unit.sort_no, table.fact_id, UnitDecision.decision_no)
        .limit(limit)
    )
    latest: dict[int, UnitFact] = {}
    for row, name, name_en, decision in rows:
        fact = cast(UnitReturn | Adjustment, row)
        latest[fact.fact_id] = UnitFact(fact, named(name, name_en), decision)
    return list(latest.values())
