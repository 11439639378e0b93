"""`make run` as it really runs: killed at any moment and started again, it loses nothing and repeats nothing."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config import Settings
from leaderboard.boards.models import DONE, DueRun, Edition, PublicForm
from leaderboard.db import Database, open_database
from leaderboard.ledger.models import CapitalArrival, StageEvent
from leaderboard.seasons.models import Season

ROOT = Path(__file__).parents[2]
UP_SECONDS = 90
COMMAND = [sys.executable, "-c", "from leaderboard.cli import main; main()", "run"]


class Run:
    """`leaderboard run` as a process group of its own, with its output kept."""

    def __init__(self, folder: Path, port: int, database_url: str = "") -> None:
        self.port = port
        self.output = (folder / f"output-{time.monotonic_ns()}").open("w+")
        environment = {**os.environ, "DATA_DIR": str(folder), "PORT": str(port), "DATABASE_URL": database_url}
        self.process = subprocess.Popen(
            COMMAND,
            cwd=ROOT,
            env=environment,
            stdout=self.output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def fetch(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            body: bytes = answer.read()
            return body

    def wait_until_up(self) -> None:
        end = time.monotonic() + UP_SECONDS
        while time.monotonic() < end:
            assert self.process.poll() is None, self.said()
            try:
                self.fetch("/healthz")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"not up after {UP_SECONDS} s:\n{self.said()}")

    def said(self) -> str:
        self.output.flush()
        return Path(self.output.name).read_text(encoding="utf-8")

    def kill(self) -> None:
        """What a power cut does: every process of it at once, with no time for a last word."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.output.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def told(database: Database) -> dict[str, object]:
    """What the demonstration came to, apart from what happens while one watches."""
    with database.reading() as session:
        by_season = session.execute(
            select(Season.slug, Edition.number, Edition.hash, Edition.previous_hash, Edition.run_id)
            .join(Season, Season.id == Edition.season_id)
            .order_by(Season.slug, Edition.number)
        ).all()
        chains: dict[str, list[tuple[int, str, str | None]]] = {}
        for slug, number, own, previous, _ in by_season:
            chains.setdefault(slug, []).append((number, own, previous))
        return {
            "chains": chains,
            "aired by hand": Counter(row.slug for row in by_season if row.run_id is None),
            "events": session.scalar(select(func.count()).select_from(StageEvent)),
            "arrivals": session.scalar(select(func.count()).select_from(CapitalArrival)),
            "runs done": session.scalar(select(func.count()).select_from(DueRun).where(DueRun.state == DONE)),
            "runs published": sum(1 for row in by_season if row.run_id is not None),
            "pages": session.scalar(select(func.count()).select_from(PublicForm)),
        }


@pytest.mark.engines("sqlite")
def test_killed_at_any_moment_and_started_again_it_loses_nothing_and_repeats_nothing(
    engine_name: str, tmp_path: Path
):
    """Three power cuts at moments of chance during the first load, one while it serves; then all is there once."""
    chance, port = random.Random(20261122), free_port()
    for seconds in (chance.uniform(1, 4), chance.uniform(3, 8), chance.uniform(5, 12)):
        run = Run(tmp_path, port)
        time.sleep(seconds)
        run.kill()
    run = Run(tmp_path, port)
    run.wait_until_up()
    first = json.loads(run.fetch("/boards/yunxi/1.json"))
    passwords = re.findall(r"(?:[a-z0-9]{4}-){3}[a-z0-9]{4}", run.said())
    assert len(passwords) == 7
    run.kill()

    database = open_database(Settings(data_dir=tmp_path).resolved_database_url())
    before = told(database)
    again = Run(tmp_path, port)
    again.wait_until_up()
    assert json.loads(again.fetch("/boards/yunxi/1.json")) == first
    again.kill()
    after = told(database)
    database.engine.dispose()

    chains = after["chains"]
    assert isinstance(chains, dict)
    assert set(chains) == {"yunxi", "luan-2022"}
    assert after["aired by hand"] == before["aired by hand"]
    assert after["aired by hand"]["luan-2022"] == 1
    assert after["runs done"] == after["runs published"]
    for chain in chains.values():
        assert [number for number, _, _ in chain] == list(range(1, len(chain) + 1))
        assert [previous for _, _, previous in chain] == [None, *(own for _, own, _ in chain[:-1])]
    # The first minutes of the clock may bring news of the day; what was loaded is there exactly once.
    assert 2250 <= int(str(before["events"])) <= int(str(after["events"])) <= int(str(before["events"])) + 30
    assert (
        1350
        <= int(str(before["arrivals"]))
        <= int(str(after["arrivals"]))
        <= int(str(before["arrivals"])) + 30
    )
