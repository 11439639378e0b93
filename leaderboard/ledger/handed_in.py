"""What a unit has handed in 填报 and what became of it; taking back what was not verified yet."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, false, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from leaderboard.instant import Millis
from leaderboard.ledger.awaiting import PROJECT_FACTS, UNIT_FACTS, Key
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
from leaderboard.ledger.read import known_project_facts, outcome_of
from leaderboard.ledger.record import LedgerError, decide
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


def unsettled(session: Session, unit_id: int, outcome: str, limit: int) -> list[HandedIn]:
    """The unit's returns and the facts of its projects that wait, or were sent back; the newest first.

    `outcome` is AWAITING or RETURNED. A share that another unit has in a project is that unit's own business.
    """
    return _listed(session, unit_id, (outcome,), None, limit)


def settled(session: Session, unit_id: int, people: Collection[str], limit: int) -> list[HandedIn]:
    """What these people of the unit handed in and what was verified or reversed since; the newest first."""
    found = _listed(session, unit_id, (VERIFIED, REVERSED), people, limit)
    return sorted(found, key=lambda each: (each.decided_at or 0, each.key.fact_id), reverse=True)


def _listed(
    session: Session, unit_id: int, outcomes: Collection[str], people: Collection[str] | None, limit: int
) -> list[HandedIn]:
    found = [each for kind in HANDED_IN for each in _of_kind(session, kind, unit_id, outcomes, people, limit)]
    found.sort(key=lambda each: (each.fact.recorded_at, each.key.fact_id), reverse=True)
    return found[:limit]


def _of_kind(
    session: Session,
    kind: str,
    unit_id: int,
    outcomes: Collection[str],
    people: Collection[str] | None,
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
    if about_project and people is None:
        # What is not settled is kept apart, so that nothing else is looked at.
        kept = and_(KeptWaiting.project_id == holder, KeptWaiting.fact_id == table.fact_id)
        asked = asked.join(KeptWaiting, kept).where(KeptWaiting.outcome.in_(outcomes))
    if kind not in {"event", "arrival"}:
        asked = asked.where(table.unit_id == unit_id)
    if people is not None:
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


def find_handed_in(session: Session, unit_id: int, key: Key) -> OfProject | OfUnit | None:
    """A return of the unit, or a fact of a project in which it has a share; None for what is none of its business."""
    table: Any = HANDED_IN.get(key.kind)
    if table is None:
        return None
    fact: OfProject | OfUnit | None = session.get(table, (key.holder_id, key.fact_id))
    if isinstance(fact, OfProject):
        line = select(KeptLine.project_id).where(KeptLine.project_id == key.holder_id, own_projects(unit_id))
        mine = session.scalar(line) is not None and not (isinstance(fact, Credit) and fact.unit_id != unit_id)
    else:
        mine = isinstance(fact, UnitReturn) and fact.unit_id == unit_id
    return fact if mine else None


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
    """Whether a unit may take a fact of its own back: it was sent back, or it waits and these people recorded it."""
    outcome = outcome_of(session, fact)
    return outcome == RETURNED or (outcome == AWAITING and fact.recorded_by in people)


def names_taken(session: Session, unit_id: int, name: str, but: int | None = None) -> Sequence[str]:
    """Codes of the unit's own projects of this name, written however, other than the one `but`."""
    same = select(Project.code).join(KeptLine, KeptLine.project_id == Project.id).where(own_projects(unit_id))
    same = same.where(KeptLine.name_key == name_key(name), Project.id != (but or 0))
    return session.scalars(same.order_by(Project.code)).all()
