"""What every command works with: the settings, the database, and a way to refuse."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn

import click

from config import Settings
from leaderboard.db import Database, migrate, open_database
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import find_season, list_seasons

ACTOR = "命令行"
"""Who the audit trail names for what a command did."""


def refuse(*problems: str) -> NoReturn:
    """End the command with status 1 and every reason on its own line."""
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(1)


class Context:
    """The settings and the database of one command; the tables are brought up to date before the first use."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._database: Database | None = None

    @property
    def database(self) -> Database:
        """The database, migrated."""
        if self._database is None:
            url = self.settings.resolved_database_url()
            self._database = open_database(url)
            migrate(url)
        return self._database

    def close(self) -> None:
        """Give back the connections; the command is over."""
        if self._database is not None:
            self._database.engine.dispose()


def season_named(context: Context, slug: str) -> Season:
    """The season at an address; the command ends with the list of those there are when it is unknown."""
    with context.database.reading() as session:
        season = find_season(session, slug)
        known = [found.slug for found in list_seasons(session)]
    if season is None:
        refuse(f"没有赛季 {slug}; 现有: {'、'.join(known) or '(无)'}")
    return season


@click.group(help="Saima 赛马榜: one command for each operation.")
@click.pass_context
def commands(context: click.Context) -> None:
    """Read the settings once for whatever command follows."""
    context.obj = Context(Settings())
    context.call_on_close(context.obj.close)


def command(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """A command that receives the `Context` first."""

    def register(function: Callable[..., None]) -> click.Command:
        return commands.command(name, help=function.__doc__)(click.pass_obj(function))

    return register
