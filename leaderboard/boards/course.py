"""The course of a season: what its published boards said one after the other, and which editions are left out of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.models import PUBLISHED, Edition, PublicForm
from leaderboard.boards.notices import Told, told_of_season
from leaderboard.boards.read import list_announced
from leaderboard.seasons.models import Season

Document = dict[str, Any]

MOST_EDITIONS = 40
"""So many boards, the newest, are drawn beside each other; a page could not show more apart."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An edition that the course does not show, because a correction took its place or because it was withdrawn."""

    number: int
    told: Told


@dataclass(frozen=True, slots=True)
class Course:
    """A season's boards, oldest first, and what is told of the numbers between them."""

    boards: Sequence[Document]
    left_out: Sequence[LeftOut]
    earlier: int
    """How many older boards there are besides."""


def course_of(session: Session, season: Season, most: int = MOST_EDITIONS) -> Course:
    """The newest `most` boards of a season; five queries, whatever the number of units and editions.

    Of several editions of one cut-off date the last one stands for the day, so a correction for what it corrects.
    """
    announced = list_announced(session, season.id)
    told = told_of_season(session, season.id)
    every = standing_for_their_days(announced)
    shown = every[-most:]
    return Course(
        boards=boards_of(session, season.slug, [edition.number for edition in shown]),
        left_out=[
            LeftOut(edition.number, told[edition.id]) for edition in announced[::-1] if edition.id in told
        ],
        earlier=len(every) - len(shown),
    )


def standing_for_their_days(editions: Iterable[Edition]) -> list[Edition]:
    """The published editions, one for each cut-off date, in the order of what they are boards of."""
    published = [edition for edition in editions if edition.state == PUBLISHED]
    by_day = {edition.as_of: edition for edition in sorted(published, key=_when)}
    return sorted(by_day.values(), key=_when)


def _when(edition: Edition) -> tuple[int, int]:
    return edition.due_at, edition.number


def boards_of(session: Session, slug: str, numbers: Sequence[int]) -> list[Document]:
    """The public boards of these editions as they were published, in the order asked for; one query."""
    paths = [f"/boards/{slug}/{number}.json" for number in numbers]
    rows = session.execute(select(PublicForm.path, PublicForm.identity).where(PublicForm.path.in_(paths)))
    found = {row.path: row.identity for row in rows}
    return [orjson.loads(found[path]) for path in paths if path in found]
