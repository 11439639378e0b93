"""Commands that start, migrate and examine an installation."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator

import click
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from config import settings_table, variable
from leaderboard.accounts.listing import bare_administrators
from leaderboard.boards.timekeeping import clock_trouble
from leaderboard.boards.window_years import window_gaps
from leaderboard.cli.context import Context, refuse
from leaderboard.cli.group import command
from leaderboard.db import migrate, wal_is_safe
from leaderboard.instant import at_zone, now
from leaderboard.ledger.project_facts import wrong_project_facts
from leaderboard.outbox.delivery import again, end
from leaderboard.outbox.read import Overdue, channel_states, overdue
from leaderboard.seasons.timetable import calendar_gaps
from leaderboard.server import PortTaken, serve, wait_for_port


@command("migrate")
def migrate_command(context: Context) -> None:
    """Bring the database up to the newest table layout."""
    migrate(context.settings.resolved_database_url())
    click.echo("数据库已是最新结构")


@command("run")
def run_command(context: Context) -> None:
    """Migrate, load the demonstration races, and serve with the clock ticking: what `make run` does."""
    # The demonstration is no part of a real installation, so it is only loaded here.
    from demo.run import run_demonstration  # noqa: PLC0415 - see above

    try:
        # Before anything is made or changed: a demonstration that holds the port would lose its passwords.
        wait_for_port(context.settings.host, context.settings.port)
        run_demonstration(context.settings, context.database)
    except PortTaken as taken:
        refuse(str(taken))


@command("serve")
def serve_command(context: Context) -> None:
    """Serve the pages; set CLOCK_IN_WEB=yes to tick the clock as well."""
    try:
        wait_for_port(context.settings.host, context.settings.port)
        migrate(context.settings.resolved_database_url())
        serve(context.settings)
    except PortTaken as taken:
        refuse(str(taken))


@command("scheduler")
def scheduler_command(context: Context) -> None:
    """Tick the clock until stopped; run as many of these as wished."""
    from leaderboard.schedule import run_forever  # noqa: PLC0415 - only this command needs APScheduler

    migrate(context.settings.resolved_database_url())
    run_forever(context.settings)


@command("settings")
@click.option("--markdown", is_flag=True, help="The table of the README.")
def settings_command(context: Context, markdown: bool) -> None:
    """Print the settings in force; secrets are not shown."""
    if markdown:
        click.echo(settings_table())
        return
    url = make_url(context.settings.resolved_database_url()).render_as_string(hide_password=True)
    for name, value in (context.settings.model_dump() | {"database_url": url}).items():
        shown = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
        click.echo(f"{variable(name)}={shown}")


@command("doctor")
def doctor_command(context: Context) -> None:
    """Say how this installation stands; status 1 where what the public is shown may be untrue."""
    url = context.database.engine.url
    click.echo(f"数据库: {url.render_as_string(hide_password=True)}")
    if url.get_backend_name() == "sqlite":
        safe = wal_is_safe(sqlite3.sqlite_version_info)
        click.echo(
            f"SQLite {sqlite3.sqlite_version}: 日志方式 {'WAL' if safe else 'DELETE (该版本的 WAL 有缺陷)'}"
        )
    click.echo(f"本机时间: {at_zone(now(), context.settings.timezone).isoformat(timespec='seconds')}")
    with context.database.still() as session:
        click.echo(f"时钟: {clock_trouble(session) or '与数据库一致'}")
        for timetable, years in calendar_gaps(session, now()):
            named = "、".join(map(str, years))
            click.echo(
                f"工作日历: 时间表“{timetable.name}”要用到 {named} 年的放假安排, 尚未导入, 暂按周一至周五"
            )
        for season, years in window_gaps(session, now(), context.settings.timezone):
            named = "、".join(map(str, years))
            click.echo(
                f"工作日历: {season.title}的公示期要用到 {named} 年的放假安排, 尚未导入, 暂按周一至周五"
            )
        wrong = wrong_project_facts(session)
        click.echo(f"项目台账汇总: {'与台账一致' if not wrong else f'{len(wrong)} 个项目与台账不符'}")
        for project in wrong:
            click.echo(f"  {project.code}: {', '.join(project.tables)}")
        bare = "、".join(account.name for account in bare_administrators(session))
        wanted = context.settings.second_factor
        click.echo(f"动态口令: {wanted}; {f'只用密码登录的管理员: {bare}' if bare else '管理员都已启用'}")
        late = [line for channel in overdue(session, now()) for line in _overdue_lines(channel)]
    click.echo(f"HTTPS: {'是' if context.settings.https else '否 (Cookie 未加 Secure, 仅限可信内网)'}")
    if late:
        click.echo("\n".join(late))
        sys.exit(1)


def _overdue_lines(channel: Overdue) -> Iterator[str]:
    yield f"对外通道 {channel.channel}: {channel.count} 条变动没有送达, 对外可能仍是已撤回或已更正的内容"
    yield f"  {channel.trouble or '没有时钟在送; 请检查时钟是否在运行, 是否设了 PUBLIC_DIR'}"
    yield (
        f"  排除后会自动补送, 立即重试: leaderboard outbox-retry {channel.channel}; "
        f"不再使用: leaderboard outbox-end {channel.channel}"
    )


@command("outbox")
def outbox_command(context: Context) -> None:
    """List the channels out of the house: last message taken, how many wait, how many were given up, last trouble."""
    with context.database.reading() as session:
        for state in channel_states(session):
            numbers = f"{state.last}\t{state.waiting}\t{state.given_up}"
            click.echo(f"{state.channel}\t{numbers}\t{state.trouble or ''}")


@command("outbox-retry")
@click.argument("channel")
def outbox_retry_command(context: Context, channel: str) -> None:
    """Let the running clock bring a CHANNEL up to date at once, whatever it was sent before."""
    with context.changing() as session:
        _require_channel(session, channel)
        count = again(session, channel, now())
    click.echo(f"通道 {channel} 的 {count} 条变动将由运行中的时钟立即送出")


@command("outbox-end")
@click.argument("channel")
def outbox_end_command(context: Context, channel: str) -> None:
    """Give up what waits on a CHANNEL that is no longer used, as after PUBLIC_DIR was taken out of the settings."""
    with context.changing() as session:
        _require_channel(session, channel)
        count = end(session, context.actor, channel)
    click.echo(f"通道 {channel} 的 {count} 条变动不再送出")


def _require_channel(session: Session, channel: str) -> None:
    names = [state.channel for state in channel_states(session)]
    if channel not in names:
        refuse(f"没有通道 {channel}; 现有: {'、'.join(names) or '(无)'}")
