"""Commands about ceremonies 揭榜: a public edition revealed on screens step by step."""

from __future__ import annotations

import click

from leaderboard.boards.ceremonies import begin, is_live, list_ceremonies, live_ceremony, move
from leaderboard.boards.ceremony_ends import end
from leaderboard.boards.ceremony_models import Ceremony
from leaderboard.boards.ceremony_steps import ONE_BY_ONE
from leaderboard.boards.read import find_edition, latest_edition
from leaderboard.cli.context import Context, refuse
from leaderboard.cli.group import command
from leaderboard.cli.named import screen_named, season_named
from leaderboard.formatters import moment
from leaderboard.instant import now
from leaderboard.seasons.read import list_seasons


@command("ceremonies")
def ceremonies_command(context: Context) -> None:
    """List the last ceremonies: number, season, beginning, step, and whether it is under way."""
    with context.database.reading() as session:
        slugs = {season.id: season.slug for season in list_seasons(session)}
        for one in list_ceremonies(session):
            began = moment(one.began_at, context.settings.timezone)
            state = "正在揭榜" if is_live(one, now()) else "已结束"
            click.echo(f"{one.id}\t{slugs[one.season_id]}\t{began}\t{one.step}/{one.steps}\t{state}")


@command("ceremony-begin")
@click.argument("season")
@click.argument("screens", nargs=-1, type=int, required=True, metavar="SCREEN...")
@click.option("--edition", "number", type=int, default=None, help="Which edition; the newest by default.")
@click.option("--division", default=None, help="Key of one division; one after the other by default.")
@click.option("--together", type=int, default=ONE_BY_ONE, help="Places after this one come all at once.")
def ceremony_begin_command(
    context: Context,
    season: str,
    screens: tuple[int, ...],
    number: int | None,
    division: str | None,
    together: int,
) -> None:
    """Begin to reveal a public edition on the screens of these numbers; at first they show its title."""
    with context.changing() as session:
        found = season_named(session, season)
        edition = (
            latest_edition(session, found.id) if number is None else find_edition(session, found.slug, number)
        )
        begun = begin(
            session,
            context.actor,
            found,
            screens=[screen_named(session, screen) for screen in dict.fromkeys(screens)],
            edition=edition,
            division=division,
            together=together,
        )
    _tell(begun)


@command("ceremony-step")
@click.argument("season")
@click.option("--back", is_flag=True, help="A step back.")
def ceremony_step_command(context: Context, season: str, back: bool) -> None:
    """Reveal the next place of the ceremony under way."""
    with context.changing() as session:
        found = season_named(session, season)
        live = live_ceremony(session, found.id, now())
        if live is None:
            refuse(f"赛季 {season} 没有正在进行的揭榜")
        move(session, context.actor, live, seen=live.step, by=-1 if back else 1)
    _tell(live)


@command("ceremony-end")
@click.argument("season")
def ceremony_end_command(context: Context, season: str) -> None:
    """End the ceremony under way: its screens go back to their playlists."""
    with context.changing() as session:
        live = live_ceremony(session, season_named(session, season).id, now())
        if live is None:
            refuse(f"赛季 {season} 没有正在进行的揭榜")
        end(session, context.actor, live)


def _tell(ceremony: Ceremony) -> None:
    click.echo(f"{ceremony.id}\t{ceremony.step}/{ceremony.steps}")
