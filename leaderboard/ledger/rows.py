"""Storing many rows of one table as fast as the database takes them: COPY on PostgreSQL, batches elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
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
    connection, into = session.connection(), table.__table__
    if connection.dialect.name == "postgresql" and len(rows) > FEW and isinstance(into, Table):
        _copy(connection, into, rows)
    else:
        # As rows of the table, not of the mapped class, whose rows would be looked at one by one.
        connection.execute(insert(into), rows)


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
