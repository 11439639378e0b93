"""The audit trail: one line for every important act, chained by hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditHead, AuditLine
from leaderboard.instant import now

START = "0" * 64
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


class TrailEnd(NamedTuple):
    """The last line of the trail; its hash stands for every line up to it."""

    seq_no: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq_no} {self.hash}"


def trail_end(session: Session) -> TrailEnd:
    """The last line there is; number 0 where nothing was done yet."""
    last = select(AuditLine.seq_no, AuditLine.hash).order_by(AuditLine.seq_no.desc()).limit(1)
    found = session.execute(last).one_or_none()
    return TrailEnd(*found) if found else TrailEnd(0, START)


def trail_up_to(session: Session, seq_no: int) -> TrailEnd:
    """The trail up to a line, as it stands now."""
    line = session.get(AuditLine, seq_no)
    return TrailEnd(seq_no, line.hash if line else START)


def _line_hash(line: AuditLine) -> str:
    parts = [line.seq_no, line.at, line.actor, line.action, line.subject, line.detail, line.previous_hash]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _locked_head(session: Session) -> AuditHead:
    """The end of the chain, held until the transaction ends so that two writers cannot fork it."""
    head = session.scalars(select(AuditHead).with_for_update()).one_or_none()
    if head is not None:
        session.refresh(head, with_for_update=True)
        return head
    try:
        with session.begin_nested():
            head = AuditHead(id=1, seq_no=0, hash=START)
            session.add(head)
    except IntegrityError:
        return session.scalars(select(AuditHead).with_for_update()).one()
    return head


def marks_of(rows: Sequence[object]) -> dict[str, str | None]:
    """What stored rows say: by table and key the SHA-256 of their columns, with which they can be compared later.

    A row taken away has the mark None.
    """
    return dict(map(_mark, rows))


def _mark(row: object) -> tuple[str, str | None]:
    state = inspect(row)
    table = state.mapper.local_table.name
    name = f"{table} {'/'.join(map(str, state.identity))}"
    if state.deleted:
        return name, None
    hashed = hashlib.sha256()
    for column in state.mapper.column_attrs:
        value, of = getattr(row, column.key), f"{table}.{column.key}"
        if of not in UNMARKED and not (of in LATER and value == LATER[of]):
            told = hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
            hashed.update(json.dumps([column.key, told], ensure_ascii=False, default=str).encode())
    return name, hashed.hexdigest()


def last_marks(session: Session) -> dict[str, str | None]:
    """The mark that the trail last kept of each row it knows."""
    found: dict[str, str | None] = {}
    marked = select(AuditLine.detail).where(AuditLine.detail.contains('"rows": {'))
    for detail in session.scalars(marked.order_by(AuditLine.seq_no)):
        # A line that cannot be read is broken, and found as such.
        with suppress(ValueError):
            found |= json.loads(detail).get("rows", {})
    return found


def detail_of(line: AuditLine) -> dict[str, Any]:
    """The detail of a line; empty where it cannot be read any more."""
    try:
        found = json.loads(line.detail)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def record_act(
    session: Session, actor: str, action: str, subject: str, *, rows: Sequence[object] = (), **detail: Any
) -> AuditLine:
    """Append one line: `actor` did `action` to `subject`; `detail` holds from, to and why, and marks of `rows`.

    Rows are given as they stand after the act, so that whoever changes them behind the house's back is found.
    """
    if rows:
        session.flush()
        detail["rows"] = marks_of(rows)
    head = _locked_head(session)
    line = AuditLine(
        seq_no=head.seq_no + 1,
        at=now(),
        actor=actor,
        action=action,
        subject=subject[:120],
        detail=json.dumps(detail, ensure_ascii=False, sort_keys=True),
        previous_hash=head.hash,
    )
    line.hash = _line_hash(line)
    head.seq_no, head.hash = line.seq_no, line.hash
    session.add(line)
    session.flush()
    return line


def broken_lines(session: Session) -> Iterator[int]:
    """Numbers of the lines that do not fit the chain; none when the trail is whole."""
    expected, number = START, 1
    for line in session.scalars(select(AuditLine).order_by(AuditLine.seq_no)):
        if line.seq_no != number or line.previous_hash != expected or line.hash != _line_hash(line):
            yield line.seq_no
        expected, number = line.hash, line.seq_no + 1
    heads = session.execute(select(AuditHead.id, AuditHead.seq_no, AuditHead.hash)).all()
    # Where nothing was done yet there may be no end.
    if (heads or number > 1) and [tuple(head) for head in heads] != [(1, number - 1, expected)]:
        yield max([number - 1, *(head.seq_no for head in heads)])
