"""Commands that publish, list and check editions."""

from __future__ import annotations

import json
from typing import Any

import click

from leaderboard.airing import Node, State, perform
from leaderboard.boards import clock
from leaderboard.boards.package import check_sealed
from leaderboard.boards.read import list_editions
from leaderboard.boards.run_log import list_runs
from leaderboard.cli.context import ACTOR, Context, command, refuse, season_named
from leaderboard.instant import at_zone, now
from leaderboard.seasons.read import list_seasons

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
    """Publish the next edition of a season now."""
    found = season_named(context, season)
    with context.database.session() as session:
        run = clock.request_run(session, found, once_key or f"cli/{now()}", ACTOR, now())
        session.commit()
    outcome = perform(context.database, run.id, Node.of(context.settings))
    if outcome.state is not State.PUBLISHED:
        refuse(outcome.message or f"未能发布: {outcome.state}")
    click.echo(f"{found.title} 第 {outcome.number} 期已发布: /boards/{season}/{outcome.number}/")


@command("verify")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--key", default=None, help="The office's public key, 64 hex digits, to compare the signer with."
)
def verify_command(_context: Context, file: Any, key: str | None) -> None:
    """Check the package of an edition (the file <number>.package.json, or - for standard input) offline."""
    try:
        document = json.load(file)
    except ValueError:
        refuse("文件不是 JSON, 请使用公布页下载的 .package.json 文件")
    if not isinstance(document, dict):
        refuse("文件不是一期榜单的数据包")
    findings = check_sealed(document, key)
    for finding in findings:
        click.echo(f"{'✓' if finding.holds else '✗'} {CHECKS[finding.check]}")
    if not all(finding.holds for finding in findings):
        refuse("核验不通过")
    click.echo("核验通过")


@command("seasons")
def seasons_command(context: Context) -> None:
    """List the seasons with their newest editions."""
    with context.database.reading() as session:
        for season in list_seasons(session):
            newest = next(iter(list_editions(session, season.id, 1)), None)
            edition = f"第 {newest.number} 期 截至 {newest.as_of}" if newest else "尚未发布"
            click.echo(f"{season.slug}\t{season.title}\t{season.starts_on} 至 {season.ends_on}\t{edition}")


@command("runs")
@click.argument("season")
def runs_command(context: Context, season: str) -> None:
    """Print the newest due runs of a season: when due, what became of them, and why."""
    found = season_named(context, season)
    with context.database.reading() as session:
        for run in list_runs(session, found.id):
            due = at_zone(run.due_at, context.settings.timezone).strftime("%Y-%m-%d %H:%M:%S")
            click.echo(f"{due}\t{run.state}\t{run.attempt}\t{run.message or ''}")
