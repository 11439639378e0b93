"""The races that many tests begin with: entered once by the operations, put back row by row for the tests after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.tables import ALL
from tests.databases import USED

Rows = list[tuple[Table, list[dict[str, Any]]]]

KEPT: dict[tuple[str, str], Rows] = {}
"""By database engine and name, so that each engine has them from its own operations."""


def kept(session: Session, name: str, build: Callable[[], object]) -> None:
    """Leave in the session what `build` writes; put back only where nothing was done yet, accounts aside."""
    if session.scalar(select(func.count(AuditLine.seq_no))):
        build()
        return
    key = (session.get_bind().dialect.name, name)
    if key in KEPT:
        _put_back(session, KEPT[key])
        return
    before = _used(session)
    build()
    session.flush()
    KEPT[key] = [
        (table, [dict(row) for row in session.execute(select(table)).mappings()])
        for table in _used(session)
        if table not in before
    ]


def _used(session: Session) -> list[Table]:
    names = set(session.scalars(USED))
    return [table for table in ALL if table.name in names]


def _put_back(session: Session, rows: Rows) -> None:
    for table, lines in rows:
        session.execute(insert(table), lines)
    if session.get_bind().dialect.name == "postgresql":
        # Rows with numbers of their own do not move the counters.
        for table, lines in rows:
            (column, *others) = table.primary_key.columns
            if not others and column.name == "id":
                last = max(line["id"] for line in lines)
                counter = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)")
                session.execute(counter, {"table": table.name, "last": last})
