"""What a web worker serves: the fast lane in front of Flask, with the clock inside if wished."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing import connection
from typing import TYPE_CHECKING

from config import Settings
from leaderboard import create_app, schedule
from leaderboard.logs import start_logging
from leaderboard.web.fast_lane import FastLane
from leaderboard.web.requests import DATABASE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def build_application() -> WSGIApplication:
    """What a worker serves, built in the worker from the settings of its environment."""
    start_logging()
    if parent := multiprocessing.parent_process():
        end_with(parent.sentinel)
    settings = Settings()
    app = create_app(settings)
    database = app.extensions[DATABASE]
    lane = FastLane(app, database, settings)
    lane.start()
    if settings.clock_in_web:
        _stop_with_process(schedule.start_in_background(settings, database).stop)
    return lane


def end_with(sentinel: int) -> None:
    """End this worker when the server that started it is killed, so that it cannot keep the port.

    The sentinel is the reading end of a pipe whose other end only the server holds.
    """

    def watch() -> None:
        connection.wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


def _stop_with_process(stop: Callable[[], object]) -> None:
    """Stop something when the main thread ends; Python waits for this thread before it ends the process."""

    def wait() -> None:
        threading.main_thread().join()
        stop()

    threading.Thread(target=wait, name="stop-with-process", daemon=False).start()
