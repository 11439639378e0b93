"""The fast lane: published public boards answered from memory, in front of Flask and without the database."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
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
from leaderboard.instant import now
from leaderboard.office import Office
from leaderboard.web.headers import public_headers
from leaderboard.web.own_lane import OwnLane
from leaderboard.web.reserve import Reserve, admitted
from leaderboard.web.screen_lane import ScreenLane
from leaderboard.web.static_files import StaticFiles
from leaderboard.web.variants import LATEST, NUMBERED, Answer, Headers, answer_of, is_read, send

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

log = logging.getLogger(__name__)

AWAITING = 0.05
"""Seconds between two looks while an edition that screens show is due."""

Key = tuple[str, str]
"""Path and query string."""


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
        self._files = StaticFiles(self.app, self._always)
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
        path = environ["PATH_INFO"]
        if is_read(environ):
            answer = self._answers.get((path, environ.get("QUERY_STRING", "")))
            if answer is not None:
                return send(answer, environ, start_response)
        if path.startswith("/static/"):
            return self._files(environ, start_response)
        if path.startswith("/screens/"):
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
        while not closing.wait(self._pause()):
            self.look()
            self.screens.look()

    def _pause(self) -> float:
        """Seconds until the next look; while an edition is awaited one comes soon after the other."""
        return min(self._poll_seconds, AWAITING) if self.screens.awaits_edition(now()) else self._poll_seconds

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
