"""What reading damaged rows comes to, and how a check that meets them ends: with a flaw in words, while others go on."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections.abc import Iterator
from typing import Any, TypeVar

import brotli
from sqlalchemy import LargeBinary, String, cast, select
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.orm import Session

from leaderboard.db import Base

BROKEN = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    OSError,
    EOFError,
    zlib.error,
    brotli.error,
    struct.error,
    InvalidRequestError,
)
"""What reading a damaged document or row comes to; the last is a row that others point to and that is gone."""
NOT_TEXT = "Could not decode to UTF-8"
"""What SQLite says of text that is none: it keeps any bytes in any column."""


Told = TypeVar("Told")


def to_the_end(told: Told, found: Iterator[Told]) -> Iterator[Told]:
    """What a check finds, and what is `told` instead of the rest where it cannot read on.

    An error of the database itself is no damage of a row, and is raised.
    """
    try:
        yield from found
    except BROKEN:
        yield told
    except (DBAPIError, sqlite3.OperationalError) as error:
        if NOT_TEXT not in str(error):
            raise
        yield told


def rows_without_text(session: Session) -> Iterator[str]:
    """Rows with a text that is no UTF-8, by table, key and column; only SQLite keeps such a thing."""
    if session.get_bind().dialect.name != "sqlite":
        return
    for table in Base.metadata.sorted_tables:
        keys = list(table.primary_key)
        for column in table.columns:
            if isinstance(column.type, String):
                raw = cast(column, LargeBinary)
                for row in session.execute(select(raw, *(cast(key, LargeBinary) for key in keys))):
                    if not _is_text(row[0]):
                        named = "/".join(_text(key) for key in row[1:])
                        yield f"{table.name} {named} 的 {column.name} 不是可读的文字"


def _is_text(raw: bytes | None) -> bool:
    try:
        (raw or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def _text(raw: Any) -> str:
    return bytes(raw or b"").decode(errors="replace")
