"""The group of all commands: its help is the table of contents, and only the command asked for is loaded."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import click

from leaderboard.cli.contents import CHAPTERS

FOLDER = __name__.rpartition(".")[0]
HELP = """Saima 赛马榜: one command for each operation.

Dates are written 2026-05-01, amounts in yuan or with their unit: 1200万元, 1.94亿元.
A command says in Chinese everything that is wrong, ends with status 1, and then nothing was changed.
"""


class Contents(click.Group):
    """Finds a command by the chapter that lists it and loads no other chapter."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Every command, in the order of the chapters."""
        return [name for chapter in CHAPTERS for name in chapter.lines]

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The command of this name, from the module of its chapter."""
        chapter = next((chapter for chapter in CHAPTERS if name in chapter.lines), None)
        return None if chapter is None else commands_in(chapter.module)[name]

    def invoke(self, context: click.Context) -> Any:
        """Run a command; a database that others keep busy ends it with words."""
        try:
            return super().invoke(context)
        except Exception as error:
            # The help needs no database.
            from leaderboard.cli.context import refuse_overtaken  # noqa: PLC0415 - see above

            refuse_overtaken(error)
            raise

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """The chapters with their commands; nothing is loaded for it."""
        for chapter in CHAPTERS:
            with formatter.section(chapter.title):
                formatter.write_dl(list(chapter.lines.items()))


def commands_in(module: str) -> dict[str, click.Command]:
    """The commands that a module of this folder defines, by name."""
    found = vars(import_module(f"{FOLDER}.{module}")).values()
    return {made.name: made for made in found if isinstance(made, click.Command) and made.name}


@click.group(cls=Contents, help=HELP)
@click.pass_context
def commands(context: click.Context) -> None:
    """Read the settings once for whatever command follows."""
    # The help needs neither the settings nor what the commands work with.
    from leaderboard.cli.context import Context  # noqa: PLC0415 - see above
    from leaderboard.logs import start_logging  # noqa: PLC0415 - see above

    start_logging()
    context.obj = Context()
    context.call_on_close(context.obj.close)


Function = Callable[..., None]
"""What the decorators of a command take and give: the function that it will be."""


def command(name: str) -> Callable[[Function], click.Command]:
    """A command that receives the `Context` first; `contents` must list it in the chapter of its module."""

    def made(function: Function) -> click.Command:
        return click.command(name, help=function.__doc__)(click.pass_obj(function))

    return made
