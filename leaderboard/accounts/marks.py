"""Marks of rows: what the audit trail keeps of every row an act makes or changes, as it was before and as it is after.

A row that somebody changed behind the house's back differs from its last mark. Were it changed lawfully afterwards, the
new mark would stand for what was slipped in; so a line of the trail also says what the row was before the act, read from
the database by the transaction that changed it, and that has to be the mark before.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, event, inspect, select, tuple_
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, SessionTransaction, UOWTransaction

PLANNED = ("calendar_day", "calendar_year", "division", "entry", "former_name", "season", "unit")
"""Tables of what boards are planned by; their rows may be older than their marks."""
MARKED = frozenset(
    {
        *PLANNED,
        "account",
        "ceremony",
        "ceremony_screen",
        "countersign",
        "draft",
        "evidence_file",
        "import_batch",
        "invitation",
        "not_duplicate",
        "objection",
        "recovery_code",
        "scheme_revision",
        "scheme_submission",
        "scheme_version",
        "screen",
        "second_factor",
        "target",
        "timetable",
        "timetable_skip",
    }
)
"""Tables whose every row the trail keeps a mark of, written with the act that made or changed it."""
UNMARKED = {
    "account.password_hash": "hashed anew at a sign-in when the way of hashing changes",
    "second_factor.last_step": "moves on with every one-time code",
    "screen.seen_at": "written whenever the screen reports",
}
"""Columns that change without an act, with the reason; marks of rows leave them out."""
LATER: dict[str, object] = {
    "screen.playlist": "",
    "screen.hours_from": None,
    "screen.hours_to": None,
    "screen.notice": None,
    "screen.notice_until": None,
    "screen.is_muted": 0,
    "screen.shows_shame": 0,
    "screen.address_range": "",
    "screen.revision": 0,
    "screen.reload_count": 0,
}
"""Columns younger than the first marks of their table, with what rows of before hold; marks leave them out at that."""
BEFORE = "marks before the next act"
"""Where a session keeps the mark, by name, of each row that it has changed since it last recorded an act about it."""

Marks = dict[str, str | None]
"""By table and key the SHA-256 of a row's columns; None where there is no row."""


def marks_of(rows: Sequence[object]) -> Marks:
    """What stored rows say: by table and key the SHA-256 of their columns, with which they can be compared later.

    A row taken away has the mark None.
    """
    found: Marks = {}
    for row in rows:
        state = inspect(row)
        values = {column.key: getattr(row, column.key) for column in state.mapper.column_attrs}
        found[_name(state.mapper, state.identity)] = None if state.deleted else _mark(state.mapper, values)
    return found


def _name(mapper: Mapper[Any], key: Iterable[object]) -> str:
    return f"{_table(mapper)} {'/'.join(map(str, key))}"


def _table(mapper: Mapper[Any]) -> str:
    return str(mapper.local_table.name)  # type: ignore[attr-defined] # of what is mapped to a table


def _mark(mapper: Mapper[Any], values: Mapping[str, object]) -> str:
    hashed = hashlib.sha256()
    for column in mapper.column_attrs:
        value, of = values[column.key], f"{_table(mapper)}.{column.key}"
        if of not in UNMARKED and not (of in LATER and value == LATER[of]):
            told = hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
            hashed.update(json.dumps([column.key, told], ensure_ascii=False, default=str).encode())
    return hashed.hexdigest()


def stored_marks(session: Session, rows: Sequence[object]) -> tuple[Marks, Marks]:
    """Marks of rows as the database has them now, and the mark from before this act of each that it changed.

    A row that was made has the mark None before, one that was taken away None after. Whatever changes them next in this
    session begins from here.
    """
    session.flush()
    keys = defaultdict[Mapper[Any], list[Any]](list)
    for row in rows:
        keys[inspect(row).mapper].append(inspect(row).identity)
    now: Marks = {_name(mapper, key): None for mapper, of_table in keys.items() for key in of_table}
    for mapper, of_table in keys.items():
        now |= _read(session, mapper, tuple_(*mapper.primary_key).in_(of_table))
    known: Marks = session.info.setdefault(BEFORE, {})
    before = {name: known.pop(name) for name in now if name in known}
    return now, {name: mark for name, mark in before.items() if mark != now[name]}


def _read(session: Session, mapper: Mapper[Any], which: ColumnElement[bool] | None) -> Marks:
    """Marks of the rows of a table as they are stored."""
    columns = [attribute.columns[0].label(attribute.key) for attribute in mapper.column_attrs]
    asked = select(*mapper.primary_key, *columns)
    if which is not None:
        asked = asked.where(which)
    size = len(mapper.primary_key)
    names = [attribute.key for attribute in mapper.column_attrs]
    return {
        _name(mapper, row[:size]): _mark(mapper, dict(zip(names, row[size:], strict=True)))
        for row in session.execute(asked)
    }


@event.listens_for(Session, "before_flush")
def _remember_changed(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Keep what rows are in the database that objects are about to change."""
    changed = defaultdict[Mapper[Any], list[Any]](list)
    for row in (*session.dirty, *session.deleted):
        mapper = inspect(row).mapper
        if _table(mapper) in MARKED:
            changed[mapper].append(inspect(row).identity)
    for mapper, keys in changed.items():
        _remember(session, _read(session, mapper, tuple_(*mapper.primary_key).in_(keys)))


@event.listens_for(Session, "after_flush")
def _remember_made(session: Session, _context: UOWTransaction) -> None:
    """Keep that there was nothing before the rows that objects have just become."""
    for row in session.new:
        mapper = inspect(row).mapper
        if _table(mapper) in MARKED:
            _remember(session, {_name(mapper, mapper.primary_key_from_instance(row)): None})


@event.listens_for(Session, "do_orm_execute")
def _remember_updated(statement: ORMExecuteState) -> None:
    """Keep what rows are in the database that a statement is about to change."""
    mapper = statement.bind_mapper
    if (statement.is_update or statement.is_delete) and mapper is not None and _table(mapper) in MARKED:
        which = statement.statement.whereclause  # type: ignore[attr-defined] # of an UPDATE and a DELETE
        _remember(statement.session, _read(statement.session, mapper, which))


def _remember(session: Session, marks: Marks) -> None:
    known: Marks = session.info.setdefault(BEFORE, {})
    for name, mark in marks.items():
        known.setdefault(name, mark)


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """What follows is another transaction, before which others may have changed the rows; after a savepoint it is not."""
    if transaction.parent is None:
        session.info.pop(BEFORE, None)


def unexplained(details: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[tuple[int, str]]:
    """Rows that were not, before an act, what the act before had left: the line's number and the row's name.

    Lines are given by number with their details, oldest first. Lines of before these marks say nothing of it, and rows
    of what is planned may be older than all marks.
    """
    known: Marks = {}
    for number, detail in details:
        marks: Marks = detail.get("rows", {})
        if "rows_before" in detail:
            for name, mark in marks.items():
                before = detail["rows_before"].get(name, mark)
                may_be_older = name not in known and name.partition(" ")[0] in PLANNED
                if before != known.get(name) and not may_be_older:
                    yield number, name
        known |= marks
