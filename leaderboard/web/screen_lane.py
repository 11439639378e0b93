"""The lane of screens: what each is told all the time, from memory; what each says of itself, written in batches."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from config import Settings
from leaderboard.boards.screen_ranges import is_within
from leaderboard.boards.screen_states import Report, keep_reports
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.web.headers import public_headers
from leaderboard.web.reserve import heard
from leaderboard.web.screen_memory import ScreenMemory, State
from leaderboard.web.screen_reports import LARGEST, NotAReport, read_report
from leaderboard.web.variants import is_read, send

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

log = logging.getLogger(__name__)

ADDRESS = re.compile(r"/screens/([^/]+)/(state|report|ceremony|scenes)")
WRITE_SECONDS = 10.0
"""Reports are written so often."""
HeaderList = list[tuple[str, str]]


class ScreenLane:
    """A WSGI application that answers screens from memory and hands everything else to the one behind it."""

    def __init__(self, app: WSGIApplication, database: Database, settings: Settings) -> None:
        self.app = app
        self._database = database
        self._proxies = settings.proxies
        self._always = tuple(public_headers(settings).items())
        self._memory = ScreenMemory(database, settings, self._always)
        self._reports: dict[int, Report] = {}
        # No server ends the wait for a body that does not come, and each such wait holds a thread.
        self._hearing = threading.BoundedSemaphore(heard(settings.threads))
        self._writer: threading.Thread | None = None
        self.look, self.awaits_edition = self._memory.look, self._memory.awaits_edition

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request of a screen."""
        found = ADDRESS.fullmatch(environ["PATH_INFO"])
        if found is None:
            return self.app(environ, start_response)
        token, what = found.groups()
        state = self._memory.find(token)
        is_open = state is not None and is_within(state.networks, peer(environ, self._proxies))
        if what == "scenes":
            if state is None or not is_open or state.scenes is None or not is_read(environ):
                # Whoever opens nothing is answered as at the page itself, and what is not drawn ahead is drawn there.
                return self.app(environ, start_response)
            return send(state.scenes, environ, start_response)
        if not self._memory.is_filled:
            # Nothing is known yet: a screen must not take that for its end.
            return self._busy(start_response)
        if state is None or not is_open:
            return self._plain(start_response, "404 Not Found")
        answer = {"state": self._tell, "report": self._hear, "ceremony": self._reveal}[what]
        return answer(state, environ, start_response)

    def _tell(self, state: State, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """What the screen is told, or that it has not changed."""
        if not is_read(environ):
            return self._plain(start_response, "405 Method Not Allowed", [("Allow", "GET, HEAD")])
        if state.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 Not Modified", list(state.headers[2:]))
            return []
        start_response("200 OK", list(state.headers))
        return [state.body] if environ["REQUEST_METHOD"] == "GET" else []

    def _reveal(
        self, state: State, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """What has been revealed of the ceremony that the screen takes part in."""
        if not is_read(environ):
            return self._plain(start_response, "405 Method Not Allowed", [("Allow", "GET, HEAD")])
        if state.told.state["ceremony"] is None:
            return self._plain(start_response, "404 Not Found")
        if state.ceremony is None:
            return self._busy(start_response)
        return send(state.ceremony, environ, start_response)

    def _busy(self, start_response: StartResponse) -> Iterable[bytes]:
        """Not now, but soon."""
        return self._plain(start_response, "503 Service Unavailable", [("Retry-After", "2")])

    def _plain(
        self, start_response: StartResponse, status: str, more: HeaderList | None = None
    ) -> Iterable[bytes]:
        """A short answer, the same for whatever reason."""
        body = b"" if status.startswith("204") else status.partition(" ")[2].encode()
        kind = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))] if body else []
        start_response(status, [*kind, ("Cache-Control", "no-store"), *(more or []), *self._always])
        return [body] if body else []

    def _hear(self, state: State, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Keep what a screen says of itself until it is written; the last of several counts."""
        if environ["REQUEST_METHOD"] != "POST":
            return self._plain(start_response, "405 Method Not Allowed", [("Allow", "POST")])
        length = environ.get("CONTENT_LENGTH") or ""
        if not re.fullmatch(r"[0-9]{1,9}", length):
            return self._plain(start_response, "411 Length Required")
        if int(length) > LARGEST:
            return self._plain(start_response, "413 Content Too Large", [("Connection", "close")])
        if not self._hearing.acquire(blocking=False):
            return self._busy(start_response)
        try:
            report = read_report(environ["wsgi.input"].read(int(length)), now())
        except NotAReport:
            return self._plain(start_response, "400 Bad Request")
        finally:
            self._hearing.release()
        self._reports[state.told.screen_id] = report
        return self._plain(start_response, "204 No Content")

    def write(self) -> None:
        """Write down what was said since the last time; kept for the next time where the database cannot be reached."""
        said, self._reports = self._reports, {}
        if not said:
            return
        try:
            with self._database.session() as session:
                keep_reports(session, said)
                session.commit()
        except Exception:  # a thread that ended would write none for ever
            log.exception("what %s screens said of themselves could not be written", len(said))
            self._reports = said | self._reports

    def start(self, closing: threading.Event) -> None:
        """Begin to write reports, until closing."""

        def keep_writing() -> None:
            while not closing.wait(WRITE_SECONDS):
                self.write()
            self.write()

        self._writer = threading.Thread(target=keep_writing, name="screen-lane", daemon=True)
        self._writer.start()

    def close(self) -> None:
        """Wait until the last reports are written."""
        if self._writer is not None:
            self._writer.join(timeout=5)


def peer(environ: Mapping[str, Any], proxies: int) -> str:
    """The address that asks, as Flask knows it too: behind so many proxies the one that the outermost of them saw."""
    seen = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    return seen[-proxies] if 0 < proxies <= len(seen) else str(environ.get("REMOTE_ADDR", ""))
