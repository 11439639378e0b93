"""Commands about timetables: when a season's board is aired, with the dates it comes to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from leaderboard.boards.due import make_due
from leaderboard.cli.context import Context, refuse
from leaderboard.cli.given import Given
from leaderboard.cli.group import command
from leaderboard.cli.named import season_named
from leaderboard.instant import Millis, at_zone, from_local, now
from leaderboard.seasons.models import LATEST_ONLY, Timetable
from leaderboard.seasons.read import list_timetables
from leaderboard.seasons.timetable import (
    Course,
    add_timetable,
    change_timetable,
    course_of,
    pause_timetable,
    resume_timetable,
    skip_instant,
    unskip_instant,
)

WHOLE = re.compile("-?[0-9]{1,9}")
LISTS = {"days"}
"""Parts of a rule that are lists, written mon,wed; a part of a part is written cut_off.time=18:00."""


@command("timetables")
@click.argument("season")
def timetables_command(context: Context, season: str) -> None:
    """List a season's timetables: number, name, rule, and the next five dates while it runs."""
    with context.database.reading() as session:
        found = season_named(session, season)
        for table in list_timetables(session, found.id):
            course = course_of(session, table)
            dates = course.next_dates() if table.is_active else []
            state = _shown(dates, table.timezone) if table.is_active else "已暂停"
            if dates and course.is_over(dates[0]):
                state += f" (赛季已于 {found.ends_on} 结束, 各期数据都截至当日)"
            click.echo(
                f"{table.id}\t{table.name}\t{_written(json.loads(table.rule))}\t{table.catch_up}\t{state}"
            )


@command("timetable-add")
@click.argument("season")
@click.argument("name")
@click.argument("rule", nargs=-1, required=True, metavar="KEY=VALUE...")
@click.option(
    "--catch-up",
    default=LATEST_ONLY,
    metavar="latest|all|ask",
    help="What becomes of missed dates; latest by default.",
)
@click.option("--dry-run", is_flag=True, help="Only show the next five dates.")
@click.option("--yes", is_flag=True, help="Keep it though no date is left on which it would publish.")
def timetable_add_command(
    context: Context, season: str, name: str, rule: tuple[str, ...], catch_up: str, dry_run: bool, yes: bool
) -> None:
    """Print the next five dates of a timetable, and add it; one that comes to no date is refused without --yes.

    \b
    kind=monthly day=5 time=09:00          the 5th of each month (day=last: its last day)
    kind=weekly days=mon,thu time=09:00    each Monday and Thursday
    kind=working_day time=09:00            each working day of the office's calendar
    kind=nth_working_day nth=3 time=09:00  the third of each month (nth=-1: the last one)
    kind=daily time=09:00                  each day
    kind=quarter_end time=09:00            the last day of each quarter
    kind=minutes every=30                  every 30 minutes (until=2026-11-05T18:00)
    kind=once at=2026-11-05T09:00          once
    weeks=2 from=2026-01-05                weekly: every second week from that one on
    if_closed=next|previous|skip           where the day is no working day
    cut_off=previous_day|month_end         facts count until the day before, the end of last month
    cut_off.days_before=1 cut_off.time=18:00   entry closes the day before at 18:00
    """  # noqa: D301 - to click a backspace says that the lines after it stay as they are
    given = Given()
    document = _document(given.pairs("RULE", rule))
    given.check()
    zone = context.settings.timezone
    with context.changing(keep=not dry_run) as session:
        found = season_named(session, season)
        table = add_timetable(
            session, context.actor, found, name=name, rule=document, zone=zone, catch_up=catch_up
        )
        number, course = table.id, course_of(session, table)
        dates = course.next_dates()
        lines = _foretold(course, dates, zone)
        if not dates and not yes and not dry_run:
            refuse(*lines, "没有保存; 确要保存请加 --yes")
        state = "已生效" if table.is_active else "已保存, 待另一位管理员在控制台启用"
    for line in lines:
        click.echo(line)
    click.echo("以上为今后的发布时间, 未保存" if dry_run else f"时间表“{name}”{state}, 编号 {number}")


@command("timetable-rename")
@click.argument("season")
@click.argument("number", type=int)
@click.argument("name")
def timetable_rename_command(context: Context, season: str, number: int, name: str) -> None:
    """Give the timetable of a NUMBER that `timetables` lists another NAME; its dates stay as they are."""
    with context.changing() as session:
        table = _timetable_up_to_now(session, season, number)
        rule, catch_up = table.rule, table.catch_up
        change_timetable(session, context.actor, table, name=name, rule=rule, catch_up=catch_up, at=now())
        said = f"时间表 {number} 已改名为“{table.name}”"
    click.echo(said)


