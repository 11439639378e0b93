"""Which facts stand in the queue 待认定 and in which order: asked by unit, season, kind and age, and counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, exists, literal, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session, aliased

from leaderboard.instant import Millis
from leaderboard.ledger.list_models import KeptWaiting
from leaderboard.ledger.models import (
    AWAITING,
    Adjustment,
    CapitalArrival,
    Credit,
    StageEvent,
    UnitReturn,
)
from leaderboard.ledger.read import ProjectFact, UnitFact, known_unit_facts

PROJECT_FACTS: dict[str, ProjectFact] = {"event": StageEvent, "arrival": CapitalArrival, "credit": Credit}
UNIT_FACTS: dict[str, UnitFact] = {"return": UnitReturn, "adjustment": Adjustment}
KINDS = (*PROJECT_FACTS, *UNIT_FACTS)


class Key(NamedTuple):
    """Where a fact is found: its kind, the project or unit it is about, its id."""

    kind: str
    holder_id: int
    fact_id: int


class Standing(NamedTuple):
    """A fact's place in the queue: what was recorded first stands in front, of equals what occurred first."""

    recorded_at: Millis
    occurred_on: date
    fact_id: int
    kind: str
    holder_id: int

    @property
    def key(self) -> Key:
        """Where the fact is found."""
        return Key(self.kind, self.holder_id, self.fact_id)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the queue is asked for."""

    unit_ids: tuple[int, ...] | None = None
    """Facts of these units and of projects in which they have or had a share; None for all."""
    season_id: int | None = None
    """Adjustments of this season alone; no other fact belongs to one season."""
    kind: str = ""
    outcome: str = AWAITING
    """AWAITING, or RETURNED for what was sent back."""
    recorded_before: Millis | None = None
    """Facts recorded before this instant."""
    few: tuple[Standing, ...] | None = None
    """The facts of projects that are asked for, where they were found to be few; None where they were not looked for."""


def counted(session: Session, asked: Asked, most: int) -> tuple[Asked, int]:
    """How many facts there are, `most` + 1 for all that is more, and the same question with what was found meanwhile.

    A unit's few facts are found by its projects, its many by going through the queue until enough of them came by:
    either way nothing is gone through that grows with the projects of all.
    """
    if asked.unit_ids is not None and len(asked.unit_ids) == 1:
        kinds = [asked.kind] if asked.kind else list(PROJECT_FACTS)
        found = session.execute(_of_unit(kinds, asked, asked.unit_ids[0]).limit(most + 1)).all()
        if len(found) > most:
            return asked, most + 1
        asked = replace(asked, few=tuple(Standing(*row) for row in found))
    total = len(asked.few or ())
    for part in _parts(asked):
        if total <= most:
            total += _count(session, part.limit(most + 1 - total))
    return asked, total


def count_awaiting(session: Session, asked: Asked) -> int:
    """How many facts there are in the queue asked for, to the last."""
    return sum(_count(session, part) for part in _parts(asked))


def _count(session: Session, part: Select[Any]) -> int:
    return session.scalar(select(sql.count()).select_from(part.subquery())) or 0


def stretch(session: Session, asked: Asked, limit: int, offset: int) -> list[Key]:
    """The facts of a stretch: each kind is read in its own order as far as the stretch goes, and then merged."""
    parts: list[Iterable[Standing]] = [asked.few or ()]
    for part in _parts(asked):
        order = part.selected_columns
        sorted_part = part.order_by(order.recorded_at, order.occurred_on, order.fact_id)
        parts.append(Standing(*row) for row in session.execute(sorted_part.limit(offset + limit)))
    return [found.key for found in sorted(chain(*parts))[offset : offset + limit]]


def _parts(asked: Asked) -> Iterator[Select[Any]]:
    """The queue kind by kind: each is read by an index of its own."""
    for kind in PROJECT_FACTS if asked.few is None else ():
        if asked.kind in {"", kind}:
            yield _of_projects(kind, asked)
    for kind in UNIT_FACTS:
        if asked.kind in {"", kind}:
            yield _of_units(kind, asked)


def _of_projects(kind: str, asked: Asked) -> Select[Any]:
    """The facts of projects in the queue, read from what is kept of them."""
    found = _waiting([kind], asked)
    if asked.unit_ids is None:
        return found
    theirs = Credit.project_id == KeptWaiting.project_id, Credit.unit_id.in_(asked.unit_ids)
    return found.where(exists().where(*theirs))


def _of_unit(kinds: list[str], asked: Asked, unit_id: int) -> Select[Any]:
    """The facts of one unit's projects: they come by one by one in no order, so that a few of many are soon there."""
    again = aliased(Credit)
    # A unit that left a project and came back has two shares in it: the first of them stands for both.
    earlier = exists().where(
        again.project_id == Credit.project_id, again.unit_id == unit_id, again.fact_id < Credit.fact_id
    )
    theirs = and_(Credit.project_id == KeptWaiting.project_id, Credit.unit_id == unit_id)
    return _waiting(kinds, asked).join(Credit, theirs).where(~earlier)


def _waiting(kinds: list[str], asked: Asked) -> Select[Any]:
    waiting = KeptWaiting
    columns: list[Any] = [waiting.recorded_at, waiting.occurred_on, waiting.fact_id, waiting.kind]
    found: Select[Any] = select(*columns, waiting.project_id.label("holder_id"))
    found = found.where(waiting.outcome == asked.outcome, waiting.kind.in_(kinds))
    if asked.recorded_before is not None:
        found = found.where(waiting.recorded_at < asked.recorded_before)
    return found


def _of_units(kind: str, asked: Asked) -> Select[Any]:
    """The returns or adjustments in the queue; there are never many, so they are read themselves."""
    table = UNIT_FACTS[kind]
    known = known_unit_facts(table).subquery()
    found: Select[Any] = select(
        known.c.recorded_at,
        known.c.occurred_on,
        known.c.fact_id,
        literal(kind).label("kind"),
        known.c.unit_id.label("holder_id"),
    ).where(known.c.outcome == asked.outcome)
    if asked.recorded_before is not None:
        found = found.where(known.c.recorded_at < asked.recorded_before)
    if asked.unit_ids is not None:
        found = found.where(known.c.unit_id.in_(asked.unit_ids))
    if table is Adjustment and asked.season_id is not None:
        found = found.where(known.c.season_id == asked.season_id)
    return found
