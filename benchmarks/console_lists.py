"""The console's list pages over 100,000 projects beside the same pages over 1,000, in one run.

    python -m benchmarks.console_lists [--url postgresql+psycopg://...] [--units 4] [--keep FOLDER] [SMALL LARGE]

Writes two seeded races, signs an administrator and an auditor in, and asks for each page in turn, small and large
alternating, so that both meet the same moods of the machine; the median of many, by the wall clock of the whole request.
The units are few, so that the projects of one fill a page of either race.
The promise, printed with the figures: each page over the large race <= 1.3 x itself over the small one. Statements are
counted as well and have to be no more. A search for a text that many names hold is also printed in the order of the
codes and promises nothing there: names here follow the codes, so that the whole order is walked until the first is met.

With --keep the races stay in that folder and are used again; --url names an empty server database, of which NAME_small
and NAME_large are made.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text
from sqlalchemy.engine import make_url

from benchmarks.big_race import big_race, found_race
from config import Settings
from leaderboard import create_app
from leaderboard.accounts.models import ADMINISTRATOR, AUDITOR, Account
from leaderboard.accounts.passwords import hashed
from leaderboard.db import Database, open_database
from leaderboard.instant import now

PASSWORD, MOST, ROUNDS = "Plum-tree-7", 1.3, 25
PROJECTS = "/console/projects"
PAGES = {
    "projects": PROJECTS,
    **{
        f"projects by {by}": f"{PROJECTS}?sort={by}"
        for by in ("-name", "units", "-signed", "-inward", "arrived")
    },
    "projects awaiting": f"{PROJECTS}?state=awaiting&sort=-stage",
    "projects of a unit": f"{PROJECTS}?unit=u3",
    "projects of a season": f"{PROJECTS}?season=big&sort=-inward",
    "projects started": f"{PROJECTS}?stage=started&sort=-signed",
    "projects of an amount": f"{PROJECTS}?least=9000&sort=inward",
    "projects by a text": f"{PROJECTS}?text=项目7&sort=-inward",
    "projects by a rare text": f"{PROJECTS}?text=项目77777",
    "projects, page 10": f"{PROJECTS}?page=10",
    "queue": "/console/awaiting",
    "queue of a season": "/console/awaiting?season=big",
    "queue of a unit": "/console/awaiting?unit=u3",
    "queue of arrivals": "/console/awaiting?kind=arrival",
    "returns": "/console/returns?season=big",
}
AUDIT = {"audit": "/console/audit"}
UNPROMISED = {"a text, by code": f"{PROJECTS}?text=项目7"}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class House:
    """The application over one race, with people signed in."""

    def __init__(self, url: str, units: int, projects: int, folder: Path) -> None:
        self.database = _race(url, units, projects)
        settings = Settings(data_dir=folder, database_url=url)
        self.app: Flask = create_app(settings, database=self.database)
        self.clients = {role: self._signed_in(role) for role in (ADMINISTRATOR, AUDITOR)}

    def _signed_in(self, role: str) -> FlaskClient:
        with self.database.session() as session:
            if session.scalars(select(Account).where(Account.name == role)).first() is None:
                columns = {"name": role, "display_name": role, "role": role, "must_change": 0}
                session.add(Account(**columns, password_hash=hashed(PASSWORD), created_at=now()))
                session.commit()
        client = self.app.test_client()
        found = TOKEN.search(client.get("/sign-in").get_data(as_text=True))
        token = found[1] if found else ""
        client.post("/sign-in", data={"csrf_token": token, "name": role, "password": PASSWORD})
        return client

    def ask(self, role: str, path: str) -> float:
        """Milliseconds until a page is there."""
        started = time.perf_counter()
        answer = self.clients[role].get(path)
        answer.get_data()
        if answer.status_code != 200:
            raise ValueError(f"{path} answers {answer.status_code}")
        return (time.perf_counter() - started) * 1000

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The statements sent meanwhile."""
        sent: list[str] = []

        def note(*args: object) -> None:
            sent.append(str(args[2]))

        event.listen(self.database.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(self.database.engine, "before_cursor_execute", note)


def _race(url: str, units: int, projects: int) -> Database:
    path = make_url(url).database
    if url.startswith("sqlite") and path and Path(path).exists():
        return found_race(open_database(url)).database
    return big_race(url, units, projects).database


def _statements(house: House, role: str, path: str) -> int:
    """The statements of one page; now and then one more is sent, as a session's last visit is noted every so often."""
    found = []
    for _ in range(3):
        with house.counting() as sent:
            house.ask(role, path)
        found.append(len(sent))
    return min(found)


def _compare(small: House, large: House, role: str, name: str, path: str) -> bool:
    counts = [_statements(house, role, path) for house in (small, large)]
    pairs = [(small.ask(role, path), large.ask(role, path)) for _ in range(ROUNDS)]
    one, other = (statistics.median(times) for times in zip(*pairs, strict=True))
    kept = other <= MOST * one and counts[1] <= counts[0]
    print(
        f"{name:24} {one:8.1f} ms {other:8.1f} ms  {other / one:5.2f} x  {counts[0]:3} {counts[1]:3} statements"
        f"  {'' if kept else 'MISSED' if name not in UNPROMISED else '(not promised)'}"
    )
    return kept or name in UNPROMISED


def main() -> None:
    """Print the figures; the exit code says whether every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="")
    parser.add_argument("--units", type=int, default=4)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("sizes", type=int, nargs="*", default=[1_000, 100_000])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        small, large = [
            House(_address(given.url, folder, name), given.units, size, folder)
            for name, size in zip(("small", "large"), given.sizes, strict=True)
        ]
        print(f"{'page':24} {given.sizes[0]:>11,} {given.sizes[1]:>11,} projects, {given.units} units")
        kept = [
            _compare(small, large, ADMINISTRATOR, name, path)
            for name, path in {**PAGES, **UNPROMISED}.items()
        ]
        kept += [_compare(small, large, AUDITOR, name, path) for name, path in AUDIT.items()]
    raise SystemExit(0 if all(kept) else 1)


def _address(url: str, folder: Path, name: str) -> str:
    if not url:
        return f"sqlite:///{(folder / f'{name}.sqlite').resolve()}"
    made = make_url(url)
    other = made.set(database=f"{made.database}_{name}")
    with open_database(url).engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{other.database}"'))
        connection.execute(text(f'CREATE DATABASE "{other.database}"'))
    return other.render_as_string(hide_password=False)


if __name__ == "__main__":
    main()
