"""The list of accounts: filtered, counted and cut into pages by the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import THREE_POWERS, Account, Invitation, SecondFactor, UserSession
from leaderboard.instant import Millis

OPEN, WAITING, CLOSED = STATES = ("open", "waiting", "closed")
"""In use; its owner has not come yet; closed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accounts are asked for; blank asks for all."""

    text: str = ""
    role: str = ""
    unit_id: int | None = None
    state: str = ""
    has_factor: bool | None = None


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account with what a list says of it."""

    account: Account
    factor_at: Millis | None
    """Since when it has a second factor."""
    signed_in_at: Millis | None
    """When its newest session was begun."""
    invited_until: Millis | None

    @property
    def state(self) -> str:
        """In use, waiting for its owner, or closed."""
        if not self.account.is_active:
            return CLOSED
        return WAITING if self.account.must_change else OPEN


HAS_FACTOR = Account.id.in_(select(SecondFactor.account_id))


def list_lines(session: Session, wanted: Wanted, limit: int, offset: int = 0) -> Sequence[AccountLine]:
    """The accounts asked for, in the order of their names."""
    found = _lines().where(*_conditions(wanted)).order_by(Account.name)
    rows = session.execute(found.limit(limit).offset(offset))
    return [AccountLine(account, factor_at, began_at, until) for account, factor_at, began_at, until in rows]


def line_of(session: Session, account: Account) -> AccountLine:
    """The line of one account."""
    found, factor_at, began_at, until = session.execute(_lines().where(Account.id == account.id)).one()
    return AccountLine(found, factor_at, began_at, until)


def _lines() -> Select[Account, Millis | None, Millis | None, Millis | None]:
    newest = select(func.max(UserSession.started_at)).where(
        UserSession.account_id == Account.id, UserSession.awaits_code == 0
    )
    return (
        select(Account, SecondFactor.made_at, newest.scalar_subquery(), Invitation.expires_at)
        .outerjoin(SecondFactor, SecondFactor.account_id == Account.id)
        .outerjoin(Invitation, Invitation.account_id == Account.id)
    )


def count_lines(session: Session, wanted: Wanted) -> int:
    """How many accounts are asked for."""
    return session.scalar(select(func.count(Account.id)).where(*_conditions(wanted))) or 0


def bare_administrators(session: Session) -> Sequence[Account]:
    """Open accounts of administrators - of system, race or audit - that only a password protects."""
    found = select(Account).where(Account.role.in_(THREE_POWERS), Account.is_active == 1, ~HAS_FACTOR)
    return session.scalars(found.order_by(Account.name)).all()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.text:
        names = (
            column.contains(wanted.text, autoescape=True) for column in (Account.name, Account.display_name)
        )
        conditions.append(or_(*names))
    if wanted.role:
        conditions.append(Account.role == wanted.role)
    if wanted.unit_id is not None:
        conditions.append(Account.unit_id == wanted.unit_id)
    if wanted.state:
        conditions.append(Account.is_active == (0 if wanted.state == CLOSED else 1))
    if wanted.state in {OPEN, WAITING}:
        conditions.append(Account.must_change == (1 if wanted.state == WAITING else 0))
    if wanted.has_factor is not None:
        conditions.append(HAS_FACTOR if wanted.has_factor else ~HAS_FACTOR)
    return conditions
