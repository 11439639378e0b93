"""Signing in: attempts counted across processes, a password, and a one-time code where the account has a device.

One sign-in is three short steps, each a transaction of its own, so that no lock is held while a password is hashed:
`count_attempt`, `account_behind`, then `begin_session` or `note_refusal`. Counting first makes the limit exact even
when many processes are tried at once. With a second factor `begin_session` is followed by `count_code_attempt`,
`second_factor.take_code`, then `finish_session` or `note_code_refusal`.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.locks import ADDRESS
from leaderboard.accounts.models import Account, SecondFactor, SignInFailure, UserSession
from leaderboard.accounts.passwords import dummy_hash, hashed, is_outdated, matches
from leaderboard.accounts.read import find_account
from leaderboard.accounts.sessions import MINUTE, Limits, Origin, new_token, token_hash
from leaderboard.instant import Millis
from leaderboard.words import gettext as _

NAME_PATIENCE = 4
"""How many times the failures that lock an address lock a name: a stranger must not shut its owner out from one place."""
FAMILIAR = 30 * 24 * 60 * MINUTE
"""How long an address counts as its owner's own after a session was begun from there."""


class SignInRefused(AccountError):
    """Name and password do not open an account; which of the two is wrong is not said."""

    def __init__(self) -> None:
        super().__init__(_("账号或密码不对"))


class CodeRefused(AccountError):
    """The one-time code is wrong, too old, or was used before."""

    def __init__(self) -> None:
        super().__init__(_("验证码不对或已用过，请换下一个"))


