"""Commands about who takes part and with what task: units, divisions, entries, targets."""

from __future__ import annotations

import click

from leaderboard.cli.context import Context, refuse
from leaderboard.cli.given import Given
from leaderboard.cli.group import command
from leaderboard.cli.named import season_named, unit_named
from leaderboard.formatters import quantity as shown_quantity
from leaderboard.instant import now
from leaderboard.seasons.plan import add_division, add_unit, enter_unit, set_target
from leaderboard.seasons.read import list_divisions, list_units, roster, targets_at

COUNT, AMOUNT = COUNTED_BY = ("count", "amount")
MOST = 10**15


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
def unit_enter_command(context: Context, season: str, unit: str, division: str, hors_concours: bool) -> None:
    """Enter a unit in a division of a season; entering it elsewhere ends the earlier entry."""
    with context.changing() as session:
        found = season_named(session, season)
        entered = unit_named(session, unit)
        divisions = {known.key: known for known in list_divisions(session, found.id)}
        if division not in divisions:
            refuse(f"赛季 {season} 没有组别 {division}; 现有: {'、'.join(divisions) or '(无)'}")
        enter_unit(session, context.actor, found, entered, divisions[division], competing=not hors_concours)
    click.echo(f"{entered.name} 已编入 {found.title} {divisions[division].name}")


@command("targets")
@click.argument("season")
def targets_command(context: Context, season: str) -> None:
    """List the targets of a season: unit, indicator, level, quantity."""
    with context.database.reading() as session:
        found = season_named(session, season)
        units = {unit.id: unit for unit in list_units(session)}
        for target in targets_at(session, found.id, now()):
            unit = units[target.unit_id]
            shown = shown_quantity(target.quantity, target.by)
            click.echo(f"{unit.key}\t{unit.name}\t{target.indicator}\t{target.level}\t{target.by}\t{shown}")


@command("target-set")
@click.argument("season")
@click.argument("unit")
@click.argument("indicator")
@click.argument("quantity")
@click.option("--by", default=COUNT, metavar="count|amount", help="A number of projects (default) or money.")
@click.option("--level", default="basic", help="Which of several targets: basic (default), stretch.")
def target_set_command(
    context: Context, season: str, unit: str, indicator: str, quantity: str, by: str, level: str
) -> None:
    """Set a unit's target of an indicator; another figure ends the earlier target."""
    given = Given()
    given.choice("--by", by, COUNTED_BY)
    money = given.yuan("QUANTITY", quantity) if by == AMOUNT else None
    number = given.whole("QUANTITY", quantity, least=0, most=MOST) if by != AMOUNT else money or 0
    key, named = given.text("INDICATOR", indicator, most=40), given.text("--level", level, most=40)
    given.check()
    with context.changing() as session:
        found, chosen = season_named(session, season), unit_named(session, unit)
        if chosen.id not in {line.unit_id for line in roster(session, found.id, now())}:
            refuse(f"{chosen.name} 没有参加赛季 {season}, 请先用 unit-enter 编入")
        set_target(session, context.actor, found, chosen, indicator=key, by=by, quantity=number, level=named)
    click.echo(f"{chosen.name} {key} 目标任务: {shown_quantity(number, by)}")
