"""Adding accounts, giving and changing passwords, closing accounts."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts.audit import record_act
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import REPORTER, ROLES, Account
from leaderboard.accounts.passwords import hashed, matches, one_time_password, weaknesses
from leaderboard.accounts.read import find_account
from leaderboard.accounts.sign_in import end_sessions, unlock
from leaderboard.instant import now
from leaderboard.words import gettext as _

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


def add_account(
    session: Session, actor: str, *, name: str, display_name: str, role: str, unit_id: int | None = None
) -> tuple[Account, str]:
    """Add an account and make its one-time password, which is shown once and kept only as a hash.

    Raises AccountError for an unfit or taken name, a missing display name, an unknown role, a reporter without a
    unit or a unit for anyone else.
    """
    name = name.strip().lower()
    if problems := _unfit(session, name, display_name, role, unit_id):
        raise AccountError(*problems)
    password = one_time_password()
    account = Account(
        name=name,
        display_name=display_name.strip(),
        role=role,
        unit_id=unit_id,
        password_hash=hashed(password),
        created_at=now(),
    )
    session.add(account)
    session.flush()
    record_act(session, actor, "account.add", name, role=role, unit_id=unit_id, rows=[account])
    return account, password


def _unfit(session: Session, name: str, display_name: str, role: str, unit_id: int | None) -> list[str]:
    problems = []
    if not NAME.fullmatch(name):
        problems.append(_("账号名只能用小写字母、数字、点、连字符和下划线，2 到 40 个字符"))
    elif find_account(session, name):
        problems.append(_("账号 {name} 已存在，请换一个").format(name=name))
    if not 1 <= len(display_name.strip()) <= 120:
        problems.append(_("请写明姓名或岗位，最多 120 个字"))
    if role not in ROLES:
        problems.append(_("没有“{role}”这种角色").format(role=role))
    if role == REPORTER and unit_id is None:
        problems.append(_("填报员须属于一个参赛单位"))
    if role != REPORTER and unit_id is not None:
        problems.append(_("只有填报员属于参赛单位"))
    return problems


def renew_password(session: Session, actor: str, account: Account) -> str:
    """A new one-time password for someone who lost theirs; ends their sessions and lifts their lock."""
    password = one_time_password()
    account.password_hash, account.must_change = hashed(password), 1
    end_sessions(session, account)
    unlock(session, account)
    record_act(session, actor, "password.renew", account.name, rows=[account])
    return password


def change_password(session: Session, account: Account, old: str, new: str, settings: Settings) -> None:
    """Replace the password by the person's own and end every session opened with the old one.

    Raises AccountError with every reason at once: the old one is wrong, the new one is too short, too long, too
    simple, holds the account's name, or is the old one again.
    """
    problems = weaknesses(new, account.name, settings.password_length)
    if not matches(account.password_hash, old):
        problems.insert(0, _("原密码不对"))
    elif new == old:
        problems.append(_("新密码不能与原密码相同"))
    if problems:
        raise AccountError(*problems)
    account.password_hash, account.must_change = hashed(new), 0
    end_sessions(session, account)
    record_act(session, account.name, "password.change", account.name, rows=[account])


def deactivate(session: Session, actor: str, account: Account) -> None:
    """Close an account: its sessions end and it cannot sign in again; what it did stays in the trail."""
    account.is_active = 0
    end_sessions(session, account)
    record_act(session, actor, "account.deactivate", account.name, rows=[account])
