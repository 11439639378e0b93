"""Commands that publish, list and check editions."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

import click

from leaderboard.airing import Node, State, perform
from leaderboard.boards import clock
from leaderboard.boards.package import Unreadable, check_sealed, read_sealed
from leaderboard.boards.read import list_editions
from leaderboard.boards.run_log import list_runs
from leaderboard.cli.context import ACTOR, Context, command, refuse, season_named
from leaderboard.instant import at_zone, now
from leaderboard.office import Office
from leaderboard.seasons.plan import PlanError, show_season
from leaderboard.seasons.read import list_seasons

PUBLIC_KEY = re.compile("[0-9a-fA-F]{64}")
CHECKS = {
    "format": "格式",
    "hash": "哈希与内容一致",
    "signature": "签名有效",
    "standings": "由事实与方案重算名次完全一致",
    "key": "由本机构的密钥签发",
}


@command("publish")
@click.argument("season")
@click.option("--once-key", default="", help="The same key publishes once, however often the command runs.")
def publish_command(context: Context, season: str, once_key: str) -> None:
    """Publish the next edition of a season now; status 75 says that it is queued and the clock will publish it."""
    found = season_named(context, season)
    with context.database.session() as session:
        run = clock.request_run(session, found, once_key or f"cli/{now()}", ACTOR, now())
        session.commit()
    outcome = perform(context.database, run.id, Node.of(context.settings))
    if outcome.state in {State.HELD, State.RETRY}:
        click.echo(
            f"尚未发布, 已列入队列, 由运行中的时钟发布: {outcome.message or '另一进程正在处理'}", err=True
        )
        click.echo(f"查看结果: leaderboard runs {season}", err=True)
        sys.exit(os.EX_TEMPFAIL)
    if outcome.state is not State.PUBLISHED:
        refuse(outcome.message or f"未能发布: {outcome.state}")
    click.echo(f"{found.title} 第 {outcome.number} 期已发布: /boards/{season}/{outcome.number}/")


@command("verify")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--key",
    default=None,
    help="The office's public key, 64 hex digits, to compare the signer with; this installation's own by default.",
)
def verify_command(context: Context, file: Any, key: str | None) -> None:
    """Check the package of an edition (the file <number>.package.json, or - for standard input) offline."""
    known = _known_key(context, key)
    try:
        findings = check_sealed(read_sealed(file.read()), known)
    except Unreadable as error:
        refuse(*error.args)
    for finding in findings:
        click.echo(f"{'✓' if finding.holds else '✗'} {CHECKS[finding.check]}")
    if known is None:
        click.echo("! 未核对签发机构的密钥 (用 --key 给出公钥)")
    if not all(finding.holds for finding in findings):
        refuse("核验不通过")
    # Anyone can sign what they made up; only a known key says whose board it is.
    click.echo("内容自洽" if known is None else "核验通过")


def _known_key(context: Context, given: str | None) -> str | None:
    """The office's public key: the one given, else this installation's own if it has one."""
    if given is None:
        return Office.of(context.settings).public_key if context.settings.knows_signing_key() else None
    if not PUBLIC_KEY.fullmatch(given.strip()):
        refuse("--key 应为 64 位十六进制数字")
    return given.strip()


@command("seasons")
def seasons_command(context: Context) -> None:
    """List the seasons with their newest editions."""
    with context.database.reading() as session:
        for season in list_seasons(session):
            newest = next(iter(list_editions(session, season.id, 1)), None)
            edition = f"第 {newest.number} 期 截至 {newest.as_of}" if newest else "尚未发布"
            click.echo(f"{season.slug}\t{season.title}\t{season.starts_on} 至 {season.ends_on}\t{edition}")


@command("season-show")
@click.argument("season")
@click.option("--reason", required=True, help="Why, for the audit trail.")
def season_show_command(context: Context, season: str, reason: str) -> None:
    """Open a season's boards to the public."""
    _show(context, season, reason, is_public=True)


@command("season-hide")
@click.argument("season")
@click.option("--reason", required=True, help="Why, for the audit trail.")
def season_hide_command(context: Context, season: str, reason: str) -> None:
    """Close a season's boards to the public; its editions stay, unseen."""
    _show(context, season, reason, is_public=False)


def _show(context: Context, season: str, reason: str, *, is_public: bool) -> None:
    found = season_named(context, season)
    with context.database.session() as session:
        try:
            show_season(session, ACTOR, session.merge(found), is_public=is_public, reason=reason)
        except PlanError as error:
            refuse(*error.problems)
        session.commit()
    click.echo(f"{found.title} {'已公开' if is_public else '已停止公开'}")


@command("runs")
@click.argument("season")
def runs_command(context: Context, season: str) -> None:
    """Print the newest due runs of a season: when due, what became of them, and why."""
    found = season_named(context, season)
    with context.database.reading() as session:
        for run in list_runs(session, found.id):
            due = at_zone(run.due_at, context.settings.timezone).strftime("%Y-%m-%d %H:%M:%S")
            click.echo(f"{due}\t{run.state}\t{run.attempt}\t{run.message or ''}")
