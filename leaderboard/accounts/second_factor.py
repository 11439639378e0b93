"""The second factor: one-time codes of a device (TOTP, RFC 6238), and codes on paper for when it is lost."""

from __future__ import annotations

import hmac
from typing import NamedTuple

import pyotp
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import Account, RecoveryCode, SecondFactor
from leaderboard.accounts.passwords import one_time_password
from leaderboard.accounts.sealed import seal, unseal
from leaderboard.accounts.sessions import token_hash
from leaderboard.instant import Millis
from leaderboard.words import gettext as _

STEP = 30_000
"""How long a code holds, in milliseconds; RFC 6238 recommends 30 seconds."""
EITHER_SIDE = 1
"""Steps before and after the present one that are taken too: clocks differ, and typing takes a while."""
PAPER_CODES = 8
PURPOSE = "second factor"


class Enrolled(NamedTuple):
    """What its owner is shown once: the codes on paper."""

    factor: SecondFactor
    paper: tuple[str, ...]


def new_secret() -> str:
    """A random secret of 160 bits in base 32, for a device that was not enrolled yet."""
    return pyotp.random_base32()


def enrolment_address(secret: str, account: Account, issuer: str) -> str:
    """What the QR code for the device says: secret, account and issuer (otpauth:// as Google Authenticator reads it)."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.name, issuer_name=issuer)


def find_factor(session: Session, account: Account) -> SecondFactor | None:
    """The account's second factor, if it has one."""
    return session.get(SecondFactor, account.id)


def enrol(session: Session, account: Account, secret: str, code: str, key: str, at: Millis) -> Enrolled:
    """Bind the device that holds the secret, which a first code of it proves; replaces another device.

    Raises AccountError where the code is wrong.
    """
    step = _step_of(secret, code, at)
    if step is None:
        raise AccountError(_("验证码不对，请核对手机时间后再试"))
    gone = take_away(session, account)
    factor = SecondFactor(
        account_id=account.id, secret=seal(secret, key, PURPOSE), made_at=at, last_step=step
    )
    session.add(factor)
    paper, rows = _paper(session, account)
    record_act(session, account.name, "account.factor_on", account.name, rows=[*gone, factor, *rows])
    return Enrolled(factor, paper)


def renew_paper(session: Session, account: Account) -> tuple[str, ...]:
    """New codes on paper; the old ones open nothing any more."""
    gone = _without_paper(session, account)
    paper, rows = _paper(session, account)
    record_act(session, account.name, "account.codes_renew", account.name, rows=[*gone, *rows])
    return paper


def remove_factor(session: Session, actor: str, account: Account, reason: str = "") -> None:
    """Take the second factor off an account: its owner's own wish, or because the device is lost.

    Raises AccountError where the account has none, and without a reason where it is another's.
    """
    if actor != account.name and not reason.strip():
        raise AccountError(_("重置他人的动态口令须写明理由"))
    gone = take_away(session, account)
    if not gone:
        raise AccountError(_("账号 {name} 没有启用动态口令").format(name=account.name))
    record_act(
        session,
        actor,
        "account.factor_off" if actor == account.name else "account.factor_reset",
        account.name,
        rows=gone,
        why=reason.strip() or None,
    )


def take_away(session: Session, account: Account) -> list[object]:
    """The rows of a second factor, deleted; whoever calls writes the line of the trail."""
    factor = session.get(SecondFactor, account.id)
    gone: list[object] = list(_without_paper(session, account))
    if factor is not None:
        session.delete(factor)
        gone.insert(0, factor)
    session.flush()
    return gone


def paper_left(session: Session, account: Account) -> int:
    """How many codes on paper are not used yet."""
    unused = select(func.count()).where(RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def take_code(session: Session, account: Account, code: str, key: str, at: Millis) -> bool:
    """Whether this opens the account's second step: a code of the device or on paper, neither used before."""
    typed = "".join(sign for sign in code if sign.isalnum()).lower()
    if typed.isdecimal():
        return _take_step(session, account, typed, key, at)
    return _take_paper(session, account, typed, at)


def _step_of(secret: str, code: str, at: Millis) -> int | None:
    """The step whose code this is, near the present one; all of them are compared, whichever fits."""
    totp, present = pyotp.TOTP(secret), at // STEP
    steps = range(present - EITHER_SIDE, present + EITHER_SIDE + 1)
    typed = code.replace(" ", "").encode()
    return max((s for s in steps if hmac.compare_digest(totp.generate_otp(s).encode(), typed)), default=None)


def _take_step(session: Session, account: Account, code: str, key: str, at: Millis) -> bool:
    factor = session.get(SecondFactor, account.id, populate_existing=True)
    secret = unseal(factor.secret, key, PURPOSE) if factor else None
    step = None if secret is None else _step_of(secret, code, at)
    if step is None:
        return False
    # The condition decides between two who come with the same code at once.
    moved = session.execute(
        update(SecondFactor)
        .where(SecondFactor.account_id == account.id, SecondFactor.last_step < step)
        .values(last_step=step)
    )
    return bool(moved.rowcount == 1)  # type: ignore[attr-defined] # of the cursor's result that an UPDATE gives


def _take_paper(session: Session, account: Account, code: str, at: Millis) -> bool:
    found = (account.id, token_hash(code))
    row = session.get(RecoveryCode, found, populate_existing=True)
    if row is None or row.used_at is not None:
        return False
    row.used_at = at
    record_act(session, account.name, "account.paper_code", account.name, rows=[row])
    return True


def _paper(session: Session, account: Account) -> tuple[tuple[str, ...], list[RecoveryCode]]:
    """Fresh codes on paper, each of 79 random bits, with the rows that keep their hashes."""
    codes = tuple(one_time_password() for _code in range(PAPER_CODES))
    rows = [
        RecoveryCode(account_id=account.id, code_hash=token_hash(code.replace("-", ""))) for code in codes
    ]
    session.add_all(rows)
    return codes, rows


def _without_paper(session: Session, account: Account) -> list[RecoveryCode]:
    rows = session.scalars(select(RecoveryCode).where(RecoveryCode.account_id == account.id)).all()
    for row in rows:
        session.delete(row)
    session.flush()
    return list(rows)
