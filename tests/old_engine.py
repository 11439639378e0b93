"""Drives a Chromium too old for Playwright: its debugging protocol, spoken over a web socket."""

from __future__ import annotations

import base64
import json
import os
import re
import select
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--remote-debugging-port=0",
    "--hide-scrollbars",
)
PATIENCE = 30.0
"""Seconds an old browser may take for one answer on a busy machine."""


class Line:
    """A web socket with one message at a time (RFC 6455), as far as a browser's debugging door needs it."""

    def __init__(self, address: str) -> None:
        place = urlsplit(address)
        self._socket = socket.create_connection((place.hostname or "", place.port or 80), timeout=PATIENCE)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._unread = b""
        while b"\r\n\r\n" not in self._unread:
            self._unread += self._socket.recv(65536)
        self._unread = self._unread.split(b"\r\n\r\n", 1)[1]

    def say(self, text: str) -> None:
        """Send one text, masked as a client has to."""
        body, mask = text.encode(), os.urandom(4)
        size = len(body)
        length = struct.pack("!BQ", 0xFF, size) if size > 65535 else struct.pack("!BH", 0xFE, size)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(body))
        self._socket.sendall(b"\x81" + length + mask + masked)

    def hear(self, seconds: float) -> str | None:
        """The next text, or None where none comes in time."""
        if not self._unread and not select.select([self._socket], [], [], seconds)[0]:
            return None
        first, second = self._take(2)
        size = second & 127
        if size > 125:
            size = int.from_bytes(self._take(2 if size == 126 else 8))
        body = self._take(size)
        # Longer messages come in parts; the last of them is marked.
        return body.decode() if first & 128 else body.decode() + (self.hear(PATIENCE) or "")

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _take(self, size: int) -> bytes:
        while len(self._unread) < size:
            more = self._socket.recv(1 << 20)
            assert more, "the browser hung up"
            self._unread += more
        taken, self._unread = self._unread[:size], self._unread[size:]
        return taken


class OldPage:
    """One page of an old browser, and what it complained of: script errors, refused content, failed loads."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._number = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._events: list[str] = []
        self.complaints: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask the browser something of the protocol and wait for the answer."""
        self._number += 1
        number = self._number
        self._line.say(json.dumps({"id": number, "method": method, "params": params}))
        self.wait_for(lambda: number in self._answers, method)
        answer = self._answers.pop(number)
        assert "error" not in answer, (method, answer)
        found: dict[str, Any] = answer["result"]
        return found

    def open(self, url: str, width: int = 1920, height: int = 1080) -> None:
        """Load an address in a window of this size and wait until it is loaded."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        self._events.clear()
        self.send("Page.navigate", url=url)
        self.wait_for(lambda: "Page.loadEventFired" in self._events, url)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, once it is settled."""
        found = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait_until(self, expression: str) -> None:
        """Wait until an expression is true in the page."""
        self.wait_for(lambda: bool(self.evaluate(expression)), expression)

    def wait_for(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait until something is so, hearing meanwhile what the browser says."""
        until = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < until, f"waited in vain for {what}: {self.complaints}"
            if text := self._line.hear(0.05):
                self._take(json.loads(text))

    def picture(self, path: Path) -> None:
        """Keep what is on the glass."""
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._answers[message["id"]] = message
            return
        method, params = message["method"], message["params"]
        self._events.append(method)
        if method == "Runtime.exceptionThrown":
            self.complaints.append(f"script error: {params['exceptionDetails']}")
        elif method == "Runtime.consoleAPICalled" and params["type"] in {"error", "warning"}:
            self.complaints.append(f"console: {params['args']}")
        elif method == "Log.entryAdded" and params["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(f"log: {params['entry']['text']} {params['entry'].get('url', '')}")


@contextmanager
def old_page(program: Path, profile: Path) -> Iterator[OldPage]:
    """A page of this browser, which ends with the block."""
    command = [str(program), *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    profile.mkdir(parents=True, exist_ok=True)
    with (profile / "said").open("wb") as said:
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
    try:
        with urlopen(f"http://{_door(profile / 'said')}/json/new") as answer:
            line = Line(json.load(answer)["webSocketDebuggerUrl"])
        yield OldPage(line)
        line.close()
    finally:
        running.kill()
        running.wait()


def _door(said: Path) -> str:
    """Where the browser says it can be spoken to."""
    until = time.monotonic() + PATIENCE
    while not (found := re.search(r"listening on ws://([^/]+)/", said.read_text(errors="replace"))):
        assert time.monotonic() < until, said.read_text(errors="replace")
        time.sleep(0.05)
    return found.group(1)
