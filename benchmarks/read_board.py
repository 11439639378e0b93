"""Reading a board: the fast lane beside a plain Flask answer, on the same server in one run.

    .venv/bin/python benchmarks/read_board.py [granian|gunicorn|waitress] [rounds] [seconds]

Rounds alternate between the two, so that whatever else the machine does disturbs both; the medians and their ratio
are printed. `wrk` puts on the load when it is installed, otherwise a client of our own does (it is slower, so the
ratio then comes out too low).
"""

from __future__ import annotations

import json
import os
import re
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from flask import Flask

from config import Settings
from leaderboard.boards.models import PublicForm
from leaderboard.boards.render import make_form
from leaderboard.db import migrate, open_database
from leaderboard.web.fast_lane import FastLane

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BOARD, HELLO = "/boards/benchmark/1.json", "/hello"
CONNECTIONS = 64
COMMANDS = {
    "granian": "granian --interface wsgi --factory --blocking-threads 1 --port {port} {here}:application",
    "gunicorn": "gunicorn -k gthread --threads 4 --no-control-socket -b 127.0.0.1:{port} {here}:application()",
    "waitress": "waitress-serve --threads 4 --listen 127.0.0.1:{port} --call {here}:application",
}
"""How each server is started: one worker, as the product does."""
HEADERS = "Host: localhost\r\nAccept-Encoding: gzip, br"


def board_of_a_hundred() -> bytes:
    """JSON about as large as a board of a hundred units with four indicators."""
    indicator = {"state": "measured", "numerator": "28", "denominator": "27", "rate": "28/27", "points": "50"}
    standing = {"unit": "town", "place": 1, "score": "215/4", "indicators": dict.fromkeys("abcd", indicator)}
    return json.dumps([{**standing, "place": place} for place in range(1, 101)]).encode()


def application() -> WSGIApplication:
    """What the server serves: the fast lane with the board, and behind it a Flask that says hello."""
    settings = Settings()
    app = Flask("hello")
    app.add_url_rule(HELLO, view_func=lambda: "hello")
    lane = FastLane(app, open_database(settings.resolved_database_url()), settings)
    lane.start()
    return lane


def load(port: int, path: str, seconds: float) -> float:
    """Requests per second for one address."""
    if wrk := shutil.which("wrk"):
        command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-H", "Accept-Encoding: gzip, br"]
        told = subprocess.run(
            [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
        )
        found = re.search(r"Requests/sec:\s*([\d.]+)", told.stdout)
        return float(found[1]) if found else 0.0
    return own_load(port, f"GET {path} HTTP/1.1\r\n{HEADERS}\r\n\r\n".encode(), seconds)


def own_load(port: int, request: bytes, seconds: float) -> float:
    """The same with open connections of our own; answers to one address are equally long, so bytes count them."""
    size = answer_size(port, request)
    waiting = selectors.DefaultSelector()
    left: dict[socket.socket, int] = {}
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.send(request)
        left[connection] = size
        waiting.register(connection, selectors.EVENT_READ)
    answers, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        for key, _ in waiting.select(1):
            connection = key.fileobj  # type: ignore[assignment]
            left[connection] -= len(connection.recv(65536))
            if left[connection] == 0:
                left[connection] = size
                connection.send(request)
                answers += 1
    spent = time.perf_counter() - start
    for connection in left:
        connection.close()
    return answers / spent


def answer_size(port: int, request: bytes) -> int:
    """Bytes of one answer with its head."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.send(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head = data[: data.index(b"\r\n\r\n") + 4]
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        return len(head) + (int(length[1]) if length else 0)


def prepare(folder: Path) -> None:
    """A database with one public form."""
    url = f"sqlite:///{folder / 'saima.sqlite'}"
    migrate(url)
    form = make_form(BOARD, "", "application/json", board_of_a_hundred(), numbered=False)
    with open_database(url).session() as session:
        session.add(
            PublicForm(
                path=form.path,
                lang=form.lang,
                content_type=form.content_type,
                etag=form.etag,
                identity=form.identity,
                gzip=form.gzip,
                brotli=form.brotli,
            )
        )
        session.commit()


def wait_until_up(port: int) -> None:
    """Return once the server answers."""
    for _ in range(200):
        with suppress(OSError):
            answer_size(port, f"GET {HELLO} HTTP/1.1\r\n{HEADERS}\r\n\r\n".encode())
            return
        time.sleep(0.1)


def main(name: str = "granian", rounds: str = "5", seconds: str = "2") -> None:
    """Measure and print."""
    with socket.socket() as probe, tempfile.TemporaryDirectory() as folder:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        prepare(Path(folder))
        probe.close()
        serving = start(name, port, folder)
        try:
            wait_until_up(port)
            pin(serving.pid)
            measured: dict[str, list[float]] = {BOARD: [], HELLO: []}
            for _ in range(int(rounds)):
                for path, found in measured.items():
                    found.append(load(port, path, float(seconds)))
        finally:
            serving.terminate()
            serving.wait()
    report(name, measured)


def start(name: str, port: int, folder: str) -> subprocess.Popen[bytes]:
    """The server of this name with the application above."""
    here = Path(__file__).resolve()
    command, *arguments = COMMANDS[name].format(port=port, here=here.stem).split()
    environment = os.environ | {"DATA_DIR": folder, "PYTHONPATH": str(here.parent)}
    return subprocess.Popen([Path(sys.executable).with_name(command), *arguments], env=environment)


def pin(server: int) -> None:
    """The client on the last core, the server and its workers on the first, where Linux and two cores allow it."""
    cores = os.cpu_count() or 1
    if cores < 2 or not hasattr(os, "sched_setaffinity"):
        return
    os.sched_setaffinity(0, {cores - 1})
    for status in Path("/proc").glob("[0-9]*/task/[0-9]*/status"):
        with suppress(OSError):
            parent = re.search(r"^PPid:\s*(\d+)", status.read_text(), re.MULTILINE)
            process, thread = status.parts[2], status.parts[4]
            if str(server) in {process, parent[1] if parent else ""}:
                os.sched_setaffinity(int(thread), {0})


def report(name: str, measured: dict[str, list[float]]) -> None:
    """Print medians with their ranges, and the median of the rounds' ratios."""
    print(f"{name}, {CONNECTIONS} connections, {'wrk' if shutil.which('wrk') else 'own client'}")
    for path, label in ((BOARD, "fast lane"), (HELLO, "Flask hello")):
        found = measured[path]
        print(
            f"  {label:12} {statistics.median(found):9,.0f} requests/s  ({min(found):,.0f} to {max(found):,.0f})"
        )
    ratios = [lane / hello for lane, hello in zip(measured[BOARD], measured[HELLO], strict=True)]
    print(
        f"  ratio        {statistics.median(ratios):9.1f}             ({min(ratios):.1f} to {max(ratios):.1f})"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
