"""Serving under waitress: one process, threads answer."""

from __future__ import annotations

import signal
import sys

import waitress

from config import Settings
from leaderboard.servers.worker import build_application


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    # Waitress ends at SystemExit as at Ctrl-C; by itself SIGTERM would end the process at once.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    waitress.serve(
        build_application(), host=settings.host, port=settings.port, threads=settings.threads, ident="saima"
    )
