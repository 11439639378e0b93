"""Reading who may: accounts by name or number, and the audit trail's newest lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import Account, AuditHead, AuditLine


class TrailEnd(NamedTuple):
    """The last line of the audit trail at some instant: its number and its hash."""

    seq_no: int
    hash: str


def trail_end(session: Session) -> TrailEnd | None:
    """The end of the audit trail: as long as it is the same, nothing was written down; None where there is none."""
    row = session.execute(select(AuditHead.seq_no, AuditHead.hash).where(AuditHead.id == 1)).one_or_none()
    return TrailEnd(row.seq_no, row.hash) if row else None


def trail_held(session: Session, end: TrailEnd) -> bool:
    """Whether the trail goes on from this line: it does not where another database was put in its place."""
    found = select(AuditLine.hash).where(AuditLine.seq_no == end.seq_no)
    return session.scalar(found) == end.hash


def find_account(session: Session, name: str) -> Account | None:
    """The account with this name; capitals and small letters are the same here."""
    return session.scalars(select(Account).where(Account.name == name.strip().lower())).one_or_none()


def list_accounts(session: Session) -> Sequence[Account]:
    """Every account, in the order of their names."""
    return session.scalars(select(Account).order_by(Account.name)).all()


def display_names(session: Session) -> dict[str, str]:
    """Account name -> the name or post people know its owner by."""
    return {account.name: account.display_name for account in list_accounts(session)}


def people_of_unit(session: Session, unit_id: int) -> frozenset[str]:
    """The names of the accounts that report for a unit, closed ones included."""
    return frozenset(session.scalars(select(Account.name).where(Account.unit_id == unit_id)))


def newest_lines(session: Session, limit: int = 100, before: int | None = None) -> Sequence[AuditLine]:
    """The newest lines of the audit trail, or those before a line, newest first."""
    found = select(AuditLine).order_by(AuditLine.seq_no.desc()).limit(limit)
    return session.scalars(found if before is None else found.where(AuditLine.seq_no < before)).all()


def lines_about(session: Session, subject: str, actions: Sequence[str]) -> Sequence[AuditLine]:
    """The lines of the trail on one subject that tell of such acts, oldest first."""
    return session.scalars(
        select(AuditLine)
        .where(AuditLine.subject == subject, AuditLine.action.in_(actions))
        .order_by(AuditLine.seq_no)
    ).all()
