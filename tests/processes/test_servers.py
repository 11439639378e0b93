"""Real servers: the same answers from each, killed and started again at once, with the clock inside."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from config import Settings
from leaderboard.boards import clock
from leaderboard.boards.screens import add_screen
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.server import PortTaken, environment_of, wait_for_port
from tests.factories import OFFICE, small_race

SERVE = "from config import Settings; from leaderboard.server import serve; serve(Settings())"

Start = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
    return found


@pytest.fixture
def start(database_url: str, tmp_path: Path, port: int) -> Iterator[Start]:
    """Starts a server by name on the test's database and port; none of them outlives the test."""
    running: list[subprocess.Popen[str]] = []

    def begin(server: str) -> subprocess.Popen[str]:
        environment = {
            "SAIMA_SERVER": server,
            "PORT": str(port),
            "DATABASE_URL": database_url,
            "DATA_DIR": str(tmp_path / "data"),
            "SAIMA_SIGNING_KEY": OFFICE.seed.hex(),
            "CLOCK_IN_WEB": "yes",
            "TICK_SECONDS": "1",
        }
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE],
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


PATIENCE = 60
"""How many seconds a server may take for anything where other work keeps both cores busy."""


def ask(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """The answer of the server to one request, once it answers at all."""
    fields = {name.replace("_", "-"): text for name, text in headers.items()}
    end = time.monotonic() + PATIENCE
    while True:
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            try:
                connection.request("GET", path, headers=fields)
                answer = connection.getresponse()
                return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
            except (ConnectionError, HTTPException):
                if time.monotonic() > end:
                    raise
        time.sleep(0.05)


def json_at(port: int, path: str) -> Any:
    status, _, body = ask(port, path)
    assert status == 200
    return json.loads(body)


def wait_until(is_so: Callable[[], bool], or_else: Callable[[], None] = lambda: None) -> None:
    """Ask until it is so, and do the other thing after each no: a question takes a place itself for a moment."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        or_else()
        time.sleep(0.1)


def report(port: int, token: str) -> tuple[int, str | None]:
    """How a screen's report is answered, and after how many seconds it may try again."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as screen:
        screen.request("POST", f"/screens/{token}/report", body="{}")
        answer = screen.getresponse()
        return answer.status, answer.getheader("Retry-After")


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("server", ["granian", "gunicorn", "waitress"])
def test_a_killed_server_starts_again_at_once_and_loses_nothing(
    server: str, database: Database, start: Start, port: int
):
    with database.session() as session:
        race = small_race(session)
        race.publish()
        session.commit()
    first = start(server)
    status, headers, body = ask(port, "/boards/race/latest.json", Accept_Encoding="identity")
    assert (status, json.loads(body)["number"]) == (200, 1)
    assert ask(port, "/boards/race/latest.json", If_None_Match=headers["etag"])[::2] == (304, b"")
    assert headers["x-content-type-options"] == "nosniff"
    first.kill()
    first.wait()
    with database.session() as session:
        season = session.merge(race.season)
        clock.request_run(session, season, "asked while nothing ran", "li", now())
        session.commit()
    second = start(server)
    assert ask(port, "/boards/race/1.json", Accept_Encoding="identity")[2] == body
    wait_until(lambda: json_at(port, "/boards/race/latest.json")["number"] == 2)
    second.send_signal(signal.SIGTERM)
    output = second.communicate(timeout=PATIENCE)[0]
    assert second.returncode == 0, output
    assert "Traceback" not in output
    wait_for_port("127.0.0.1", port)


@pytest.mark.engines("sqlite")
def test_boards_are_served_while_strangers_hold_their_requests_open(
    database: Database, start: Start, port: int, monkeypatch: pytest.MonkeyPatch
):
    """Six requests whose bodies never come would fill the four threads; two of them stay with the boards."""
    monkeypatch.setenv("SAIMA_THREADS", "4")
    with database.session() as session:
        small_race(session).publish()
        session.commit()
    start("granian")
    assert ask(port, "/boards/race/latest.json")[0] == 200
    head = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    with ExitStack() as held:

        def strangers_come() -> None:
            for _ in range(6):
                stranger = held.enter_context(socket.create_connection(("127.0.0.1", port)))
                stranger.sendall(head + b"Content-Length: 99\r\n\r\nname=")

        wait_until(lambda: ask(port, "/sign-in")[0] == 503, or_else=strangers_come)
        for _ in range(5):
            assert ask(port, "/boards/race/latest.json")[0] == 200
    wait_until(lambda: ask(port, "/sign-in")[0] == 200)


@pytest.mark.engines("sqlite")
def test_boards_and_screens_are_answered_while_reports_never_end(
    database: Database, start: Start, port: int, monkeypatch: pytest.MonkeyPatch
):
    """As many reports and as many sign-ins as there are threads, of none of which more than one byte comes."""
    monkeypatch.setenv("SAIMA_THREADS", "4")
    with database.session() as session:
        race = small_race(session)
        race.publish()
        token = add_screen(session, "li", name="大厅", season=race.season, secret="s")[1]
        session.commit()
    start("granian")
    assert ask(port, f"/screens/{token}/state")[0] == 200
    rest = b"HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{"
    with ExitStack() as held:

        def strangers_come() -> None:
            for path in [f"/screens/{token}/report", "/sign-in"] * 4:
                stranger = held.enter_context(socket.create_connection(("127.0.0.1", port)))
                stranger.sendall(f"POST {path} ".encode() + rest)

        wait_until(lambda: report(port, token) == (503, "2"), or_else=strangers_come)
        for path in ("/boards/race/latest.json", f"/screens/{token}/state"):
            assert ask(port, path)[0] == 200


def test_a_taken_port_is_named_to_whoever_starts_the_server(monkeypatch: pytest.MonkeyPatch, port: int):
    monkeypatch.setattr("leaderboard.server.PORT_WAIT_SECONDS", 0)
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        with pytest.raises(PortTaken, match=str(port)):
            wait_for_port("127.0.0.1", port)


def test_workers_get_the_settings_of_their_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    given = Settings(
        data_dir=tmp_path, port=9001, https=True, office="临江区", secret_key=SecretStr("s"), fast_editions=3
    )
    for name, value in environment_of(given).items():
        monkeypatch.setenv(name, value)
    assert Settings() == given


@pytest.mark.engines("sqlite")
def test_connections_that_are_merely_open_keep_nobody_waiting(database: Database, start: Start, port: int):
    """Each of thousands of screens holds one; more of them than Granian lets in by itself."""
    with database.session() as session:
        small_race(session).publish()
        session.commit()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(4096, hard)), hard))
    start("granian")
    ask(port, "/boards/race/latest.json")
    with ExitStack() as held:
        for _ in range(1100):
            held.enter_context(socket.create_connection(("127.0.0.1", port)))
        connection = held.enter_context(closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)))
        connection.request("GET", "/boards/race/latest.json")
        assert connection.getresponse().status == 200
