"""Commands that change a screen as the console does: its look, playlist, hours, notice, networks and address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import click
from sqlalchemy.orm import Session

from leaderboard.boards.models import Screen
from leaderboard.boards.playlists import Entry, entries_of, typed_entry
from leaderboard.boards.screen_settings import (
    ask_reload,
    change_look,
    last_change,
    mute,
    rename,
    rotate_token,
    set_hours,
    set_notice,
    set_playlist,
    set_range,
    undo,
)
from leaderboard.boards.screens import SPOKEN, THEMES
from leaderboard.cli.context import Context, refuse
from leaderboard.cli.given import Given
from leaderboard.cli.group import command
from leaderboard.cli.named import screen_named
from leaderboard.instant import Millis, from_local

Act = Callable[[Session, Screen], None]
WHOLE = "all"
"""Given for a division: every one of them."""


@command("screen-rename")
@click.argument("number", type=int)
@click.argument("name")
def screen_rename_command(context: Context, number: int, name: str) -> None:
    """Call a screen otherwise."""
    _change(context, number, lambda session, screen: rename(session, context.actor, screen, name=name))


@command("screen-look")
@click.argument("number", type=int)
@click.option("--division", default=None, help="Key of one division, or `all`.")
@click.option("--lang", default=None, metavar="|".join(SPOKEN), help="Its language.")
@click.option("--theme", default=None, metavar="|".join(THEMES), help="Its palette.")
@click.option("--shame/--no-shame", default=None, help="Whether it shows the black list and the snail award.")
def screen_look_command(
    context: Context,
    number: int,
    division: str | None,
    lang: str | None,
    theme: str | None,
    shame: bool | None,
) -> None:
    """Show another division, language or palette; what is not given stays as it is."""

    def act(session: Session, screen: Screen) -> None:
        shown = screen.division if division is None else division
        change_look(
            session,
            context.actor,
            screen,
            division=None if shown == WHOLE else shown,
            lang=lang or screen.lang,
            theme=theme or screen.theme,
            shows_shame=bool(screen.shows_shame) if shame is None else shame,
        )

    _change(context, number, act)


@command("screen-playlist")
@click.argument("number", type=int)
@click.argument("entries", nargs=-1, metavar="[ENTRY]...")
def screen_playlist_command(context: Context, number: int, entries: tuple[str, ...]) -> None:
    """Show these scenes in turn, each as "table 15" or "track 20 08:00-18:00"; without any, list them."""
    given, wanted = Given(), list[Entry]()
    for text in entries:
        try:
            wanted.append(typed_entry(text))
        except ValueError:
            given.complain(text, "应写成 画面 秒数 [起-止], 如 table 15 或 track 20 08:00-18:00")
    given.check()
    if wanted:
        _change(context, number, lambda session, s: set_playlist(session, context.actor, s, wanted))
    with context.database.reading() as session:
        for entry in entries_of(screen_named(session, number).playlist):
            click.echo(str(entry))


@command("screen-hours")
@click.argument("number", type=int)
@click.argument("hours", required=False, metavar="[HH:MM-HH:MM]")
@click.option("--always", is_flag=True, help="Never leave the glass dark.")
def screen_hours_command(context: Context, number: int, hours: str | None, always: bool) -> None:
    """Leave the glass dark outside these hours of the office's day."""
    if always == (hours is not None):
        refuse("请写出时段, 如 07:30-19:00; 常亮用 --always")
    start, mark, end = (hours or "").partition("-")
    if hours is not None and not mark:
        refuse(f"应写成 07:30-19:00, 收到 {hours}")
    span = (None, None) if always else (start.strip(), end.strip())
    _change(
        context,
        number,
        lambda session, screen: set_hours(session, context.actor, screen, hour_from=span[0], hour_to=span[1]),
    )


@command("screen-notice")
@click.argument("number", type=int)
@click.argument("text", required=False, default="")
@click.option(
    "--until", default=None, metavar="'YYYY-MM-DD HH:MM'", help="When it ends, in the office's zone."
)
def screen_notice_command(context: Context, number: int, text: str, until: str | None) -> None:
    """Put a notice over what a screen shows; without a text take it away."""
    ends = _instant(context, until)
    _change(context, number, lambda session, s: set_notice(session, context.actor, s, text=text, until=ends))


@command("screen-mute")
@click.argument("number", type=int)
@click.option("--off", is_flag=True, help="Show everything again.")
def screen_mute_command(context: Context, number: int, off: bool) -> None:
    """Show only the masthead and the time."""
    _change(context, number, lambda session, screen: mute(session, context.actor, screen, is_muted=not off))


@command("screen-range")
@click.argument("number", type=int)
@click.argument("networks", required=False, default="")
def screen_range_command(context: Context, number: int, networks: str) -> None:
    """Let the address open only from these networks, as 10.2.0.0/16,10.3.0.0/16; without any, from everywhere."""
    _change(context, number, lambda session, screen: set_range(session, context.actor, screen, text=networks))


@command("screen-reload")
@click.argument("number", type=int)
def screen_reload_command(context: Context, number: int) -> None:
    """Have a screen load itself anew once."""
    _change(context, number, lambda session, screen: ask_reload(session, context.actor, screen))


@command("screen-undo")
@click.argument("number", type=int)
def screen_undo_command(context: Context, number: int) -> None:
    """Put back what the last change of a screen's settings had found."""

    def act(session: Session, screen: Screen) -> None:
        line = last_change(session, screen)
        undo(session, context.actor, screen, seen=line.seq_no if line else 0)

    _change(context, number, act)


@command("screen-rotate")
@click.argument("number", type=int)
def screen_rotate_command(context: Context, number: int) -> None:
    """Give a screen another address and print it, this once; the former opens nothing from then on."""
    with context.changing() as session:
        secret = context.settings.secret()
        token = rotate_token(session, context.actor, screen_named(session, number), secret=secret)
    click.echo(f"{context.settings.resolved_public_url()}/screens/{token}")


def _change(context: Context, number: int, act: Act) -> None:
    with context.changing() as session:
        act(session, screen_named(session, number))


def _instant(context: Context, text: str | None) -> Millis | None:
    if text is None:
        return None
    try:
        return from_local(datetime.fromisoformat(text), context.settings.timezone)
    except (ValueError, OverflowError):
        refuse(f"--until: 应为日期和时刻, 如 2026-10-31 18:00, 收到 {text}")
