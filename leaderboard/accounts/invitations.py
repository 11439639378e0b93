"""Links that open an account once: for a new person, and for one who lost what opens theirs."""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts.audit import record_act
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import Account, Invitation
from leaderboard.accounts.own_password import Weighed, keep, weigh
from leaderboard.accounts.passwords import dummy_hash
from leaderboard.accounts.second_factor import take_away
from leaderboard.accounts.sessions import end_sessions, token_hash
from leaderboard.accounts.sign_in import unlock
from leaderboard.instant import Millis
from leaderboard.words import gettext as _

HOUR = 3_600_000


def invite(session: Session, actor: str, account: Account, hours: int, at: Millis) -> str:
    """The token of a link with which the account's owner chooses a password; kept only as a hash.

    An earlier link and the password open nothing any more, sessions end, and a lock is lifted. Raises AccountError
    for a closed account.
    """
    if not account.is_active:
        raise AccountError(_("账号 {name} 已停用，请先重新启用").format(name=account.name))
    token = secrets.token_urlsafe(32)
    earlier = session.get(Invitation, account.id)
    if earlier is not None:
        session.delete(earlier)
        session.flush()
    invitation = Invitation(account_id=account.id, token_hash=token_hash(token), expires_at=at + hours * HOUR)
    session.add(invitation)
    account.password_hash, account.must_change = dummy_hash(), 1
    end_sessions(session, account, at)
    unlock(session, account)
    record_act(session, actor, "account.invite", account.name, rows=[account, invitation])
    return token


def recover(session: Session, actor: str, account: Account, hours: int, at: Millis) -> str:
    """The same for someone who can get in no more, whatever is in the way: a closed account, a lock, a lost device."""
    account.is_active = 1
    gone = take_away(session, account)
    record_act(session, actor, "account.recover", account.name, rows=[account, *gone])
    return invite(session, actor, account, hours, at)


def invited(session: Session, token: str, at: Millis) -> Account | None:
    """Whose link this is, while it is neither used, replaced nor expired, and the account is open."""
    return session.scalars(
        select(Account)
        .join(Invitation, Invitation.account_id == Account.id)
        .where(Invitation.token_hash == token_hash(token), Invitation.expires_at > at, Account.is_active == 1)
    ).one_or_none()


def accept(
    session: Session, token: str, password: str, settings: Settings, at: Millis, before: Weighed | None = None
) -> Account:
    """Choose the password of the account that the link opens; the link opens nothing any more.

    Raises AccountError where the link holds no more or the password is not fit.
    """
    account = invited(session, token, at)
    if account is None:
        raise AccountError(_("链接已用过或已过期，请向系统管理员另要一个"))
    weighed = weigh(session, account, password, settings, before=before)
    if weighed.problems:
        raise AccountError(*weighed.problems)
    invitation = session.get_one(Invitation, account.id)
    session.delete(invitation)
    keep(session, account, weighed, settings, at)
    record_act(session, account.name, "account.accept", account.name, rows=[account, invitation])
    return account
