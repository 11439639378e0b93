"""Commands about screens: public displays, each reached by an address that is shown once."""

from __future__ import annotations

import click

from leaderboard.boards.screens import SPOKEN, add_screen, list_screens, revoke_screen
from leaderboard.cli.context import Context
from leaderboard.cli.group import command
from leaderboard.cli.named import screen_named, season_named
from leaderboard.formatters import moment
from leaderboard.seasons.read import list_seasons


@command("screens")
@click.argument("season", required=False)
def screens_command(context: Context, season: str | None) -> None:
    """List the screens, of all seasons or of one: number, name, what it shows, when it was last seen."""
    with context.database.reading() as session:
        found = season_named(session, season) if season is not None else None
        slugs = {known.id: known.slug for known in list_seasons(session)}
        for screen in list_screens(session, found.id if found else None):
            shows = slugs[screen.season_id] + (f"/{screen.division}" if screen.division else "")
            seen = "已撤销" if screen.is_revoked else moment(screen.seen_at, context.settings.timezone)
            click.echo(f"{screen.id}\t{screen.name}\t{shows}\t{screen.lang}\t{screen.theme}\t{seen}")


@command("screen-add")
@click.argument("season")
@click.argument("name")
@click.option("--division", default=None, help="Key of one division; all of them otherwise.")
@click.option("--lang", default="zh", metavar="|".join(SPOKEN), help="Its language; Chinese by default.")
@click.option(
    "--theme", default="dark", metavar="dark|light|dark-safe|light-safe", help="Its palette; dark by default."
)
def screen_add_command(
    context: Context, season: str, name: str, division: str | None, lang: str, theme: str
) -> None:
    """Add a screen and print its address, which is shown only once."""
    with context.changing() as session:
        _, token = add_screen(
            session,
            context.actor,
            name=name,
            season=season_named(session, season),
            secret=context.settings.secret(),
            division=division,
            lang=lang,
            theme=theme,
        )
    click.echo(f"{context.settings.resolved_public_url()}/screens/{token}")


@command("screen-revoke")
@click.argument("number", type=int)
def screen_revoke_command(context: Context, number: int) -> None:
    """End the screen of a NUMBER that `screens` lists: its address opens nothing any more."""
    with context.changing() as session:
        screen = screen_named(session, number)
        revoke_screen(session, context.actor, screen)
    click.echo(f"大屏“{screen.name}”已撤销, 它的地址不再有效")
