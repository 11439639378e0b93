"""Passwords that people choose themselves: changed, made obligatory anew, and not one of the last few."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts.audit import record_act
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import Account, ChosenPassword
from leaderboard.accounts.passwords import hashed, matches, one_time_password, weaknesses
from leaderboard.accounts.policy import PasswordPolicy
from leaderboard.accounts.sessions import end_sessions
from leaderboard.accounts.sign_in import unlock
from leaderboard.instant import Millis, now
from leaderboard.words import gettext as _


class WrongPassword(AccountError):
    """The present password was not given right; whatever else was wrong is among the problems."""


def renew_password(session: Session, actor: str, account: Account) -> str:
    """A new one-time password for someone who lost theirs; ends their sessions and lifts their lock."""
    password = one_time_password()
    account.password_hash, account.must_change = hashed(password), 1
    end_sessions(session, account)
    unlock(session, account)
    record_act(session, actor, "password.renew", account.name, rows=[account])
    return password


@dataclass(frozen=True, slots=True)
class Weighed:
    """A new password weighed and hashed: both take long, so doors do it before their turn to write has come."""

    present_hash: str
    """Of the password beside which it was weighed; where another is kept by now, it is weighed once more."""
    new_hash: str
    """Empty where anything speaks against it."""
    problems: tuple[str, ...]
    is_right: bool = True
    """Whether the present password was given as it is."""


def weigh(
    session: Session,
    account: Account,
    new: str,
    settings: Settings,
    *,
    old: str | None = None,
    before: Weighed | None = None,
) -> Weighed:
    """Every reason why this cannot be the account's next password, or its hash, unless what was weighed before holds.

    `old` is what somebody gave for the present password; who comes by a link gives none.
    """
    if before is not None and before.present_hash == account.password_hash:
        return before
    is_right = old is None or matches(account.password_hash, old)
    problems = [] if is_right else [_("原密码不对")]
    if is_right and new == old:
        problems.append(_("新密码不能与原密码相同"))
    # What was used before is told only to whoever knows the present password.
    problems += _unfit(session, account, new, PasswordPolicy.of(settings), compare=is_right and new != old)
    return Weighed(account.password_hash, "" if problems else hashed(new), tuple(problems), is_right)


def change_password(
    session: Session, account: Account, old: str, new: str, settings: Settings, before: Weighed | None = None
) -> None:
    """Replace the password by the person's own and end every session opened with the old one.

    Raises AccountError with every reason at once, a WrongPassword where the old one is wrong: its door counts those as
    it counts failed sign-ins. Until it raises nothing is changed.
    """
    # Its door has committed since it looked at the account, and the password may be another by now.
    session.refresh(account)
    weighed = weigh(session, account, new, settings, old=old, before=before)
    if weighed.problems:
        raise (AccountError if weighed.is_right else WrongPassword)(*weighed.problems)
    keep(session, account, weighed, settings, now())
    end_sessions(session, account)
    record_act(session, account.name, "password.change", account.name, rows=[account])


def last_chosen_at(session: Session, account: Account) -> Millis | None:
    """When the present password was chosen; None where nobody chose one since that is noted."""
    past = _last(session, account)
    return past[0].chosen_at if past and not account.must_change else None


def _unfit(
    session: Session, account: Account, new: str, policy: PasswordPolicy, *, compare: bool = True
) -> list[str]:
    """Every reason why this cannot be the account's next password; compared with the last ones where asked."""
    problems = weaknesses(new, account.name, policy)
    if compare and not problems and any(matches(past.password_hash, new) for past in _last(session, account)):
        problems.append(_("新密码不能与最近 {count} 次用过的相同").format(count=policy.remembered))
    return problems


def keep(session: Session, account: Account, weighed: Weighed, settings: Settings, at: Millis) -> None:
    """Make this the account's password, and remember it among the last ones."""
    account.password_hash, account.must_change = weighed.new_hash, 0
    past = _last(session, account)
    newest = past[0].chosen_at if past else 0
    chosen = ChosenPassword(
        account_id=account.id, chosen_at=max(at, newest + 1), password_hash=account.password_hash
    )
    session.add(chosen)
    for forgotten in past[PasswordPolicy.of(settings).remembered - 1 :]:
        session.delete(forgotten)
    session.flush()


def _last(session: Session, account: Account) -> list[ChosenPassword]:
    """The passwords remembered, the newest first."""
    found = select(ChosenPassword).where(ChosenPassword.account_id == account.id)
    return list(session.scalars(found.order_by(ChosenPassword.chosen_at.desc())))
