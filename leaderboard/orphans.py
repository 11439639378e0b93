"""Orphans: the name under which a process holds runs, and the runs that processes of this machine left when they died."""

from __future__ import annotations

import logging
import os
import socket

from leaderboard.boards import clock
from leaderboard.db import Database

log = logging.getLogger(__name__)


def owner_name(process: int | None = None) -> str:
    """The name under which a process of this machine holds runs; of this process unless told otherwise."""
    return f"{socket.gethostname()[:60]}:{process or os.getpid()}"


def take_back_orphans(database: Database) -> None:
    """Free the runs held by processes of this machine that are gone, so that a restart need not wait for a lease."""
    with database.session() as session:
        for run in clock.running(session):
            if is_gone(run.owner):
                log.info("run %s was left by %s and is free again", run.id, run.owner)
                clock.release(session, run.id, run.epoch)
        session.commit()


def is_gone(owner: str | None) -> bool:
    """Whether what is held under this name is held by a process of this machine that is no more."""
    process = (owner or "").rpartition(":")[2]
    return process.isdigit() and owner == owner_name(int(process)) and not _is_alive(int(process))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # Somebody else's process, and alive.
        return True
    return True