class LockedOut(AccountError):
    """Too many failures for this name or from this address; says when to try again, and who can lift an address's lock."""

    def __init__(self, wait: Millis, address: str = "") -> None:
        self.minutes = max(1, -(-wait // MINUTE))
        told = _("失败次数过多，请 {minutes} 分钟后再试")
        if address:
            told = _(
                "从网络地址 {address} 登录失败次数过多，现在锁定的是这个地址，不是您的账号：请 {minutes} 分钟后再试，"
                "或请系统管理员在“账号管理”中解除这个地址的锁定"
            )
        super().__init__(told.format(minutes=self.minutes, address=address))


def _of_address(address: str) -> str:
    return f"{ADDRESS}{address}"[:120]


def _of_name(name: str) -> str:
    return f"name {name.strip().lower()}"[:120]


def _of_code(account: Account) -> str:
    return f"code {account.name}"[:120]


def _of_password(account: Account) -> str:
    return f"password {account.name}"[:120]


def _count_of(session: Session, source: str) -> SignInFailure:
    """The count of one source, as it is now."""
    count = session.get(SignInFailure, source, populate_existing=True)
    if count is None:
        count = SignInFailure(source=source, failures=0, last_at=0)
        session.add(count)
        session.flush()
    return count


def count_attempt(session: Session, name: str, address: str, limits: Limits, at: Millis) -> None:
    """Count an attempt as failed before it is checked; `begin_session` takes it back.

    Failures count within the lock time; an address is locked that long when they reach the limit, a name, from
    wherever it is tried, at NAME_PATIENCE times the limit. From an address its owner used of late a locked name stays
    open, so that no stranger, however many addresses they have, shuts an administrator out for good. Attempts while
    locked do not prolong it. Raises LockedOut.
    """
    most = {_of_address(address): limits.failures, _of_name(name): limits.failures * NAME_PATIENCE}
    if _is_familiar(session, name, address, at):
        del most[_of_name(name)]
    _count(session, most, limits, at)


def _is_familiar(session: Session, name: str, address: str, at: Millis) -> bool:
    """Whether the owner of the name signed in from this address of late."""
    begun = exists().where(
        UserSession.account_id == Account.id,
        UserSession.address == address,
        UserSession.awaits_code == 0,
        UserSession.started_at > at - FAMILIAR,
    )
    found = select(Account.id).where(Account.name == name.strip().lower(), begun)
    return session.scalar(found) is not None


def count_code_attempt(session: Session, account: Account, address: str, limits: Limits, at: Millis) -> None:
    """The same for a one-time code, whose guesses are counted apart: only who knows the password gets to make one."""
    _count(session, {_of_address(address): limits.failures, _of_code(account): limits.failures}, limits, at)


def _count(session: Session, most: dict[str, int], limits: Limits, at: Millis) -> None:
    """Count one failure of each source; raises LockedOut, and counts none, where one of them is locked."""
    counts = [_count_of(session, source) for source in most]
    locked_until = max(count.locked_until or 0 for count in counts)
    if locked_until > at:
        raise LockedOut(locked_until - at, _locked_address(counts, at))
    for count in counts:
        stale = count.locked_until is not None or at - count.last_at >= limits.lock
        count.failures = 1 if stale else count.failures + 1
        count.last_at = at
        count.locked_until = at + limits.lock if count.failures >= most[count.source] else None
    session.flush()


def _locked_address(counts: Iterable[SignInFailure], at: Millis) -> str:
    """The address where nothing but the address is locked, else ""."""
    locked = [count.source for count in counts if (count.locked_until or 0) > at]
    return locked[0].removeprefix(ADDRESS) if len(locked) == 1 and locked[0].startswith(ADDRESS) else ""


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
    session: Session, seen: Account, password: str, origin: Origin, limits: Limits, at: Millis
) -> tuple[str, bool]:
    """Begin a session for someone whose password was found right: its token, and whether it awaits a one-time code.

    Takes the counted attempt back and renews a hash of outdated cost. Raises SignInRefused where the account was closed
    or got another password since it was `seen`.
    """
    account = session.get_one(Account, seen.id)
    if not account.is_active or account.password_hash != seen.password_hash:
        raise SignInRefused
    if is_outdated(account.password_hash):
        account.password_hash = hashed(password)
    _forgive(session, origin.address, _of_name(account.name), limits)
    if session.get(SecondFactor, account.id) is not None:
        return new_token(session, account, at, origin, awaits_code=True), True
    record_act(session, account.name, "session.begin", origin.address)
    return new_token(session, account, at, origin), False


def finish_session(
    session: Session, account: Account, token: str, origin: Origin, limits: Limits, at: Millis
) -> str:
    """After a right one-time code: the token of a session that opens everything; the one that awaited it ends."""
    session.execute(
        update(UserSession).where(UserSession.token_hash == token_hash(token)).values(ended_at=at)
    )
    forgive_code(session, account, origin.address, limits)
    record_act(session, account.name, "session.begin", origin.address)
    return new_token(session, account, at, origin)


def note_code_refusal(session: Session, account: Account, address: str) -> None:
    """Write a wrong one-time code to the trail: whoever typed it knows the password."""
    record_act(session, account.name, "session.code_refused", address)


def forgive_code(session: Session, account: Account, address: str, limits: Limits) -> None:
    """Take a counted attempt at a one-time code back, since the code was right."""
    _forgive(session, address, _of_code(account), limits)


def note_password_refusal(session: Session, account: Account, address: str) -> None:
    """Write to the trail that somebody signed in did not know the password they were about to change."""
    record_act(session, account.name, "password.refused", address)


def count_password_attempt(session: Session, account: Account, limits: Limits, at: Millis) -> None:
    """The same for the present password of somebody signed in who is about to change it.

    It is counted by the account alone: what others failed at from the same address does not stop who is in already.
    """
    _count(session, {_of_password(account): limits.failures}, limits, at)


def forgive_password(session: Session, account: Account) -> None:
    """Take an attempt counted by `count_password_attempt` back, since the password was right."""
    session.delete(_count_of(session, _of_password(account)))
    session.flush()


def prune(session: Session, limits: Limits, at: Millis) -> int:
    """Forget sessions that neither open anything nor make an address familiar any more, and failures as old.

    Tells how many sessions there were; what was done in them stays in the trail.
    """
    long_ago = at - max(FAMILIAR, limits.age)
    gone = session.execute(delete(UserSession).where(UserSession.started_at <= long_ago))
    stale = SignInFailure.locked_until.is_(None) | (SignInFailure.locked_until <= at)
    session.execute(
        delete(SignInFailure).where(SignInFailure.last_at <= at - max(FAMILIAR, limits.lock), stale)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined] # of the cursor's result that a DELETE gives


def _forgive(session: Session, address: str, source: str, limits: Limits) -> None:
    """Clear the failures of a name or its codes; of the address only this attempt, lest one account cover others."""
    by_address, other = (_count_of(session, counted) for counted in (_of_address(address), source))
    by_address.failures = max(0, by_address.failures - 1)
    if by_address.failures < limits.failures:
        by_address.locked_until = None
    session.delete(other)
    session.flush()


def unlock(session: Session, account: Account) -> None:
    """Forget the failures counted for an account's name, codes and changes of password."""
    sources = (_of_name(account.name), _of_code(account), _of_password(account))
    session.execute(delete(SignInFailure).where(SignInFailure.source.in_(sources)))


def lift_lock(session: Session, actor: str, account: Account) -> None:
    """The same as an act of its own, in the trail."""
    unlock(session, account)
    record_act(session, actor, "account.unlock", account.name)


def locked_names(session: Session, names: Iterable[str], at: Millis) -> dict[str, Millis]:
    """Of these accounts those that are locked, and until when."""
    sources = {source: name for name in names for source in (f"name {name}", f"code {name}")}
    counts = select(SignInFailure.source, SignInFailure.locked_until).where(
        SignInFailure.source.in_(sources), SignInFailure.locked_until > at
    )
    return {sources[source]: until for source, until in session.execute(counts) if until is not None}
