"""Serving: the fast lane in front of Flask under Granian, gunicorn or waitress, with the clock inside if wished."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import connection
from typing import TYPE_CHECKING, Any

import waitress
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from gunicorn.app.base import BaseApplication
from pydantic import SecretStr

from config import Settings, variable
from leaderboard import create_app, schedule
from leaderboard.logs import start_logging
from leaderboard.web.fast_lane import FastLane
from leaderboard.web.requests import DATABASE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)

PORT_WAIT_SECONDS = 5
"""How long a server waits for its port: workers of one that was just killed need a moment to go."""
HEADER_SECONDS = 10
"""How long the head of a request may take to arrive."""
STOP_SECONDS = 30
"""How long a worker may take to finish its requests and the edition at hand."""


class PortTaken(RuntimeError):
    """The address is in use by another program; the message says so to the person who started the server."""


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT with the server of the settings; raises PortTaken."""
    wait_for_port(settings.host, settings.port)
    # Workers are processes of their own and read the settings from the environment, as they would anywhere.
    os.environ.update(environment_of(settings))
    servers: dict[str, Callable[[Settings], None]] = {
        "granian": _serve_granian,
        "gunicorn": _serve_gunicorn,
        "waitress": _serve_waitress,
    }
    servers[settings.server](settings)


def build_application() -> WSGIApplication:
    """What a worker serves, built in the worker from the settings of its environment."""
    start_logging()
    if parent := multiprocessing.parent_process():
        _end_with(parent.sentinel)
    settings = Settings()
    app = create_app(settings)
    database = app.extensions[DATABASE]
    lane = FastLane(app, database, settings)
    lane.start()
    if settings.clock_in_web:
        _stop_with_process(schedule.start_in_background(settings, database).stop)
    return lane


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment variables that make the same settings again."""
    found = {}
    for name, value in settings.model_dump(exclude_defaults=True).items():
        found[variable(name)] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return found


def wait_for_port(host: str, port: int) -> None:
    """Return once the address is free, in a few seconds at most; raises PortTaken when it is not.

    The servers share their port between workers and would silently share it with a stranger as well.
    """
    end = time.monotonic() + PORT_WAIT_SECONDS
    while not _is_free(host, port):
        if time.monotonic() > end:
            raise PortTaken(f"端口 {port} 正被其他程序使用, 请先停止它, 或用 PORT 换一个端口")
        time.sleep(0.05)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: connections of an earlier server that linger do not count, a listener does.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def _end_with(sentinel: int) -> None:
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


def _serve_granian(settings: Settings) -> None:
    # A forked worker would inherit SQLite's locks of whatever the parent is writing at that moment, for ever.
    multiprocessing.set_start_method("spawn", force=True)
    Granian(
        f"{__name__}:{build_application.__name__}",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        # One worker holds each board in memory once; its blocking threads do the rest.
        workers=1,
        blocking_threads=settings.threads,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000),
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    ).serve()


class _Gunicorn(BaseApplication):  # type: ignore[misc] # gunicorn ships no types
    """Gunicorn with our settings and no command line or files of its own."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.sentinel, self.held = os.pipe()
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """The application, in a worker that has been forked."""
        os.close(self.held)
        _end_with(self.sentinel)
        return build_application()


def _serve_gunicorn(settings: Settings) -> None:
    _Gunicorn(
        {
            "bind": f"[{settings.host}]:{settings.port}"
            if ":" in settings.host
            else f"{settings.host}:{settings.port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": settings.threads,
            "graceful_timeout": STOP_SECONDS,
            "loglevel": "warning",
            # The control socket would be put into the home of whoever runs the service.
            "control_socket_disable": True,
        }
    ).run()


def _serve_waitress(settings: Settings) -> None:
    # Waitress ends at SystemExit as at Ctrl-C; by itself SIGTERM would end the process at once.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    waitress.serve(
        build_application(), host=settings.host, port=settings.port, threads=settings.threads, ident="saima"
    )
