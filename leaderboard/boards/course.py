"""The course of a season: what its published boards said one after the other, and which editions are left out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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

MOST_EDITIONS = 300
"""So many boards, the newest, are drawn beside each other; a page could not show more apart."""

MOST_COLUMNS = 40
"""So many of them, the newest, stand in the table beneath the lines."""

MOST_ON_PAPER = 20
"""So many of those have room on a sheet of A3."""

OF_A_UNIT = ("unit", "unit_name", "unit_name_en", "division", "place", "tied", "score", "score_shown")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An edition that the course does not show, because a correction took its place or because it was withdrawn."""

    number: int
    told: Told


@dataclass(frozen=True, slots=True)
class Course:
    """A season's boards, oldest first, and what is told of the numbers between them."""

    boards: Sequence[Document]
    """The newest as it was published; of those before it what can be drawn."""
    left_out: Sequence[LeftOut]
    earlier: int
    """How many older boards there are besides."""

    @property
    def tabled(self) -> Sequence[Document]:
        """Those that stand in the table too."""
        return self.boards[-MOST_COLUMNS:]

    @property
    def on_paper(self) -> int:
        """How many of those a sheet has room for."""
        return MOST_ON_PAPER

    @property
    def ends(self) -> tuple[int, int]:
        """The lowest and the highest number; a correction stands, with its late number, where what it corrects stood."""
        numbers = [board["number"] for board in self.boards]
        return min(numbers), max(numbers)


def course_of(session: Session, season: Season, most: int = MOST_EDITIONS) -> Course:
    """The newest `most` boards of a season that stand; five queries, whatever the number of units and editions."""
    announced = list_announced(session, season.id)
    told = told_of_season(session, season.id)
    every = standing(announced)
    numbers = [edition.number for edition in every[-most:]]
    return Course(
        boards=[
            board if board["number"] == numbers[-1] else _what_is_drawn(board)
            for board in _read(session, season.slug, numbers)
        ],
        left_out=[
            LeftOut(edition.number, told[edition.id]) for edition in announced[::-1] if edition.id in told
        ],
        earlier=len(every) - len(numbers),
    )


def standing(editions: Iterable[Edition]) -> list[Edition]:
    """The editions in force, in the order of their numbers; a correction stands where what it corrects stood."""
    published = [edition for edition in editions if edition.state == PUBLISHED]
    return sorted(published, key=lambda edition: (edition.due_at, edition.number))


def boards_of(session: Session, slug: str, numbers: Sequence[int]) -> list[Document]:
    """The public boards of these editions as they were published, in the order asked for; one query."""
    return list(_read(session, slug, numbers))


def _read(session: Session, slug: str, numbers: Sequence[int]) -> Iterator[Document]:
    paths = [f"/boards/{slug}/{number}.json" for number in numbers]
    rows = session.execute(select(PublicForm.path, PublicForm.identity).where(PublicForm.path.in_(paths)))
    found = {row.path: row.identity for row in rows}
    return (orjson.loads(found[path]) for path in paths if path in found)


def _what_is_drawn(board: Document) -> Document:
    """A board without all that no graph shows: hundreds of whole ones would not lie beside each other in memory."""
    return {key: board[key] for key in ("season", "number", "as_of")} | {
        "standings": [
            {key: row[key] for key in OF_A_UNIT}
            | {
                "indicators": {
                    key: {"rate": value["rate"], "rate_shown": value["rate_shown"]}
                    for key, value in row["indicators"].items()
                }
            }
            for row in board["standings"]
        ]
    }
