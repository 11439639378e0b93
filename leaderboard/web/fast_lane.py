"""The fast lane: published public boards answered from memory, in front of Flask and without the database."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from config import Settings
from leaderboard.boards.models import PublicForm
from leaderboard.boards.notices import noted
from leaderboard.boards.public import (
    Mark,
    PublicEdition,
    forms_of,
    latest_path,
    newest_editions,
    public_mark,
)
from leaderboard.boards.read import public_seasons
from leaderboard.boards.render import Form, index_forms
from leaderboard.db import Database
from leaderboard.office import Office
from leaderboard.web.headers import public_headers
from leaderboard.web.own_lane import OwnLane
from leaderboard.web.reserve import Reserve, admitted
from leaderboard.web.screen_lane import ScreenLane

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

log = logging.getLogger(__name__)

BROTLI, GZIP, IDENTITY = PREFERENCE = ("br", "gzip", "identity")
"""Encodings a browser likes equally well are chosen in this order: the smallest first."""
WEIGHT = re.compile(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*")
LATEST, NUMBERED = "no-cache", "public, max-age=300"
"""A latest board is asked for every time; a numbered one is kept for five minutes, as a note may yet be put on it."""

Headers = tuple[tuple[str, str], ...]
Key = tuple[str, str]
"""Path and query string."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One form in one encoding, ready to send."""

    etag: str
    headers: Headers
    unchanged: Headers
    """The headers of a 304."""
    body: bytes


Answer = Mapping[str, Variant]
"""Encoding -> what to send."""


@lru_cache(maxsize=1024)
def best_encoding(accepted: str) -> str:
    """The encoding to send for an Accept-Encoding header (RFC 9110 12.5.3): highest q, then the smallest body."""
    qualities: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, *parameters = part.split(";")
        weights = [match[1] for text in parameters if (match := WEIGHT.fullmatch(text))]
        qualities[name.strip()] = float(weights[0]) if weights else 1.0
    others = qualities.get("*", 0.0)
    known = {BROTLI: others, GZIP: qualities.get("x-gzip", others), IDENTITY: max(others, 0.001)}
    known |= {name: qualities[name] for name in PREFERENCE if name in qualities}
    # What refuses everything still gets the plain bytes: the standard allows it, and a board is better than a 406.
    best = max(PREFERENCE, key=lambda name: (known[name], -PREFERENCE.index(name)))
    return best if known[best] > 0 else IDENTITY


def is_unchanged(condition: str, etag: str) -> bool:
    """Whether an If-None-Match header names this tag (RFC 9110 13.1.2: compared weakly, `*` names any)."""
    if condition.strip() == "*":
        return True
    return etag in (tag.strip().removeprefix("W/") for tag in condition.split(","))


def answer_of(form: PublicForm | Form, cache: str, always: Headers) -> Answer:
    """A form in every encoding with its headers; one that was not stored in an encoding is sent plain."""
    bodies = {BROTLI: form.brotli, GZIP: form.gzip, IDENTITY: form.identity}
    found: dict[str, Variant] = {}
    for encoding in reversed(PREFERENCE):
        if encoding != IDENTITY and not bodies[encoding]:
            found[encoding] = found[IDENTITY]
            continue
        etag = f'"{form.etag}"' if encoding == IDENTITY else f'"{form.etag}-{encoding}"'
        unchanged = (("ETag", etag), ("Cache-Control", cache), ("Vary", "Accept-Encoding"), *always)
        about = [("Content-Type", form.content_type), ("Content-Length", str(len(bodies[encoding])))]
        if encoding != IDENTITY:
            about.append(("Content-Encoding", encoding))
        if name := download_name(form.path):
            about.append(("Content-Disposition", f'attachment; filename="{name}"'))
        found[encoding] = Variant(etag, (*about, *unchanged), unchanged, bodies[encoding])
    return found


def download_name(path: str) -> str | None:
    """The name under which a table is saved: /boards/yunxi/7.csv is saved as yunxi-7.csv."""
    match = re.fullmatch(r"/boards/([a-z0-9-]+)/(\d+)\.(csv|xlsx)", path)
    return f"{match[1]}-{match[2]}.{match[3]}" if match else None


def keys_of(path: str, lang: str) -> list[Key]:
    """The addresses a form answers: Chinese without being asked, a form without language in any."""
    # WSGI hands paths over as Latin-1, whatever the bytes mean.
    raw = path.encode().decode("latin-1")
    queries = {"": ("", "lang=zh", "lang=en"), "zh": ("", "lang=zh")}.get(lang, (f"lang={lang}",))
    return [(raw, query) for query in queries]


