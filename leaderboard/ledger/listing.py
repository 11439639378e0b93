"""Lists of the ledger for people: projects with where they stand, one project's whole story, what awaits a decision."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, cast

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from leaderboard.ledger.duplicates import Lookalike, lookalikes
from leaderboard.ledger.models import (
    AWAITING,
    RETURNED,
    SIGNED,
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
from leaderboard.ledger.rows import chunks
from leaderboard.ledger.waiting import PROJECT_FACTS, UNIT_FACTS
from leaderboard.ledger.wanted import FEW, Order, Wanted, count_all, find_page
from leaderboard.seasons.models import Unit
from leaderboard.words import named


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """One project in a list, with how far it came by the facts that were not reversed."""

    head: Project
    units: tuple[tuple[str, Fraction], ...]
    events: tuple[Row[Any], ...]
    """Oldest first; the signing carries the contract's amounts."""
    arrived_yuan: int
    """Verified money alone."""
    outcomes: Mapping[str, int]
    """How many of its facts stand as awaiting, verified or returned."""
    alike: tuple[Lookalike, ...]
    """Other projects it looks like."""

    @property
    def code(self) -> str:
        """The project's code."""
        return self.head.code

    @property
    def name(self) -> str:
        """The project's name."""
        return self.head.name

    @property
    def awaiting(self) -> int:
        """Facts on which nothing was decided yet."""
        return self.outcomes.get(AWAITING, 0)

    @property
    def returned(self) -> int:
        """Facts that were sent back."""
        return self.outcomes.get(RETURNED, 0)

    @property
    def signed_on(self) -> date | None:
        """The day of the signing."""
        return next((e.occurred_on for e in self.events if e.stage == SIGNED), None)

    @property
    def total_yuan(self) -> int | None:
        """The contract's total, where a signing states it."""
        return next((e.total_yuan for e in reversed(self.events) if e.total_yuan is not None), None)

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
    """One page of the projects asked for, by code, and how many there are; a few queries whatever their number."""
    found = find_page(session, wanted, Order(), limit, offset)
    total = found.total if found.total <= FEW else count_all(session, wanted)
    return [line for some in chunks(found.ids) for line in lines_of(session, some)], total


def lines_of(session: Session, ids: Sequence[int]) -> list[ProjectLine]:
    """The lines of these projects, in the order of their ids as given; five queries whatever their number."""
    heads = project_heads(session, ids)
    events = _by_project(session, StageEvent, ids)
    arrivals = _by_project(session, CapitalArrival, ids)
    shares = _credits_of(session, ids)
    alike = lookalikes(session, ids)
    return [
        ProjectLine(
            head=heads[id_],
            units=tuple(
                (named(row.unit_name, row.unit_name_en), Fraction(row.share_num, row.share_den))
                for row in shares[id_]
            ),
            events=tuple(sorted(events[id_], key=lambda e: (e.occurred_on, e.recorded_at))),
            arrived_yuan=sum(row.yuan for row in arrivals[id_] if row.outcome == VERIFIED),
            outcomes=Counter(row.outcome for row in (*events[id_], *arrivals[id_], *shares[id_])),
            alike=tuple(alike.get(id_, ())),
        )
        for id_ in ids
    ]


def project_heads(session: Session, ids: Collection[int]) -> dict[int, Project]:
    """The projects with these ids."""
    return {head.id: head for head in session.scalars(select(Project).where(Project.id.in_(ids)))}


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
