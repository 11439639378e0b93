"""Commands about deadlines of stages 节点时限: what a season has, and setting them."""

from __future__ import annotations

import click

from leaderboard.cli.context import Context
from leaderboard.cli.given import Given
from leaderboard.cli.group import command
from leaderboard.cli.named import season_named
from leaderboard.seasons.deadlines import MOST_DAYS, Deadline, deadlines_of, set_deadlines
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import stage_names
from scoring.facts import SIGNED


@command("deadlines")
@click.argument("season")
def deadlines_command(context: Context, season: str) -> None:
    """List the deadlines of a season: stage, days, and the stage from which they are counted."""
    with context.database.reading() as session:
        _tell(season_named(session, season))


@command("deadlines-set")
@click.argument("season")
@click.argument("deadlines", nargs=-1, metavar="STAGE=DAYS[/SINCE]...")
@click.option("--none", "no_others", is_flag=True, help="Take every deadline away.")
@click.option("--reason", default=None, help="Why, for the audit trail.")
def deadlines_set_command(
    context: Context, season: str, deadlines: tuple[str, ...], no_others: bool, reason: str | None
) -> None:
    """Give a season these deadlines and no others: `started=110/signed`; counted from the signing unless told."""
    given = Given()
    if bool(deadlines) == no_others:
        given.complain("DEADLINES", "请写出全部时限, 如 started=110/signed; 全部取消用 --none")
    wanted = []
    for stage, told in given.pairs("DEADLINES", deadlines).items():
        days, _mark, since = told.partition("/")
        wanted.append(Deadline(stage, given.whole(stage, days, most=MOST_DAYS), since.strip() or SIGNED))
    why = given.reason(reason)
    given.check()
    with context.changing() as session:
        found = season_named(session, season)
        set_deadlines(session, context.actor, found, wanted, reason=why)
    _tell(found)


def _tell(season: Season) -> None:
    names = stage_names(season)
    for deadline in deadlines_of(season):
        since = f"{deadline.since}\t{names[deadline.since]}"
        click.echo(f"{deadline.stage}\t{names[deadline.stage]}\t{deadline.days} 天\t自 {since}")
