"""The lane of screens: what each is told all the time, from memory; what each says of itself, written in batches."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from leaderboard.boards.public import Mark as PublicMark
from leaderboard.boards.public import public_mark
from leaderboard.boards.screen_ranges import is_within
from leaderboard.boards.screen_states import (
    Mark,
    Report,
    Told,
    edition_told,
    keep_reports,
    list_told,
    screens_mark,
    trail_mark,
)
from leaderboard.db import Database
from leaderboard.instant import Millis, now
from leaderboard.web.ceremony_drawings import CeremonyDrawings
from leaderboard.web.headers import public_headers
from leaderboard.web.screen_build import screen_build
from leaderboard.web.screen_reports import LARGEST, NotAReport, read_report

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

log = logging.getLogger(__name__)

ADDRESS = re.compile(r"/screens/([^/]+)/(state|report|ceremony)")
ANEW_MS: Millis = 30_000
"""What depends on the clock alone, such as a notice that ends, is looked at so often."""
WRITE_SECONDS = 10.0
"""Reports are written so often."""
Headers = list[tuple[str, str]]
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class State:
    """What one screen is told, ready to send."""

    told: Told
    networks: tuple[Network, ...]
    own: bytes
    """Its own part of the JSON, without the closing brace."""
    body: bytes = b""
    etag: str = ""
    headers: tuple[tuple[str, str], ...] = ()


class ScreenLane:
    """A WSGI application that answers screens from memory and hands everything else to the one behind it."""

    def __init__(self, app: WSGIApplication, database: Database, settings: Settings) -> None:
        self.app = app
        self._database = database
        self._zone = settings.timezone
        self._proxies = settings.proxies
        self._always = tuple(public_headers(settings).items())
        self._states: Mapping[str, State] = {}
        self._editions: Mapping[int, bytes] = {}
        self._marks: tuple[Mark, PublicMark] | None = None
        self._trail: Mark | None = None
        self._looked_at: Millis = 0
        self._reports: dict[int, Report] = {}
        self._drawings = CeremonyDrawings(database)
        self._in_trouble = False
        self._writer: threading.Thread | None = None

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request of a screen."""
        found = ADDRESS.fullmatch(environ["PATH_INFO"])
        if found is None:
            return self.app(environ, start_response)
        if self._marks is None:
            # Nothing is known yet: a screen must not take that for its end.
            return self._plain(start_response, "503 Service Unavailable", [("Retry-After", "2")])
        state = self._states.get(hashlib.sha256(found[1].encode()).hexdigest())
        if state is None or not is_within(state.networks, peer(environ, self._proxies)):
            return self._plain(start_response, "404 Not Found")
        answer = {"state": self._tell, "report": self._hear, "ceremony": self._reveal}[found[2]]
        return answer(state, environ, start_response)

    def _tell(self, state: State, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """What the screen is told, or that it has not changed."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
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
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self._plain(start_response, "405 Method Not Allowed", [("Allow", "GET, HEAD")])
        ceremony = state.told.state["ceremony"]
        if ceremony is None:
            return self._plain(start_response, "404 Not Found")
        try:
            body = self._drawings.get(ceremony["id"], ceremony["step"], state.told.lang)
        except SQLAlchemyError:
            return self._plain(start_response, "503 Service Unavailable", [("Retry-After", "2")])
        kind = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
        start_response("200 OK", [*kind, ("Cache-Control", "no-store"), *self._always])
        return [body] if environ["REQUEST_METHOD"] == "GET" else []

    def _plain(
        self, start_response: StartResponse, status: str, more: Headers | None = None
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
        try:
            report = read_report(environ["wsgi.input"].read(int(length)), now())
        except NotAReport:
            return self._plain(start_response, "400 Bad Request")
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

    def look(self) -> None:
        """Take over what has changed since the last look: one query if nothing."""
        try:
            self._look(now())
        except Exception:  # the boards beside it must go on being looked at
            if not self._in_trouble:
                log.exception("the database cannot be read; screens are told what was last known")
            self._in_trouble = True
            return
        self._in_trouble = False

    def _look(self, at: Millis) -> None:
        with self._database.reading() as session:
            trail = trail_mark(session)
            is_late = at - self._looked_at >= ANEW_MS
            if trail == self._trail and not is_late and self._marks is not None:
                return
            marks = screens_mark(session), public_mark(session)
            before = self._marks or ((), None)
            told = [state.told for state in self._states.values()]
            if is_late or marks != before:
                told = list_told(session, self._zone, at)
            editions = self._editions
            if is_late or marks[1] != before[1] or {one.season_id for one in told} - editions.keys():
                editions = {
                    season: _part(edition_told(session, season, self._zone, at))
                    for season in {one.season_id for one in told}
                }
        if told or self._states:
            self._take_over(told, editions)
        self._marks, self._trail, self._looked_at = marks, trail, at

    def _take_over(self, told: list[Told], editions: Mapping[int, bytes]) -> None:
        """Put new states in the place of the old ones; what stays the same is not made again."""
        states: dict[str, State] = {}
        for one in told:
            before = self._states.get(one.token_hash)
            edition = editions[one.season_id]
            if before is not None and before.told == one and edition == self._editions.get(one.season_id):
                states[one.token_hash] = before
            elif before is not None and before.told == one:
                states[one.token_hash] = self._state(one, before.networks, before.own, edition)
            else:
                networks = tuple(ip_network(part) for part in one.address_range.split(",") if part)
                own = _part({"build": screen_build(), **one.state})
                states[one.token_hash] = self._state(one, networks, own, edition)
        self._states, self._editions = states, editions

    def _state(self, told: Told, networks: tuple[Network, ...], own: bytes, edition: bytes) -> State:
        body = b"{%s,%s}" % (own, edition)
        etag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
        headers = (
            ("Content-Type", "application/json; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("ETag", etag),
            ("Cache-Control", "private, no-cache"),
            *self._always,
        )
        return State(told, networks, own, body, etag, headers)


def _part(told: Mapping[str, Any]) -> bytes:
    """The members of an object as JSON, without its braces."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))[1:-1].encode()


def peer(environ: Mapping[str, Any], proxies: int) -> str:
    """The address that asks, as Flask knows it too: behind so many proxies the one that the outermost of them saw."""
    seen = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    return seen[-proxies] if 0 < proxies <= len(seen) else str(environ.get("REMOTE_ADDR", ""))
