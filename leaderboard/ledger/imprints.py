"""What the trail keeps of every row of the ledger, from the act that wrote it, so that no change stays unseen.

The line of an act names the rows it wrote, table by table, by their keys, and keeps one SHA-256 over all of them. Rows
of the ledger are never changed; a project's head is, so each of its states between two amendments counts as a row.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import column, or_, select
from sqlalchemy import table as named
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.damage import to_the_end
from leaderboard.db import Base
from leaderboard.ledger.models import (
    Adjustment,
    CapitalArrival,
    Credit,
    FormerProject,
    Project,
    ProjectDecision,
    StageEvent,
    UnitDecision,
    UnitReturn,
)

Row = Mapping[str, Any]
FACTS = (StageEvent, CapitalArrival, Credit, UnitReturn, Adjustment)
DECISIONS = (ProjectDecision, UnitDecision)
COLUMNS = {
    table.__tablename__: tuple(column.name for column in Base.metadata.tables[table.__tablename__].columns)
    for table in (*FACTS, *DECISIONS, Project)
}
"""The columns of a row in the order in which they are hashed."""
NO_KINDS = frozenset({float, bytes, memoryview, Decimal})
"""What no column of the ledger holds, and a database that does not look at kinds may be given."""
FORMER = ("until_at", "former_columns")
"""What a head that was amended is hashed with besides: until when it was as it was before, and what it was."""
NUMBER_FROM = 53
"""Ids are below 2^53; the bits above hold a decision's number, or how often a head was amended before."""
ACTS = (
    "project.add%",
    "project.record_many",
    "project.amend",
    "stage_event.%",
    "arrival.%",
    "credit.%",
    "return.%",
    "adjustment.%",
    "fact.%",
)
"""Acts that write to the ledger."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a line of the trail keeps of the rows of one table."""

    seq_no: int
    keys: tuple[int, ...]
    sha256: str


def imprints(rows: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, str]]:
    """What a line of the trail is to keep of the rows that its act wrote, by table; projects' rows have their ids."""
    return {table: _imprint(table, of_table) for table, of_table in rows.items() if of_table}


def imprints_of(*written: Any) -> dict[str, dict[str, str]]:
    """The same of facts, decisions and projects as the session holds them."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in written:
        table = row.__tablename__
        rows[table].append({name: getattr(row, name) for name in COLUMNS[table]})
    return imprints(rows)


def imprints_of_amended(project: Project, former: FormerProject) -> dict[str, dict[str, str]]:
    """The same of a project's head after it was amended, with what it was before."""
    row = {name: getattr(project, name) for name in COLUMNS["project"]}
    row |= {"former_no": former.former_no, "until_at": former.until_at, "former_columns": former.columns}
    return imprints({"project": [row]})


def _imprint(table: str, rows: Sequence[Row]) -> dict[str, str]:
    columns = COLUMNS[table] + (FORMER if "former_no" in rows[0] else ())
    told: list[tuple[Any, ...]]
    if rows[0].keys() >= set(columns):
        told = list(map(itemgetter(*columns), rows))
    else:
        # What a row does not name has no value.
        told = [tuple(map(row.get, columns)) for row in rows]
    keys = struct.pack(f"<{len(rows)}Q", *_keys_of(table, rows))
    return {
        "keys": base64.b64encode(keys).decode(),
        "sha256": hashlib.sha256(orjson.dumps(told)).hexdigest(),
    }


def _keys_of(table: str, rows: Sequence[Row]) -> list[int]:
    if "decision_no" in COLUMNS[table]:
        return [row["fact_id"] | row["decision_no"] << NUMBER_FROM for row in rows]
    if "former_no" in rows[0]:
        return [row["id"] | row["former_no"] << NUMBER_FROM for row in rows]
    return list(map(itemgetter("id" if table == "project" else "fact_id"), rows))


def wrong_rows(session: Session) -> Iterator[str]:
    """Rows of the ledger that are not as the act that wrote them left them, that no act wrote, or that are gone.

    Acts of before the trail kept this are not held against anything, nor are rows recorded before it did.
    """
    kept, end = _kept(session, 0)
    since = _kept_since(session)
    for table in COLUMNS:
        yield from to_the_end(f"台账 {table} 读不出来", _wrong_of(session, table, kept[table], end, since))


def _wrong_of(session: Session, table: str, kept: list[Kept], end: int, since: int) -> Iterator[str]:
    stored, twice = _stored(session, table)
    yield from (f"台账 {table} 的记录 {_named(key)} 有两行" for key in twice)
    for line in kept:
        rows = [stored.pop(key, b"") for key in line.keys]
        if hashlib.sha256(b"[" + b",".join(rows) + b"]").hexdigest() != line.sha256:
            yield _told(table, line, rows)
    if stored:
        # Written since the trail was read: named by a line that has come in meanwhile.
        newer, _end = _kept(session, end)
        known = {key for line in newer[table] for key in line.keys}
        yield from (
            f"台账 {table} 的记录 {_named(key)} 没有审计记录"
            for key, row in stored.items()
            if key not in known and _instant_of(table, row) >= since
        )


