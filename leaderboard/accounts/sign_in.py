"""Signing in and out: attempts counted across processes, sessions that can be ended at any moment.

One sign-in is three short steps, each a transaction of its own, so that no lock is held while a password is hashed:
`count_attempt`, `account_behind`, then `begin_session` or `note_refusal`. Counting first makes the limit exact even
when many processes are tried at once.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts.audit import record_act
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import Account, SignInFailure, UserSession
from leaderboard.accounts.passwords import dummy_hash, hashed, is_outdated, matches
from leaderboard.accounts.read import find_account
from leaderboard.instant import Millis, now
from leaderboard.words import gettext as _

MINUTE = 60_000
NAME_PATIENCE = 4
"""How many times the failures that lock an address lock a name: a stranger must not shut its owner out from one place."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many failures lock, for how long, and how old a session may get; times in milliseconds."""

    failures: int
    lock: Millis
    idle: Millis
    age: Millis

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """The limits described by the settings."""
        return cls(
            failures=settings.lockout_failures,
            lock=settings.lockout_minutes * MINUTE,
            idle=settings.session_idle_minutes * MINUTE,
            age=settings.session_hours * 60 * MINUTE,
        )

    @property
    def touch(self) -> Millis:
        """How old `seen_at` gets before it is written anew: a minute, or less where idle time is short."""
        return min(MINUTE, self.idle // 10)


class SignInRefused(AccountError):
    """Name and password do not open an account; which of the two is wrong is not said."""

    def __init__(self) -> None:
        super().__init__(_("账号或密码不对"))


class LockedOut(AccountError):
    """Too many failures for this name or from this address; says when to try again."""

    def __init__(self, wait: Millis) -> None:
        self.minutes = max(1, -(-wait // MINUTE))
        super().__init__(_("失败次数过多，请 {minutes} 分钟后再试").format(minutes=self.minutes))


def _sources(name: str, address: str) -> tuple[str, str]:
    """What failures are counted by, always in this order, so that two attempts cannot wait for each other."""
    return f"address {address}"[:120], f"name {name.strip().lower()}"[:120]


def _held(session: Session, source: str) -> SignInFailure:
    """The count of one source, held until the transaction ends."""
    found = select(SignInFailure).where(SignInFailure.source == source).with_for_update()
    count = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if count is not None:
        return count
    try:
        with session.begin_nested():
            session.add(SignInFailure(source=source, failures=0, last_at=0))
    except IntegrityError:
        # Another process counted its first failure at the same moment.
        pass
    return session.scalars(found.execution_options(populate_existing=True)).one()


def count_attempt(session: Session, name: str, address: str, limits: Limits, at: Millis) -> None:
    """Count an attempt as failed before it is checked; `begin_session` takes it back.

    Failures count within the lock time; an address is locked that long when they reach the limit, a name, from
    wherever it is tried, at NAME_PATIENCE times the limit. Attempts while locked do not prolong it. Raises LockedOut.
    """
    counts = [_held(session, source) for source in _sources(name, address)]
    locked_until = max(count.locked_until or 0 for count in counts)
    if locked_until > at:
        raise LockedOut(locked_until - at)
    for count, most in zip(counts, (limits.failures, limits.failures * NAME_PATIENCE), strict=True):
        stale = count.locked_until is not None or at - count.last_at >= limits.lock
        count.failures = 1 if stale else count.failures + 1
        count.last_at = at
        count.locked_until = at + limits.lock if count.failures >= most else None
    session.flush()


def account_behind(session: Session, name: str, password: str) -> Account:
    """The open account with this name and password; an unknown name takes as long. Raises SignInRefused."""
    account = find_account(session, name)
    holds = matches(account.password_hash if account else dummy_hash(), password)
    if account is None or not holds or not account.is_active:
        raise SignInRefused
    return account


def note_refusal(session: Session, name: str, address: str) -> None:
    """Write a failed sign-in to the trail; a name nobody has is left out, it may be a password typed a line early."""
    account = find_account(session, name)
    record_act(session, account.name if account else "-", "session.refused", address)


def begin_session(
    session: Session, account_id: int, password: str, address: str, limits: Limits, at: Millis
) -> str:
    """Begin a session for someone whose password was found right; returns its token, kept only as a hash.

    Takes the counted attempt back and renews a hash of outdated cost.
    """
    account = session.get_one(Account, account_id)
    if is_outdated(account.password_hash):
        account.password_hash = hashed(password)
    _forgive(session, account.name, address, limits)
    record_act(session, account.name, "session.begin", address)
    return new_token(session, account, at)


def new_token(session: Session, account: Account, at: Millis) -> str:
    """A fresh session of an account: 32 random bytes for the cookie, their SHA-256 for the table."""
    token = secrets.token_urlsafe(32)
    session.add(UserSession(token_hash=token_hash(token), account_id=account.id, started_at=at, seen_at=at))
    session.flush()
    return token


def _forgive(session: Session, name: str, address: str, limits: Limits) -> None:
    """Clear the name's failures; of the address only this attempt, lest one account cover guesses at others."""
    by_address, by_name = (_held(session, source) for source in _sources(name, address))
    by_address.failures = max(0, by_address.failures - 1)
    if by_address.failures < limits.failures:
        by_address.locked_until = None
    session.delete(by_name)
    session.flush()


def unlock(session: Session, account: Account) -> None:
    """Forget the failures counted for an account's name."""
    source = _sources(account.name, "")[1]
    session.execute(delete(SignInFailure).where(SignInFailure.source == source))


def token_hash(token: str) -> str:
    """What the table keeps of a token: its SHA-256 as 64 hex digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def account_for_token(
    session: Session, token: str, limits: Limits, at: Millis
) -> tuple[Account, UserSession] | None:
    """Whose session this token opens, while it is neither ended, idle too long, too old, nor its account closed."""
    row = session.execute(
        select(Account, UserSession)
        .join(UserSession, UserSession.account_id == Account.id)
        .where(
            UserSession.token_hash == token_hash(token),
            UserSession.ended_at.is_(None),
            Account.is_active == 1,
        )
        .where(UserSession.seen_at > at - limits.idle, UserSession.started_at > at - limits.age)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def touch_session(session: Session, token: str, at: Millis) -> None:
    """Note that a session is in use."""
    session.execute(
        update(UserSession)
        .where(UserSession.token_hash == token_hash(token), UserSession.ended_at.is_(None))
        .values(seen_at=at)
    )


def sign_out(session: Session, account: Account, token: str, at: Millis) -> None:
    """End one session; its cookie opens nothing any more."""
    session.execute(
        update(UserSession)
        .where(UserSession.token_hash == token_hash(token), UserSession.ended_at.is_(None))
        .values(ended_at=at)
    )
    record_act(session, account.name, "session.end", account.name)


def end_sessions(session: Session, account: Account, at: Millis | None = None) -> None:
    """End every session of an account."""
    session.execute(
        update(UserSession)
        .where(UserSession.account_id == account.id, UserSession.ended_at.is_(None))
        .values(ended_at=now() if at is None else at)
    )
