"""Reading a published board: Saima's own server and its public folder beside nginx serving the same bytes as a file.

    python -m benchmarks.read_board [granian|gunicorn|waitress] [ROUNDS] [SECONDS]

A board of 100 units is published, and its table (about 28 kB) is read over 64 open connections; every server has the
first core to itself, wrk the last. Rounds alternate between the servers, so that whatever else the machine does disturbs
them all, and ratios are taken within a round. The promises, printed with the figures (medians of 5 rounds): fast lane
>= 0.6 x nginx, its p99 <= 3 x nginx's, 304 >= 0.45 x nginx's 304, the public folder behind nginx with
docs/nginx/saima.conf >= 0.8 x. That no read touches the database is shown by reading while another process holds all
of it. Needs wrk, nginx and taskset.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import IO

from benchmarks.big_race import ENDS, big_race
from config import Settings
from leaderboard import create_app
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.instant import now
from leaderboard.office import Office
from leaderboard.public_files import sync

ROOT = Path(__file__).resolve().parent.parent
BOARD, CONNECTIONS, UNITS, PROJECTS = "/boards/big/1.csv", 64, 100, 1000
LANE, FILE, FOLDER = "fast lane", "nginx, file", "nginx, PUBLIC_DIR"
PATHS = "/usr/sbin:/usr/bin:/usr/local/bin"


@dataclass(frozen=True, slots=True)
class Read:
    """What one round of wrk came to."""

    per_second: float
    p99_ms: float


def settings(folder: Path, port: int, server: str) -> dict[str, str]:
    """The environment of Saima's own commands."""
    own = {
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'saima.sqlite'}",
        "PORT": str(port),
        "SERVER": server,
    }
    return os.environ | {f"SAIMA_{name}": value for name, value in own.items()}


def publish(folder: Path) -> None:
    """A database with one published board, and the public folder with its files."""
    race = big_race(f"sqlite:///{folder / 'saima.sqlite'}", UNITS, PROJECTS)
    office = Office("云溪县", "Asia/Shanghai", "http://saima.example", b"\x01" * 32)
    with race.database.session() as session:
        due = Due(ENDS, now(), now())
        announce(session, compose(session, race.season(session), due, office), "bench")
        session.commit()
    app = create_app(Settings(data_dir=str(folder), secret_key="b" * 32), race.database)
    sync(app, race.database, folder / "public")
    race.database.engine.dispose()


