"""Keeping the lease of a run or a job while it is worked on, so that no other node takes it over."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from leaderboard.boards import clock
from leaderboard.db import Database
from leaderboard.instant import Millis, now

log = logging.getLogger(__name__)

Renew = Callable[[Session, int, int, Millis, int], bool]
"""Holds what is leased longer: given its id, its epoch, the instant and the lease; False when it was taken over."""


@contextmanager
def lease_kept(
    database: Database, run_id: int, epoch: int, lease_ms: int, renew: Renew = clock.renew
) -> Iterator[None]:
    """Renew the lease while the block lasts: a race too large for one lease must not be taken over for ever."""
    over = threading.Event()

    def keep() -> None:
        while not over.wait(lease_ms / 3000):
            try:
                with database.beside() as session:
                    held = renew(session, run_id, epoch, now(), lease_ms)
                    session.commit()
            except DBAPIError:
                log.info("the lease of run %s could not be renewed this time", run_id)
            else:
                if not held:
                    return

    keeper = threading.Thread(target=keep, name=f"lease-{run_id}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
