"""The audit trail: one line for every important act, chained by hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.marks import Marks, stored_marks
from leaderboard.accounts.models import AuditHead, AuditLine
from leaderboard.instant import now

START = "0" * 64


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


def _end(session: Session) -> AuditHead:
    """The end of the chain as it is now; a trail without a line begins with one."""
    head = session.get(AuditHead, 1, populate_existing=True)
    if head is None:
        head = AuditHead(id=1, seq_no=0, hash=START)
        session.add(head)
    return head


def last_marks(session: Session) -> Marks:
    """The mark that the trail last kept of each row it knows."""
    found: Marks = {}
    for _number, detail in marked_details(session):
        found |= detail["rows"]
    return found


def marked_details(session: Session) -> Iterator[tuple[int, dict[str, Any]]]:
    """The number and the detail of each line that keeps marks of rows, in their order."""
    marked = select(AuditLine).where(AuditLine.detail.contains('"rows": {'))
    for line in session.scalars(marked.order_by(AuditLine.seq_no)):
        # A line that cannot be read is broken, and found as such.
        if isinstance((detail := detail_of(line)).get("rows"), dict):
            yield line.seq_no, detail


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

    Rows are marked as they stand after the act, and where it changed them as they stood before, so that whoever changes
    them behind the house's back is found, whatever is lawfully done to them afterwards.
    """
    if rows:
        detail["rows"], detail["rows_before"] = stored_marks(session, rows)
    head = _end(session)
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
