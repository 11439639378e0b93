"""Adding accounts, changing what they are, closing and opening them again."""

from __future__ import annotations

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import REPORTER, ROLES, SYSTEM, Account
from leaderboard.accounts.passwords import dummy_hash, hashed, one_time_password
from leaderboard.accounts.read import find_account
from leaderboard.accounts.sessions import end_sessions
from leaderboard.accounts.sign_in import unlock
from leaderboard.instant import now
from leaderboard.words import gettext as _

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
REASON = 500


def add_account(
    session: Session, actor: str, *, name: str, display_name: str, role: str, unit_id: int | None = None
) -> tuple[Account, str]:
    """Add an account and make its one-time password, which is shown once and kept only as a hash.

    Raises AccountError for an unfit or taken name, a missing display name, an unknown role, a reporter without a
    unit or a unit for anyone else.
    """
    password = one_time_password()
    account = _entered(session, actor, name, display_name, role, unit_id, hashed(password))
    return account, password


def add_without_password(
    session: Session, actor: str, *, name: str, display_name: str, role: str, unit_id: int | None = None
) -> Account:
    """Add an account that no password opens yet: its owner gets a link (`invitations.invite`). Raises as above."""
    return _entered(session, actor, name, display_name, role, unit_id, dummy_hash())


def _entered(
    session: Session,
    actor: str,
    name: str,
    display_name: str,
    role: str,
    unit_id: int | None,
    password_hash: str,
) -> Account:
    name = name.strip().lower()
    problems = _unfit_name(session, name)
    if not 1 <= len(display_name.strip()) <= 120:
        problems.append(_("请写明姓名或岗位，最多 120 个字"))
    if problems := [*problems, *_unfit_role(role, unit_id)]:
        raise AccountError(*problems)
    account = Account(
        name=name,
        display_name=display_name.strip(),
        role=role,
        unit_id=unit_id,
        password_hash=password_hash,
        created_at=now(),
    )
    session.add(account)
    session.flush()
    record_act(session, actor, "account.add", name, role=role, unit_id=unit_id, rows=[account])
    return account


def _unfit_name(session: Session, name: str) -> list[str]:
    if not NAME.fullmatch(name):
        return [_("账号名只能用小写字母、数字、点、连字符和下划线，2 到 40 个字符")]
    if find_account(session, name):
        return [_("账号 {name} 已存在，请换一个").format(name=name)]
    return []


def _unfit_role(role: str, unit_id: int | None) -> list[str]:
    problems = []
    if role not in ROLES:
        problems.append(_("没有“{role}”这种角色").format(role=role) if role else _("请选择角色"))
    if role == REPORTER and unit_id is None:
        problems.append(_("填报员须属于一个参赛单位"))
    if role != REPORTER and unit_id is not None:
        problems.append(_("只有填报员属于参赛单位"))
    return problems


def assign(
    session: Session, actor: str, account: Account, *, role: str, unit_id: int | None, reason: str
) -> None:
    """Give an account another role or unit, for a reason; its sessions end, so that it begins anew as what it is.

    Raises AccountError for one's own account, the last system administrator, an unfit role or unit, no change, or no
    reason.
    """
    problems = [*_unfit_role(role, unit_id), *_unfit_reason(reason)]
    if actor == account.name:
        problems.append(_("不能改自己的角色或单位"))
    if account.role == SYSTEM and role != SYSTEM:
        problems += _needed(session, account)
    if (role, unit_id) == (account.role, account.unit_id):
        problems.append(_("角色和单位都没有变化"))
    if problems:
        raise AccountError(*problems)
    was = {"role": account.role, "unit_id": account.unit_id}
    account.role, account.unit_id = role, unit_id
    end_sessions(session, account)
    record_act(
        session,
        actor,
        "account.assign",
        account.name,
        rows=[account],
        was=was,
        now={"role": role, "unit_id": unit_id},
        why=reason,
    )


def deactivate(session: Session, actor: str, account: Account, reason: str = "") -> None:
    """Close an account: its sessions end and it cannot sign in again; what it did stays in the trail.

    Raises AccountError for one's own account, for the last system administrator, and without a reason.
    """
    problems = [*([_("不能停用自己的账号")] if actor == account.name else []), *_unfit_reason(reason)]
    if account.role == SYSTEM:
        problems += _needed(session, account)
    if problems:
        raise AccountError(*problems)
    account.is_active = 0
    end_sessions(session, account)
    record_act(session, actor, "account.deactivate", account.name, rows=[account], why=reason.strip())


def reopen(session: Session, actor: str, account: Account, reason: str = "") -> None:
    """Open a closed account again, with the password it had. Raises AccountError where it is open."""
    if account.is_active:
        raise AccountError(_("账号 {name} 没有停用").format(name=account.name))
    account.is_active = 1
    unlock(session, account)
    record_act(session, actor, "account.reopen", account.name, rows=[account], why=reason or None)


def _needed(session: Session, account: Account) -> list[str]:
    """Why an open account of a system administrator must stay one: nobody else could keep the accounts."""
    others = select(func.count()).where(
        Account.role == SYSTEM, Account.is_active == 1, Account.id != account.id
    )
    if not account.is_active or session.scalar(others):
        return []
    return [_("这是最后一个启用的系统管理员，请先添加另一个")]


def _unfit_reason(reason: str) -> list[str]:
    return [] if 1 <= len(reason.strip()) <= REASON else [_("请写明理由，最多 {most} 字").format(most=REASON)]
