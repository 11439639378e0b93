"""Looking through the audit trail: its lines by who, what, when and about what, newest or oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.instant import Millis

AT_ONCE = 1000
"""Lines fetched at a time while a long trail is written out."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which lines are asked for; what is empty leaves every line in."""

    actor: str = ""
    kinds: tuple[str, ...] = ()
    """First halves of actions: `scheme` stands for scheme.draft, scheme.approve and the like."""
    since: Millis | None = None
    before: Millis | None = None
    """The instant at which the time asked for has passed."""
    words: tuple[str, ...] = ()
    """Texts of which the subject or the detail holds at least one."""


def newest_of(
    session: Session, sought: Sought, limit: int, before_no: int | None = None
) -> Sequence[AuditLine]:
    """The newest lines asked for, or those before a line, newest first."""
    found = _found(sought).order_by(AuditLine.seq_no.desc()).limit(limit)
    return session.scalars(found if before_no is None else found.where(AuditLine.seq_no < before_no)).all()


def all_of(session: Session, sought: Sought) -> Iterator[AuditLine]:
    """Every line asked for, in the order of the chain, a thousand in memory at a time."""
    found = _found(sought).order_by(AuditLine.seq_no)
    last = 0
    while some := session.scalars(found.where(AuditLine.seq_no > last).limit(AT_ONCE)).all():
        yield from some
        last = some[-1].seq_no
        # What was written out is let go, or a trail of years would be held whole.
        for line in some:
            session.expunge(line)


def _found(sought: Sought) -> Select[AuditLine]:
    return select(AuditLine).where(and_(True, *_conditions(sought)))


def _conditions(sought: Sought) -> Iterator[ColumnElement[bool]]:
    if sought.actor:
        yield AuditLine.actor == sought.actor
    if sought.kinds:
        yield or_(*(AuditLine.action.startswith(f"{kind}.", autoescape=True) for kind in sought.kinds))
    if sought.since is not None:
        yield AuditLine.at >= sought.since
    if sought.before is not None:
        yield AuditLine.at < sought.before
    if sought.words:
        yield or_(
            *(
                column.contains(word, autoescape=True)
                for word in sought.words
                for column in (AuditLine.subject, AuditLine.detail)
            )
        )
