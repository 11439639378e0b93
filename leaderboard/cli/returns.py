"""Commands that record what units report in totals, and what is added or deducted by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
from sqlalchemy.orm import Session

from leaderboard.cli.context import Context, refuse
from leaderboard.cli.facts import Told, told_with
from leaderboard.cli.given import Given
from leaderboard.cli.group import command
from leaderboard.cli.named import season_named
from leaderboard.cli.telling import OUTCOME_WORDS, address_of, said_of
from leaderboard.instant import now
from leaderboard.ledger.listing import list_unit_facts
from leaderboard.ledger.unit_facts import add_adjustment, add_return
from leaderboard.ledger.waiting import UNIT_FACTS
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import RosterLine, roster, scheme_in_force
from scoring.rules import ReturnQuantity, ReturnRatio, Scheme
from scoring.scheme_document import parse_scheme

MOST_QUANTITY = 10**15


@command("returns")
@click.argument("season")
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=200,
    show_default=True,
    help="At most so many of each.",
)
def returns_command(context: Context, season: str, limit: int) -> None:
    """List a season's returns and adjustments, newest first: id, unit, what it says, what was decided."""
    with context.database.reading() as session:
        found = season_named(session, season)
        ids = [line.unit_id for line in roster(session, found.id, now())]
        for kind in UNIT_FACTS:
            for line in list_unit_facts(session, kind, ids, found.starts_on, limit):
                words = [address_of(kind, line.fact), str(line.fact.occurred_on), line.unit_name]
                click.echo("\t".join([*words, said_of(line.fact, {}, {}), OUTCOME_WORDS[line.outcome]]))


@command("return-add")
@click.argument("season")
@click.argument("unit")
@click.argument("measure")
@click.argument("quantity")
@click.option("--from", "starts_on", metavar="DATE", help="The first day of the period.")
@told_with
def return_add_command(
    context: Context,
    season: str,
    unit: str,
    measure: str,
    quantity: str,
    starts_on: str | None,
    told: Told,
) -> None:
    """Record a unit's total of a measure for a period that ends --on a day, earlier periods excluded."""
    given = Given()
    first, last = given.day("--from", starts_on), given.day("--on", told.on, latest=context.today)
    number = given.whole("QUANTITY", quantity, least=0, most=MOST_QUANTITY)
    source = told.source(context, given)
    with context.changing() as session:
        found = season_named(session, season)
        given.choice("MEASURE", measure, sorted(_measures(_scheme(context, session, found))))
        taking_part = _units(session, found)
        given.choice("UNIT", unit, taking_part)
        given.check()
        add_return(
            session,
            source,
            unit_id=taking_part[unit].unit_id,
            measure=measure,
            starts_on=first,
            ends_on=last,
            quantity=number,
        )
    click.echo(f"已记录: {taking_part[unit].name} {measure} {first} 至 {last}: {number:,}")


@command("adjustment-add")
@click.argument("season")
@click.argument("unit")
@click.argument("item")
@click.option("--times", default="1", metavar="NUMBER", help="How often; once by default.")
@click.option("--reason", default="", help="Why, as the board shows it.")
@told_with
def adjustment_add_command(
    context: Context,
    season: str,
    unit: str,
    item: str,
    times: str,
    reason: str,
    told: Told,
) -> None:
    """Record a bonus or deduction: ITEM is one the scheme has entered by hand."""
    given = Given()
    day, number, why = (
        given.day("--on", told.on, latest=context.today),
        given.whole("--times", times, most=1000),
        given.reason(reason),
    )
    source = told.source(context, given)
    with context.changing() as session:
        found = season_named(session, season)
        items = {
            rule.key: rule.name for rule in _scheme(context, session, found).adjustments if rule.per is None
        }
        given.choice("ITEM", item, items)
        taking_part = _units(session, found)
        given.choice("UNIT", unit, taking_part)
        given.check()
        add_adjustment(
            session,
            source,
            unit_id=taking_part[unit].unit_id,
            season_id=found.id,
            item=item,
            occurred_on=day,
            times=number,
            reason=why,
        )
    click.echo(f"已记录: {taking_part[unit].name} {items[item]} {number} 次")


def _units(session: Session, season: Season) -> dict[str, RosterLine]:
    return {line.key: line for line in roster(session, season.id, now())}


def _scheme(context: Context, session: Session, season: Season) -> Scheme:
    version = scheme_in_force(session, season.id, min(context.today, season.ends_on), now())
    if version is None:
        refuse(f"赛季 {season.slug} 还没有生效的方案")
    return parse_scheme(json.loads(version.document))


def _measures(scheme: Scheme) -> Iterator[str]:
    """Measures that the scheme counts returns of."""
    for indicator in scheme.indicators:
        if isinstance(indicator.measure, ReturnRatio):
            yield from (indicator.measure.numerator, indicator.measure.denominator)
        if isinstance(indicator.measure, ReturnQuantity):
            yield indicator.measure.measure
