"""A unit's own page beside a plain Flask page that says hello, on the same server in the same run.

    python -m benchmarks.units_door [granian|gunicorn|waitress] [ROUNDS] [SECONDS]

Two races of the same kind are entered, one of 12 units with 200 projects and one of 48 units with 2000, each published
twice and reckoned through; a reporter is signed in to each, and the larger one's page is read over 4 open connections,
fewer than there are places in Flask, in rounds that alternate with the hello. The promises, printed with the figures:
throughput of the page >= 0.5 x the hello's; queries for a page rendered anew, and for one sent again, the same in both
races; a page <= 60 kB on the wire with its styles and scripts.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

from flask import Flask
from sqlalchemy import event, select
from werkzeug.test import Client

from benchmarks.big_race import ENDS, BigRace, big_race
from benchmarks.read_board import ROOT, free_port, settings
from config import Settings
from leaderboard import create_app
from leaderboard.accounts.models import REPORTER
from leaderboard.accounts.people import add_account
from leaderboard.accounts.sessions import new_token
from leaderboard.boards.prospects import foresee
from leaderboard.boards.publish import Due, announce, compose
from leaderboard.instant import now
from leaderboard.office import Office
from leaderboard.seasons.models import Unit
from leaderboard.web.own_lane import PATHS, OwnLane

CONNECTIONS = 4
SMALL, LARGE = (12, 200), (48, 2000)
KEY = "b" * 32
LINKED = re.compile(r'(?:href|src)="(/static/[^"?]+\.(?:css|js))')
WEIGHT = 60_000


@dataclass(frozen=True, slots=True)
class House:
    """A database with a race in it, and the cookie of a unit's reporter."""

    folder: Path
    race: BigRace
    cookie: str

    def lane(self) -> OwnLane:
        """The application with the lane of a unit's pages in front."""
        own = Settings(data_dir=str(self.folder), secret_key=KEY)
        return OwnLane(create_app(own, self.race.database), self.race.database, own)


def build(folder: Path, units: int, projects: int) -> House:
    """A race published twice and reckoned through, and a reporter signed in."""
    race = big_race(f"sqlite:///{folder / 'saima.sqlite'}", units, projects)
    office = Office("云溪县", "Asia/Shanghai", "http://saima.example", b"\x01" * 32)
    with race.database.session() as session:
        first, second = (Due(ENDS - timedelta(days=days), now(), now()) for days in (30, 0))
        announce(session, compose(session, race.season(session), first, office), "bench")
        edition = announce(session, compose(session, race.season(session), second, office), "bench")
        foresee(session, edition).store(session)
        unit_id = session.scalars(select(Unit.id).order_by(Unit.id).limit(1)).one()
        account, _password = add_account(
            session, "bench", name="reporter", display_name="填报员", role=REPORTER, unit_id=unit_id
        )
        account.must_change = 0
        token = new_token(session, account, now())
        session.commit()
    return House(folder, race, cookie_of(folder, race, token))


def cookie_of(folder: Path, race: BigRace, token: str) -> str:
    """The cookie of a session, signed as the server signs it."""
    app = create_app(Settings(data_dir=str(folder), secret_key=KEY), race.database)
    with app.test_client() as client:
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"], cookie["lang"] = token, True, "zh"
        # The first page sets the form token, which belongs to the cookie from then on.
        client.get("/my/")
        held = client.get_cookie("saima")
        return f"saima={held.value}" if held else ""


def queries(house: House) -> dict[str, tuple[int, int]]:
    """Of each page: how many queries it takes rendered anew, and sent again."""
    lane, found = Client(house.lane(), use_cookies=False), {}
    count = 0

    def counted(*_told: object) -> None:
        nonlocal count
        count += 1

    event.listen(house.race.database.engine, "before_cursor_execute", counted)
    for path in sorted(PATHS):
        took = []
        for _ in range(3):
            count = 0
            answer = lane.get(path, headers={"Cookie": house.cookie})
            if answer.status_code != 200:
                raise ValueError(f"{path}: {answer.status}")
            took.append(count)
        # The first page of a process reads the board, which is then kept.
        found[path] = took[0], took[-1]
    event.remove(house.race.database.engine, "before_cursor_execute", counted)
    return found


