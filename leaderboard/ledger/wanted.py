"""Which projects a list asks for, and in which order: found by what is kept of each project's line, never by its facts.

A list that finds few projects sorts those few; one that finds many walks the index of its order until the page is full.
Either way a page costs the same however many projects there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, exists, false, or_, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session

from leaderboard.among import among
from leaderboard.ledger.lines import NO_DAY, NO_YUAN
from leaderboard.ledger.list_models import KeptLine, Suspect
from leaderboard.ledger.models import Credit, Project
from leaderboard.ledger.naming import holding
from leaderboard.seasons.models import Unit

FEW = 1000
"""Projects up to which a list is counted to the last, and sorted for itself."""
MOST_NAMED = 10_000
"""Projects up to which those that hold a text are named to the database beside what else is asked of them."""
AWAITING_SOME, RETURNED_SOME, ALL_VERIFIED = STATES = ("awaiting", "returned", "verified")
"""Projects with a fact that awaits its verification, with one that was sent back, or with neither."""
SORTS: dict[str, Any] = {
    "code": Project.code,
    "name": KeptLine.name_key,
    "units": KeptLine.unit_no,
    "stage": KeptLine.moved_on,
    "signed": KeptLine.signed_on,
    "inward": KeptLine.inward_yuan,
    "arrived": KeptLine.arrived_yuan,
    "awaiting": KeptLine.waiting,
    "recorded": KeptLine.project_id,
}
"""What a list can be sorted by; units stand in the office's own order, names with equal ones side by side."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which projects a list asks for."""

    unit_ids: tuple[int, ...] | None = None
    """Projects in which one of these units has a share; None for all."""
    stage: str = ""
    """Projects that reached this stage, verified or not."""
    text: str = ""
    """Part of the code, the name or the investor."""
    state: str = ""
    """One of STATES; empty for all."""
    unmoved_since: date | None = None
    """Projects that reached no stage after this day."""
    suspect: bool = False
    """Only projects that look like another one."""
    signed_from: date | None = None
    signed_until: date | None = None
    inward_least: int | None = None
    """Contracted inward capital in yuan."""
    inward_most: int | None = None
    named: tuple[int, ...] | None = None
    """The projects that may hold the text, where it is known that there are no others; None where it is not."""


@dataclass(frozen=True, slots=True)
class Order:
    """By what a list is sorted, and whether from its end; projects alike stand in the order they were entered."""

    by: str = "code"
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the ids asked for."""

    ids: tuple[int, ...]
    total: int
    """How many there are; FEW + 1 stands for more than FEW."""
    more: bool
    """Whether another page follows."""


def find_page(session: Session, wanted: Wanted, order: Order, limit: int, offset: int = 0) -> Found:
    """One page of the projects asked for; two queries, and up to five more where a text is asked for."""
    first = _first(session, wanted)
    if len(first) > FEW:
        asked = _sorted(_found(wanted, order, walked=True), order)
    else:
        few = select(KeptLine.project_id).join(Project, Project.id == KeptLine.project_id)
        asked = _sorted(few.where(KeptLine.project_id.in_(first)), order)
    ids = session.scalars(asked.limit(limit + 1).offset(offset)).all()
    return Found(tuple(ids[:limit]), len(first), len(ids) > limit)


def _first(session: Session, wanted: Wanted) -> Sequence[int]:
    """The projects asked for in no order; where they are more than FEW, one above it, of no matter which."""
    is_text_alone = wanted == Wanted(text=wanted.text)
    named = holding(session, wanted.text, FEW if is_text_alone else MOST_NAMED) if wanted.text else None
    if named is None and wanted.text and is_text_alone:
        # Many, as is known already: they need not be counted by asking row by row.
        return range(FEW + 1)
    if named is not None:
        wanted = replace(wanted, named=tuple(named))
    return session.scalars(_found(wanted, walked=named is not None).limit(FEW + 1)).all()


def find_all(session: Session, wanted: Wanted, order: Order) -> Sequence[int]:
    """The ids of all projects asked for, in order."""
    return session.scalars(_sorted(_found(wanted, order), order)).all()


def count_all(session: Session, wanted: Wanted) -> int:
    """How many projects are asked for, to the last; as much work as there are."""
    return session.scalar(select(sql.count()).select_from(_found(wanted).subquery())) or 0


def _found(wanted: Wanted, order: Order | None = None, *, walked: bool = False) -> Select[Any]:
    """The projects asked for; `walked` where they are many and lines are looked at one by one in the list's order."""
    conditions = list(_conditions(wanted, walked))
    by_code = order is not None and order.by == "code"
    if by_code and not conditions:
        return select(Project.id)
    found = select(KeptLine.project_id).where(*conditions)
    # Heads are looked up only where something of theirs is asked for.
    return found.join(Project, Project.id == KeptLine.project_id) if by_code or wanted.text else found


def _sorted(found: Select[Any], order: Order) -> Select[Any]:
    column, project_id = SORTS[order.by], next(iter(found.selected_columns))
    if order.by == "code":
        return found.order_by(column.desc() if order.backwards else column)
    columns = (column, project_id)
    return found.order_by(*(c.desc() if order.backwards else c for c in columns))


def _conditions(wanted: Wanted, walked: bool) -> Iterator[ColumnElement[bool]]:
    if wanted.unit_ids is not None:
        yield from _of_units(wanted.unit_ids, walked)
    if wanted.stage:
        yield KeptLine.reached.contains(f"|{wanted.stage}|", autoescape=True)
    if wanted.text:
        if wanted.named is not None:
            yield among(KeptLine.project_id, wanted.named)
        columns = (Project.code, Project.name, Project.investor)
        yield or_(*(column.icontains(wanted.text, autoescape=True) for column in columns))
    if wanted.state == AWAITING_SOME:
        yield KeptLine.waiting > 0
    if wanted.state == RETURNED_SOME:
        yield KeptLine.returned > 0
    if wanted.state == ALL_VERIFIED:
        yield (KeptLine.waiting == 0) & (KeptLine.returned == 0)
    if wanted.unmoved_since is not None:
        yield KeptLine.moved_on <= wanted.unmoved_since
    if wanted.suspect:
        yield KeptLine.project_id.in_(select(Suspect.project_id))
    yield from _between(KeptLine.signed_on, wanted.signed_from, wanted.signed_until, NO_DAY)
    yield from _between(KeptLine.inward_yuan, wanted.inward_least, wanted.inward_most, NO_YUAN)


def _between(column: Any, least: Any, most: Any, missing: Any) -> Iterator[ColumnElement[bool]]:
    """Bounds, within which nothing lies of which the figure is missing."""
    if least is not None:
        yield column >= least
    if most is not None:
        yield (column <= most) & (column > missing)


def _of_units(unit_ids: tuple[int, ...], walked: bool) -> Iterator[ColumnElement[bool]]:
    if not unit_ids:
        yield false()
    elif len(unit_ids) == 1:
        if not walked:
            yield KeptLine.project_id.in_(select(Credit.project_id).where(Credit.unit_id == unit_ids[0]))
        yield KeptLine.units.contains(f"|{unit_ids[0]}|")
    else:
        barred = "%|" + cast(Unit.id, String) + "|%"
        yield exists().where(Unit.id.in_(unit_ids), KeptLine.units.like(barred))
