"""The reserve: some threads of the web server never enter Flask, so that boards in memory always find one."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

RETRY_SECONDS = 1
FULL = "系统正忙，请稍候再试。\nThe system is busy; please try again in a moment.\n".encode()


def admitted(threads: int) -> int:
    """How many requests may be inside Flask at once: all threads but max(2, threads // 4), and never none."""
    return max(1, threads - max(2, threads // 4))


def heard(threads: int) -> int:
    """How many reports of screens may be read at once: half of the threads kept out of Flask, and never none."""
    return max(1, (threads - admitted(threads)) // 2)


class Reserve:
    """A WSGI application that lets so many requests at once into the one behind it and answers 503 to the rest."""

    def __init__(self, app: WSGIApplication, most: int, always: Iterable[tuple[str, str]] = ()) -> None:
        self.app = app
        self._places = threading.BoundedSemaphore(most)
        self._refusal = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(FULL))),
            ("Retry-After", str(RETRY_SECONDS)),
            ("Cache-Control", "no-store"),
            *always,
        ]

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; whoever finds no place is told at once, since waiting would hold a thread."""
        if not self._places.acquire(blocking=False):
            start_response("503 Service Unavailable", list(self._refusal))
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [FULL]
        try:
            return _whole(self.app(environ, start_response))
        finally:
            self._places.release()


def _whole(answer: Iterable[bytes]) -> list[bytes]:
    """The answer read to its end and closed here: not every server closes it when the reader has gone away."""
    try:
        return list(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
