"""Screens without glass: thousands of connections in one process, each asking as the script of a screen asks.

One thread waits on all sockets at once. What an answer took is counted from the instant at which the screen was to ask,
so that a client that is late itself makes the figures worse and never better.
"""

from __future__ import annotations

import errno
import heapq
import json
import random
import select
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

CALM, JITTER, QUICK = 20.0, 5.0, 1.0
BEFORE, AFTER = 3.0, 30.0
"""Seconds of `static/js/screen_asking.js`: how often a screen asks, and when around a due instant quickly."""

PATIENCE = 10.0
"""Seconds that a screen waits for an answer."""

Pause = Callable[["Screen"], float]


@dataclass
class Asked:
    """What a time of asking came to; instants are seconds since 1970."""

    waits: list[float] = field(default_factory=list)
    failures: int = 0
    told: dict[int, float] = field(default_factory=dict)
    """When each screen was first told of the edition that is awaited, by the screen's place on the wall."""
    had: dict[int, float] = field(default_factory=dict)
    """When each of them first had all bytes of its scenes."""

    def percentile(self, share: float) -> float:
        """Milliseconds within which so many of the answers came."""
        return sorted(self.waits)[int(share * (len(self.waits) - 1))] * 1000 if self.waits else 0.0


class Screen:
    """One screen: its address, its connection, and what it was told last."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.socket: socket.socket | None = None
        self.etag = ""
        self.edition = 0
        self.due: float | None = None
        self.wants_scenes = self.is_asking = False
        self.planned = 0.0
        self.data = b""

    def request(self) -> bytes:
        """What it asks for now: its state, or the scenes it was told of."""
        if self.wants_scenes:
            path = self.path.replace("/state", "/scenes")
            return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        known = f"If-None-Match: {self.etag}\r\n" if self.etag else ""
        return f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{known}\r\n".encode()

    def answer(self) -> tuple[int, bytes, bytes] | None:
        """Status, head and body of the answer; None while it is not all there."""
        head, end, rest = self.data.partition(b"\r\n\r\n")
        if not end:
            return None
        status = int(head[9:12])
        length = 0 if status == 304 else int(_header(head, b"content-length") or 0)
        return None if len(rest) < length else (status, head, rest[:length])


def _header(head: bytes, name: bytes) -> bytes:
    """A header's text in small letters, as tags and lengths are here."""
    return head.lower().partition(b"\r\n" + name + b":")[2].partition(b"\r\n")[0].strip()


def as_screens_do(screen: Screen) -> float:
    """Seconds until a screen asks again, by the due instant that it was told."""
    after = -float("inf") if screen.due is None else time.time() - screen.due
    if -BEFORE <= after <= AFTER:
        return QUICK
    wait = -after - BEFORE if after < 0 else float("inf")
    return max(min(CALM + random.random() * JITTER, wait + random.random() * QUICK), QUICK)


def quickly(_screen: Screen) -> float:
    """As around a due instant, whatever was told."""
    return QUICK


