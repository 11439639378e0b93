"""Filling in the form over a document as a browser would send it."""

from __future__ import annotations

from typing import Any

from leaderboard.rulebook.filled_in import COUNT, HERE, KIND, NAME, filled_in
from leaderboard.rulebook.form import Field, form_of
from leaderboard.rulebook.grammar import document_node

Sent = dict[str, str]


def sent(document: dict[str, Any]) -> Sent:
    """Every field of the document's form with its value."""
    fields: Sent = {}
    for field in form_of(document).inner:
        _send(field, fields)
    return fields


def _send(field: Field, fields: Sent) -> None:
    is_table = field.how == "table" or field.kind == "table"
    if field.how in {"blank", "lines"}:
        fields[field.name] = field.value
    if field.how == "choice":
        fields[field.name + KIND] = field.kind
    if field.how == "parts" and field.here:
        fields[field.name + HERE] = "1"
    if field.how == "rows" or is_table:
        fields[field.name + COUNT] = str(len(field.inner))
    for inner in field.inner:
        if is_table:
            fields[inner.name + NAME] = inner.row_name
        _send(inner, fields)


def read_back(fields: Sent) -> dict[str, Any]:
    """The document that the fields come to."""
    found: dict[str, Any] = filled_in(document_node(), "", fields)
    return found
