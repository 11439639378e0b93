"""Projects that look like another one 疑似重复: told to people with what is alike, never left out of any score.

Two projects look alike where their names are the same to a reader, or where the same investor brings the same amount.
Both are keys kept with each project's line, so that neither finding nor keeping them looks at other projects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, exists, insert, or_, select
from sqlalchemy.orm import Session, aliased

from leaderboard.among import among
from leaderboard.ledger.list_models import KeptLine, NotDuplicate, Suspect
from leaderboard.ledger.models import SIGNED, Project

SAME_NAME, SAME_DEAL, SAME_UNIT, TWO_UNITS, SIGNED_TWICE = ALIKE = (
    "name",
    "deal",
    "unit",
    "units",
    "signed",
)
"""What two projects may have in common, or be at odds in: one unit's, claimed by two, both signed."""
MOST_TOLD = 500
"""Pairs told on one page."""


class Keys(NamedTuple):
    """By what a project would be known if it were entered twice."""

    name: str
    deal: str


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Another project that looks like one, with what is alike."""

    project_id: int
    code: str
    name: str
    name_en: str | None
    alike: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PutAside:
    """Another project of which somebody has found that it is not the same, with the reason."""

    code: str
    name: str
    reason: str
    by: str
    at: int


def keys_of(session: Session, project_ids: Sequence[int]) -> dict[int, Keys]:
    """The keys that are kept of these projects; one that is new has none."""
    found = select(KeptLine.project_id, KeptLine.name_key, KeptLine.deal_key)
    rows = session.execute(found.where(among(KeptLine.project_id, project_ids)))
    return {row.project_id: Keys(row.name_key, row.deal_key) for row in rows}


def keep_suspects(
    session: Session, project_ids: Sequence[int], before: dict[int, Keys], after: dict[int, Keys]
) -> None:
    """Mark anew whoever looks like these projects, or did: where no key has changed there is nothing to do."""
    changed = [p for p in project_ids if before.get(p) != after.get(p)]
    keys = [found[p] for found in (before, after) for p in changed if p in found]
    if keys:
        mark_suspects(session, _sharing(keys), changed)


def _sharing(keys: Iterable[Keys]) -> ColumnElement[bool]:
    names, deals = ({key for key in some if key} for some in zip(*keys, strict=True))
    return or_(KeptLine.name_key.in_(names), KeptLine.deal_key.in_(deals))


def mark_suspects(session: Session, some: ColumnElement[bool], besides: Sequence[int]) -> None:
    """Mark the projects under a condition, and those besides, or take the mark from them."""
    looked_at = {*session.scalars(select(KeptLine.project_id).where(some)), *besides}
    gone = delete(Suspect).where(among(Suspect.project_id, looked_at))
    session.execute(gone.execution_options(synchronize_session=False))
    found = session.scalars(select(KeptLine.project_id).where(some, _looks_like_another())).all()
    if found:
        session.execute(insert(Suspect), [{"project_id": project_id} for project_id in found])


def _looks_like_another() -> ColumnElement[bool]:
    other = aliased(KeptLine)

    def another(key: str) -> ColumnElement[bool]:
        mine, theirs = getattr(KeptLine, key), getattr(other, key)
        return exists().where(
            theirs == mine, mine != "", other.project_id != KeptLine.project_id, _not_aside(KeptLine, other)
        )

    return or_(another("name_key"), another("deal_key"))


def _not_aside(one: Any, other: Any) -> ColumnElement[bool]:
    def pair(first: Any, second: Any) -> ColumnElement[bool]:
        of_both = and_(NotDuplicate.first_id == first.project_id, NotDuplicate.second_id == second.project_id)
        return exists().where(of_both).correlate(one, other)

    return ~pair(one, other) & ~pair(other, one)


def lookalikes(session: Session, project_ids: Sequence[int]) -> dict[int, list[Lookalike]]:
    """What each of these projects looks like, in the order in which they were entered; three queries at most."""
    found: dict[int, list[Lookalike]] = defaultdict(list)
    suspects = session.scalars(select(Suspect.project_id).where(Suspect.project_id.in_(project_ids))).all()
    if not suspects:
        return found
    for mine, row in _pairs(session, suspects):
        alike = tuple(_alike(mine, row))
        found[mine.project_id].append(
            Lookalike(row.project_id, row.code, row.name, row.project_name_en, alike)
        )
    return found


def _pairs(session: Session, project_ids: Sequence[int]) -> Iterator[tuple[_Mine, Any]]:
    one, other = aliased(KeptLine), aliased(KeptLine)
    parts = ("project_id", "name_key", "deal_key", "units", "reached")
    ours = [getattr(one, part).label(f"my_{part}") for part in parts]
    theirs = [getattr(other, part) for part in parts]
    heads = (Project.code, Project.name, Project.name_en.label("project_name_en"))
    different = (other.project_id != one.project_id, one.project_id.in_(project_ids), _not_aside(one, other))
    # One statement for each key, so that each is answered by its own index.
    by_name = and_(other.name_key == one.name_key, one.name_key != "")
    by_deal = and_(other.deal_key == one.deal_key, one.deal_key != "", other.name_key != one.name_key)
    for same in (by_name, by_deal):
        found = (
            select(*ours, *theirs, *heads)
            .join(other, same)
            .join(Project, Project.id == other.project_id)
            .where(*different)
            .order_by(one.project_id, other.project_id)
            .limit(MOST_TOLD)
        )
        for row in session.execute(found):
            yield (
                _Mine(row.my_project_id, row.my_name_key, row.my_deal_key, row.my_units, row.my_reached),
                row,
            )


class _Mine(NamedTuple):
    project_id: int
    name_key: str
    deal_key: str
    units: str
    reached: str


def _alike(mine: _Mine, row: Any) -> Iterator[str]:
    if mine.name_key == row.name_key:
        yield SAME_NAME
    if mine.deal_key and mine.deal_key == row.deal_key:
        yield SAME_DEAL
    ours, theirs = (set(units.strip("|").split("|")) - {""} for units in (mine.units, row.units))
    if ours & theirs:
        yield SAME_UNIT
    elif ours and theirs:
        yield TWO_UNITS
    if f"|{SIGNED}|" in mine.reached and f"|{SIGNED}|" in row.reached:
        yield SIGNED_TWICE


def put_aside(session: Session, project_id: int) -> list[PutAside]:
    """The projects of which somebody has found that they are not this one, by their codes."""
    pairs = or_(NotDuplicate.first_id == project_id, NotDuplicate.second_id == project_id)
    found = (
        select(Project.code, Project.name, NotDuplicate)
        .join(Project, or_(Project.id == NotDuplicate.first_id, Project.id == NotDuplicate.second_id))
        .where(pairs, Project.id != project_id)
        .order_by(Project.code)
    )
    return [
        PutAside(code, name, pair.reason, pair.recorded_by, pair.recorded_at)
        for code, name, pair in session.execute(found)
    ]


def wrong_suspects(session: Session) -> set[int]:
    """Projects that are marked and look like no other, or the reverse; empty unless someone wrote past the ledger."""
    marked = set(session.scalars(select(Suspect.project_id)))
    return marked ^ set(session.scalars(select(KeptLine.project_id).where(_looks_like_another())))
