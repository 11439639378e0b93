"""Tables of who may: accounts with what opens them, signed-in sessions, failed sign-ins, the audit trail."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, flag, id_column, long_text, millis, name_text, short_text

SYSTEM, ADMINISTRATOR, AUDITOR, VERIFIER, REPORTER, VIEWER = ROLES = (
    "system",
    "administrator",
    "auditor",
    "verifier",
    "reporter",
    "viewer",
)
"""Keeps accounts; runs a season at the console; reads the trail; verifies facts; belongs to one unit; only reads."""
THREE_POWERS = (SYSTEM, ADMINISTRATOR, AUDITOR)
"""三员: the administrators of system, race and audit, whom GB/T 22239-2019 keeps apart; none does another's work."""


class Account(Base):
    """A person who may sign in; a reporter belongs to exactly one unit."""

    __tablename__ = "account"

    id: Mapped[id_column]
    name: Mapped[str] = mapped_column(String(40), unique=True)
    display_name: Mapped[name_text]
    role: Mapped[short_text]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    password_hash: Mapped[str] = mapped_column(String(191))
    must_change: Mapped[flag] = mapped_column(default=1)
    """1 while the password is a one-time password."""
    is_active: Mapped[flag] = mapped_column(default=1)
    created_at: Mapped[millis]


class ChosenPassword(Base):
    """A password its owner chose: so that it grows old, and none of the last few comes back."""

    __tablename__ = "chosen_password"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    chosen_at: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    password_hash: Mapped[str] = mapped_column(String(191))


class Invitation(Base):
    """A link that opens an account once, for whoever chooses its password; one at a time for each account."""

    __tablename__ = "invitation"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[millis]


class SecondFactor(Base):
    """An account's device for one-time codes (TOTP, RFC 6238)."""

    __tablename__ = "second_factor"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    secret: Mapped[long_text]
    """Sealed with the key of the installation: whoever has a copy of the database alone can make no codes."""
    made_at: Mapped[millis]
    last_step: Mapped[int] = mapped_column(BigInteger)
    """The 30 seconds since 1970 whose code was used last; none of them or before is taken again."""


class RecoveryCode(Base):
    """A code on paper that stands in for the device, once."""

    __tablename__ = "recovery_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[int | None] = mapped_column(BigInteger)


class UserSession(Base):
    """One signed-in session; the cookie holds a random token, the table only its hash."""

    __tablename__ = "user_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    address: Mapped[str | None] = mapped_column(String(120))
    browser: Mapped[str | None] = mapped_column(String(120))
    """What it called itself, cut short."""
    awaits_code: Mapped[flag] = mapped_column(default=0)
    """1 between the password and the one-time code: until then it opens nothing."""
    started_at: Mapped[millis]
    seen_at: Mapped[millis]
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


class SignInFailure(Base):
    """How often signing in failed lately for one account name or one address."""

    __tablename__ = "sign_in_failure"

    source: Mapped[str] = mapped_column(String(120), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[millis]
    locked_until: Mapped[int | None] = mapped_column(BigInteger)


class AuditLine(Base):
    """One important act: who, when, what; chained by hashes so that a changed or missing line shows."""

    __tablename__ = "audit_line"

    seq_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[millis]
    actor: Mapped[short_text]
    action: Mapped[short_text]
    subject: Mapped[name_text]
    detail: Mapped[long_text]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The end of the audit chain; its one row is the lock that keeps the chain from forking."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq_no: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(Text)
