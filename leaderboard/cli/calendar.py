"""Commands about the office's working days, and about a machine's clock that was put right."""

from __future__ import annotations

from typing import BinaryIO

import click

from leaderboard.boards.new_calendar import take_in_year
from leaderboard.boards.timekeeping import MOST_OFF_MS, accept_clock, behind_boards, far_behind
from leaderboard.cli.context import Context
from leaderboard.cli.given import Given
from leaderboard.cli.group import command
from leaderboard.instant import now
from leaderboard.seasons.calendar import days_of_year, list_years
from leaderboard.seasons.notice import parse_notice, passed_over


@command("calendar")
def calendar_command(context: Context) -> None:
    """List the years imported, each with the days that differ from their weekday."""
    with context.database.reading() as session:
        for year in list_years(session):
            click.echo(f"{year.year}\t{year.source}\t{year.imported_by}")
            for day in days_of_year(session, year.year):
                click.echo(f"{day.day}\t{'班' if day.is_working else '休'}\t{day.name}")


@command("calendar-import")
@click.argument("file", type=click.File("rb"))
@click.option("--year", required=True, metavar="YEAR", help="The year the notice is for.")
@click.option("--source", required=True, help="Title and number of the notice.")
@click.option("--dry-run", is_flag=True, help="Only show which timetables' dates would move.")
def calendar_import_command(context: Context, file: BinaryIO, year: str, source: str, dry_run: bool) -> None:
    """Take in a year's notice of holidays from FILE (- for standard input), in place of an earlier one of that year.

    What is due already stays due, and the timetables whose next dates move are told. The file is the text of the notice
    itself, or has a day, 休 or 班, and a name on each line (docs/calendar).
    """
    given = Given()
    number = given.whole("--year", year, least=2000, most=2100)
    named = given.text("--source", source, most=200)
    given.check()
    text = _text(file.read())
    with context.changing(keep=not dry_run) as session:
        days = parse_notice(text, number)
        moved = take_in_year(session, context.actor, number, days, source=named, at=now())
        kept = days_of_year(session, number)
    off = sum(not day.is_working for day in kept)
    click.echo(f"{number} 年: 周一至周五放假 {off} 天, 周末上班 {len(kept) - off} 天")
    for advice in passed_over(text):
        click.echo(f"“{advice}”是建议, 不作为放假日")
    for table in moved:
        click.echo(f"! {table.told()}")
    if not moved:
        click.echo("运行中的各时间表近五期的日期不变")
    if dry_run:
        click.echo("以上未保存")


@command("clock-accept")
@click.option("--reason", required=True, help="What was wrong with the clock, for the audit trail.")
def clock_accept_command(context: Context, reason: str) -> None:
    """Say that this machine's clock is right though the trail has later instants, so that it may publish again."""
    given = Given()
    why = given.reason(reason)
    given.check()
    # Not by `changing`, which waits for no clock that is as wrong as this one may seem.
    with context.database.session() as session:
        accept_clock(session, context.actor, why)
        behind = behind_boards(session)
        session.commit()
    click.echo("已记录: 以本机现在的时间为准")
    if behind > MOST_OFF_MS:
        click.echo(far_behind(behind))


def _text(content: bytes) -> str:
    """A file's text: UTF-8, or what a Chinese spreadsheet saves as CSV."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What is in neither is refused line by line.
        return content.decode("gb18030", errors="replace")
