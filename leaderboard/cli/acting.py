"""Standing in for an account at the command line: the account's rules hold, and the trail says who sat at the keyboard."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.permissions import Action, can
from leaderboard.accounts.read import find_account
from leaderboard.cli.context import Context
from leaderboard.cli.given import Given


def acting(session: Session, context: Context, given: Given, name: str | None, action: Action) -> str:
    """The account that the operator acts for; a line of its own in the trail says that they did.

    What takes two persons takes two accounts here too. No account, an unknown one, or one that may not do this is
    noted among what is wrong with the command.
    """
    account = find_account(session, name) if name else None
    if account is None or not can(account, action):
        given.complain("--as", f"应为有此权限的账号名, 收到 {name or '(空)'}")
        return ""
    command = click.get_current_context().info_name or ""
    record_act(session, context.actor, "account.stand_in", account.name, command=command)
    return account.name
