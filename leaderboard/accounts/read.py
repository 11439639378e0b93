"""Reading who may: accounts by name or number, and the audit trail's newest lines."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import Account, AuditLine


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
