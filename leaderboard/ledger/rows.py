"""Storing many rows of one table as fast as the database takes them: COPY on PostgreSQL, batches elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Date, Table, insert
from sqlalchemy.orm import Session

from leaderboard.db import Base

FEW = 50
"""Up to so many rows, one statement is quicker than beginning to copy."""


def insert_rows(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Add rows that name the same columns; every column without a value of the database's own must be named."""
    if not rows:
        return
    session.flush()
    connection, into = session.connection(), Base.metadata.tables[table.__tablename__]
    if connection.dialect.name == "sqlite":
        _execute_many(connection, into, rows)
    elif connection.dialect.name == "postgresql" and len(rows) > FEW:
        _copy(connection, into, rows)
    else:
        connection.execute(insert(into), rows)


def _execute_many(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """By the driver itself, which takes every value of ours as it is but dates, kept as text."""
    names = list(rows[0])
    prepared = connection.dialect.identifier_preparer
    columns = ", ".join(prepared.format_column(table.c[name]) for name in names)
    places = ", ".join("?" * len(names))
    statement = f"INSERT INTO {prepared.format_table(table)} ({columns}) VALUES ({places})"  # noqa: S608 - our own names
    values = [[row[name] for row in rows] for name in names]
    dated = [
        _days_as_text(column) if isinstance(table.c[name].type, Date) else column
        for name, column in zip(names, values, strict=True)
    ]
    connection.exec_driver_sql(statement, list(zip(*dated, strict=True)))


def _days_as_text(column: list[Any]) -> list[str | None]:
    """Of many rows there are few days: each is spelled once."""
    spelled = {day: day.isoformat() for day in set(column) if day is not None}
    return [spelled.get(day) for day in column]


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
