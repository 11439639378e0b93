"""Every table keeps to what all the databases we may meet understand."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
)

from leaderboard.ledger import models as ledger
from leaderboard.tables import ALL

PLAIN_TYPES = (BigInteger, Integer, SmallInteger, String, Text, Date, LargeBinary)
# Words that some engine keeps for itself.
RESERVED = re.compile(
    "rank|level|groups?|rows?|values?|user|order|date|comment|by|range|function|system|condition|usage|check"
    "|default|index|limit|offset|table|column|trigger|current|window"
)
INDEXED_TEXT = 191


def columns() -> Iterator[tuple[Table, Column[object]]]:
    for table in ALL:
        for column in table.columns:
            yield table, column


def test_names_fit_every_engine() -> None:
    """Names of tables and columns are lower case, at most 30 characters, and no engine's own word."""
    names = {table.name for table in ALL} | {column.name for _, column in columns()}
    assert [
        name for name in names if name != name.lower() or len(name) > 30 or RESERVED.fullmatch(name)
    ] == []


def test_names_of_constraints_fit_every_engine() -> None:
    """Names of keys and indexes fit the shortest limit of the engines in view, 63 bytes, and are unique."""
    names = [index.name for table in ALL for index in table.indexes]
    assert [name for name in names if name is None or len(name) > 63] == []
    assert len(set(names)) == len(names)


def test_columns_are_of_plain_types() -> None:
    """No native enum, array, JSON, interval, money, boolean, float or timestamp."""
    strange = [
        f"{table}.{column.name}" for table, column in columns() if type(column.type) not in PLAIN_TYPES
    ]
    assert strange == []


def test_indexed_text_has_a_length_every_engine_can_index() -> None:
    """A text column in a key or an index has at most 191 characters."""
    keyed = {
        column
        for table in ALL
        for group in (table.primary_key, *table.constraints, *table.indexes)
        for column in getattr(group, "columns", ())
    }
    long = [
        column
        for column in keyed
        if isinstance(column.type, String) and not 0 < (column.type.length or 0) <= INDEXED_TEXT
    ]
    assert long == []


def test_money_and_instants_have_room() -> None:
    """Yuan and milliseconds are 64-bit integers: a 32-bit one ends at 21 亿 and in January 1970."""
    wide = [
        f"{table}.{column.name}"
        for table, column in columns()
        if column.name.endswith(("_at", "_yuan", "_until")) and type(column.type) is not BigInteger
    ]
    assert wide == []


def test_ledger_tables_begin_their_keys_with_the_project() -> None:
    """What hangs on a project is keyed by it first, so that one very large race can be spread by project."""
    hanging = [table for table in ALL if "project_id" in table.columns and table.name in ledger_names()]
    assert hanging
    assert [
        table.name for table in hanging if next(iter(table.primary_key.columns)).name != "project_id"
    ] == []


def ledger_names() -> set[str]:
    return {
        found.__tablename__
        for found in vars(ledger).values()
        if isinstance(found, type) and hasattr(found, "__tablename__") and found.__module__ == ledger.__name__
    }


@pytest.mark.parametrize("table", ALL, ids=lambda table: str(table.name))
def test_references_can_be_followed(table: Table) -> None:
    """A foreign key refers to whole keys of tables, so that every engine can check it."""
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint):
            target = constraint.referred_table
            referred = {element.column for element in constraint.elements}
            keys = [
                target.primary_key,
                *(c for c in target.constraints if type(c).__name__ == "UniqueConstraint"),
            ]
            assert any(referred == set(key.columns) for key in keys), constraint.name
