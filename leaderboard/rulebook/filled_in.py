"""Reads the document out of a form: fields named by path become the values they stand for, none of them checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from leaderboard.rulebook.choice_words import choice_words
from leaderboard.rulebook.choosing import given_kind
from leaderboard.rulebook.grammar import Blank, Kind, Named, Parts, Rows, Table, Written
from leaderboard.words import LANGUAGES, speaking
from leaderboard.written import exact_day, tidy

ABSENT = object()
"""What was left blank."""
MOST_ROWS = 500
INTEGER = re.compile(r"-?[0-9]{1,18}")
COUNT, KIND, HERE, NAME = ":count", ":kind", ":here", ":name"
"""What is added to a field's name for the number of rows, the kind chosen, a part being there, a row's name."""


def filled_in(named: Named, name: str, form: Mapping[str, str]) -> Any:
    """The value at a place of the form, ABSENT where nothing was filled in."""
    node = named.node
    if isinstance(node, Blank):
        return _blank(node, form.get(name, ""))
    if isinstance(node, Rows):
        return _rows(node, name, form)
    if isinstance(node, Table):
        return _table(node, name, form)
    if isinstance(node, Parts):
        return _parts(node, name, form) if name + HERE in form or not name else ABSENT
    chosen = node.kind(form.get(name + KIND, ""))
    return _of_kind(chosen, name, form) if chosen else ABSENT


def is_lines(node: Rows) -> bool:
    """Whether a list is of plain words, typed one a line."""
    return isinstance(node.item.node, Blank)


def _blank(blank: Blank, typed: str) -> Any:
    """What was typed as the document writes it; what it cannot be stays as typed, for the check to name."""
    text = typed.strip()
    if not text:
        return ABSENT
    if blank.written is Written.FLAG:
        return {"true": True, "false": False}.get(text, text)
    if blank.free and blank.words:
        text = next((word for word in blank.words if text in _said(word)), text)
    if blank.written is Written.TEXT:
        return text
    plain = tidy(text)
    if blank.written in {Written.WHOLE, Written.YUAN} and INTEGER.fullmatch(plain):
        return int(plain)
    if blank.written is Written.DAY:
        day = exact_day(plain)
        return day.isoformat() if day else plain
    return plain


@cache
def _said(word: str) -> tuple[str, ...]:
    """What a fixed word is called in each language: a field shows that instead of the word."""
    said = []
    for lang in LANGUAGES:
        with speaking(lang):
            said.append(choice_words()[word])
    return tuple(said)


def _rows(rows: Rows, name: str, form: Mapping[str, str]) -> Any:
    if isinstance(rows.item.node, Blank):
        lines = [line.strip() for line in form.get(name, "").splitlines()]
        return [_blank(rows.item.node, line) for line in lines if line] or ABSENT
    count = _count(name, form)
    found = [filled_in(rows.item, f"{name}.{number}", form) for number in range(count)]
    return [{} if value is ABSENT else value for value in found] or ABSENT


def _table(table: Table, name: str, form: Mapping[str, str]) -> Any:
    """Rows of a name and a value; a row without a name and a value is not there, a name may stand only once."""
    found: dict[str, Any] = {}
    for number in range(_count(name, form)):
        place = f"{name}.{number}"
        key = form.get(place + NAME, "").strip()
        value = filled_in(table.value, place, form)
        if not key and value is ABSENT:
            continue
        while key in found:
            # Both stay in sight, and the check names the one that nothing is called.
            key += "（重复）"
        found[key] = "" if value is ABSENT else value
    return found or ABSENT


def _parts(parts: Parts, name: str, form: Mapping[str, str]) -> dict[str, Any]:
    found = dict(parts.fixed)
    for part in parts.parts:
        value = filled_in(part.node, f"{name}.{part.name}" if name else part.name, form)
        if value is not ABSENT:
            found[part.name] = value
    return found


def _of_kind(kind: Kind, name: str, form: Mapping[str, str]) -> Any:
    if isinstance(kind.node, Blank):
        only = kind.node.words[0] if not kind.node.free and len(kind.node.words) == 1 else ""
        value = _blank(kind.node, form.get(name, only) or only)
        return "" if value is ABSENT else value
    if isinstance(kind.node, Table):
        value = _table(kind.node, name, form)
        return {} if value is ABSENT else value
    # What tells the kind stays there even while it is blank.
    begun = {} if kind.node.fixed else given_kind(kind)
    return begun | _parts(kind.node, name, form)


def _count(name: str, form: Mapping[str, str]) -> int:
    typed = form.get(name + COUNT, "")
    return min(int(typed), MOST_ROWS) if typed.isdecimal() and len(typed) < 6 else 0
