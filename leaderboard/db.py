"""Engine, sessions, base class and column types: the same on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    Engine,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Text,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker

if TYPE_CHECKING:
    from alembic.config import Config

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

UNBOUNDED = -1
"""The threads of a process bound its connections; a pool of fewer would keep some of them waiting for the others."""

WRITERS = 0x5A15A
"""The number under which writers of one PostgreSQL database wait for each other."""
SILENCE_MS = 120_000
"""A writer of whom the server has heard nothing for so long, such as one on a machine that stands still, is thrown out."""
READ_ONLY, STILL, BESIDE = "saima_read_only", "saima_still", "saima_beside"

BigId = BigInteger().with_variant(Integer, "sqlite")

id_column = Annotated[int, mapped_column(BigId, primary_key=True, autoincrement=True)]
millis = Annotated[int, mapped_column(BigInteger)]
"""An instant in UTC milliseconds."""
yuan = Annotated[int, mapped_column(BigInteger)]
"""Money in integer yuan."""
flag = Annotated[int, mapped_column(SmallInteger)]
"""Yes or no as 1 or 0: booleans differ between database engines."""
short_text = Annotated[str, mapped_column(String(40))]
name_text = Annotated[str, mapped_column(String(120))]
long_text = Annotated[str, mapped_column(Text)]


class Base(DeclarativeBase):
    """The base of every table; constraint names are fixed so that migrations read the same everywhere."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {date: Date}


# A write-ahead log is safe only where SQLite's WAL-reset defect is mended (sqlite.org/wal.html#walresetbug).
def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite has the fix of the WAL-reset defect: 3.51.3, or 3.50.7 and 3.44.6 on their lines."""
    if version[:2] in {(3, 44), (3, 50)}:
        return version[2] >= {44: 6, 50: 7}[version[1]]
    return version >= (3, 51, 3)


def _prepare_sqlite(engine: Engine, timeout_ms: int, *, keeps_readers_out: bool) -> None:
    # A transaction that outgrows its memory begins to write to the file, which nobody may then read until it ends.
    spilling = () if keeps_readers_out else ("cache_spill=OFF",)
    journal = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "DELETE"

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling is switched off: it begins late and would upgrade a read lock.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={timeout_ms}",
            f"journal_mode={journal}",
            "synchronous=FULL",
            "foreign_keys=ON",
            *spilling,
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, _record: Any, _proxy: Any) -> None:
        # A commit that failed because the file was busy leaves its transaction open on the connection.
        if connection.in_transaction:
            connection.rollback()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(STILL):
            connection.exec_driver_sql("BEGIN")
        elif not options.get(READ_ONLY):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        # Who merely reads begins nothing: without a write-ahead log a reader who stays keeps writers from committing,
        # and a writer who waits for that keeps all others from reading.


def _prepare_postgresql(engine: Engine, timeout_ms: int) -> None:
    limits = """
        SELECT set_config('lock_timeout', :patience, true),
            set_config('idle_in_transaction_session_timeout', :silence, true)
    """
    beside, in_turn = text(limits), text(f"{limits}, pg_advisory_xact_lock(:writers)")
    given = {"patience": str(timeout_ms), "silence": str(SILENCE_MS), "writers": WRITERS}

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get(READ_ONLY):
            connection.execute(beside if options.get(BESIDE) else in_turn, given)


BUSY = ("database is locked", "database table is locked", "lock timeout", "deadlock detected")
"""What the engines say to who waited in vain."""


def is_busy(error: DBAPIError) -> bool:
    """Whether somebody else was writing for longer than one waits: nothing is wrong, and later it will do."""
    return any(mark in str(error.orig).lower() for mark in BUSY)


def is_clash(error: IntegrityError) -> bool:
    """Whether what was to be written is there already."""
    return "unique" in str(error.orig).lower()


def take_turn(session: Session) -> None:
    """Begin the transaction now and not with the first look: an instant taken before it could be another's past."""
    session.connection()


