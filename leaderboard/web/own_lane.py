"""The lane of a unit's own pages: what Flask rendered for a person is sent to that person again until anything is written.

Every change of the system writes a line into the audit trail, and so does the end of a session. A page is kept under
the very cookie it was rendered for, together with the end of the trail before it was rendered; it is sent again only
while the trail still ends there, which is asked of the database each time, and never for longer than a few seconds, so
that what depends on the clock alone (a session grown old, a window closing) is as it would be without it.
"""

from __future__ import annotations

import gzip
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from leaderboard.accounts.models import AuditHead
from leaderboard.accounts.sessions import Limits
from leaderboard.db import Database
from leaderboard.instant import Millis, now

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

PATHS = frozenset({"/my/", "/my/why", "/my/lift", "/my/sure"})
"""Pages that are only read; those with forms are not among them."""
PACKED = re.compile(r"/my/(?:why|sure|windows/\d+)?")
"""Pages that are sent gzipped: they say nothing again of what came with the request, so that the lengths of what is
sent tell nobody who makes a person ask for them (BREACH) what else is in them. A form sent back with what was typed
into it is an answer to a POST, and is never gzipped."""
LONGEST: Millis = 20_000
"""A page is kept for so long at most, and for less than a session may go without being noted as in use."""
MOST = 512
LARGEST = 200_000
"""So many pages are kept at most, none of them of more bytes on the wire than this."""

Key = tuple[str, str, str, bool]
"""Path, query and cookies, all as they were sent, and whether it goes out gzipped."""
Headers = list[tuple[str, str]]
HEAD = select(AuditHead.seq_no, AuditHead.hash).where(AuditHead.id == 1)


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it was sent: when it must not be sent any more, and where the trail ended before it was made."""

    until: Millis
    trail: tuple[int, str]
    headers: Headers
    body: bytes


class OwnLane:
    """A WSGI application in front of Flask that keeps a unit's reading pages for whoever asked for them."""

    def __init__(self, app: WSGIApplication, database: Database, settings: Settings) -> None:
        self.app = app
        self._readers = database.readers.kw["bind"]
        self._life = min(LONGEST, Limits.of(settings).touch // 2)
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        cookies, path = environ.get("HTTP_COOKIE"), environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "GET" or not cookies:
            return self.app(environ, start_response)
        is_packed = bool(PACKED.fullmatch(path)) and takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if path not in PATHS:
            return self._packed(environ, start_response) if is_packed else self.app(environ, start_response)
        trail = self._trail()
        if trail is None:
            return self.app(environ, start_response)
        key = path, environ.get("QUERY_STRING", ""), cookies, is_packed
        page = self._pages.get(key)
        if page is not None and page.trail == trail and now() < page.until:
            start_response("200 OK", list(page.headers))
            return [page.body]
        return self._rendered(key, trail, environ, start_response)

    def _packed(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """What Flask answers, gzipped where it is a page, and not kept."""
        status, headers, body = _answer(self.app, environ)
        if status == "200 OK":
            headers, body = _gzipped(headers, body)
        start_response(status, headers)
        return [body]

    def _trail(self) -> tuple[int, str] | None:
        """Where the audit trail ends now; None where nobody can say."""
        try:
            with self._readers.connect() as connection:
                found = connection.execute(HEAD).one_or_none()
        except SQLAlchemyError:
            return None
        return None if found is None else (found[0], found[1])

    def _rendered(
        self, key: Key, trail: tuple[int, str], environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """What Flask answers, kept if it is a page that may be sent again."""
        status, headers, body = _answer(self.app, environ)
        if status == "200 OK" and key[3]:
            headers, body = _gzipped(headers, body)
        # A new cookie is for one answer alone: with it goes what was said once.
        fresh = any(name.lower() == "set-cookie" for name, _text in headers)
        if status == "200 OK" and not fresh and len(body) <= LARGEST:
            self._keep(key, Page(now() + self._life, trail, headers, body))
        start_response(status, headers)
        return [body]

    def _keep(self, key: Key, page: Page) -> None:
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > MOST:
                self._pages.popitem(last=False)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header names gzip without refusing it."""
    for part in accepted.lower().split(","):
        name, _mark, weight = part.partition(";")
        if name.strip() in {"gzip", "x-gzip"}:
            return not re.fullmatch(r"\s*q\s*=\s*0(?:\.0*)?\s*", weight)
    return False


def _answer(app: WSGIApplication, environ: dict[str, Any]) -> tuple[str, Headers, bytes]:
    """What an application answers, read to its end."""
    told: list[tuple[str, Headers]] = []

    def listen(status: str, headers: Headers, *_error: Any) -> Callable[[bytes], object]:
        told.append((status, list(headers)))
        return lambda _bytes: None

    made = app(environ, listen)
    try:
        body = b"".join(made)
    finally:
        close = getattr(made, "close", None)
        if close is not None:
            close()
    return *told[-1], body


def _gzipped(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """The answer gzipped, its headers saying so."""
    packed = gzip.compress(body, 6, mtime=0)
    kept = [(name, text) for name, text in headers if name.lower() not in {"content-length", "vary"}]
    vary = [text for name, text in headers if name.lower() == "vary"]
    told = {
        "Content-Encoding": "gzip",
        "Content-Length": str(len(packed)),
        "Vary": ", ".join([*vary, "Accept-Encoding"]),
    }
    return [*kept, *told.items()], packed
