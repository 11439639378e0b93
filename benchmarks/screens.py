"""Screens asking for their state: the calm, the peak around an edition beside nginx, and how soon a new edition is there.

    python -m benchmarks.screens [SCREENS] [SECONDS]

A board of 100 units is published and shown on SCREENS screens (5,000), each with a connection of its own to one server,
which has the first core to itself; the load runs on the last. Calm: each asks once in 20 seconds, for SECONDS (40).
Peak: each asks once a second, of Saima and then of nginx serving the same bytes as a file. New edition: up to 1,000
screens ask once a second while another process composes and announces an edition; from the instant at which it begins
until the last has the new state and its scenes. The promises, printed with the figures: calm <= 15 % of a core, p99 at
the peak <= 3 x nginx's, last screen <= 2 s. Needs nginx and taskset, and as many open files as twice the screens.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.big_race import ENDS, BigRace, big_race, found_race
from benchmarks.read_board import BOARD, free_port, nginx, running, settings
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.boards.screens import add_screen
from leaderboard.db import open_database
from leaderboard.instant import now
from leaderboard.office import Office

UNITS, PROJECTS = 100, 1000
CALM_SECONDS, QUICK_SECONDS, PEAK_LASTS = 20.0, 1.0, 10.0
MOST_WATCHING = 1000
OFFICE = Office("云溪县", "Asia/Shanghai", "http://saima.example", b"\x01" * 32)


@dataclass
class Asked:
    """What one round of asking came to."""

    waits: list[float] = field(default_factory=list)
    failures: int = 0

    def percentile(self, share: float) -> float:
        """Milliseconds within which so many of the answers came."""
        return sorted(self.waits)[int(share * (len(self.waits) - 1))] * 1000


class Connection:
    """One screen's connection, kept open; it remembers the last ETag as a browser does."""

    def __init__(self, port: int, path: str) -> None:
        self.port, self.path, self.etag = port, path, ""
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str | None = None) -> bytes:
        """The body of the answer; empty where nothing has changed. Raises ConnectionError for any other status.

        One that the server has closed meanwhile, as it may, is opened again, as browsers do.
        """
        try:
            return await self._ask(path)
        except (asyncio.IncompleteReadError, BrokenPipeError, ConnectionResetError):
            self.close()
            return await self._ask(path)

    async def _ask(self, path: str | None) -> bytes:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        known = f"If-None-Match: {self.etag}\r\n" if self.etag and path is None else ""
        writer.write(f"GET {path or self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{known}\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = head[0].split()[1]
        told = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in head)}
        body = b"" if status == "304" else await reader.readexactly(int(told["content-length"]))
        if status not in {"200", "304"}:
            raise ConnectionError(status)
        if path is None:
            self.etag = told.get("etag", "")
        return body

    def close(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def keep_asking(connection: Connection, every: float, until: float, asked: Asked) -> None:
    """One screen, from an instant of its own within the first span."""
    await asyncio.sleep(random.random() * every)
    while (began := time.monotonic()) < until:
        try:
            await connection.ask()
            asked.waits.append(time.monotonic() - began)
        except (OSError, asyncio.IncompleteReadError):
            asked.failures += 1
        await asyncio.sleep(max(0.0, every - (time.monotonic() - began)))


async def all_asking(port: int, paths: Sequence[str], every: float, lasts: float) -> Asked:
    """Every screen for so long; connections are open and the first answers had before it is measured."""
    connections = [Connection(port, path) for path in paths]
    for start in range(0, len(connections), 100):
        await asyncio.gather(*(one.ask() for one in connections[start : start + 100]))
    asked, until = Asked(), time.monotonic() + lasts
    await asyncio.gather(*(keep_asking(one, every, until, asked) for one in connections))
    for one in connections:
        one.close()
    return asked


async def watching(port: int, paths: Sequence[str], folder: Path) -> tuple[float, float]:
    """Seconds from the beginning of an edition until half of the screens and until the last had it."""
    connections = [Connection(port, path) for path in paths]
    await asyncio.gather(*(one.ask() for one in connections))
    command = [sys.executable, "-m", "benchmarks.screens", "announce", str(folder)]
    publisher = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: ASYNC220 - begins before anything waits
    had = await asyncio.gather(*(until_new(one) for one in connections))
    began = float(publisher.communicate()[0])
    waits = sorted(each - began for each in had)
    return waits[len(waits) // 2], waits[-1]


async def until_new(connection: Connection) -> float:
    """Ask once a second until there is another state, then for its scenes; the instant at which they were there."""
    await asyncio.sleep(random.random() * QUICK_SECONDS)
    is_told = False
    while True:
        began = time.monotonic()
        # A server that is busy says so, and a screen asks again.
        with suppress(ConnectionError):
            is_told = is_told or bool(await connection.ask())
            if is_told:
                await connection.ask(connection.path.replace("/state", "/scenes"))
                return time.time()
        await asyncio.sleep(max(0.0, QUICK_SECONDS - (time.monotonic() - began)))


def set_up(folder: Path, screens: int) -> list[str]:
    """A database with one published board and its screens; the paths that they ask for."""
    race = big_race(address(folder), UNITS, PROJECTS)
    announce_one(race)
    with race.database.session() as session:
        season = race.season(session)
        tokens = [
            add_screen(session, "bench", name=f"屏{n}", season=season, secret="b" * 32)[1]
            for n in range(screens)
        ]
        session.commit()
    race.database.engine.dispose()
    return [f"/screens/{token}/state" for token in tokens]


def announce_one(race: BigRace) -> None:
    """Compose and announce an edition."""
    with race.database.session() as session:
        due = Due(ENDS, now(), now())
        announce(session, compose(session, race.season(session), due, OFFICE), "bench")
        session.commit()


def announce_again(folder: str) -> None:
    """The process that announces the next edition; says when it began."""
    race = found_race(open_database(address(Path(folder))))
    print(time.time(), flush=True)
    announce_one(race)


def address(folder: Path) -> str:
    """Where the database is."""
    return f"sqlite:///{folder / 'saima.sqlite'}"


def last_core() -> int:
    """The core of the load."""
    return (os.cpu_count() or 1) - 1


def processor_seconds(port: int) -> float:
    """What the processes that listen on the port, and their threads, have used of a processor."""
    used = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = (stat.parent / "environ").read_bytes()
            if f"SAIMA_PORT={port}".encode() in told:
                used += sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13]))
        except OSError:
            continue
    return used / os.sysconf("SC_CLK_TCK")


