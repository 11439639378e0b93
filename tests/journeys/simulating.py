"""A screen's life in quick motion: a page whose clock is turned by hand, before a server whose troubles are chosen."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from leaderboard.instant import iso
from tests.journeys.drawing import Drawn
from tests.journeys.quick_motion import CLOCK

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

HTML = [("Content-Type", "text/html; charset=utf-8")]
JSON = [("Content-Type", "application/json")]
WELL, KILLED, HUNG, HALF = "well", "server killed", "server hung", "half of the scenes"
BROKEN, TRUNCATED, PORTAL, REVOKED = "500", "truncated state", "captive portal", "token revoked"
PAGELESS, BARE = "no page", "page without its scripts"
PORTAL_PAGE = "<!DOCTYPE html><html><body><h1>Wi-Fi</h1><form><input name='room'></form></body></html>"
ANSWERS: dict[str, tuple[str, list[tuple[str, str]], bytes]] = {
    BROKEN: ("500 Internal Server Error", HTML, b"<html><h1>500</h1></html>"),
    TRUNCATED: ("200 OK", [*JSON, ("Content-Length", "4000")], b'{"build": "b", "ed'),
    PORTAL: ("200 OK", HTML, PORTAL_PAGE.encode()),
    REVOKED: ("404 Not Found", [("Content-Type", "text/plain")], b"Not Found"),
}
"""What is answered to everything in these troubles."""
MAIN = re.compile(r'(?<=<main id="board">).*(?=</main>)', re.DOTALL)
UNKNOWN = "v=unknown"
LEFT = "Execution context was destroyed"
LOADED = "window.world && !world.leaving && document.readyState === 'complete'"
STAYED = "[Boolean(window.stayed), window.stayed = true][0]"
ZONE = "Asia/Shanghai"
USUAL: dict[str, Any] = {"build": "b", "look": "l", "playlist": [], "hours": None, "utc_offset": 480}
QUIET: dict[str, Any] = {"notice": None, "muted": False, "ceremony": None, "reload": 0}


class Silent(WSGIRequestHandler):
    """Says nothing of what it answers, nor what time it is really."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """Without a date of its own."""
        self.send_response_only(code, message)

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the name it has in werkzeug
        """Nothing."""


@dataclass
class World:
    """A server for one screen, which lives in the screen's time: the next edition is there every `every` ms of it."""

    drawn: Drawn
    every: int = 75_000
    number: int = 1
    now: int = 1_790_035_200_000
    """Eight in the morning, far from the rest at night."""
    due: int = 0
    told: dict[str, Any] = field(default_factory=dict)
    stage: str = ""
    asked: int = 0
    pages: list[str] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)
    cookies: set[str] = field(default_factory=set)
    trouble: str = WELL
    port: int = 0
    _let_go: threading.Event = field(default_factory=threading.Event)
    _server: BaseWSGIServer | None = None

    def start(self) -> None:
        """Answer, at the same port as before."""
        self._server = make_server("127.0.0.1", self.port, self, threaded=True, request_handler=Silent)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Refuse every connection from now on."""
        self._let_go.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        self._server = None

    def fall_into(self, trouble: str) -> None:
        """Be in this trouble from now on, or well again."""
        if trouble == KILLED:
            self.stop()
        elif self._server is None:
            self.start()
        if trouble == HUNG:
            self._let_go = threading.Event()
        else:
            self._let_go.set()
        self.trouble = trouble

    def publish_every(self, ms: int) -> None:
        """The next edition so long from now, and so on."""
        self.every, self.due = ms, self.now + ms

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the trouble of the moment has it."""
        path = environ["PATH_INFO"]
        if path.startswith("/static/") and environ["QUERY_STRING"] != UNKNOWN:
            return self.drawn.app(environ, start_response)
        if path.startswith("/static/"):
            start_response("404 Not Found", HTML)
            return []
        self.cookies.add(environ.get("HTTP_COOKIE", ""))
        self._pass_time(int(environ.get("HTTP_X_NOW", self.now)))
        if self.trouble == HUNG:
            self._let_go.wait(60)
        name = path.rpartition("/")[2]
        self.asked += name == "state"
        if self.trouble in ANSWERS:
            status, headers, body = ANSWERS[self.trouble]
            start_response(status, headers)
            return [body]
        return self._well(name, environ, start_response)

    def _well(self, name: str, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        at = ("Date", formatdate(self.now / 1000, usegmt=True))
        if name == "state":
            return self._state(environ, start_response, at)
        if name == "report":
            self.reports.append(json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
            start_response("204 No Content", [at])
            return []
        start_response("200 OK", [*HTML, at])
        if name == "scenes":
            inside = self.inside()
            return [inside[: len(inside) // 2 if self.trouble == HALF else None].encode()]
        if name == "ceremony":
            return [self.stage.encode()]
        self.pages.append(environ["HTTP_SEC_FETCH_DEST"])
        if self.trouble == PAGELESS:
            return [PORTAL_PAGE.encode()]
        page = self.page()
        return [(page if self.trouble != BARE else re.sub(r"(?<=\.js\?)v=\w+", UNKNOWN, page)).encode()]

    def _state(
        self, environ: dict[str, Any], start_response: StartResponse, at: tuple[str, str]
    ) -> Iterable[bytes]:
        body = json.dumps(self.state()).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if environ.get("HTTP_IF_NONE_MATCH") == etag:
            start_response("304 Not Modified", [at, ("ETag", etag)])
            return []
        start_response("200 OK", [*JSON, at, ("ETag", etag)])
        return [body]

    def state(self) -> dict[str, Any]:
        """What the screen is told."""
        edition = {"number": self.number, "hash": self.hash(), "next_due_at": iso(self.due, ZONE)}
        return {**USUAL, **QUIET, "revision": 1, "edition": edition, **self.told}

    def hash(self) -> str:
        """Of the newest edition."""
        return hashlib.sha256(str(self.number).encode()).hexdigest()

    def inside(self) -> str:
        """The newest edition as one of those that were drawn, under its own number."""
        drawn = self.drawn.editions[(self.number - 1) % len(self.drawn.editions)]
        own = f'data-hash="{self.hash()}" data-number="{self.number}"'
        drawn = re.sub(r'data-hash="\w+" data-number="\d+"', own, drawn)
        return re.sub(r"第 \d+ 期", f"第 {self.number} 期", drawn)

    def page(self) -> str:
        """The page as it is drawn at this moment."""
        page = MAIN.sub(lambda _: self.inside(), self.drawn.page)
        body = f'data-now="{self.now}" data-offset="480" data-hash="{self.hash()}" data-due="{iso(self.due, ZONE)}"'
        return re.sub(r'data-now="[^>]*data-due="[^"]*"', body, page)

    def _pass_time(self, at: int) -> None:
        self.now = max(self.now, at)
        self.due = self.due or self.now + self.every
        if self.now >= self.due:
            missed = 1 + (self.now - self.due) // self.every
            self.number, self.due = self.number + missed, self.due + missed * self.every


@dataclass
class Screen:
    """A screen on a wall of that world."""

    page: Page
    world: World
    faults: list[str] = field(default_factory=list)
    """What its scripts did not catch."""

    def live(self, seconds: float, *, stride: float = 0) -> None:
        """Let this much time pass for the page; with a stride its timers go off only so often.

        Where it loads itself anew on the way, what is left of the time does not pass.
        """
        patient = self.world.trouble != HUNG
        try:
            span = [seconds * 1000, patient, stride * 1000]
            self.page.evaluate("([span, patient, stride]) => world.run(span, patient, stride)", span)
        except BrowserError as error:
            if LEFT not in str(error):
                raise
            while not self._ask(LOADED):
                self.page.wait_for_timeout(20)

    def _ask(self, script: str) -> Any:
        """Of the page that is there, or of the one that comes in its place meanwhile."""
        while True:
            try:
                return self.page.evaluate(script)
            except BrowserError as error:
                if LEFT not in str(error):
                    raise
                self.page.wait_for_timeout(20)

    def sleep_until(self, clock: str) -> None:
        """Stand still until that time of day at the office, machine and all."""
        wanted = int(clock[:2]) * 60 + int(clock[3:])
        minutes = (self.world.now // 60_000 + 480) % 1440
        self.page.evaluate(f"world.slept += {(wanted - minutes) % 1440 * 60_000}")
        self.live(30)

    def live_until(self, is_so: Callable[[], bool], *, step: float = 5, most: float = 1200) -> float:
        """Let time pass until something is so, and tell how many seconds it took."""
        spent = 0.0
        while not is_so():
            assert spent < most, "waited in vain"
            self.live(step)
            spent += step
        return spent

    def number(self) -> int:
        """Of the edition on the glass."""
        return int(self.page.locator("#board .top").get_attribute("data-number") or 0)

    def mode(self) -> str:
        """What the glass is for."""
        return self.page.locator("body").get_attribute("data-mode") or ""

    def seen(self, selector: str) -> str:
        """The words of what is on the glass there; empty where nothing is."""
        found = self.page.locator(selector)
        return found.inner_text().strip() if found.is_visible() else ""

    def lit(self) -> bool:
        """Whether a scene of the board is on the glass."""
        return self.mode() == "board" and self.seen(".scene:not([hidden])") != ""

    def rows(self) -> int:
        """How many units are on the glass."""
        return self.page.locator(".scene:not([hidden]) .row[data-unit]:visible").count()

    def stayed(self) -> bool:
        """Whether it is the same page as when it was last asked; from now on it is."""
        found: bool = self._ask(STAYED)
        return found


def open_screen(browser: Browser, world: World) -> Screen:
    """Load the page of a screen of that world."""
    page = browser.new_page(viewport={"width": 960, "height": 540})
    screen = Screen(page, world)
    page.on("pageerror", lambda fault: screen.faults.append(str(fault)))
    page.add_init_script(CLOCK)
    page.goto(f"http://127.0.0.1:{world.port}/screens/token")
    screen.stayed()
    return screen
