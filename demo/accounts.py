"""Accounts of the demonstration: one of each role and a second race administrator, with one-time passwords."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from config import Settings
from demo.yunxi.load import ACTOR
from leaderboard.accounts.models import (
    ADMINISTRATOR,
    AUDITOR,
    REPORTER,
    SYSTEM,
    VERIFIER,
    VIEWER,
    Account,
)
from leaderboard.accounts.own_password import renew_password
from leaderboard.accounts.people import add_account
from leaderboard.accounts.read import find_account
from leaderboard.seasons.read import find_unit

ACCOUNTS = (
    ("system", "系统管理员 (管账号)", SYSTEM, None),
    ("admin", "县招商办 (赛事管理员)", ADMINISTRATOR, None),
    ("admin2", "县招商办 (另一位, 审批方案)", ADMINISTRATOR, None),
    ("auditor", "审计管理员 (看审计记录)", AUDITOR, None),
    ("verifier", "县统计局 (认定员)", VERIFIER, None),
    ("liuxi", "柳溪镇填报员", REPORTER, "liuxi"),
    ("viewer", "县领导 (只看不改)", VIEWER, None),
)
"""Demonstration accounts: name, who it is, role, and the unit a reporter belongs to."""
KEPT_FILE = "demo-passwords.json"
"""Keeps the one-time passwords of the demonstration in the data folder: the database knows only their hashes."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demonstration; its one-time password is None once its owner chose another."""

    name: str
    display_name: str
    role: str
    password: str | None


def demo_accounts(session: Session, settings: Settings) -> tuple[DemoAccount, ...]:
    """Every account with its one-time password: the one it was given at first, for as long as nobody used it.

    Nothing is hashed for an account that is as the last run left it, so that starting again costs no time.
    """
    path = settings.data_dir / KEPT_FILE
    known = _kept(path)
    passwords: dict[str, tuple[str, str]] = {}
    accounts = []
    for name, display_name, role, unit_key in ACCOUNTS:
        account, password = _account(session, name, display_name, role, unit_key, known)
        if password is not None:
            passwords[name] = (password, account.password_hash)
        accounts.append(DemoAccount(name, account.display_name, account.role, password))
    if passwords != known:
        _keep(path, passwords)
    return tuple(accounts)


def _account(
    session: Session,
    name: str,
    display_name: str,
    role: str,
    unit_key: str | None,
    known: dict[str, tuple[str, str]],
) -> tuple[Account, str | None]:
    account = find_account(session, name)
    if account is None:
        unit = find_unit(session, unit_key) if unit_key else None
        unit_id = unit.id if unit else None
        return add_account(session, ACTOR, name=name, display_name=display_name, role=role, unit_id=unit_id)
    if not (account.must_change and account.is_active):
        # A password chosen by its owner is left alone, and so is an account somebody closed.
        return account, None
    password, password_hash = known.get(name, ("", ""))
    if password_hash == account.password_hash:
        return account, password
    return account, renew_password(session, ACTOR, account)


def _kept(path: Path) -> dict[str, tuple[str, str]]:
    """What the file keeps; nothing where it is missing or was cut short."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {name: (password, password_hash) for name, (password, password_hash) in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _keep(path: Path, passwords: dict[str, tuple[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_text(json.dumps(passwords), encoding="utf-8")
