"""Reading the published public forms for serving: what there is, what has changed, and where it is found."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from leaderboard.boards.models import PUBLISHED, Edition, PublicForm
from leaderboard.seasons.models import Season

_NUMBERED = re.compile(r"(/boards/[^/]+)/\d+(?:(/.*)|(\..+))")

Mark = frozenset[tuple[Any, ...]]
"""What is public at a moment, as something that differs whenever it changes."""


@dataclass(frozen=True, slots=True)
class PublicEdition:
    """A published edition of a season open to the public."""

    id: int
    slug: str
    number: int


def _numbers() -> Select[str, int]:
    return (
        select(Season.slug, func.max(Edition.number))
        .select_from(Season)
        .outerjoin(Edition, Edition.season_id == Season.id)
        .where(Season.is_public == 1)
        .group_by(Season.slug)
    )


def public_mark(session: Session) -> Mark:
    """The newest number of each season open to the public, in one query."""
    return frozenset(tuple(row) for row in session.execute(_numbers()))


def newest_editions(session: Session, each: int) -> list[PublicEdition]:
    """The newest `each` published editions of every season open to the public, oldest first."""
    found: list[PublicEdition] = []
    for season_id, slug in session.execute(select(Season.id, Season.slug).where(Season.is_public == 1)):
        rows = session.execute(
            select(Edition.id, Edition.number)
            .where(Edition.season_id == season_id, Edition.state == PUBLISHED)
            .order_by(Edition.number.desc())
            .limit(each)
        )
        found.extend(PublicEdition(edition_id, slug, number) for edition_id, number in reversed(rows.all()))
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
