"""A condition on many values at once, given as one parameter: however many there are, the statement stays the same."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Dialect, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import coercions, roles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator, TypeEngine


class _List(TypeDecorator[list[Any]]):
    """A list of whole numbers or texts: an array where the database has one, JSON text where not."""

    impl = Text
    cache_ok = True

    def __init__(self, *, of_texts: bool) -> None:
        super().__init__()
        self.of_texts = of_texts

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        array: ARRAY[Any] = ARRAY(Text) if self.of_texts else ARRAY(BigInteger)
        return dialect.type_descriptor(array if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value)


class _Among(ColumnElement[bool]):
    inherit_cache = True
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012 - the parent declares it so
        ("column", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: ColumnElement[Any], values: list[Any]) -> None:
        self.column = column
        of_texts = bool(values) and isinstance(values[0], str)
        self.values = bindparam(None, values, type_=_List(of_texts=of_texts), unique=True)

    def self_group(self, against: Any = None) -> _Among:  # noqa: ARG002 - the parent passes it
        """Itself: a condition already. Told "= 1" of it, SQLite would go through the whole table instead of an index."""
        return self


@compiles(_Among)
def _in_array(element: _Among, compiler: SQLCompiler, **words: Any) -> str:
    return f"{compiler.process(element.column, **words)} = ANY({compiler.process(element.values, **words)})"


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **words: Any) -> str:
    values = compiler.process(element.values, **words)
    column = compiler.process(element.column, **words)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - both compiled by SQLAlchemy


def among(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether a column holds one of these whole numbers, or one of these texts."""
    return _Among(coercions.expect(roles.ExpressionElementRole, column), list(values))
