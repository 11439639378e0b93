"""A small demonstration as tests look at it: when it is loaded, and what is in its database."""

from __future__ import annotations

from datetime import date, datetime, time
from fractions import Fraction

from sqlalchemy import func, select

from leaderboard.boards.models import Edition
from leaderboard.db import Database
from leaderboard.instant import Millis, from_local
from leaderboard.ledger.models import CapitalArrival, Project, StageEvent
from leaderboard.seasons.models import Season

ZONE = "Asia/Shanghai"
SMALL = Fraction(1, 16)


def instant(day: date, hour: int = 12, minute: int = 0) -> Millis:
    return from_local(datetime.combine(day, time(hour, minute)), ZONE)


NOON = instant(date(2026, 11, 22))


def editions(database: Database, slug: str) -> list[Edition]:
    with database.reading() as session:
        found = select(Edition).join(Season, Season.id == Edition.season_id).where(Season.slug == slug)
        return list(session.scalars(found.order_by(Edition.number)))


def counts(database: Database) -> list[int | None]:
    with database.reading() as session:
        return [
            session.scalar(select(func.count()).select_from(t)) for t in (Project, StageEvent, CapitalArrival)
        ]
