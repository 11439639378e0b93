"""Reading objections: how many there are against a draft, what became of them, and what still holds a board back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from leaderboard.boards.models import DRAFT, WINDOW, Draft
from leaderboard.objections.models import OPEN, STATES, Objection
from leaderboard.seasons.models import Season, Unit


@dataclass(frozen=True, slots=True)
class Filed:
    """An objection with the draft it was filed against, who objects, and whose line is meant."""

    objection: Objection
    draft: Draft
    unit: Unit
    about: Unit


@dataclass(frozen=True, slots=True)
class Holding:
    """A board that waits for answers: its live draft, and how many objections are open."""

    season: Season
    draft: Draft
    open: int


def outcomes(session: Session, draft_ids: Collection[int]) -> dict[str, int]:
    """State -> how many objections against these drafts are in it; every state is named."""
    rows = session.execute(
        select(Objection.state, func.count())
        .where(Objection.draft_id.in_(draft_ids))
        .group_by(Objection.state)
    )
    return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in rows}


def has_open(session: Session, draft_id: int) -> bool:
    """Whether an objection against the draft, or against one that it replaced, waits for its answer."""
    found = select(Objection.id).where(Objection.draft_id.in_(_line_of(draft_id)), Objection.state == OPEN)
    return session.scalar(found.limit(1)) is not None


def against(session: Session, draft_id: int) -> dict[str, int]:
    """State -> how many objections against the draft and those it replaced are in it."""
    return outcomes(session, session.scalars(_line_of(draft_id)).all())


def _line_of(draft_id: int) -> Select[int]:
    """The draft with those it replaced, one after the other."""
    line = select(Draft.id, Draft.revises_id).where(Draft.id == draft_id).cte(recursive=True)
    former = aliased(Draft)
    line = line.union_all(select(former.id, former.revises_id).join(line, former.id == line.c.revises_id))
    return select(line.c.id)


def present_draft(session: Session, draft: Draft) -> Draft:
    """What has become of a draft: itself, or the last of those that replaced it."""
    while (successor := session.scalar(select(Draft).where(Draft.revises_id == draft.id))) is not None:
        draft = successor
    return draft


def find_objection(session: Session, objection_id: int) -> Filed | None:
    """The objection of this number, whatever has become of it."""
    row = session.execute(_filed().where(Objection.id == objection_id)).one_or_none()
    return None if row is None else Filed(*row)


def objections_against(session: Session, draft_id: int) -> list[Filed]:
    """Objections against a draft and those it replaced, open ones first, then the last answered."""
    rows = session.execute(_filed().where(Objection.draft_id.in_(_line_of(draft_id))))
    return [Filed(*row) for row in rows]


def objections_in(session: Session, season_id: int, *, open_only: bool = False) -> list[Filed]:
    """Objections against any board of a season, open ones first."""
    found = _filed().where(Draft.season_id == season_id)
    return [
        Filed(*row) for row in session.execute(found.where(Objection.state == OPEN) if open_only else found)
    ]


def objections_of(session: Session, unit_id: int) -> list[Filed]:
    """Everything a unit ever objected to, open ones first."""
    return [Filed(*row) for row in session.execute(_filed().where(Objection.unit_id == unit_id))]


def _filed() -> Select[Objection, Draft, Unit, Unit]:
    objector, about = aliased(Unit), aliased(Unit)
    return (
        select(Objection, Draft, objector, about)
        .join(Draft, Draft.id == Objection.draft_id)
        .join(objector, objector.id == Objection.unit_id)
        .join(about, about.id == Objection.about_id)
        .order_by((Objection.state != OPEN), Objection.id.desc())
    )


_OPEN_BY_DRAFT = (
    select(Objection.draft_id, func.count())
    .where(Objection.state == OPEN)
    .group_by(Objection.draft_id)
    .order_by(Objection.draft_id)
)
"""Every page of the console asks this: putting it together each time would take longer than the answer."""


def holding(session: Session) -> list[Holding]:
    """Every board that is not released because an objection waits for its answer."""
    waiting: dict[int, Holding] = {}
    for draft_id, number in session.execute(_OPEN_BY_DRAFT):
        draft = present_draft(session, session.get_one(Draft, draft_id))
        if draft.state in (DRAFT, WINDOW):
            before = waiting[draft.id].open if draft.id in waiting else 0
            season = session.get_one(Season, draft.season_id)
            waiting[draft.id] = Holding(season, draft, before + number)
    return list(waiting.values())


def open_windows(session: Session, season_ids: Collection[int]) -> list[Draft]:
    """Drafts of these seasons that lie open for objections, the first to close first."""
    found = select(Draft).where(Draft.season_id.in_(season_ids), Draft.state == WINDOW)
    return list(session.scalars(found.order_by(Draft.closes_at, Draft.id)))