class FastLane:
    """A WSGI application that answers public boards by itself and hands everything else to the one behind it."""

    def __init__(self, app: WSGIApplication, database: Database, settings: Settings) -> None:
        self.database = database
        self._poll_seconds = settings.board_poll_ms / 1000
        self._each = settings.fast_editions
        self._office = Office.of(settings)
        self._always: Headers = tuple(public_headers(settings).items())
        self.app = Reserve(OwnLane(app, database, settings), admitted(settings.threads), self._always)
        self.screens = ScreenLane(self.app, database, settings)
        self._answers: Mapping[Key, Answer] = {}
        self._kept: dict[int, list[PublicForm]] = {}
        self._mark: Mark | None = None
        self._in_trouble = False
        self._process: int | None = None
        self._starting = threading.Lock()
        self._watcher: threading.Thread | None = None
        self._closing = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        # A thread does not survive a fork, so a forked worker starts its own.
        if self._process != os.getpid():
            self.start()
        method = environ["REQUEST_METHOD"]
        if method in {"GET", "HEAD"}:
            answer = self._answers.get((environ["PATH_INFO"], environ.get("QUERY_STRING", "")))
            if answer is not None:
                variant = answer[best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))]
                condition = environ.get("HTTP_IF_NONE_MATCH")
                if condition and is_unchanged(condition, variant.etag):
                    start_response("304 Not Modified", list(variant.unchanged))
                    return []
                start_response("200 OK", list(variant.headers))
                return [variant.body] if method == "GET" else []
        if environ["PATH_INFO"].startswith("/screens/"):
            return self.screens(environ, start_response)
        return self.app(environ, start_response)

    def start(self) -> None:
        """Load what is public now and begin to watch for more; a second call changes nothing."""
        with self._starting:
            if self._process == os.getpid():
                return
            self._closing = threading.Event()
            self.look()
            self.screens.look()
            self.screens.start(self._closing)
            self._watcher = threading.Thread(
                target=self._watch, args=(self._closing,), name="fast-lane", daemon=True
            )
            self._watcher.start()
            self._process = os.getpid()

    def close(self) -> None:
        """Stop watching; what is in memory stays as it is."""
        self._closing.set()
        if self._watcher is not None:
            self._watcher.join()
        self.screens.close()

    def _watch(self, closing: threading.Event) -> None:
        while not closing.wait(self._poll_seconds):
            self.look()
            self.screens.look()

    def look(self) -> None:
        """Take over what has been published, changed or closed to the public since the last look: one query if nothing."""
        try:
            with self.database.reading() as session:
                mark = public_mark(session)
                if mark == self._mark:
                    self._in_trouble = False
                    return
                editions = newest_editions(session, self._each)
                missing = [edition.id for edition in editions if edition.id not in self._kept]
                fresh = forms_of(session, missing) if missing else []
                pages = list(index_forms(self._office, public_seasons(session)))
                session.expunge_all()
            self._take_over(editions, fresh, pages)
        except Exception:  # a thread that ended would leave the boards as they are for ever
            if not self._in_trouble:
                log.exception("the database cannot be read; boards are served as they were last known")
            self._in_trouble = True
            return
        self._mark, self._in_trouble = mark, False
        log.info("%s editions of %s seasons are in memory", len(editions), len({e.slug for e in editions}))

    def _take_over(
        self, editions: Sequence[PublicEdition], fresh: Sequence[PublicForm], pages: Sequence[Form]
    ) -> None:
        """Put a new set of answers in the place of the old one; a request sees the one or the other, never a mixture."""
        kept = {edition.id: list(self._kept.get(edition.id, ())) for edition in editions}
        for form in fresh:
            if form.edition_id is not None:
                kept[form.edition_id].append(form)
        answers = {key: answer_of(f, LATEST, self._always) for f in pages for key in keys_of(f.path, f.lang)}
        for edition in editions:
            for stored in kept[edition.id]:
                served = noted(stored, edition.told, edition.slug, self._office.zone)
                answer = answer_of(served, NUMBERED, self._always)
                answers |= dict.fromkeys(keys_of(served.path, served.lang), answer)
                if edition.is_latest and (path := latest_path(served.path)):
                    answer = answer_of(served, LATEST, self._always)
                    answers |= dict.fromkeys(keys_of(path, served.lang), answer)
        self._kept, self._answers = kept, answers
