"""Keeping the lease of a run while it is worked on, so that no other node takes it over."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from leaderboard.boards import clock
from leaderboard.db import Database
from leaderboard.instant import now

log = logging.getLogger(__name__)


@contextmanager
def lease_kept(database: Database, run_id: int, epoch: int, lease_ms: int) -> Iterator[None]:
    """Renew the lease while the block lasts: a race too large for one lease must not be taken over for ever."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(lease_ms / 3000):
            try:
                with database.session() as session:
                    held = clock.renew(session, run_id, epoch, now(), lease_ms)
                    session.commit()
            except DBAPIError:
                log.info("the lease of run %s could not be renewed this time", run_id)
            else:
                if not held:
                    return

    keeper = threading.Thread(target=renew, name=f"lease-{run_id}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
