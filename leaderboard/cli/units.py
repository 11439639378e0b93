"""Commands about who takes part: units, divisions, entries, and the order they are listed in."""

from __future__ import annotations

import click

from leaderboard.cli.context import Context, refuse
from leaderboard.cli.given import Given
from leaderboard.cli.group import command
from leaderboard.cli.named import season_named, unit_named
from leaderboard.instant import now
from leaderboard.seasons.order import order_units
from leaderboard.seasons.plan import add_division, add_unit, enter_unit, live_entry
from leaderboard.seasons.read import list_divisions, list_units, roster
from leaderboard.seasons.taking_part import leave_season, place_unit


@command("units")
@click.argument("season", required=False)
def units_command(context: Context, season: str | None) -> None:
    """List the authority's units; with SEASON, who takes part in it and in which division."""
    with context.database.reading() as session:
        if season is None:
            for unit in list_units(session):
                click.echo(f"{unit.key}\t{unit.name}\t{unit.name_en or ''}")
            return
        found = season_named(session, season)
        names = {division.key: division.name for division in list_divisions(session, found.id)}
        for line in roster(session, found.id, now()):
            competing = "参赛" if line.competing else "只展示"
            click.echo(f"{line.key}\t{line.name}\t{line.division}\t{names[line.division]}\t{competing}")


@command("unit-add")
@click.argument("unit")
@click.argument("name")
@click.option("--name-en", default=None, help="The name in English.")
@click.option(
    "--order",
    default=None,
    metavar="NUMBER",
    help="Its number in the office's listing order; the last one by default.",
)
def unit_add_command(context: Context, unit: str, name: str, name_en: str | None, order: str | None) -> None:
    """Add a unit to the authority's list: UNIT is its code, NAME what it is called."""
    given = Given()
    key, called = given.text("UNIT", unit, most=40), given.text("NAME", name)
    sort_no = given.whole("--order", order) if order is not None else None
    given.check()
    with context.changing() as session:
        last = max((found.sort_no for found in list_units(session)), default=0)
        add_unit(session, context.actor, key=key, name=called, sort_no=sort_no or last + 1, name_en=name_en)
    click.echo(f"单位 {called} ({key}) 已添加")


@command("division-add")
@click.argument("season")
@click.argument("division")
@click.argument("name")
@click.option("--name-en", default=None, help="The name in English.")
def division_add_command(
    context: Context, season: str, division: str, name: str, name_en: str | None
) -> None:
    """Add a division at the end of a season's list: DIVISION is its code, NAME what it is called."""
    given = Given()
    key, called = given.text("DIVISION", division, most=40), given.text("NAME", name)
    given.check()
    with context.changing() as session:
        found = season_named(session, season)
        add_division(session, context.actor, found, key=key, name=called, name_en=name_en)
    click.echo(f"{found.title} 组别 {called} ({key}) 已添加")


@command("unit-enter")
@click.argument("season")
@click.argument("unit")
@click.argument("division")
@click.option("--hors-concours", is_flag=True, help="Shown on the board without a place.")
@click.option("--into", default=None, metavar="UNIT", help="The unit of the season it is bundled into.")
@click.option("--reason", default="", help="Why, for a unit that takes part already.")
def unit_enter_command(
    context: Context,
    season: str,
    unit: str,
    division: str,
    hors_concours: bool,
    into: str | None,
    reason: str,
) -> None:
    """Enter a unit in a division of a season; entering it elsewhere ends the earlier entry."""
    with context.changing() as session:
        found, entered = season_named(session, season), unit_named(session, unit)
        divisions = {known.key: known for known in list_divisions(session, found.id)}
        if division not in divisions:
            refuse(f"赛季 {season} 没有组别 {division}; 现有: {'、'.join(divisions) or '(无)'}")
        place, competing = divisions[division], not hors_concours
        if live_entry(session, found, entered) is None:
            enter_unit(session, context.actor, found, entered, place, competing=competing)
        elif into is None and not reason:
            refuse(f"{entered.name} 已参加赛季 {season}, 变动请加 --reason 写明理由")
        if reason or into:
            head = unit_named(session, into) if into else None
            place_unit(
                session, context.actor, found, entered, place, competing=competing, into=head, reason=reason
            )
    click.echo(f"{entered.name} 已编入 {found.title} {place.name}")


@command("unit-leave")
@click.argument("season")
@click.argument("unit")
@click.option("--reason", default="", help="Why, for the audit trail.")
def unit_leave_command(context: Context, season: str, unit: str, reason: str) -> None:
    """Take a unit out of a season from now on; its facts and past editions stay."""
    with context.changing() as session:
        found, leaving = season_named(session, season), unit_named(session, unit)
        leave_season(session, context.actor, found, leaving, reason=reason)
    click.echo(f"{leaving.name} 已退出 {found.title}")


@command("unit-order")
@click.argument("units", nargs=-1, required=True)
def unit_order_command(context: Context, units: tuple[str, ...]) -> None:
    """List these units in this order, in the places they hold together in the office's list."""
    given = Given()
    if len(set(units)) < len(units):
        given.complain("UNITS", "同一单位写了两次")
    given.check()
    with context.changing() as session:
        ordered = [unit_named(session, key) for key in units]
        moved = order_units(session, context.actor, ordered)
    click.echo(f"已排列, {moved} 家换了位置")