class Wall:
    """Screens of one server, each with a connection that stays open."""

    def __init__(self, port: int, paths: Sequence[str]) -> None:
        self._port = port
        self._screens = [Screen(path) for path in paths]
        self._waiting: list[tuple[float, int]] = []
        self._by_file: dict[int, int] = {}
        self._poll = select.epoll()
        self._asked = Asked()
        self._pause: Pause = as_screens_do
        self._awaited = 0

    def __len__(self) -> int:
        """How many screens there are."""
        return len(self._screens)

    def knowing(self, due: float) -> int:
        """How many of them have heard that an edition is due at this instant."""
        return sum(screen.due == due for screen in self._screens)

    def ask(self, lasts: float, pause: Pause, spread: float, *, awaited: int = 0) -> Asked:
        """Let every screen ask for so long, the first time within `spread` seconds.

        With the number of an edition that is `awaited` it ends as soon as every one has the scenes of that edition.
        """
        self._asked, self._pause, self._awaited = Asked(), pause, awaited
        began = time.monotonic()
        self._waiting = [(began + random.random() * spread, n) for n in range(len(self._screens))]
        heapq.heapify(self._waiting)
        while (at := time.monotonic()) < began + lasts:
            if awaited and len(self._asked.had) == len(self._screens):
                break
            while self._waiting and self._waiting[0][0] <= at:
                planned, number = heapq.heappop(self._waiting)
                self._send(number, planned)
            soon = self._waiting[0][0] - time.monotonic() if self._waiting else 0.1
            self._listen(max(0.0, min(soon, 0.1)))
        self._waiting = []
        end = time.monotonic() + PATIENCE
        while any(screen.is_asking for screen in self._screens) and time.monotonic() < end:
            self._listen(0.1)
        return self._asked

    def _listen(self, seconds: float) -> None:
        for file, events in self._poll.poll(seconds, 256):
            if file in self._by_file:
                act = self._stands if events & select.EPOLLOUT else self._hear
                act(self._by_file[file])

    def close(self) -> None:
        """Let go of all connections."""
        for number in range(len(self._screens)):
            self._let_go(number)
        self._poll.close()

    def _send(self, number: int, planned: float) -> None:
        screen = self._screens[number]
        screen.planned, screen.data, screen.is_asking = planned, b"", True
        if screen.socket is None:
            self._open(number)
            return
        try:
            screen.socket.sendall(screen.request())
        except OSError:
            self._again(number)

    def _open(self, number: int) -> None:
        """Begin a connection, without waiting for it; what is asked for goes out as soon as it stands."""
        opened = socket.socket()
        opened.setblocking(False)
        opened.connect_ex(("127.0.0.1", self._port))
        self._screens[number].socket = opened
        self._by_file[opened.fileno()] = number
        self._poll.register(opened, select.EPOLLOUT)

    def _stands(self, number: int) -> None:
        """A connection stands: send what is asked for and wait for the answer."""
        screen = self._screens[number]
        if screen.socket is not None:
            self._poll.modify(screen.socket, select.EPOLLIN)
            self._send(number, screen.planned)

    def _hear(self, number: int) -> None:
        screen = self._screens[number]
        if screen.socket is None:
            return
        try:
            data = screen.socket.recv(1 << 18)
        except OSError as error:
            if error.errno == errno.EAGAIN:
                return
            data = b""
        if not data:
            self._closed(number)
            return
        screen.data += data
        if (found := screen.answer()) is not None:
            self._take(number, *found)

    def _closed(self, number: int) -> None:
        """A connection that the server ended: opened anew when there is something to ask, as browsers do."""
        if self._screens[number].is_asking:
            self._again(number)
        else:
            self._let_go(number)

    def _again(self, number: int) -> None:
        """Ask once more what found no answer."""
        self._let_go(number)
        self._asked.failures += 1
        heapq.heappush(self._waiting, (time.monotonic() + 0.05, number))

    def _let_go(self, number: int) -> None:
        screen = self._screens[number]
        screen.is_asking = False
        if screen.socket is not None:
            self._by_file.pop(screen.socket.fileno(), None)
            screen.socket.close()
            screen.socket = None

    def _take(self, number: int, status: int, head: bytes, body: bytes) -> None:
        """What a screen does with an answer: ask for scenes it was told of at once, otherwise wait."""
        screen, at = self._screens[number], time.monotonic()
        screen.data, screen.is_asking = b"", False
        if status not in {200, 304}:
            self._asked.failures += 1
        elif screen.wants_scenes:
            screen.wants_scenes = False
            if screen.edition == self._awaited:
                self._asked.had.setdefault(number, time.time())
        else:
            self._asked.waits.append(at - screen.planned)
            if status == 200:
                screen.etag = _header(head, b"etag").decode()
                self._follow(number, body)
        if screen.wants_scenes:
            self._send(number, at)
        else:
            heapq.heappush(self._waiting, (at + self._pause(screen), number))

    def _follow(self, number: int, body: bytes) -> None:
        """Take over what a screen was told: when the next edition is due, and whether there is one it has not seen."""
        screen, told = self._screens[number], json.loads(body)["edition"]
        before, screen.edition = screen.edition, told["number"]
        due = told["next_due_at"]
        screen.due = None if due is None else datetime.fromisoformat(due).timestamp()
        screen.wants_scenes = bool(before) and before != screen.edition
        if screen.edition == self._awaited:
            self._asked.told.setdefault(number, time.time())