@dataclass(frozen=True, slots=True)
class Database:
    """One authority's database: its engine and the ways to open a session on it."""

    url: str
    engine: Engine
    writers: sessionmaker[Session]
    readers: sessionmaker[Session]
    keepers: sessionmaker[Session]

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that may write; the door commits, an exception rolls everything back.

        One writes at a time, on either engine: whoever comes second begins when the first has committed, sees what the
        first did, and holds no lock that it could want. Raises OperationalError where it waited in vain.
        """
        with self.writers() as session:
            take_turn(session)
            yield session

    @contextmanager
    def beside(self) -> Iterator[Session]:
        """A session for one change that stands by itself, such as a lease kept longer while its own work is writing.

        On PostgreSQL it does not wait for whoever is writing, unless that one changed the same row, and then no longer
        than for a turn; what it does must be a single update with its condition.
        """
        with self.keepers() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading only: it waits for no writer, and keeps one waiting no longer than a question takes.

        Each question sees what was committed before it, on either engine.
        """
        with self.readers() as session:
            yield session

    @contextmanager
    def still(self) -> Iterator[Session]:
        """A session for reading only, to which everything stays as it is at its first look, however long it goes on.

        Whatever compares rows read one after the other would else find differences where somebody is at work.
        """
        is_sqlite = self.engine.dialect.name == "sqlite"
        with self.reading() as session:
            asked = {STILL: True} if is_sqlite else {"isolation_level": "REPEATABLE READ"}
            session.connection(execution_options=asked)
            yield session


def open_database(url: str, *, busy_timeout_ms: int = 15_000, keeps_readers_out: bool = True) -> Database:
    """Open the database at a SQLAlchemy URL; a SQLite file's folder is made, private to its owner.

    Whoever writes very much on SQLite without keeping readers out holds all of it in memory until the commit.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        in_memory = parsed.database in {None, "", ":memory:"}
        if parsed.database and not in_memory:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = create_engine(parsed) if in_memory else create_engine(parsed, max_overflow=UNBOUNDED)
        _prepare_sqlite(engine, busy_timeout_ms, keeps_readers_out=keeps_readers_out)
    else:
        engine = create_engine(parsed, pool_pre_ping=True, max_overflow=UNBOUNDED)
        _prepare_postgresql(engine, busy_timeout_ms)
    readers, keepers = (
        engine.execution_options(**{READ_ONLY: True}),
        engine.execution_options(**{BESIDE: True}),
    )
    return Database(
        url=url,
        engine=engine,
        writers=sessionmaker(engine, expire_on_commit=False),
        readers=sessionmaker(readers, expire_on_commit=False, autoflush=False),
        keepers=sessionmaker(keepers, expire_on_commit=False),
    )


MIGRATIONS = Path(__file__).parent / "migrations"


def alembic_config(url: str) -> Config:
    """Alembic's configuration for a database URL; there is no ini file to keep in step."""
    from alembic.config import Config  # noqa: PLC0415 - loaded only where there is something to migrate

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def newest_revision() -> str:
    """The revision of the newest table layout: migrations form one line, their files begin with their numbers."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def is_current(url: str) -> bool:
    """Whether the database at a URL has the newest table layout already; asking needs no Alembic."""
    database = open_database(url)
    try:
        with database.reading() as session:
            if not inspect(session.connection()).has_table("alembic_version"):
                return False
            return session.scalars(text("SELECT version_num FROM alembic_version")).all() == [
                newest_revision()
            ]
    finally:
        database.engine.dispose()


def migrate(url: str) -> None:
    """Bring the database at a URL up to the newest table layout; doing it twice changes nothing."""
    if is_current(url):
        return
    from alembic import command  # noqa: PLC0415 - loading it takes longer than finding that nothing is to be done

    command.upgrade(alembic_config(url), "head")
