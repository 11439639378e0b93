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
            process = (run.owner or "").rpartition(":")[2]
            if process.isdigit() and run.owner == owner_name(int(process)) and not _is_alive(int(process)):
                log.info("run %s was left by process %s and is free again", run.id, process)
                clock.release(session, run.id, run.epoch)
        session.commit()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # Somebody else's process, and alive.
        return True
    return True
