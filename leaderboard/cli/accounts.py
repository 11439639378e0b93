"""Commands about who may sign in, and about the trail of what was done."""

from __future__ import annotations

from itertools import islice

import click
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import broken_lines
from leaderboard.accounts.invitations import recover
from leaderboard.accounts.locks import lift_address_lock, locked_addresses
from leaderboard.accounts.models import ROLES, Account
from leaderboard.accounts.own_password import renew_password
from leaderboard.accounts.people import add_account, assign, deactivate, reopen
from leaderboard.accounts.read import find_account, list_accounts, newest_lines
from leaderboard.accounts.sessions import Limits, end_all_sessions, live_sessions
from leaderboard.accounts.sign_in import locked_names
from leaderboard.cli.context import Context, refuse
from leaderboard.cli.group import command
from leaderboard.cli.named import unit_named
from leaderboard.formatters import moment
from leaderboard.instant import now
from leaderboard.seasons.read import list_units

MOST_BROKEN = 20


@command("accounts")
def accounts_command(context: Context) -> None:
    """List the accounts: name, owner, role, unit, and whether it is open."""
    with context.database.reading() as session:
        units = {unit.id: unit.key for unit in list_units(session)}
        for account in list_accounts(session):
            state = "已停用" if not account.is_active else "须改密码" if account.must_change else "正常"
            unit = units[account.unit_id] if account.unit_id is not None else ""
            click.echo(f"{account.name}\t{account.display_name}\t{account.role}\t{unit}\t{state}")


@command("account-add")
@click.argument("name")
@click.argument("role", metavar="|".join(ROLES))
@click.option("--display-name", default="", help="The person's name as pages show it.")
@click.option("--unit", default=None, help="Key of the unit a reporter belongs to.")
def account_add_command(context: Context, name: str, role: str, display_name: str, unit: str | None) -> None:
    """Add an account - the first system administrator, for one - and print its one-time password."""
    with context.changing() as session:
        found = unit_named(session, unit) if unit is not None else None
        account, password = add_account(
            session,
            context.actor,
            name=name,
            display_name=display_name or name,
            role=role,
            unit_id=found.id if found else None,
        )
    click.echo(f"{account.name}\t{role}\t一次性密码 {password}")


@command("account-renew")
@click.argument("name")
def account_renew_command(context: Context, name: str) -> None:
    """Give an account a new one-time password; its sessions end and its lock is lifted."""
    with context.changing() as session:
        password = renew_password(session, context.actor, _account(session, name))
    click.echo(f"{name}\t一次性密码 {password}")


@command("account-deactivate")
@click.argument("name")
@click.option("--reason", default="", help="Why, for the audit trail.")
def account_deactivate_command(context: Context, name: str, reason: str) -> None:
    """Close an account: its sessions end and it cannot sign in again; what it did stays in the trail."""
    with context.changing() as session:
        deactivate(session, context.actor, _account(session, name), reason)
    click.echo(f"账号 {name} 已停用")


@command("account-reopen")
@click.argument("name")
@click.option("--reason", default="", help="Why, for the audit trail.")
def account_reopen_command(context: Context, name: str, reason: str) -> None:
    """Open a closed account again, with the password it had."""
    with context.changing() as session:
        reopen(session, context.actor, _account(session, name), reason)
    click.echo(f"账号 {name} 已重新启用")


@command("account-assign")
@click.argument("name")
@click.argument("role", metavar="|".join(ROLES))
@click.option("--unit", default=None, help="Key of the unit a reporter belongs to.")
@click.option("--reason", required=True, help="Why, for the audit trail.")
def account_assign_command(context: Context, name: str, role: str, unit: str | None, reason: str) -> None:
    """Give an account another role or unit; its sessions end."""
    with context.changing() as session:
        found = unit_named(session, unit) if unit is not None else None
        account = _account(session, name)
        assign(session, context.actor, account, role=role, unit_id=found.id if found else None, reason=reason)
    click.echo(f"{name}\t{role}")


@command("account-recover")
@click.argument("name")
def account_recover_command(context: Context, name: str) -> None:
    """Print a link that opens an account once, whatever is in the way: closed, locked, password or phone lost.

    Its password, one-time codes and earlier links open nothing any more, and its sessions end.
    """
    settings = context.settings
    with context.changing() as session:
        token = recover(session, context.actor, _account(session, name), settings.invitation_hours, now())
    click.echo(
        f"{name}\t{settings.invitation_hours} 小时内打开一次\t{settings.resolved_public_url()}/welcome/{token}"
    )


@command("account-sessions")
@click.argument("name")
@click.option("--end", is_flag=True, help="End all of them.")
def account_sessions_command(context: Context, name: str, end: bool) -> None:
    """List where an account is signed in: since when, last used, address, browser."""
    with context.changing() as session:
        account = _account(session, name)
        zone = context.settings.timezone
        lines = [
            f"{moment(held.started_at, zone)}\t{moment(held.seen_at, zone)}\t{held.address or ''}\t{held.browser or ''}"
            for held in live_sessions(session, account, Limits.of(context.settings), now())
        ]
        if end:
            lines.append(f"已退出 {end_all_sessions(session, context.actor, account, now())} 处登录")
    for line in lines:
        click.echo(line)


@command("sign-in-locks")
@click.option("--lift", default="", metavar="ADDRESS", help="Let people sign in from this address again.")
def sign_in_locks_command(context: Context, lift: str) -> None:
    """List the addresses and accounts that failed sign-ins have locked, and until when, or lift an address's lock."""
    if lift:
        with context.changing() as session:
            lift_address_lock(session, context.actor, lift, now())
        click.echo(f"地址 {lift} 已解除锁定")
        return
    zone = context.settings.timezone
    with context.database.reading() as session:
        names = [account.name for account in list_accounts(session)]
        locks = [("地址", locked_addresses(session, now())), ("账号", locked_names(session, names, now()))]
    for kind, locked in locks:
        for source, until in locked.items():
            click.echo(f"{kind}\t{source}\t{moment(until, zone)}")


@command("audit")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="At most so many lines."
)
@click.option("--check", is_flag=True, help="Check the whole chain instead; status 1 when it is broken.")
def audit_command(context: Context, limit: int, check: bool) -> None:
    """Print the newest lines of the audit trail: number, when, who, what, to what, and the detail."""
    with context.database.still() as session:
        if check:
            broken = [f"第 {number} 行与链不符" for number in islice(broken_lines(session), MOST_BROKEN)]
            if broken:
                refuse(*broken)
            click.echo("审计链完整")
            return
        for line in newest_lines(session, limit):
            when = moment(line.at, context.settings.timezone)
            click.echo(f"{line.seq_no}\t{when}\t{line.actor}\t{line.action}\t{line.subject}\t{line.detail}")


def _account(session: Session, name: str) -> Account:
    return find_account(session, name) or refuse(f"没有账号 {name}; 用 leaderboard accounts 列出")
