"""Commands that publish: the next board, editions, due runs and what became of them."""

from __future__ import annotations

import os
import sys

import click

from leaderboard.airing import Node, Outcome, State, perform
from leaderboard.boards import clock
from leaderboard.boards.drafts import check_account, list_drafts
from leaderboard.boards.foreseen import keep_foreseen
from leaderboard.boards.gather import NothingInForce
from leaderboard.boards.preview import board_now
from leaderboard.boards.prospects import foresee
from leaderboard.boards.read import latest_edition, list_editions
from leaderboard.boards.run_log import editions_by_run, find_run, list_runs
from leaderboard.cli.context import Context, refuse
from leaderboard.cli.group import command
from leaderboard.cli.named import season_named
from leaderboard.formatters import check_code, moment, place
from leaderboard.instant import at_zone, now
from leaderboard.seasons.models import Season


@command("board")
@click.argument("season")
def board_command(context: Context, season: str) -> None:
    """Print the next board as it would read now, unpublished: place, movement, unit, score."""
    with context.database.reading() as session:
        found = season_named(session, season)
        try:
            board = board_now(session, found, min(context.today, found.ends_on), now())
        except NothingInForce as error:
            refuse(str(error))
    for line in board["standings"]:
        places = f"{place(line['place'])}\t{place(line['previous_place'])}"
        click.echo(
            f"{places}\t{line['division']}\t{line['unit']}\t{line['unit_name']}\t{line['score_shown'] or '—'}"
        )


@command("publish")
@click.argument("season")
@click.option("--once-key", default="", help="The same key publishes once, however often the command runs.")
def publish_command(context: Context, season: str, once_key: str) -> None:
    """Publish the next edition of a season now; status 75 says that it is queued and the clock will publish it."""
    with context.changing() as session:
        found = season_named(session, season)
        check_account(session, found, context.actor)
        run = clock.request_run(session, found, once_key or f"cli/{now()}", context.actor, now())
    _tell(found, perform(context.database, run.id, Node.of(context.settings)))


@command("run-again")
@click.argument("season")
@click.argument("number", type=int)
def run_again_command(context: Context, season: str, number: int) -> None:
    """Bring back a run that failed or was put aside, by the NUMBER that `runs` lists, and run it."""
    with context.changing() as session:
        found = season_named(session, season)
        run = find_run(session, found.id, number) or refuse(f"赛季 {season} 没有编号为 {number} 的发布记录")
        check_account(session, found, context.actor)
        clock.bring_back(session, context.actor, run)
    _tell(found, perform(context.database, run.id, Node.of(context.settings)))


@command("foresee")
@click.argument("season")
def foresee_command(context: Context, season: str) -> None:
    """Reckon what the newest edition means for its units, again or where the clock could not."""
    with context.database.reading() as session:
        found = season_named(session, season)
        edition = latest_edition(session, found.id) or refuse(f"赛季 {season} 还没有发布过")
        number, reckoned = edition.number, foresee(session, edition)
    with context.changing() as session:
        keep_foreseen(session, context.actor, reckoned)
    click.echo(f"{found.title} 第 {number} 期的前景已测算: {len(reckoned.units)} 家单位")


def _tell(season: Season, outcome: Outcome) -> None:
    """Say what became of a run, and end the command accordingly."""
    if outcome.state in {State.HELD, State.RETRY}:
        click.echo(
            f"尚未发布, 已列入队列, 由运行中的时钟发布: {outcome.message or '另一进程正在处理'}", err=True
        )
        click.echo(f"查看结果: leaderboard runs {season.slug}", err=True)
        sys.exit(os.EX_TEMPFAIL)
    if outcome.state is State.DRAFTED:
        click.echo(f"{season.title} {outcome.message}; 查看: leaderboard draft-list {season.slug}")
        return
    if outcome.state is not State.PUBLISHED:
        refuse(outcome.message or f"未能发布: {outcome.state}")
    click.echo(f"{season.title} 第 {outcome.number} 期已发布: /boards/{season.slug}/{outcome.number}/")


@command("editions")
@click.argument("season")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="At most so many."
)
def editions_command(context: Context, season: str, limit: int) -> None:
    """List the published editions of a season, newest first: number, cut-off, published, check code, by whom."""
    zone = context.settings.timezone
    with context.database.reading() as session:
        for edition in list_editions(session, season_named(session, season).id, limit):
            when = moment(edition.published_at, zone)
            words = [str(edition.number), f"截至 {edition.as_of}", when, check_code(edition.hash)]
            click.echo("\t".join([*words, edition.published_by]))


@command("runs")
@click.argument("season")
def runs_command(context: Context, season: str) -> None:
    """List the newest due runs of a season: number, when due, what became of them, tries, edition or reason."""
    with context.database.reading() as session:
        found = season_named(session, season)
        numbers = editions_by_run(session, found.id)
        stopped = {
            draft.run_id: f"公示稿 {draft.id} 未能发布: {draft.reason}"
            for draft in list_drafts(session, found.id, live_only=True)
            if draft.reason
        }
        for run in list_runs(session, found.id):
            due = at_zone(run.due_at, context.settings.timezone).strftime("%Y-%m-%d %H:%M:%S")
            edition = f"第 {numbers[run.id]} 期" if run.id in numbers else ""
            told = stopped.get(run.id) or run.message or edition
            click.echo(f"{run.id}\t{due}\t{run.state}\t{run.attempt}\t{told}")
