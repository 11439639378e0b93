"""Serving under Granian, the default: this process keeps the port, a worker started afresh does the rest."""

from __future__ import annotations

import multiprocessing
import resource

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from config import Settings
from leaderboard.servers import STOP_SECONDS

WORKER = "leaderboard.servers.worker:build_application"
"""Named and not imported: only the worker needs what it builds."""
HEADER_SECONDS = 10
"""How long the head of a request may take to arrive."""
CONNECTIONS, FILES_BESIDE = 16_384, 512
"""Connections that may be open at once, most of them a screen's that asks again in a while, and other open files."""


def connections() -> int:
    """How many connections fit into the files this process may open; it takes all that the machine grants it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + FILES_BESIDE
    granted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < granted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))
    return max(granted - FILES_BESIDE, granted // 2)


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    # A forked worker would inherit SQLite's locks of whatever the parent is writing at that moment, for ever.
    multiprocessing.set_start_method("spawn", force=True)
    Granian(
        WORKER,
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        # One worker holds each board in memory once; its blocking threads do the rest.
        workers=1,
        blocking_threads=settings.threads,
        # Granian's own bound of 1,024 counts connections that are merely open: one screen more would wait in line.
        backpressure=connections(),
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000),
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    ).serve()
