"""Reading the ledger: what is known of projects and units, as of any instant."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Row, Select, and_, bindparam, exists, or_, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session, aliased

from leaderboard.ledger.models import (
    AWAITING,
    REVERSED,
    VERIFIED,
    Adjustment,
    CapitalArrival,
    Credit,
    FormerProject,
    OfProject,
    OfUnit,
    Project,
    ProjectDecision,
    StageEvent,
    UnitDecision,
    UnitReturn,
)

FOREVER = 2**62
"""An instant later than every other: everything known until now."""

ProjectFact = type[StageEvent] | type[CapitalArrival] | type[Credit]
UnitFact = type[UnitReturn] | type[Adjustment]


@lru_cache(64)  # Every write asks; putting the question together takes longer than answering it.
def known_project_facts(table: ProjectFact, known_at: int = FOREVER) -> Select[Any]:
    """Columns of the table and `outcome` of every fact recorded, and not reversed, by `known_at`."""
    return _known(table, ProjectDecision, ProjectDecision.project_id, table.project_id, known_at)


@lru_cache(64)
def known_unit_facts(table: UnitFact, known_at: int = FOREVER) -> Select[Any]:
    """The same for returns and adjustments, whose decisions are kept by unit."""
    return _known(table, UnitDecision, UnitDecision.unit_id, table.unit_id, known_at)


def _known(
    table: ProjectFact | UnitFact,
    decisions: type[ProjectDecision | UnitDecision],
    decided_holder: Any,
    holder: Any,
    known_at: int,
) -> Select[Any]:
    # Asked of each fact by the decisions' key: grouping them all would cost as much for one project as for all.
    later = aliased(decisions)
    overruled = exists().where(
        getattr(later, decided_holder.key) == decided_holder,
        later.fact_id == decisions.fact_id,
        later.decision_no > decisions.decision_no,
        later.decided_at <= known_at,
    )
    latest = and_(
        decided_holder == holder,
        decisions.fact_id == table.fact_id,
        decisions.decided_at <= known_at,
        ~overruled,
    )
    return (
        select(*table.__table__.columns, sql.coalesce(decisions.outcome, AWAITING).label("outcome"))
        .outerjoin(decisions, latest)
        .where(table.recorded_at <= known_at)
        .where(or_(decisions.outcome.is_(None), decisions.outcome != REVERSED))
    )


def newly_verified(
    session: Session, table: ProjectFact | UnitFact, after: int, until: int
) -> Sequence[Row[Any]]:
    """Facts on which a verification was decided after one instant and by another, and that were not verified before.

    Each comes with `verified_at`, the first such decision.
    """
    return session.execute(_newly_verified(table), {"after": after, "until": until}).all()


@cache
def _newly_verified(table: ProjectFact | UnitFact) -> Select[Any]:
    after: BindParameter[int] = bindparam("after", type_=BigInteger)
    until: BindParameter[int] = bindparam("until", type_=BigInteger)
    of_project = issubclass(table, OfProject)
    decisions: type[ProjectDecision | UnitDecision] = ProjectDecision if of_project else UnitDecision
    column = "project_id" if of_project else "unit_id"
    held, holder = getattr(table, column), getattr(decisions, column)
    earlier = aliased(decisions)
    before = (
        select(earlier.outcome)
        .where(getattr(earlier, column) == held, earlier.fact_id == table.fact_id)
        .where(earlier.decided_at <= after)
        .order_by(earlier.decision_no.desc())
        .limit(1)
        .correlate(table)
        .scalar_subquery()
    )
    columns: list[Any] = list(table.__table__.columns)
    return (
        select(*columns, sql.min(decisions.decided_at).label("verified_at"))
        .join(decisions, and_(holder == held, decisions.fact_id == table.fact_id))
        .where(decisions.decided_at > after, decisions.decided_at <= until, decisions.outcome == VERIFIED)
        .where(sql.coalesce(before, AWAITING) != VERIFIED)
        .group_by(*columns)
    )


def projects_of(unit_ids: Sequence[int]) -> Select[Any]:
    """Ids of the projects in which any of the units ever had a share."""
    return select(Credit.project_id).where(Credit.unit_id.in_(unit_ids)).distinct()


def former_projects(session: Session, known_at: int) -> dict[int, dict[str, Any]]:
    """Project id -> the columns that were amended since the instant, as they were then."""
    found: dict[int, dict[str, Any]] = {}
    later = select(FormerProject.project_id, FormerProject.columns).where(FormerProject.until_at > known_at)
    for project_id, columns in session.execute(
        later.order_by(FormerProject.until_at, FormerProject.former_no)
    ):
        # What was amended first after the instant is what held at it.
        found[project_id] = json.loads(columns) | found.get(project_id, {})
    return found


def former_names_of(session: Session, project_id: int) -> list[tuple[int, str]]:
    """Each time a project was amended: the instant, and the columns as they were until then, JSON."""
    found = select(FormerProject.until_at, FormerProject.columns).where(
        FormerProject.project_id == project_id
    )
    return [
        (until_at, columns) for until_at, columns in session.execute(found.order_by(FormerProject.former_no))
    ]


def times_amended(session: Session, project_id: int) -> int:
    """How often a project was amended: whoever amends it says which time they saw."""
    counted = select(sql.count()).select_from(FormerProject).where(FormerProject.project_id == project_id)
    return session.scalar(counted) or 0


def english_names(session: Session, codes: Collection[str], known_at: int) -> dict[str, str]:
    """Code -> English name, of the projects that may be named in public and have one, as they were at the instant."""
    former = former_projects(session, known_at)
    found = {}
    for project in session.scalars(select(Project).where(Project.code.in_(codes))):
        called = {"is_public": project.is_public, "name_en": project.name_en} | former.get(project.id, {})
        if called["is_public"] and called["name_en"]:
            found[project.code] = str(called["name_en"])
    return found


def find_project(session: Session, code: str) -> Project | None:
    """The project with this code, if there is one."""
    return session.scalars(select(Project).where(Project.code == code)).one_or_none()


def live_events(session: Session, project_id: int) -> Sequence[Row[Any]]:
    """Stage events of one project that were not reversed, oldest first."""
    return session.execute(
        known_project_facts(StageEvent)
        .where(StageEvent.project_id == project_id)
        .order_by(StageEvent.occurred_on, StageEvent.fact_id)
    ).all()


def live_arrivals(session: Session, project_id: int) -> Sequence[Row[Any]]:
    """Arrivals of one project that were not reversed, oldest first."""
    return session.execute(
        known_project_facts(CapitalArrival)
        .where(CapitalArrival.project_id == project_id)
        .order_by(CapitalArrival.occurred_on, CapitalArrival.fact_id)
    ).all()


def live_adjustments(session: Session, unit_id: int, season_id: int) -> Sequence[Row[Any]]:
    """Adjustments of a unit in a season that were not reversed, oldest first."""
    return session.execute(
        known_unit_facts(Adjustment)
        .where(Adjustment.unit_id == unit_id, Adjustment.season_id == season_id)
        .order_by(Adjustment.occurred_on, Adjustment.fact_id)
    ).all()


def live_credits(session: Session, project_id: int) -> Sequence[Row[Any]]:
    """Credits of one project that were not reversed."""
    return session.execute(
        known_project_facts(Credit)
        .where(Credit.project_id == project_id)
        .order_by(Credit.unit_id, Credit.fact_id)
    ).all()


def live_returns(session: Session, unit_id: int, measure: str) -> Sequence[Row[Any]]:
    """A unit's returns of one measure that were not reversed, oldest first; what they add up to is the cumulative."""
    return session.execute(
        known_unit_facts(UnitReturn)
        .where(UnitReturn.unit_id == unit_id, UnitReturn.measure == measure)
        .order_by(UnitReturn.occurred_on, UnitReturn.fact_id)
    ).all()


def live_shares(session: Session, project_id: int) -> Fraction:
    """Sum of the shares already given away in a project."""
    return sum((Fraction(c.share_num, c.share_den) for c in live_credits(session, project_id)), Fraction(0))


def outcome_of(session: Session, fact: OfProject | OfUnit) -> str:
    """What was last decided on a fact: awaiting, verified, returned or reversed."""
    table: type[ProjectDecision | UnitDecision]
    if isinstance(fact, OfProject):
        table, holder = ProjectDecision, {"project_id": fact.project_id}
    else:
        table, holder = UnitDecision, {"unit_id": getattr(fact, "unit_id")}  # noqa: B009 - mapped on subclasses
    latest = (
        select(table.outcome)
        .where(table.fact_id == fact.fact_id)
        .filter_by(**holder)
        .order_by(table.decision_no.desc())
        .limit(1)
    )
    return session.scalar(latest) or AWAITING
