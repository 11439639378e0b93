"""Commands that let people and screens in."""

from __future__ import annotations

import click

from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import ROLES
from leaderboard.accounts.people import add_account, renew_password
from leaderboard.accounts.read import find_account
from leaderboard.boards import screens
from leaderboard.cli.context import ACTOR, Context, command, refuse, season_named
from leaderboard.seasons.read import find_unit


@command("account-add")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@click.option("--display-name", default="", help="The person's name as pages show it.")
@click.option("--unit", default=None, help="Key of the unit a reporter belongs to.")
def account_add_command(context: Context, name: str, role: str, display_name: str, unit: str | None) -> None:
    """Add an account - the first administrator, for one - and print its one-time password."""
    with context.database.session() as session:
        found = find_unit(session, unit) if unit else None
        if unit and found is None:
            refuse(f"没有编码为 {unit} 的单位")
        try:
            account, password = add_account(
                session,
                ACTOR,
                name=name,
                display_name=display_name or name,
                role=role,
                unit_id=found.id if found else None,
            )
        except AccountError as error:
            refuse(*error.problems)
        session.commit()
    click.echo(f"{account.name}\t{role}\t一次性密码 {password}")


@command("account-renew")
@click.argument("name")
def account_renew_command(context: Context, name: str) -> None:
    """Give an account a new one-time password; its sessions end and its lock is lifted."""
    with context.database.session() as session:
        account = find_account(session, name)
        if account is None:
            refuse(f"没有账号 {name}")
        password = renew_password(session, ACTOR, account)
        session.commit()
    click.echo(f"{name}\t一次性密码 {password}")


@command("screen-add")
@click.argument("season")
@click.argument("name")
@click.option("--division", default=None, help="Key of one division; all of them otherwise.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh")
@click.option("--theme", type=click.Choice(["dark", "light"]), default="dark")
def screen_add_command(
    context: Context, season: str, name: str, division: str | None, lang: str, theme: str
) -> None:
    """Add a public display and print its address, which is shown only once."""
    found = season_named(context, season)
    with context.database.session() as session:
        try:
            _, token = screens.add_screen(
                session,
                ACTOR,
                name=name,
                season=found,
                secret=context.settings.secret(),
                division=division,
                lang=lang,
                theme=theme,
            )
        except screens.ScreenError as error:
            refuse(*error.problems)
        session.commit()
    click.echo(f"{context.settings.resolved_public_url()}/screens/{token}")
