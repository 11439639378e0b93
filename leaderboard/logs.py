"""What the processes write to standard error: one line an event, with the libraries' chatter left out."""

from __future__ import annotations

import logging

CHATTY = ("alembic", "apscheduler")
"""Libraries that would tell of every tick and every migration step."""


def start_logging() -> None:
    """Log from INFO up; called once by each process, the command and every worker it starts."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
