"""Addresses that failed sign-ins have locked: seen and lifted, since many people may stand behind one address."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import SignInFailure
from leaderboard.instant import Millis
from leaderboard.words import gettext as _

ADDRESS = "address "
"""What the source of a count begins with that is an address."""


def locked_addresses(session: Session, at: Millis) -> dict[str, Millis]:
    """The addresses from which nobody can sign in at present, each with the instant its lock ends, last to end first."""
    found = (
        select(SignInFailure.source, SignInFailure.locked_until)
        .where(SignInFailure.source.startswith(ADDRESS), SignInFailure.locked_until > at)
        .order_by(SignInFailure.locked_until.desc(), SignInFailure.source)
    )
    return {source.removeprefix(ADDRESS): until for source, until in session.execute(found) if until}


def lift_address_lock(session: Session, actor: str, address: str, at: Millis) -> None:
    """Let people sign in from an address again: its failures are forgotten. Raises AccountError where it is not locked."""
    if address not in locked_addresses(session, at):
        raise AccountError(_("地址 {address} 没有锁定").format(address=address))
    session.execute(delete(SignInFailure).where(SignInFailure.source == ADDRESS + address))
    record_act(session, actor, "session.unlock", address)