@contextmanager
def file_behind_nginx(folder: Path, body: bytes) -> Iterator[int]:
    """An nginx that has the same bytes as a file; its port."""
    port, own = free_port(), folder / "plain"
    file = own / BOARD.lstrip("/")
    file.parent.mkdir(parents=True)
    file.write_bytes(body)
    server = f"server {{ listen 127.0.0.1:{port}; root {own}; keepalive_requests 100000; }}"
    with running(nginx(own, server), port):
        yield port


def main(screens: str = "5000", seconds: str = "40") -> None:
    """Measure and print."""
    count = int(screens)
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.sched_setaffinity(0, {last_core()})
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        folder, port = Path(name), free_port()
        paths = set_up(folder, count)
        command = [str(Path(sys.executable).with_name("leaderboard")), "serve"]
        servers.enter_context(running(command, port, settings(folder, port, "granian")))
        body = asyncio.run(Connection(port, paths[0]).ask())
        plain = servers.enter_context(file_behind_nginx(folder, body))
        print(f"{count:,} screens, {len(body)} bytes, load {os.getloadavg()[0]:.1f}")
        calm(port, paths, float(seconds))
        peak(port, plain, paths)
        half, last = asyncio.run(watching(port, paths[:MOST_WATCHING], folder))
        print(f"  new edition: half of {len(paths[:MOST_WATCHING]):,} screens after {half:.2f} s, ", end="")
        print(f"the last after {last:.2f} s   (promised <= 2)")


def calm(port: int, paths: Sequence[str], seconds: float) -> None:
    """Print what the calm costs."""
    before, began = processor_seconds(port), time.monotonic()
    asked = asyncio.run(all_asking(port, paths, CALM_SECONDS, seconds))
    share = (processor_seconds(port) - before) / (time.monotonic() - began)
    print(
        f"  calm: {share:6.1%} of a core   (promised <= 15 %), p99 {asked.percentile(0.99):.1f} ms, ", end=""
    )
    print(f"{asked.failures} failures")


def peak(port: int, plain: int, paths: Sequence[str]) -> None:
    """Print the peak of Saima and of nginx."""
    own = asyncio.run(all_asking(port, paths, QUICK_SECONDS, PEAK_LASTS))
    beside = asyncio.run(all_asking(plain, [BOARD] * len(paths), QUICK_SECONDS, PEAK_LASTS))
    for who, asked in (("Saima", own), ("nginx", beside)):
        rate = len(asked.waits) / PEAK_LASTS
        told = f"p50 {asked.percentile(0.5):.1f} ms, p99 {asked.percentile(0.99):.1f} ms"
        print(f"  peak, {who}: {rate:,.0f} answers/s, {told}, {asked.failures} failures")
    print(f"  p99 / nginx's {own.percentile(0.99) / beside.percentile(0.99):.2f}   (promised <= 3)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["announce"]:
        announce_again(sys.argv[2])
    else:
        main(*sys.argv[1:])
