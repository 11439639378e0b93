"""Serving under gunicorn: its worker is forked, and threads answer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from config import Settings
from leaderboard.servers import STOP_SECONDS
from leaderboard.servers.worker import build_application, end_with

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


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
        end_with(self.sentinel)
        return build_application()


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    _Gunicorn(
        {
            "bind": f"{host}:{settings.port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": settings.threads,
            "graceful_timeout": STOP_SECONDS,
            "loglevel": "warning",
            # The control socket would be put into the home of whoever runs the service.
            "control_socket_disable": True,
        }
    ).run()