@command("timetable-pause")
@click.argument("season")
@click.argument("number", type=int)
def timetable_pause_command(context: Context, season: str, number: int) -> None:
    """Pause the timetable of a NUMBER that `timetables` lists; what is due already stays due."""
    with context.changing() as session:
        table = _timetable_up_to_now(session, season, number)
        pause_timetable(session, context.actor, table)
    click.echo(f"时间表“{table.name}”已暂停")


@command("timetable-resume")
@click.argument("season")
@click.argument("number", type=int)
def timetable_resume_command(context: Context, season: str, number: int) -> None:
    """Let a timetable run again from now on; dates that passed meanwhile are not made up for."""
    with context.changing() as session:
        table = _timetable_up_to_now(session, season, number)
        resume_timetable(session, context.actor, table)
        dates = course_of(session, table).next_dates()
    click.echo(f"时间表“{table.name}”已恢复, 今后: {_shown(dates, table.timezone)}")


@command("timetable-skip")
@click.argument("season")
@click.argument("number", type=int)
@click.argument("date")
@click.option("--reason", required=True, help="Why, for the audit trail and the run log.")
def timetable_skip_command(context: Context, season: str, number: int, date: str, reason: str) -> None:
    """Call off one coming DATE of a timetable, written as `timetables` lists it: "2026-11-05 09:00"."""
    given = Given()
    why = given.reason(reason)
    given.check()
    with context.changing() as session:
        table = _timetable(session, season, number)
        skip_instant(session, context.actor, table, _instant(date, table.timezone), reason=why, at=now())
        dates = course_of(session, table).next_dates()
    click.echo(f"已跳过 {date}, 今后: {_shown(dates, table.timezone)}")


@command("timetable-unskip")
@click.argument("season")
@click.argument("number", type=int)
@click.argument("date")
def timetable_unskip_command(context: Context, season: str, number: int, date: str) -> None:
    """Let a DATE stand again that was called off."""
    with context.changing() as session:
        table = _timetable(session, season, number)
        unskip_instant(session, context.actor, table, _instant(date, table.timezone), at=now())
        dates = course_of(session, table).next_dates()
    click.echo(f"照常发布 {date}, 今后: {_shown(dates, table.timezone)}")


def _instant(text: str, zone: str) -> Millis:
    """The instant of a local time like 2026-11-05 09:00; the command ends where it is none."""
    try:
        return from_local(datetime.strptime(text.strip().replace("T", " "), "%Y-%m-%d %H:%M"), zone)  # noqa: DTZ007
    except ValueError:
        refuse(f"DATE 应写成 2026-11-05 09:00, 收到 {text}")


def _timetable_up_to_now(session: Session, season: str, number: int) -> Timetable:
    """The same with a run for whatever has come due since the clock last looked: that stays due."""
    table = _timetable(session, season, number)
    make_due(session, now(), table.season_id)
    return table


def _timetable(session: Session, season: str, number: int) -> Timetable:
    tables = {table.id: table for table in list_timetables(session, season_named(session, season).id)}
    if number not in tables:
        refuse(f"赛季 {season} 没有编号为 {number} 的时间表; 现有: {'、'.join(map(str, tables)) or '(无)'}")
    return tables[number]


def _document(pairs: Mapping[str, str]) -> dict[str, Any]:
    """The document of a rule written as pairs."""
    document: dict[str, Any] = {}
    for name, text in pairs.items():
        key, _, part = name.partition(".")
        if not part:
            document[key] = _value(key, text)
        elif isinstance(document.setdefault(key, {}), dict):
            document[key][part] = _value(part, text)
    return document


def _value(key: str, text: str) -> str | int | list[str]:
    """A part of a rule as its document has it: whole numbers as numbers, lists as lists."""
    if key in LISTS:
        return text.split(",")
    return int(text) if WHOLE.fullmatch(text) else text


def _written(document: Mapping[str, Any], within: str = "") -> str:
    """A rule as `timetable-add` takes it."""
    words = []
    for key, value in document.items():
        if isinstance(value, Mapping):
            words.append(_written(value, f"{key}."))
        else:
            words.append(f"{within}{key}={','.join(value) if isinstance(value, list) else value}")
    return " ".join(words)


def _foretold(course: Course, dates: Sequence[Millis], zone: str) -> list[str]:
    """The next five dates and what is to be known of them, a line each."""
    lines = _each(dates, zone) or ["此后没有一次会发布, 请核对时间"]
    if dates and course.is_over(dates[0]):
        lines.append(f"! 赛季已于 {course.ends_on} 结束, 各期数据都截至当日")
    if missing := course.years_missing(now()):
        named = "、".join(map(str, missing))
        lines.append(f"! 要用到 {named} 年的放假安排, 尚未导入 (calendar-import), 工作日暂按周一至周五推算")
    return lines


def _each(dates: Iterable[Millis], zone: str) -> list[str]:
    return [at_zone(date, zone).strftime("%Y-%m-%d %H:%M") for date in dates]


def _shown(dates: Iterable[Millis], zone: str) -> str:
    return ", ".join(_each(dates, zone)) or "已到期"
