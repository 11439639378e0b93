"""The door for the command line: one command per operation."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from config import Settings, settings_table
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import ROLES
from leaderboard.accounts.people import add_account, renew_password
from leaderboard.accounts.read import find_account
from leaderboard.airing import Node, State, perform
from leaderboard.boards import clock, screens
from leaderboard.boards.package import check_sealed
from leaderboard.boards.read import list_editions
from leaderboard.db import Database, migrate, open_database, wal_is_safe
from leaderboard.exchange.exporting import export_workbook, template_workbook
from leaderboard.exchange.importing import import_workbook
from leaderboard.exchange.problems import ImportRefused, Report
from leaderboard.instant import at_zone, local_date, now
from leaderboard.logs import start_logging
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import find_season, find_unit, list_seasons

ACTOR = "命令行"
"""Who the audit trail names for what a command did."""

CHECKS = {
    "format": "格式",
    "hash": "哈希与内容一致",
    "signature": "签名有效",
    "standings": "由事实与方案重算名次完全一致",
    "key": "由本机构的密钥签发",
}


def main() -> None:
    """The entry point of the command `leaderboard`."""
    start_logging()
    commands(prog_name="leaderboard")


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


def command(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """A command that receives the `Context` first."""

    def register(function: Callable[..., None]) -> click.Command:
        return commands.command(name, help=function.__doc__)(click.pass_obj(function))

    return register


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

    run_demonstration(context.settings, context.database)


@command("serve")
def serve_command(context: Context) -> None:
    """Serve the pages; set CLOCK_IN_WEB=yes to tick the clock as well."""
    from leaderboard.server import serve  # noqa: PLC0415 - only this command needs a server

    migrate(context.settings.resolved_database_url())
    serve(context.settings)


@command("scheduler")
def scheduler_command(context: Context) -> None:
    """Tick the clock until stopped; run as many of these as wished."""
    from leaderboard.schedule import run_forever  # noqa: PLC0415 - only this command needs APScheduler

    migrate(context.settings.resolved_database_url())
    run_forever(context.settings)


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


@command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only say what would change.")
def import_command(context: Context, file: Path, check: bool) -> None:
    """Import a workbook (docs/workbook.md): everything in it or, when anything is wrong, nothing."""
    with context.database.session() as session:
        try:
            report = import_workbook(session, file, ACTOR, context.settings)
        except ImportRefused as refused:
            refuse(*lines_of(refused.report), "未保存任何内容, 请按提示修改后重新导入")
        if not check:
            session.commit()
    for line in lines_of(report):
        click.echo(line)
    click.echo("以上为检查结果, 未保存" if check else "已导入")


def lines_of(report: Report) -> list[str]:
    """A report as people read it: errors, warnings, then what was done sheet by sheet."""
    lines = [f"错误 {problem}" for problem in report.errors]
    lines += [f"提醒 {problem}" for problem in report.warnings]
    for sheet, counts in report.summary.sheets.items() if report.summary else ():
        lines.append(
            f"{sheet}: 新增 {counts.new}, 更正 {counts.corrected}, 认定 {counts.verified}, 未变 {counts.unchanged}"
        )
    return lines


@command("export")
@click.argument("season")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_command(context: Context, season: str, file: Path) -> None:
    """Write a season's units, targets, projects and facts to a workbook of the import format."""
    found = season_named(context, season)
    today = local_date(now(), context.settings.timezone)
    with context.database.reading() as session:
        file.write_bytes(export_workbook(session, found, today))
    click.echo(f"已导出到 {file}")


@command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template_command(_context: Context, file: Path) -> None:
    """Write an empty workbook of the import format."""
    file.write_bytes(template_workbook())
    click.echo(f"空白模板已写到 {file}")


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
        for run in clock.list_runs(session, found.id):
            due = at_zone(run.due_at, context.settings.timezone).strftime("%Y-%m-%d %H:%M:%S")
            click.echo(f"{due}\t{run.state}\t{run.attempt}\t{run.message or ''}")


@command("account-add")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@click.option("--display-name", default="", help="The person's name as pages show it.")
@click.option("--unit", default=None, help="Key of the unit a reporter belongs to.")
def account_add_command(context: Context, name: str, role: str, display_name: str, unit: str | None) -> None:
    """Add an account - the first administrator, for one - and print its one-time password."""
    with context.database.session() as session:
        found = find_unit(session, unit) if unit else None
        if unit and found is None:
            refuse(f"没有编码为 {unit} 的单位")
        try:
            account, password = add_account(
                session,
                ACTOR,
                name=name,
                display_name=display_name or name,
                role=role,
                unit_id=found.id if found else None,
            )
        except AccountError as error:
            refuse(*error.problems)
        session.commit()
    click.echo(f"{account.name}\t{role}\t一次性密码 {password}")


@command("account-renew")
@click.argument("name")
def account_renew_command(context: Context, name: str) -> None:
    """Give an account a new one-time password; its sessions end and its lock is lifted."""
    with context.database.session() as session:
        account = find_account(session, name)
        if account is None:
            refuse(f"没有账号 {name}")
        password = renew_password(session, ACTOR, account)
        session.commit()
    click.echo(f"{name}\t一次性密码 {password}")


@command("screen-add")
@click.argument("season")
@click.argument("name")
@click.option("--division", default=None, help="Key of one division; all of them otherwise.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh")
@click.option("--theme", type=click.Choice(["dark", "light"]), default="dark")
def screen_add_command(
    context: Context, season: str, name: str, division: str | None, lang: str, theme: str
) -> None:
    """Add a public display and print its address, which is shown only once."""
    found = season_named(context, season)
    with context.database.session() as session:
        _, token = screens.add_screen(
            session, ACTOR, name=name, season=found, division=division, lang=lang, theme=theme
        )
        session.commit()
    click.echo(f"{context.settings.resolved_public_url()}/screens/{token}")


@command("settings")
@click.option("--markdown", is_flag=True, help="The table of the README.")
def settings_command(context: Context, markdown: bool) -> None:
    """Print the settings in force; secrets are not shown."""
    if markdown:
        click.echo(settings_table())
        return
    for name, value in context.settings.model_dump().items():
        click.echo(f"{name.upper()}={value}")


@command("doctor")
def doctor_command(context: Context) -> None:
    """Say how this installation stands: database, journal, clock of the machine, keys."""
    import sqlite3  # noqa: PLC0415 - only to name its version

    url = context.database.engine.url
    click.echo(f"数据库: {url.render_as_string(hide_password=True)}")
    if url.get_backend_name() == "sqlite":
        safe = wal_is_safe(sqlite3.sqlite_version_info)
        click.echo(
            f"SQLite {sqlite3.sqlite_version}: 日志方式 {'WAL' if safe else 'DELETE (该版本的 WAL 有缺陷)'}"
        )
    click.echo(f"本机时间: {at_zone(now(), context.settings.timezone).isoformat(timespec='seconds')}")
    click.echo(f"HTTPS: {'是' if context.settings.https else '否 (Cookie 未加 Secure, 仅限可信内网)'}")
