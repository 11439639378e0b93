"""Boards held back by a window or a freeze: what tests of their release do to them, and what they look at."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from leaderboard.accounts.models import AuditLine
from leaderboard.airing import Node
from leaderboard.boards import clock
from leaderboard.boards.models import Draft, Edition
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.holding import freeze_season, set_window
from leaderboard.seasons.read import find_season
from tests.factories import OFFICE

NODE = Node("here", OFFICE, 30_000, 3)


def planned(database: Database, **changes: Any) -> None:
    """Give the season a window, or freeze it."""
    with database.session() as session:
        season = find_season(session, "race")
        assert season is not None
        if "days" in changes:
            set_window(session, "li", season, contact="0571-8888", reason="试行", **changes)
        else:
            freeze_season(session, "li", season, reason="年终揭榜", **changes)
        session.commit()


def due_run(database: Database, key: str) -> int:
    with database.session() as session:
        season = find_season(session, "race")
        assert season is not None
        run_id = clock.request_run(session, season, key, "li", now()).id
        session.commit()
    return run_id


def drafts(database: Database) -> list[Draft]:
    with database.reading() as session:
        return list(session.scalars(select(Draft).order_by(Draft.id)))


def editions(database: Database) -> list[Edition]:
    with database.reading() as session:
        return list(session.scalars(select(Edition).order_by(Edition.number)))


def acts(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(AuditLine.action).order_by(AuditLine.seq_no)))


def close_windows(database: Database) -> None:
    """As if the windows had been over for a while."""
    with database.session() as session:
        session.execute(update(Draft).where(Draft.state == "window").values(closes_at=now() - 1))
        session.commit()
