"""What a unit has handed in 填报 and what became of it; taking back what was not verified yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, and_, exists, false, or_, select
from sqlalchemy import func as sql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from leaderboard.instant import Millis
from leaderboard.ledger.lines import UNSETTLED
from leaderboard.ledger.list_models import KeptLine, KeptWaiting
from leaderboard.ledger.models import (
    AWAITING,
    RETURNED,
    REVERSED,
    VERIFIED,
    Credit,
    OfProject,
    OfUnit,
    Project,
    ProjectDecision,
    StageEvent,
    UnitDecision,
    UnitReturn,
)
from leaderboard.ledger.read import known_project_facts, known_unit_facts, outcome_of
from leaderboard.ledger.record import LedgerError, decide
from leaderboard.ledger.waiting import PROJECT_FACTS, UNIT_FACTS, Key
from leaderboard.likeness import name_key
from leaderboard.words import gettext as _

HANDED_IN = {**PROJECT_FACTS, "return": UNIT_FACTS["return"]}
"""What units hand in; bonuses and deductions are entered by the office."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One fact that a unit handed in, or that is about a project of its own, and the last decision on it."""

    key: Key
    fact: OfProject | OfUnit
    project: Project | None
    outcome: str
    decided_at: Millis | None
    decided_by: str | None
    reason: str | None

    @property
    def kind(self) -> str:
        """The kind of fact: event, arrival, credit or return."""
        return self.key.kind


def own_projects(unit_id: int) -> ColumnElement[bool]:
    """Whether a project's line says that the unit has a share in it that was not reversed."""
    return and_(
        KeptLine.project_id.in_(select(Credit.project_id).where(Credit.unit_id == unit_id)),
        KeptLine.units.contains(f"|{unit_id}|"),
    )


def own_events(session: Session, unit_id: int) -> tuple[Sequence[int], Sequence[Row[Any]]]:
    """The ids of the unit's projects, and every stage event of theirs that was not reversed; two queries."""
    ids = session.scalars(select(KeptLine.project_id).where(own_projects(unit_id))).all()
    events = known_project_facts(StageEvent).join(KeptLine, KeptLine.project_id == StageEvent.project_id)
    return ids, session.execute(events.where(own_projects(unit_id))).all()


def _own(kind: str, unit_id: int, people: Collection[str]) -> ColumnElement[bool]:
    """Whether a fact is the unit's own business: its return or share, what its people reported, all of what it has alone.

    What another unit reported of a project that both share is that unit's.
    """
    table: Any = HANDED_IN[kind]
    if kind not in {"event", "arrival"}:
        return cast(ColumnElement[bool], table.unit_id == unit_id)
    return or_(table.recorded_by.in_(people), KeptLine.units == f"|{unit_id}|")


def unsettled(
    session: Session, unit_id: int, outcome: str, people: Collection[str], limit: int
) -> list[HandedIn]:
    """The unit's own facts that wait, or were sent back; the newest first.

    `outcome` is AWAITING or RETURNED, `people` are the names of those who report for the unit.
    """
    return _listed(session, unit_id, (outcome,), people, limit)


def count_unsettled(
    session: Session, unit_id: int, people: Collection[str], project_ids: Collection[int]
) -> Counter[tuple[int, str]]:
    """How many of the unit's own facts wait, or were sent back, by project and outcome; three queries."""
    found: Counter[tuple[int, str]] = Counter()
    for kind, table in PROJECT_FACTS.items():
        fact = and_(table.project_id == KeptWaiting.project_id, table.fact_id == KeptWaiting.fact_id)
        counted = select(KeptWaiting.project_id, KeptWaiting.outcome, sql.count())
        counted = counted.join(table, fact).join(KeptLine, KeptLine.project_id == KeptWaiting.project_id)
        counted = counted.where(KeptWaiting.kind == kind, KeptWaiting.project_id.in_(project_ids))
        counted = counted.where(_own(kind, unit_id, people))
        rows = session.execute(counted.group_by(KeptWaiting.project_id, KeptWaiting.outcome))
        found += Counter({(project_id, outcome): number for project_id, outcome, number in rows})
    return found


def settled(session: Session, unit_id: int, people: Collection[str], limit: int) -> list[HandedIn]:
    """What these people of the unit handed in and what was verified or reversed since; the newest first."""
    found = _listed(session, unit_id, (VERIFIED, REVERSED), people, limit)
    return sorted(found, key=lambda each: (each.decided_at or 0, each.key.fact_id), reverse=True)


def _listed(
    session: Session, unit_id: int, outcomes: Collection[str], people: Collection[str], limit: int
) -> list[HandedIn]:
    found = [each for kind in HANDED_IN for each in _of_kind(session, kind, unit_id, outcomes, people, limit)]
    found.sort(key=lambda each: (each.fact.recorded_at, each.key.fact_id), reverse=True)
    return found[:limit]