def _told(table: str, line: Kept, rows: Sequence[bytes]) -> str:
    gone = [_named(key) for key, row in zip(line.keys, rows, strict=True) if not row]
    about = _named(line.keys[0]) if len(line.keys) == 1 else f"{len(line.keys)} 条"
    if gone:
        return f"台账 {table}: 审计记录第 {line.seq_no} 条记有 {', '.join(gone[:5])}, 库中没有"
    return f"台账 {table}: 审计记录第 {line.seq_no} 条所记的 {about}与库中不符"


def _named(key: int) -> str:
    number, found = key >> NUMBER_FROM, key & ((1 << NUMBER_FROM) - 1)
    return f"{found}/{number}" if number else str(found)


def _kept(session: Session, after: int) -> tuple[Mapping[str, list[Kept]], int]:
    """What the lines after one keep of each table, and the last of those lines."""
    found: dict[str, list[Kept]] = defaultdict(list)
    lines = select(AuditLine.seq_no, AuditLine.detail).where(AuditLine.detail.contains('"ledger": {'))
    for seq_no, detail in session.execute(lines.where(AuditLine.seq_no > after).order_by(AuditLine.seq_no)):
        after = seq_no
        # A line that cannot be read is broken, and found as such.
        with suppress(ValueError, KeyError, TypeError, AttributeError, struct.error):
            for table, told in json.loads(detail)["ledger"].items():
                keys = base64.b64decode(told["keys"])
                found[table].append(Kept(seq_no, struct.unpack(f"<{len(keys) // 8}Q", keys), told["sha256"]))
    return found, after


def _kept_since(session: Session) -> int:
    """The instant of the first act whose rows the trail keeps; from the beginning of time where it keeps all."""
    acts = or_(*(AuditLine.action.like(act) for act in ACTS))
    keeps = AuditLine.detail.contains('"ledger": {')
    if session.scalar(select(AuditLine.seq_no).where(acts, ~keeps).limit(1)) is None:
        return -(2**63)
    return session.scalar(select(AuditLine.at).where(keeps).order_by(AuditLine.seq_no).limit(1)) or 2**63


def _instant_of(table: str, row: bytes) -> int:
    if not row.startswith(b"["):
        # What cannot be told as an act would have told it was not recorded by one.
        return 2**63
    values, columns = orjson.loads(row), COLUMNS[table]
    if len(values) > len(columns):
        return int(values[len(columns)])
    return int(values[columns.index("decided_at" if "decided_at" in columns else "recorded_at")])


def _stored(session: Session, table: str) -> tuple[dict[int, bytes], list[int]]:
    """The rows of a table as they are hashed, by key, and the keys that more than one row has."""
    found: dict[int, bytes] = {}
    twice: list[int] = []
    for key, row in _states(session) if table == "project" else _rows(session, table):
        if key in found:
            twice.append(key)
        found[key] = _as_hashed(row)
    return found, twice


def _as_hashed(row: tuple[Any, ...]) -> bytes:
    """A row as it is hashed; one with a value of a kind that no column of the ledger has is told as no act told any.

    orjson writes infinity as if nothing were there.
    """
    if NO_KINDS.isdisjoint(map(type, row)):
        return orjson.dumps(row)
    return repr(row).encode()


def _rows(session: Session, table: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    columns = COLUMNS[table]
    place, number = columns.index("fact_id"), None
    if "decision_no" in columns:
        number = columns.index("decision_no")
    for row in _read(session, table, columns):
        key = row[place] if number is None else row[place] | row[number] << NUMBER_FROM
        yield key, row


def _states(session: Session) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Every head as it was between two amendments: the last as it stands, those before by what is kept of them."""
    formers: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for project_id, *former in _read(
        session, FormerProject.__tablename__, ("project_id", "former_no", *FORMER)
    ):
        formers[project_id].append(tuple(former))
    columns = COLUMNS["project"]
    for row in _read(session, "project", columns):
        project_id = row[0]
        head = dict(zip(columns, row, strict=True))
        for former_no, until_at, was in sorted(formers.pop(project_id, []), reverse=True):
            yield project_id | former_no << NUMBER_FROM, (*(head[name] for name in columns), until_at, was)
            # What cannot be read is not what was hashed with this state.
            with suppress(ValueError, TypeError):
                head |= json.loads(was)
        yield project_id, tuple(head[name] for name in columns)
    for project_id, left in formers.items():
        former_no, *rest = left[0]
        yield project_id | former_no << NUMBER_FROM, (*(None for _column in columns), *rest)


def _read(session: Session, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Rows as the driver gives them: days are hashed as text, which one engine keeps them as."""
    asked: list[Any] = [column(name) for name in columns]
    found = select(*asked).select_from(named(table))
    with session.execute(found.execution_options(yield_per=10_000)) as rows:
        for row in rows:
            yield tuple(row)
