"""Signed-in sessions: begun, found by their token, noted as in use, listed and ended at any moment."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts.audit import record_act
from leaderboard.accounts.models import Account, ChosenPassword, SecondFactor, UserSession
from leaderboard.instant import Millis, now

MINUTE = 60_000
CODE_PATIENCE = 5 * MINUTE
"""How long the second step may take after the first."""
CUT = 120
"""So much of an address and of what a browser calls itself is kept."""


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


class Origin(NamedTuple):
    """Where someone signs in from: the address, and what the browser calls itself."""

    address: str = "-"
    browser: str = ""


UNKNOWN = Origin()


class Held(NamedTuple):
    """An open session, whose it is, and what decides whether more is asked of them first."""

    account: Account
    session: UserSession
    has_factor: bool
    chosen_at: Millis
    """When the password was chosen; that of the account where it is not known."""


def token_hash(token: str) -> str:
    """What the table keeps of a token: its SHA-256 as 64 hex digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token(
    session: Session, account: Account, at: Millis, origin: Origin = UNKNOWN, *, awaits_code: bool = False
) -> str:
    """A fresh session of an account: 32 random bytes for the cookie, their SHA-256 for the table."""
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            token_hash=token_hash(token),
            account_id=account.id,
            address=origin.address[:CUT],
            browser=origin.browser[:CUT],
            awaits_code=int(awaits_code),
            started_at=at,
            seen_at=at,
        )
    )
    session.flush()
    return token


_OPENED_BY = (
    select(
        Account,
        UserSession,
        SecondFactor.made_at,
        select(func.max(ChosenPassword.chosen_at))
        .where(ChosenPassword.account_id == Account.id)
        .scalar_subquery(),
    )
    .join(UserSession, UserSession.account_id == Account.id)
    .outerjoin(SecondFactor, SecondFactor.account_id == Account.id)
    .where(
        UserSession.token_hash == bindparam("hashed"),
        UserSession.ended_at.is_(None),
        UserSession.awaits_code == 0,
        Account.is_active == 1,
    )
    .where(UserSession.seen_at > bindparam("idle"), UserSession.started_at > bindparam("old"))
)
"""Every request asks this: putting it together each time would take longer than the answer."""


def account_for_token(session: Session, token: str, limits: Limits, at: Millis) -> Held | None:
    """Whose session this token opens, while it is neither ended, idle too long, too old, nor its account closed."""
    asked = {"hashed": token_hash(token), "idle": at - limits.idle, "old": at - limits.age}
    row = session.execute(_OPENED_BY, asked).one_or_none()
    if row is None:
        return None
    account, held, made_at, chosen_at = row
    return Held(account, held, made_at is not None, chosen_at or account.created_at)


def account_awaiting_code(session: Session, token: str, at: Millis) -> Account | None:
    """Whose password was right a moment ago, so that only the one-time code is missing."""
    return session.scalars(
        select(Account)
        .join(UserSession, UserSession.account_id == Account.id)
        .where(
            UserSession.token_hash == token_hash(token),
            UserSession.ended_at.is_(None),
            UserSession.awaits_code == 1,
            UserSession.started_at > at - CODE_PATIENCE,
            Account.is_active == 1,
        )
    ).one_or_none()


def touch_session(session: Session, token: str, at: Millis) -> None:
    """Note that a session is in use."""
    session.execute(
        update(UserSession)
        .where(UserSession.token_hash == token_hash(token), UserSession.ended_at.is_(None))
        .values(seen_at=at)
    )


def live_sessions(session: Session, account: Account, limits: Limits, at: Millis) -> Sequence[UserSession]:
    """The account's sessions that open something now, the newest first."""
    found = select(UserSession).where(
        UserSession.account_id == account.id,
        UserSession.ended_at.is_(None),
        UserSession.awaits_code == 0,
        UserSession.seen_at > at - limits.idle,
        UserSession.started_at > at - limits.age,
    )
    return session.scalars(found.order_by(UserSession.started_at.desc(), UserSession.token_hash)).all()


def sign_out(session: Session, account: Account, token: str, at: Millis) -> None:
    """End one session; its cookie opens nothing any more."""
    session.execute(
        update(UserSession)
        .where(UserSession.token_hash == token_hash(token), UserSession.ended_at.is_(None))
        .values(ended_at=at)
    )
    record_act(session, account.name, "session.end", account.name)


def end_session(session: Session, actor: str, account: Account, hashed_token: str, at: Millis) -> bool:
    """End one session of an account from elsewhere; whether there was one to end."""
    held = session.get(UserSession, hashed_token)
    if held is None or held.account_id != account.id or held.ended_at is not None:
        return False
    held.ended_at = at
    record_act(session, actor, "session.end_one", account.name, address=held.address)
    return True


def end_sessions(
    session: Session, account: Account, at: Millis | None = None, *, keep: str | None = None
) -> int:
    """End every session of an account, but for the one whose token is to be kept; how many there were."""
    ended = session.execute(
        update(UserSession)
        .where(UserSession.account_id == account.id, UserSession.ended_at.is_(None))
        .where(UserSession.token_hash != (token_hash(keep) if keep else ""))
        .values(ended_at=now() if at is None else at)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined] # of the cursor's result that an UPDATE gives


def end_all_sessions(
    session: Session, actor: str, account: Account, at: Millis, *, keep: str | None = None
) -> int:
    """The same as an act of its own, in the trail."""
    ended = end_sessions(session, account, at, keep=keep)
    record_act(session, actor, "session.end_all", account.name, count=ended)
    return ended
