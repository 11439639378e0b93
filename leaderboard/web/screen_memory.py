"""What is known of every screen: who may ask, what it is told, and the scenes it asks for then; looked up by one thread."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from time import sleep
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.boards.public import Mark as PublicMark
from leaderboard.boards.public import notices_in, public_mark
from leaderboard.boards.screen_states import (
    LATE_MS,
    Mark,
    Newest,
    Told,
    list_told,
    newest_of,
    screens_mark,
    trail_mark,
)
from leaderboard.boards.screens import token_hash
from leaderboard.db import Database
from leaderboard.instant import Millis, now
from leaderboard.office import Office
from leaderboard.web.ceremony_drawings import CeremonyDrawings
from leaderboard.web.newest_scenes import Key, NewestScenes
from leaderboard.web.screen_build import screen_build
from leaderboard.web.variants import Answer, Headers

log = logging.getLogger(__name__)

ANEW_MS: Millis = 30_000
"""What depends on the clock alone, such as a notice that ends, is looked at so often."""
UNKNOWN_MS: Millis = 100
"""For addresses that nothing is known of, each asker has the database asked at most so often."""
UNKNOWN = 2
"""So many askers at a time; whoever comes then is told what is known."""
SOON_MS: Millis = 3_000
"""So long before its due instant an edition is awaited, as screens ask once a second from then on."""
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class State:
    """What one screen is told, and what it asks for when it was told, ready to send."""

    told: Told
    newest: Newest
    networks: tuple[Network, ...]
    own: bytes
    """Its own part of the JSON, without the closing brace."""
    body: bytes
    etag: str
    headers: Headers
    scenes: Answer | None
    """None where they are not in memory, as before the first edition."""
    ceremony: Answer | None
    """The step of the ceremony that the screen takes part in."""


class ScreenMemory:
    """All screens whose addresses open, as they were at the last look."""

    def __init__(self, database: Database, settings: Settings, always: Headers) -> None:
        self._database = database
        self._zone = settings.timezone
        self._always = always
        self._states: Mapping[str, State] = {}
        self._marks: tuple[Mark, PublicMark] | None = None
        self._trail: Mark | None = None
        self._told: list[Told] = []
        self._listed_at: Millis = 0
        self._newest: Mapping[int, Newest] = {}
        self._due: frozenset[Millis] = frozenset()
        self._scenes = NewestScenes(database, Office.of(settings), always)
        self._ceremonies = CeremonyDrawings(database, always)
        self._in_trouble = False
        self._looking = threading.Lock()
        self._asking = threading.BoundedSemaphore(UNKNOWN)
        self._asked_at: Millis = 0

    @property
    def is_filled(self) -> bool:
        """Whether anything was ever looked up."""
        return self._marks is not None

    def find(self, token: str) -> State | None:
        """The screen at this address, if it opens; one made since the last look is looked up."""
        hashed = token_hash(token)
        if hashed not in self._states and self.is_filled:
            self._look_for_unknown()
        return self._states.get(hashed)

    def _look_for_unknown(self) -> None:
        """Look now: no one may keep the database or the threads busy with invented addresses."""
        if not self._asking.acquire(blocking=False):
            return
        try:
            wait = self._asked_at + UNKNOWN_MS - now()
            self._asked_at = now()
            if 0 < wait <= UNKNOWN_MS:
                sleep(wait / 1000)
            self.look()
        finally:
            self._asking.release()

    def awaits_edition(self, at: Millis) -> bool:
        """Whether an edition that screens show is due about now."""
        return any(-SOON_MS <= at - instant <= LATE_MS for instant in self._due)

    def look(self) -> None:
        """Take over what has changed since the last look: one query if nothing."""
        try:
            with self._looking:
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
            is_late = at - self._listed_at >= ANEW_MS
            if trail == self._trail and not is_late and self._marks is not None:
                return
            marks = screens_mark(session), public_mark(session)
            # No mark tells of timetables, but a change of one moves the trail.
            is_same = marks == self._marks and self._newest_of(session, self._newest, at) == self._newest
            if is_same and not is_late:
                self._trail = trail
                return
            is_listed = (
                not is_late and self._marks is not None and _of_screens(marks) == _of_screens(self._marks)
            )
            # A new edition changes no screen: thousands of them are not read again while all wait for it.
            told = self._told if is_listed else list_told(session, self._zone, at)
            newest = self._newest_of(session, {one.season_id for one in told}, at)
        self._take_over(told, newest, notices_in(marks[1]))
        self._due = frozenset(one.next_due_at for one in newest.values() if one.next_due_at is not None)
        self._marks, self._trail, self._newest = marks, trail, newest
        self._told, self._listed_at = told, self._listed_at if is_listed else at

    def _newest_of(self, session: Session, seasons: Iterable[int], at: Millis) -> dict[int, Newest]:
        return {season: newest_of(session, season, self._zone, at) for season in seasons}

    def _take_over(self, told: list[Told], newest: Mapping[int, Newest], notices: int) -> None:
        """Put new states in the place of the old ones; no screen is told of what is not drawn for it.

        First go those whose address opens no longer, then come those for whom all is drawn, then one group of the same
        scenes after the other, the largest first.
        """
        groups: defaultdict[Key | None, list[Told]] = defaultdict(list)
        for one in told:
            hash_ = newest[one.season_id].hash
            groups[None if hash_ is None else Key(one.season_id, hash_, notices, one.shown)].append(one)
        left = {one.token_hash for one in told}
        self._states = {token: state for token, state in self._states.items() if token in left}
        self._scenes.keep(groups.keys())
        parts = {season_id: _part(one.told) for season_id, one in newest.items()}
        for key in sorted(
            groups, key=lambda key: (key is not None and key not in self._scenes, -len(groups[key]))
        ):
            scenes = None if key is None else self._scenes.get(key)
            fresh = {
                one.token_hash: self._state(one, newest[one.season_id], parts[one.season_id], scenes)
                for one in groups[key]
            }
            self._states = {**self._states, **fresh}

    def _state(self, told: Told, newest: Newest, part: bytes, scenes: Answer | None) -> State:
        """What a screen is told, `part` being what it is told of the edition; what stays the same is not made again."""
        ceremony = self._ceremony(told)
        before = self._states.get(told.token_hash)
        if before is not None and before.told == told:
            if before.newest == newest and before.scenes is scenes and before.ceremony is ceremony:
                return before
            networks, own = before.networks, before.own
        else:
            networks = tuple(ip_network(part) for part in told.address_range.split(",") if part)
            own = _part({"build": screen_build(), **told.state})
        body = b"{%s,%s}" % (own, part)
        etag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
        headers = (
            ("Content-Type", "application/json; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("ETag", etag),
            ("Cache-Control", "private, no-cache"),
            *self._always,
        )
        return State(told, newest, networks, own, body, etag, headers, scenes, ceremony)

    def _ceremony(self, told: Told) -> Answer | None:
        """The step that a screen is told of; raises the database's own error where it cannot be read."""
        step = told.state["ceremony"]
        if step is None:
            return None
        try:
            return self._ceremonies.get(step["id"], step["step"], told.shown.lang)
        except SQLAlchemyError:
            raise
        except Exception:  # as with scenes
            log.exception("step %s of ceremony %s cannot be drawn", step["step"], step["id"])
            return None


def _of_screens(marks: tuple[Mark, PublicMark]) -> tuple[Mark, set[Any]]:
    """What of the marks tells of screens and of who may open them: their own, and the seasons open to the public."""
    return marks[0], {row[0] for row in marks[1]}


def _part(told: Mapping[str, Any]) -> bytes:
    """The members of an object as JSON, without its braces."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))[1:-1].encode()
