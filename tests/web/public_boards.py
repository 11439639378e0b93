"""A public race of two editions, and what is read off the pages of its boards."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from tests.factories import Race, published_race, race_of
from tests.kept import kept
from tests.visiting import Visited


def two_editions(session: Session) -> Race:
    """Two editions; in the second 南岸, third before, leads: 33.75 + 22.22 + 17.78 + 22.22 = 95.97."""
    kept(session, "public pages", lambda: _two_editions(session))
    session.commit()
    return race_of(session, "race")


def _two_editions(session: Session) -> None:
    race = published_race(session)
    for number in range(4):
        race.project(
            "nanan",
            code=f"N-{number}",
            started=date(2026, 7, 1),
            registered=date(2026, 6, 1),
            arrived=100_000_000,
        )
    race.publish(date(2026, 11, 30))


def body(page: Visited, table: int = 0) -> list[list[str]]:
    """The words in each cell of a table's body."""
    rows = next(page.all("table")[table].iter("tbody"))
    return [[page.text(cell) for cell in row] for row in rows]


def said(page: Visited, kind: str = "lede") -> str:
    return page.text(page.all("p", class_=kind)[0])
