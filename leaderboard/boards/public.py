"""Reading the published public forms for serving: what there is, what has changed, and where it is found."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from leaderboard.boards.models import Edition, Notice, PublicForm
from leaderboard.boards.notices import Told, told_of_season
from leaderboard.boards.read import READABLE, latest_edition
from leaderboard.seasons.models import Season

_NUMBERED = re.compile(r"(/boards/[^/]+)/\d+(?:(/.*)|(\..+))")

Mark = frozenset[tuple[Any, ...]]
"""What is public at a moment, as something that differs whenever it changes."""


@dataclass(frozen=True, slots=True)
class PublicEdition:
    """A readable edition of a season open to the public."""

    id: int
    slug: str
    number: int
    is_latest: bool
    told: Told | None
    """The notice on its pages, if a correction took its place."""


def _numbers() -> Select[str, int, int]:
    notices = select(func.count()).select_from(Notice).scalar_subquery()
    return (
        select(Season.slug, func.max(Edition.number), notices)
        .select_from(Season)
        .outerjoin(Edition, Edition.season_id == Season.id)
        .where(Season.is_public == 1)
        .group_by(Season.slug)
    )


def public_mark(session: Session) -> Mark:
    """The newest number of each season open to the public and the count of all notices, in one query."""
    return frozenset(tuple(row) for row in session.execute(_numbers()))


def notices_in(mark: Mark) -> int:
    """How many notices a mark counts: with another number, what is told of earlier editions may differ."""
    return max((int(row[2]) for row in mark), default=0)


def newest_editions(session: Session, each: int) -> list[PublicEdition]:
    """The latest edition of every season open to the public and its newest `each` readable numbers, in number order."""
    found: list[PublicEdition] = []
    for season in session.scalars(select(Season).where(Season.is_public == 1)):
        latest = latest_edition(session, season.id)
        newest = select(Edition.id).where(Edition.season_id == season.id, Edition.state.in_(READABLE))
        ids = set(session.scalars(newest.order_by(Edition.number.desc()).limit(each)))
        rows = session.execute(
            select(Edition.id, Edition.number)
            .where(Edition.id.in_(ids | ({latest.id} if latest else set())))
            .order_by(Edition.number)
        )
        told = told_of_season(session, season.id)
        found.extend(
            PublicEdition(
                row.id, season.slug, row.number, row.id == getattr(latest, "id", None), told.get(row.id)
            )
            for row in rows
        )
    return found


def forms_of(session: Session, edition_ids: Collection[int]) -> Sequence[PublicForm]:
    """The public forms of these editions."""
    return session.scalars(
        select(PublicForm).where(PublicForm.edition_id.in_(edition_ids)).order_by(PublicForm.id)
    ).all()


def latest_path(path: str) -> str | None:
    """Where a numbered form is also found while it is the newest: /boards/s/7.csv is /boards/s/latest.csv."""
    match = _NUMBERED.fullmatch(path)
    if match is None:
        return None
    board, below, ending = match.groups()
    return f"{board}{below}" if below else f"{board}/latest{ending}"
