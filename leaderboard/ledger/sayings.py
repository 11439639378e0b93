"""What a line in the trail says of the facts it is about: the values of the first of them, and how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from leaderboard.among import among
from leaderboard.ledger.holders import Held, holder_column
from leaderboard.ledger.models import (
    Adjustment,
    CapitalArrival,
    Credit,
    OfProject,
    OfUnit,
    Project,
    StageEvent,
    UnitReturn,
)
from leaderboard.seasons.models import Unit

MOST_SAID = 6
"""Facts whose values a line in the trail gives."""
VALUES: Mapping[Any, tuple[str, ...]] = {
    StageEvent: ("stage", "total_yuan", "inward_yuan"),
    CapitalArrival: ("yuan", "kind"),
    Credit: ("unit_id", "share_num", "share_den"),
    UnitReturn: ("measure", "quantity"),
    Adjustment: ("item", "times"),
}
"""The columns that say what a fact says."""


class _Stored(NamedTuple):
    """A stored fact by its table and whom it is kept under."""

    table: Any
    holder_id: int


def said_of_new(session: Session, facts: Sequence[Any]) -> dict[str, Any]:
    """The same of facts that are being added."""
    return _said(session, facts, [(fact.occurred_on, fact.values) for fact in facts[:MOST_SAID]])


def said_of_known(session: Session, decisions: Sequence[Any]) -> dict[str, Any]:
    """What recorded facts say on which something is decided."""
    rows = [_row(session, each) for each in decisions[:MOST_SAID]]
    return _said(session, decisions, [(row["occurred_on"], row) for row in rows])


def said_of_one(session: Session, fact: OfProject | OfUnit) -> dict[str, Any]:
    """What a single fact says, as it is stored."""
    holder_id = fact.project_id if isinstance(fact, OfProject) else fact.unit_id
    own = {name: getattr(fact, name) for name in VALUES[type(fact)]}
    return _said(session, [_Stored(type(fact), holder_id)], [(fact.occurred_on, own)])


def _row(session: Session, decision: Any) -> Any:
    table = decision.table
    holder = getattr(table, holder_column(table))
    columns = inspect(table).local_table.c
    found = select(*columns).where(holder == decision.holder_id, table.fact_id == decision.fact_id)
    return session.execute(found).mappings().one()


def _said(
    session: Session, facts: Sequence[Held], values: Iterable[tuple[date, Mapping[str, Any]]]
) -> dict[str, Any]:
    """Each fact by its table, whom it is about, its day and values; a number at the end is how many there are."""
    first = facts[:MOST_SAID]
    named = _names(session, first)
    said: list[Any] = [
        {
            "table": fact.table.__tablename__,
            "of": named[holder_column(fact.table), fact.holder_id],
            "on": str(day),
            **{name: own[name] for name in VALUES[fact.table] if own.get(name) is not None},
        }
        for fact, (day, own) in zip(first, values, strict=True)
    ]
    return {"said": said + ([len(facts)] if len(facts) > MOST_SAID else [])}


def _names(session: Session, facts: Iterable[Held]) -> dict[tuple[str, int], str]:
    """Column and id of whom the facts are about -> its code or key."""
    wanted = {(holder_column(fact.table), fact.holder_id) for fact in facts}
    found: dict[tuple[str, int], str] = {}
    keys: tuple[tuple[str, Any, Any], ...] = (
        ("project_id", Project.id, Project.code),
        ("unit_id", Unit.id, Unit.key),
    )
    for column, by, key in keys:
        ids = {each for name, each in wanted if name == column}
        if ids:
            rows = session.execute(select(by, key).where(among(by, ids)))
            found |= {(column, holder): text for holder, text in rows}
    return found