def _of_kind(
    session: Session,
    kind: str,
    unit_id: int,
    outcomes: Collection[str],
    people: Collection[str],
    limit: int,
) -> Iterator[HandedIn]:
    """The facts of one kind; one query whatever their number."""
    table: Any = HANDED_IN[kind]
    decisions: Any = ProjectDecision if kind in PROJECT_FACTS else UnitDecision
    holder = table.project_id if kind in PROJECT_FACTS else table.unit_id
    later = aliased(decisions)
    about = and_(getattr(decisions, holder.key) == holder, decisions.fact_id == table.fact_id)
    overruled = exists().where(
        getattr(later, holder.key) == holder,
        later.fact_id == table.fact_id,
        later.decision_no > decisions.decision_no,
    )
    about_project = kind in PROJECT_FACTS
    columns: list[Any] = [table, Project, decisions] if about_project else [table, decisions]
    asked = select(*columns).select_from(table).outerjoin(decisions, and_(about, ~overruled))
    if about_project:
        asked = asked.join(Project, Project.id == holder).join(KeptLine, KeptLine.project_id == holder)
        asked = asked.where(own_projects(unit_id))
    is_open = set(UNSETTLED).issuperset(outcomes)
    if about_project and is_open:
        # What is not settled is kept apart, so that nothing else is looked at.
        kept = and_(KeptWaiting.project_id == holder, KeptWaiting.fact_id == table.fact_id)
        asked = asked.join(KeptWaiting, kept).where(KeptWaiting.outcome.in_(outcomes))
    asked = asked.where(_own(kind, unit_id, people))
    if not is_open:
        asked = asked.where(table.recorded_by.in_(people))
    # Nothing was decided, or what was decided last is that it waits again.
    untouched = decisions.outcome.is_(None) if AWAITING in outcomes else false()
    waits = or_(untouched, decisions.outcome.in_(outcomes))
    asked = asked.where(waits).order_by(table.recorded_at.desc(), table.fact_id.desc()).limit(limit)
    for fact, *project, decision in session.execute(asked):
        yield HandedIn(
            Key(kind, getattr(fact, holder.key), fact.fact_id),
            fact,
            project[0] if project else None,
            decision.outcome if decision else AWAITING,
            decision.decided_at if decision else None,
            decision.decided_by if decision else None,
            decision.reason if decision else None,
        )


def find_handed_in(
    session: Session, unit_id: int, key: Key, people: Collection[str]
) -> OfProject | OfUnit | None:
    """A fact that is the unit's own business, its people being these; None for any other."""
    table: Any = HANDED_IN.get(key.kind)
    if table is None:
        return None
    holder = table.project_id if key.kind in PROJECT_FACTS else table.unit_id
    asked = select(table).where(holder == key.holder_id, table.fact_id == key.fact_id)
    if key.kind in PROJECT_FACTS:
        asked = asked.join(KeptLine, KeptLine.project_id == holder).where(own_projects(unit_id))
    found: OfProject | OfUnit | None = session.scalar(asked.where(_own(key.kind, unit_id, people)))
    return found


def last_returns(session: Session, unit_id: int) -> dict[str, date]:
    """Measure -> the day to which the unit has reported it; a return that ends earlier has a later one standing on it."""
    found = known_unit_facts(UnitReturn).where(UnitReturn.unit_id == unit_id).order_by(UnitReturn.occurred_on)
    return {row.measure: row.occurred_on for row in session.execute(found)}


def is_built_on(session: Session, fact: UnitReturn) -> bool:
    """Whether a later return of the same unit and measure stands on this one."""
    return last_returns(session, fact.unit_id).get(fact.measure, fact.occurred_on) > fact.occurred_on


def take_back(session: Session, actor: str, fact: OfProject | OfUnit, reason: str) -> None:
    """Reverse a fact that was not verified yet; it stays on record.

    Raises LedgerError where somebody has verified or reversed it by now, or where a later return stands on it.
    """
    gone = LedgerError(_("这条记录已经认定或撤回，请刷新后再看"))
    if outcome_of(session, fact) not in UNSETTLED:
        raise gone
    try:
        decide(session, actor, fact, REVERSED, reason)
    except IntegrityError as error:
        # Somebody decided on it in the same moment.
        raise gone from error


def may_take_back(session: Session, fact: OfProject | OfUnit, people: Collection[str]) -> bool:
    """Whether a unit may take a fact of its own back: it was sent back, or it waits and these people recorded it.

    What waits stays as long as a later return stands on it.
    """
    outcome = outcome_of(session, fact)
    if outcome == AWAITING and isinstance(fact, UnitReturn) and is_built_on(session, fact):
        return False
    return outcome == RETURNED or (outcome == AWAITING and fact.recorded_by in people)


def names_taken(session: Session, unit_id: int, name: str, but: int | None = None) -> Sequence[str]:
    """Codes of the unit's own projects of this name, written however, other than the one `but`."""
    same = select(Project.code).join(KeptLine, KeptLine.project_id == Project.id).where(own_projects(unit_id))
    same = same.where(KeptLine.name_key == name_key(name), Project.id != (but or 0))
    return session.scalars(same.order_by(Project.code)).all()
