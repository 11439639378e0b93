"""Screens asking for their state: the calm, the peak around an edition beside nginx, and how soon a new edition is there.

    python -m benchmarks.screens [SCREENS] [SECONDS] [WATCHING]

A board of 100 units is published and shown on SCREENS screens (5,000), each with a connection of its own to one server,
which has the first core to itself; the load, one process that waits on all sockets at once, runs on the last. Calm: each
asks every 20 to 25 seconds, as screens do, for SECONDS (30). Peak: each asks once a second, three times 4 seconds of Saima
and of nginx serving the same bytes as a file. New edition, three times: WATCHING of them (1,000) ask as screens do, calmly
until all have heard of the due instant, then once a second from three seconds before it; a scheduler of its own airs the
edition; told is what each step took from the due instant on until the last screen has all bytes of the scenes of this
edition, each screen counted once. Until the edition is public the time is publication's own (benchmarks.publish), and what
a screen adds by asking once a second is a second at most. The average is that of one edition an hour.

The promises, printed with the figures: on average <= 15 % of a core, p99 at the peak <= 3 x nginx's, last screen <= 2 s.
On two cores the scheduler shares both with server and load. Needs nginx and taskset, as many open files as twice the
screens, and some three minutes.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path

from sqlalchemy import select

from benchmarks.big_race import ENDS, BigRace, big_race
from benchmarks.read_board import BOARD, free_port, nginx, running, settings
from benchmarks.screen_load import BEFORE, Wall, as_screens_do, quickly
from config import Settings
from leaderboard.boards.models import Edition
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.boards.screens import add_screen
from leaderboard.instant import at_zone, now
from leaderboard.office import Office
from leaderboard.seasons.timetable import add_timetable

UNITS, PROJECTS = 100, 1000
PEAK_LASTS, EDITION_LASTS, AN_HOUR = 4.0, 60.0, 3600.0
HEARD_WITHIN, ASKED_ONCE = 25.0, 6.0
"""Seconds before which every watching screen is to have heard of the due instant; in which each asks for its state."""
ROUNDS, EDITIONS = 3, 3
ZONE = "Asia/Shanghai"
SAIMA = str(Path(sys.executable).with_name("leaderboard"))


def set_up(folder: Path, screens: int) -> tuple[BigRace, list[str]]:
    """A database with one published board and its screens; the paths they ask for."""
    race = big_race(f"sqlite:///{folder / 'saima.sqlite'}", UNITS, PROJECTS)
    announce_one(race, folder)
    with race.database.session() as session:
        season = race.season(session)
        tokens = [
            add_screen(session, "bench", name=f"屏{n}", season=season, secret="b" * 32)[1]
            for n in range(screens)
        ]
        session.commit()
    return race, [f"/screens/{token}/state" for token in tokens]


def announce_one(race: BigRace, folder: Path) -> None:
    """Compose and announce an edition, signed as the scheduler signs the next one."""
    office = Office.of(Settings(data_dir=folder))
    with race.database.session() as session:
        due = Due(ENDS, now(), now())
        announce(session, compose(session, race.season(session), due, office), "bench")
        session.commit()


def plan_one(race: BigRace, seconds: float) -> float:
    """Let an edition be due once, so many seconds from now; gives the instant."""
    due = int(time.time() + seconds)
    with race.database.session() as session:
        moment = at_zone(due * 1000, ZONE)
        rule = {"kind": "once", "at": f"{moment:%Y-%m-%dT%H:%M:%S}"}
        add_timetable(session, "bench", race.season(session), name="一次", rule=rule, zone=ZONE)
        session.commit()
    return float(due)


def processor_seconds(port: int) -> float:
    """What the processes that listen on the port, and their threads, have used of a processor."""
    used = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = (stat.parent / "environ").read_bytes()
            if f"SAIMA_PORT={port}\0".encode() in told:
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


@contextmanager
def scheduler(folder: Path, log: Path) -> Iterator[int]:
    """A scheduler on any core, writing what it does into a log; the port by which its processes are known."""
    port = free_port()
    cores = f"0-{(os.cpu_count() or 1) - 1}"
    with log.open("w") as written:
        command = ["taskset", "-c", cores, SAIMA, "scheduler"]
        process = subprocess.Popen(command, env=settings(folder, port, "granian"), stderr=written)
        try:
            yield port
        finally:
            process.terminate()
            process.wait()


def logged_at(log: Path, words: str) -> float:
    """When the last line with these words was logged; zero where none was."""
    lines = [line for line in log.read_text(encoding="utf-8").splitlines() if words in line]
    return (
        datetime.strptime(lines[-1][:23], "%Y-%m-%d %H:%M:%S,%f").astimezone().timestamp() if lines else 0.0
    )


def calm(wall: Wall, port: int, seconds: float) -> float:
    """Print what the calm costs; gives the share of a core."""
    wall.ask(
        5.0, as_screens_do, 4.0
    )  # connections are opened and first answers had before anything is measured
    before, began = processor_seconds(port), time.monotonic()
    asked = wall.ask(seconds, as_screens_do, 22.5)
    share = (processor_seconds(port) - before) / (time.monotonic() - began)
    rate = len(asked.waits) / seconds
    print(
        f"  calm: {rate:,.0f} answers/s, {share:.1%} of a core, p99 {asked.percentile(0.99):.1f} ms, ", end=""
    )
    print(f"{asked.failures} failures")
    return share


def peak(own: Wall, beside: Wall, port: int) -> None:
    """Print the peak of Saima and of nginx, in turns, as whatever else the machine does disturbs them both."""
    ratios = []
    for number in range(1, ROUNDS + 1):
        p99 = {}
        for who, wall in (("Saima", own), ("nginx", beside)):
            wall.ask(1.0, quickly, 1.0)
            before = processor_seconds(port)
            asked = wall.ask(PEAK_LASTS, quickly, 1.0)
            spent = (processor_seconds(port) - before) / (len(asked.waits) or 1)
            p99[who] = asked.percentile(0.99)
            rate = len(asked.waits) / PEAK_LASTS
            told = f"p50 {asked.percentile(0.5):.1f} ms, p99 {p99[who]:.1f} ms, {asked.failures} failures"
            cost = f", {spent * 1e6:.0f} us of a core each" if who == "Saima" else ""
            print(f"  peak {number}, {who}: {rate:,.0f} answers/s, {told}{cost}")
        ratios.append(p99["Saima"] / (p99["nginx"] or 1))
    print(f"  p99 / nginx's {statistics.median(ratios):.2f}, median of the rounds   (promised <= 3)")


def new_edition(race: BigRace, folder: Path, port: int, paths: Sequence[str]) -> float:
    """Print what each step of a new edition took; gives the processor seconds it cost the server."""
    server, airing = folder / "server.log", folder / "scheduler.log"
    number = newest(race)[0] + 1
    due = plan_one(race, HEARD_WITHIN)
    while b'"next_due_at":null' in state_of(port, paths[0]):
        time.sleep(0.2)
    before = processor_seconds(port)
    wall = Wall(port, paths)
    with scheduler(folder, airing) as clock:
        wall.ask(ASKED_ONCE, as_screens_do, ASKED_ONCE - 1.0)
        if wall.knowing(due) < len(paths) or time.time() > due - BEFORE:
            sys.exit(
                f"only {wall.knowing(due):,} of {len(paths):,} screens heard in time when the edition is due"
            )
        asked = wall.ask(due - time.time() + EDITION_LASTS, as_screens_do, 3.0, awaited=number)
        aired = processor_seconds(clock)
    wall.close()
    spent = processor_seconds(port) - before
    had = sorted(asked.had.values()) or [0.0]
    steps = {
        "scored": newest(race)[1] / 1000,
        "public": logged_at(airing, "published edition"),
        "boards in memory": logged_at(server, "are in memory"),
        "first screen told": min(asked.told.values(), default=0.0),
        "last screen told": max(asked.told.values(), default=0.0),
        "half have the scenes": had[len(had) // 2],
        "all have them": had[-1],
    }
    told = f"new edition on {len(asked.had):,} of {len(paths):,} screens, seconds after the due instant"
    print(f"  {told}, load {os.getloadavg()[0]:.1f}:")
    for step, at in steps.items():
        print(f"    {step:22} {at - due:6.2f}{'   (promised <= 2)' if step == 'all have them' else ''}")
    print(f"    of it after it was public {had[-1] - steps['public']:.2f}; p99 of answers ", end="")
    print(f"{asked.percentile(0.99):.1f} ms, {asked.failures} failures, ")
    print(f"    of a core: {spent:.2f} s by the server, {aired:.2f} s by the scheduler from its start on")
    return spent


def newest(race: BigRace) -> tuple[int, int]:
    """Number of the newest edition, and when it was published."""
    with race.database.reading() as session:
        columns = select(Edition.number, Edition.published_at)
        number, at = session.execute(columns.order_by(Edition.number.desc()).limit(1)).one()
        return number, at


def main(screens: str = "5000", seconds: str = "30", watching: str = "1000") -> None:
    """Measure and print."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.sched_setaffinity(0, {(os.cpu_count() or 1) - 1})
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        folder, port = Path(name), free_port()
        race, paths = set_up(folder, int(screens))
        log = servers.enter_context((folder / "server.log").open("w"))
        servers.enter_context(running([SAIMA, "serve"], port, settings(folder, port, "granian"), log))
        own, body = Wall(port, paths), state_of(port, paths[0])
        plain = servers.enter_context(file_behind_nginx(folder, body))
        print(
            f"{len(paths):,} screens, {len(body)} bytes, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        share = calm(own, port, float(seconds))
        beside = Wall(plain, [BOARD] * len(paths))
        peak(own, beside, port)
        own.close()
        beside.close()
        spents = [new_edition(race, folder, port, paths[: int(watching)]) for _ in range(EDITIONS)]
        spent = statistics.median(spents)
        print(f"  on average {share + spent * len(paths) / int(watching) / AN_HOUR:.1%}   (promised <= 15 %)")


def state_of(port: int, path: str) -> bytes:
    """What a screen is told."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        return connection.getresponse().read()


if __name__ == "__main__":
    main(*sys.argv[1:])
