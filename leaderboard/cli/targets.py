"""Commands about targets 目标任务: what there is, setting one, and spreading a total over the units."""

from __future__ import annotations

from fractions import Fraction

import click
from sqlalchemy.orm import Session

from leaderboard.cli.context import Context, refuse
from leaderboard.cli.given import Given
from leaderboard.cli.group import command
from leaderboard.cli.named import season_named, unit_named
from leaderboard.formatters import exact_quantity
from leaderboard.instant import now
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import set_target
from leaderboard.seasons.read import RosterLine, bundles, list_units, ranked, roster, targets_at
from leaderboard.seasons.spread import spread
from leaderboard.seasons.tasks import Cell, Task, earlier_tasks, set_tasks, tasks_mark, tasks_now
from leaderboard.written import WAN, exact_number, tidy

COUNT, AMOUNT = COUNTED_BY = ("count", "amount")
MOST = 10**15


@command("targets")
@click.argument("season")
def targets_command(context: Context, season: str) -> None:
    """List the targets of a season: unit, indicator, level, quantity."""
    with context.database.reading() as session:
        found = season_named(session, season)
        units = {unit.id: unit for unit in list_units(session)}
        for target in targets_at(session, found.id, now()):
            unit = units[target.unit_id]
            shown = exact_quantity(target.quantity, target.by)
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
    number = _quantity(given, "QUANTITY", quantity, by)
    key, named = given.text("INDICATOR", indicator, most=40), given.text("--level", level, most=40)
    given.check()
    with context.changing() as session:
        found, chosen = season_named(session, season), unit_named(session, unit)
        if chosen.id not in {line.unit_id for line in roster(session, found.id, now())}:
            refuse(f"{chosen.name} 没有参加赛季 {season}, 请先用 unit-enter 编入")
        set_target(session, context.actor, found, chosen, indicator=key, by=by, quantity=number, level=named)
    click.echo(f"{chosen.name} {key} 目标任务: {exact_quantity(number, by)}")


@command("target-spread")
@click.argument("season")
@click.argument("indicator")
@click.argument("total")
@click.option("--by", default=COUNT, metavar="count|amount", help="A number of projects (default) or money.")
@click.option("--level", default="basic", help="Which of several targets: basic (default), stretch.")
@click.option(
    "--share", "shares", multiple=True, metavar="UNIT=NUMBER", help="A unit's share; again for each."
)
@click.option("--like-before", is_flag=True, help="By the targets of the season before.")
@click.option("--dry-run", is_flag=True, help="Show what everyone gets, and keep nothing.")
def target_spread_command(  # noqa: PLR0913, PLR0917 - how a total is spread, each by an option
    context: Context,
    season: str,
    indicator: str,
    total: str,
    by: str,
    level: str,
    shares: tuple[str, ...],
    like_before: bool,
    dry_run: bool,
) -> None:
    """Spread TOTAL over the units in the contest, equally unless said otherwise; money goes by whole 万元."""
    given = Given()
    given.choice("--by", by, COUNTED_BY)
    number = _quantity(given, "TOTAL", total, by)
    task = Task(given.text("INDICATOR", indicator, most=40), by, given.text("--level", level, most=40))
    typed = {key: _share(given, share) for key, share in given.pairs("--share", shares).items()}
    given.check()
    with context.changing(keep=not dry_run) as session:
        found = season_named(session, season)
        every = roster(session, found.id, now())
        lines = [line for line in ranked(every) if line.competing]
        weights = _weights(session, found, lines, task, typed, like_before=like_before)
        parts = spread(number, weights, WAN if by == AMOUNT else 1).parts
        # What members of bundles had is in the bundle's part.
        members = [one for line in lines for one in bundles(every).get(line.key, ())]
        wanted: dict[Cell, int | None] = {(one.unit_id, task): None for one in members}
        wanted |= {(line.unit_id, task): part.quantity for line, part in zip(lines, parts, strict=True)}
        units = [unit_named(session, line.key) for line in (*members, *lines)]
        set_tasks(session, context.actor, found, units, wanted, tasks_mark(tasks_now(session, found)))
    for line, part in zip(lines, parts, strict=True):
        mark = "\t加一" if part.is_extra else ""
        click.echo(f"{line.key}\t{line.name}\t{exact_quantity(part.quantity, by)}{mark}")
    click.echo(f"合计 {exact_quantity(number, by)}{', 没有保存' if dry_run else ''}")


def _quantity(given: Given, what: str, text: str, by: str) -> int:
    """A number of projects, or money in yuan."""
    if by == AMOUNT:
        return given.yuan(what, text) or 0
    return given.whole(what, text, least=0, most=MOST)


def _share(given: Given, text: str) -> Fraction:
    """How much of the total a unit takes, beside the others."""
    number = exact_number(tidy(text))
    if number is None or number < 0:
        given.complain("--share", f"应为不小于零的数, 收到 {text}")
    return number or Fraction(0)


def _weights(
    session: Session,
    season: Season,
    lines: list[RosterLine],
    task: Task,
    typed: dict[str, Fraction],
    *,
    like_before: bool,
) -> list[Fraction | int]:
    """What each unit's part is measured by: its earlier target, its share, or the same for all."""
    if unknown := sorted(set(typed) - {line.key for line in lines}):
        refuse(f"--share: {'、'.join(unknown)} 不在赛季 {season.slug} 的参赛单位中")
    if not like_before:
        return [typed.get(line.key, 0) if typed else 1 for line in lines]
    earlier = earlier_tasks(session, season, task)
    if earlier is None:
        refuse(f"赛季 {season.slug} 之前没有 {task.indicator} 的目标任务")
    return [earlier[1].get(line.unit_id, 0) for line in lines]
