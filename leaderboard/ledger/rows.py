"""Storing many rows of one table as fast as the database takes them: COPY on PostgreSQL, batches elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, insert
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
    values = [tuple(_kept(row[name]) for name in names) for row in rows]
    connection.exec_driver_sql(statement, values)


def _kept(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _copy(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    names = list(rows[0])
    prepared = connection.dialect.identifier_preparer
    columns = ", ".join(prepared.format_column(table.c[name]) for name in names)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {prepared.format_table(table)} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([row[name] for name in names])