def weights(house: House) -> dict[str, int]:
    """Of each page: its bytes with those of the styles and scripts it asks for."""
    lane, found = Client(house.lane(), use_cookies=False), {}
    for path in sorted(PATHS):
        asked = {"Cookie": house.cookie}
        linked = set(LINKED.findall(lane.get(path, headers=asked).get_data(as_text=True)))
        body = lane.get(path, headers=asked | {"Accept-Encoding": "gzip"}).get_data()
        found[path] = len(body) + sum(len(lane.get(each).get_data()) for each in linked)
    return found


def hello() -> Flask:
    """What is compared with: a Flask application that says hello."""
    app = Flask("hello")

    @app.get("/")
    def say() -> str:
        return "hello"

    return app


@contextmanager
def running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    """A server on the first core, from when it answers until it is stopped."""
    pinned = ["taskset", "-c", "0", *command]
    process = subprocess.Popen(pinned, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=1)) as connection:
                connection.request("GET", "/healthz")
                connection.getresponse()
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def load(port: int, path: str, seconds: float, cookie: str = "") -> float:
    """Requests a second of one round of wrk; raises ValueError where any of them was refused."""
    core = str((os.cpu_count() or 1) - 1)
    command = ["taskset", "-c", core, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s"]
    told = subprocess.run(
        [*command, "-H", f"Cookie: {cookie}", f"http://127.0.0.1:{port}{path}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rate = re.search(r"Requests/sec:\s*([\d.]+)", told)
    if rate is None or "Non-2xx" in told:
        raise ValueError(told)
    return float(rate[1])


def hello_command(server: str, port: int) -> list[str]:
    """The same server with the same threads, for the hello."""
    here, target = Path(sys.executable), "benchmarks.units_door:hello"
    threads = str(Settings(secret_key=KEY).threads)
    address = ["--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", str(port)]
    bound = ["--no-control-socket", "-b", f"127.0.0.1:{port}", f"{target}()"]
    return {
        "granian": [str(here.with_name("granian")), *address, "--blocking-threads", threads, target],
        "gunicorn": [str(here.with_name("gunicorn")), "-k", "gthread", "--threads", threads, *bound],
        "waitress": [
            str(here.with_name("waitress-serve")),
            *(f"--listen=127.0.0.1:{port}", f"--threads={threads}", "--call", target),
        ],
    }[server]


def main(server: str = "granian", rounds: str = "5", seconds: str = "3") -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        houses = []
        for number, size in enumerate((SMALL, LARGE)):
            folder = Path(name) / str(number)
            folder.mkdir()
            houses.append(build(folder, *size))
        asked = [queries(house) for house in houses]
        weighed = weights(houses[-1])
        ports = free_port(), free_port()
        environment = settings(houses[-1].folder, ports[0], server) | {"SAIMA_SECRET_KEY": KEY}
        command = [str(Path(sys.executable).with_name("leaderboard")), "serve"]
        servers.enter_context(running(command, ports[0], environment))
        servers.enter_context(
            running(hello_command(server, ports[1]), ports[1], os.environ | {"PYTHONPATH": str(ROOT)})
        )
        ratios, rates = [], []
        for _ in range(int(rounds)):
            own = load(ports[0], "/my/", float(seconds), houses[-1].cookie)
            plain = load(ports[1], "/", float(seconds))
            rates.append((own, plain))
            ratios.append(own / plain)
        print(f"{server}, {CONNECTIONS} connections, load {os.getloadavg()[0]:.1f}")
        print(f"  /my/ {statistics.median(r[0] for r in rates):9,.0f} requests/s")
        print(f"  hello {statistics.median(r[1] for r in rates):8,.0f} requests/s")
        print(f"  /my/ / hello   {statistics.median(ratios):5.2f}   (promised >= 0.5)")
        for path in sorted(PATHS):
            small, large = asked[0][path], asked[1][path]
            same = "alike" if small == large else "NOT ALIKE"
            print(
                f"  {path:9} queries {small} and {large}: {same}; {weighed[path]:,} bytes (promised <= {WEIGHT:,})"
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
