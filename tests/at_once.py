"""Two people at the same moment: the second asks for its turn to write before the first has committed, and waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.orm import Session

from leaderboard.accounts.error import AccountError
from leaderboard.boards.drafts import DraftRefused
from leaderboard.db import Database
from leaderboard.ledger.record import LedgerError
from leaderboard.seasons.plan import PlanError

Act = Callable[[Session], object]
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
PATIENCE = 20.0


def at_once(database: Database, first: Act, second: Act) -> Exception | None:
    """Let a second act begin before the first one is committed, and go on once it waits; gives what refused it."""
    refused: list[Exception] = []

    def come_second() -> None:
        try:
            with database.session() as session:
                second(session)
                session.commit()
        except (AccountError, PlanError, DraftRefused, LedgerError) as error:
            refused.append(error)

    with database.session() as session:
        first(session)
        other = threading.Thread(target=come_second)
        other.start()
        end = time.monotonic() + PATIENCE
        with database.reading() as watching:
            while other.is_alive() and time.monotonic() < end and not watching.scalar(text(WAITING)):
                watching.rollback()
                time.sleep(0.01)
        session.commit()
    other.join(PATIENCE)
    assert not other.is_alive()
    return refused[0] if refused else None
