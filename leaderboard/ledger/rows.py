"""Storing many rows of one table as fast as the database takes them: COPY on PostgreSQL, batches elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Connection, Date, Table, insert
from sqlalchemy.orm import Session

from leaderboard.db import Base

AT_ONCE = 2000
"""Rows named in one statement: below every engine's limit of parameters."""
FEW = 50
"""Up to so many rows, one statement is quicker than beginning to copy."""
TOLD_EVERY = 10_000
"""Rows after which it is told that they are stored."""
T = TypeVar("T")
Told = Callable[[int], object]
"""Is told of each batch of rows how many were stored."""


def unheard(_rows: int) -> None:
    """Told to nobody."""


def chunks(items: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The items in lists short enough for one statement."""
    ordered = list(items)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def insert_rows(
    session: Session, table: type[Base], rows: Sequence[dict[str, Any]], told: Told = unheard
) -> None:
    """Add rows that name the same columns; every column without a value of the database's own must be named."""
    if not rows:
        return
    session.flush()
    connection, into = session.connection(), Base.metadata.tables[table.__tablename__]
    for some in chunks(rows, TOLD_EVERY):
        if connection.dialect.name == "sqlite":
            _execute_many(connection, into, some)
        elif connection.dialect.name == "postgresql" and len(rows) > FEW:
            _copy(connection, into, some)
        else:
            connection.execute(insert(into), some)
        told(len(some))


def _execute_many(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """By the driver itself, which takes every value of ours as it is but dates, kept as text."""
    names = list(rows[0])
    prepared = connection.dialect.identifier_preparer
    columns = ", ".join(prepared.format_column(table.c[name]) for name in names)
    places = ", ".join("?" * len(names))
    statement = f"INSERT INTO {prepared.format_table(table)} ({columns}) VALUES ({places})"  # noqa: S608 - our own names
    values = list(zip(*map(itemgetter(*names), rows), strict=True))
    dated = [
        _days_as_text(column) if isinstance(table.c[name].type, Date) else column
        for name, column in zip(names, values, strict=True)
    ]
    connection.exec_driver_sql(statement, list(zip(*dated, strict=True)))


def _days_as_text(column: Sequence[Any]) -> list[str | None]:
    """Of many rows there are few days: each is spelled once."""
    spelled = {day: day.isoformat() for day in set(column) if day is not None}
    return list(map(spelled.get, column))


def _copy(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    names = list(rows[0])
    prepared = connection.dialect.identifier_preparer
    columns = ", ".join(prepared.format_column(table.c[name]) for name in names)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {prepared.format_table(table)} ({columns}) FROM STDIN") as copy,
    ):
        for row in map(itemgetter(*names), rows):
            copy.write_row(row)