@contextmanager
def running(
    command: list[str], port: int, environment: dict[str, str] | None = None, log: IO[str] | None = None
) -> Iterator[None]:
    """A server on the first core, from when it answers until it is stopped; `log` is what takes its errors and events."""
    pinned = ["taskset", "-c", "0", *command]
    process = subprocess.Popen(pinned, env=environment, stdout=subprocess.DEVNULL, stderr=log)
    try:
        for _ in range(600):
            with suppress(OSError):
                if fetch(port)[0]:
                    break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def fetch(port: int) -> tuple[int, str, bytes]:
    """Status, ETag and body of the board."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", BOARD)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("ETag", ""), answer.read()


def plain_nginx(folder: Path, port: int, body: bytes) -> list[str]:
    """The command of an nginx that has the same bytes as a file and nothing else to do."""
    own = folder / "plain"
    file = own / BOARD.lstrip("/")
    file.parent.mkdir(parents=True)
    file.write_bytes(body)
    server = f"server {{ listen 127.0.0.1:{port}; root {own}; types {{ text/csv csv; }} }}"
    return nginx(own, server)


def saima_nginx(folder: Path, port: int, behind: int) -> list[str]:
    """The command of an nginx with docs/nginx/saima.conf in front of the public folder."""
    own = folder / "nginx"
    own.mkdir()
    shutil.copy(ROOT / "docs" / "nginx" / "saima-headers.conf", own)
    text = (ROOT / "docs" / "nginx" / "saima.conf").read_text(encoding="utf-8")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{behind}").replace(
        "listen 80;", f"listen 127.0.0.1:{port};"
    )
    return nginx(own, text.replace("/srv/saima/public", str(folder / "public")))


def nginx(folder: Path, servers: str) -> list[str]:
    """The command of an nginx with these servers and the least around them: one worker, no log."""
    kept = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.getuid() == 0 else ""
    file = folder / "nginx.conf"
    http = f"http {{ access_log off; sendfile on; {kept} {servers} }}"
    file.write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/pid; error_log stderr; "
        f"events {{ worker_connections 12000; }} {http}",
        encoding="utf-8",
    )
    return [shutil.which("nginx", path=PATHS) or "nginx", "-p", str(folder), "-c", str(file)]


def load(port: int, seconds: float, etag: str | None = None) -> Read:
    """One round of wrk; with an ETag the board is only asked after."""
    core = str((os.cpu_count() or 1) - 1)
    command = ["taskset", "-c", core, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--latency"]
    asked = ["-H", f"If-None-Match: {etag}"] if etag else []
    told = subprocess.run(
        [*command, *asked, f"http://127.0.0.1:{port}{BOARD}"], capture_output=True, text=True, check=True
    ).stdout
    rate, late = re.search(r"Requests/sec:\s*([\d.]+)", told), re.search(r"99%\s+([\d.]+)(us|ms|s)", told)
    if rate is None or late is None:
        raise ValueError(told)
    return Read(float(rate[1]), float(late[1]) * {"us": 0.001, "ms": 1, "s": 1000}[late[2]])


def is_free_of_database(port: int, folder: Path) -> bool:
    """Whether the board is answered while nobody can read or write the database."""
    with closing(sqlite3.connect(folder / "saima.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout=20000")
        connection.execute("BEGIN EXCLUSIVE")
        return all(fetch(port)[0] == 200 for _ in range(100))


def free_port() -> int:
    """A port nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main(server: str = "granian", rounds: str = "5", seconds: str = "2") -> None:
    """Measure and print."""
    ports = {name: free_port() for name in (LANE, FILE, FOLDER)}
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        folder = Path(name)
        publish(folder)
        command = [str(Path(sys.executable).with_name("leaderboard")), "serve"]
        servers.enter_context(running(command, ports[LANE], settings(folder, ports[LANE], server)))
        body = fetch(ports[LANE])[2]
        servers.enter_context(running(plain_nginx(folder, ports[FILE], body), ports[FILE]))
        servers.enter_context(running(saima_nginx(folder, ports[FOLDER], ports[LANE]), ports[FOLDER]))
        if any(fetch(port)[2] != body for port in ports.values()):
            raise ValueError("the servers do not answer with the same bytes")
        tags = {where: fetch(port)[1] for where, port in ports.items()}
        whole: list[dict[str, Read]] = []
        asked: list[dict[str, Read]] = []
        for _ in range(int(rounds)):
            whole.append({where: load(port, float(seconds)) for where, port in ports.items()})
            asked.append({where: load(port, float(seconds), tags[where]) for where, port in ports.items()})
        print(f"{server}, {CONNECTIONS} connections, {len(body):,} bytes, load {os.getloadavg()[0]:.1f}")
        report("whole", whole)
        report("304", asked)
        print(f"  without the database: {'yes' if is_free_of_database(ports[LANE], folder) else 'NO'}")
    compare(whole, asked)


def report(what: str, found: list[dict[str, Read]]) -> None:
    """Print the medians of each server."""
    for where in found[0]:
        rate = statistics.median(each[where].per_second for each in found)
        late = statistics.median(each[where].p99_ms for each in found)
        print(f"  {what:6} {where:18} {rate:9,.0f} requests/s   p99 {late:7.1f} ms")


def compare(whole: list[dict[str, Read]], asked: list[dict[str, Read]]) -> None:
    """Print the medians of the rounds' ratios beside what is promised."""

    def ratio(found: list[dict[str, Read]], where: str, of: Callable[[Read], float]) -> float:
        return statistics.median(of(each[where]) / of(each[FILE]) for each in found)

    print(f"  fast lane / nginx     {ratio(whole, LANE, lambda r: r.per_second):5.2f}   (promised >= 0.6)")
    print(f"  its p99 / nginx's     {ratio(whole, LANE, lambda r: r.p99_ms):5.2f}   (promised <= 3)")
    print(f"  304 / nginx's 304     {ratio(asked, LANE, lambda r: r.per_second):5.2f}   (promised >= 0.45)")
    print(f"  PUBLIC_DIR / nginx    {ratio(whole, FOLDER, lambda r: r.per_second):5.2f}   (promised >= 0.8)")


if __name__ == "__main__":
    main(*sys.argv[1:])
