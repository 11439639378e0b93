"""Commands that record what happened to a project: stages reached, money arrived, whose project it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import wraps
from typing import Any

import click

from leaderboard.cli.context import Context
from leaderboard.cli.doubts import doubts_of_amounts, doubts_of_order
from leaderboard.cli.given import LONGEST_REASON, Given
from leaderboard.cli.group import Function, command
from leaderboard.cli.named import project_named, stages_known, unit_named
from leaderboard.ledger.models import ARRIVAL_KINDS, DOMESTIC
from leaderboard.ledger.record import Source, add_arrival, add_credits, add_stage_event
from leaderboard.written import exact_number, tidy
from scoring.facts import SIGNED

CURRENCY = re.compile("[A-Z]{3}")
MOST_CENTS = 10**18
LONGEST_RATE = 20


@dataclass(frozen=True, slots=True)
class Told:
    """What every fact is recorded with, as given."""

    on: str | None
    evidence: str
    verified: bool

    def source(self, context: Context, given: Given) -> Source:
        """Who records the fact, on what evidence, and whether it is verified at once."""
        text = given.text("--evidence", self.evidence, most=LONGEST_REASON, needed=False)
        return Source(context.actor, text or None, verified=self.verified)


def told_with(function: Function) -> Function:
    """Adds the options every fact is recorded with, handed over together as `told`."""

    @wraps(function)
    def gathered(*words: Any, on: str | None, evidence: str, verified: bool, **options: Any) -> None:
        function(*words, told=Told(on, evidence, verified), **options)

    made: Function = gathered
    for option in (
        click.option("--verified", is_flag=True, help="Verify it at once: it counts from now on."),
        click.option("--evidence", default="", help="What proves it."),
        click.option("--on", default=None, metavar="DATE", help="The day it happened."),
    ):
        made = option(made)
    return made


@command("event-add")
@click.argument("project")
@click.argument("stage")
@click.option("--total", default=None, metavar="AMOUNT", help="Total investment; with the signing only.")
@click.option(
    "--inward", default=None, metavar="AMOUNT", help="Contracted inward capital; with the signing only."
)
@click.option("--sure", is_flag=True, help="It is right, however unlikely it looks.")
@told_with
def event_add_command(
    context: Context,
    project: str,
    stage: str,
    total: str | None,
    inward: str | None,
    sure: bool,
    told: Told,
) -> None:
    """Record that a project reached a stage: talks, signed, registered, landed, started, in_statistics, in_production."""
    given = Given()
    day = given.day("--on", told.on, latest=context.today)
    total_yuan, inward_yuan = given.yuan("--total", total), given.yuan("--inward", inward)
    source = told.source(context, given)
    if total_yuan is not None and inward_yuan is not None and inward_yuan > total_yuan:
        given.complain("--inward", "外来资金不能多于总投资")
    if stage != SIGNED and (total is not None or inward is not None):
        given.complain("--total, --inward", "金额只随签约填写")
    with context.changing() as session:
        names = stages_known(session)
        given.choice("STAGE", stage, names)
        found = project_named(session, project)
        given.confirm(sure, doubts_of_amounts(session, found, total=total_yuan, inward=inward_yuan))
        if not given.problems:
            given.confirm(sure, doubts_of_order(session, found, stage, day, names))
        given.check()
        add_stage_event(
            session,
            source,
            found,
            stage=stage,
            occurred_on=day,
            total_yuan=total_yuan,
            inward_yuan=inward_yuan,
        )
    click.echo(f"已记录: {found.name} 于 {day} {names[stage]}")


@command("arrival-add")
@click.argument("project")
@click.argument("amount")
@click.option(
    "--kind",
    default=DOMESTIC,
    metavar="domestic|foreign",
    help="From outside within the country, or foreign.",
)
@click.option(
    "--foreign",
    nargs=3,
    default=None,
    metavar="CURRENCY NUMBER RATE",
    help="What came in and the rate stated: USD 1200000.50 7.1.",
)
@click.option("--sure", is_flag=True, help="It is right, however unlikely it looks.")
@told_with
def arrival_add_command(
    context: Context,
    project: str,
    amount: str,
    kind: str,
    foreign: tuple[str, str, str] | None,
    sure: bool,
    told: Told,
) -> None:
    """Record money that arrived for a project: AMOUNT in yuan, or with its unit (1200万元)."""
    given = Given()
    day = given.day("--on", told.on, latest=context.today)
    yuan = given.yuan("AMOUNT", amount)
    given.choice("--kind", kind, ARRIVAL_KINDS)
    currency, cents, rate = _foreign(given, foreign) if foreign else (None, None, None)
    source = told.source(context, given)
    with context.changing() as session:
        found = project_named(session, project)
        given.confirm(sure, doubts_of_amounts(session, found, arrived=yuan))
        given.check()
        add_arrival(
            session,
            source,
            found,
            occurred_on=day,
            amount_yuan=yuan or 0,
            kind=kind,
            currency=currency,
            foreign_cents=cents,
            exchange_rate=rate,
        )
    click.echo(f"已记录: {found.name} 于 {day} 到位 {yuan:,} 元")


@command("credit-add")
@click.argument("project")
@click.argument("shares", nargs=-1, required=True, metavar="UNIT=SHARE...")
@told_with
def credit_add_command(context: Context, project: str, shares: tuple[str, ...], told: Told) -> None:
    """Record whose project it is: each unit with its share, as in `liuxi=50% qingshi=1/2`."""
    given = Given()
    parts = {key: given.share(f"SHARE {key}", text) for key, text in given.pairs("SHARES", shares).items()}
    day = given.day("--on", told.on, latest=context.today)
    source = told.source(context, given)
    given.check()
    with context.changing() as session:
        found = project_named(session, project)
        units = [(unit_named(session, key), share) for key, share in parts.items()]
        add_credits(session, source, found, shares=[(unit.id, s) for unit, s in units], occurred_on=day)
    click.echo(f"已记录: {found.name} 分成 {'、'.join(f'{unit.name} {share}' for unit, share in units)}")


def _foreign(given: Given, foreign: tuple[str, str, str]) -> tuple[str, int, str]:
    """Currency, cents of it and rate of exchange, as the ledger keeps them."""
    currency, number, rate = map(tidy, foreign)
    if not CURRENCY.fullmatch(currency):
        given.complain("--foreign", f"应为三个大写字母的币种代码, 如 USD, 收到 {currency}")
    cents = (exact_number(number) or Fraction(0)) * 100
    if cents.denominator != 1 or not 0 < cents < MOST_CENTS:
        given.complain("--foreign", f"应为大于零、最多两位小数的外币金额, 收到 {number}")
    if (exact_number(rate) or 0) <= 0 or len(rate) > LONGEST_RATE:
        given.complain("--foreign", f"应为大于零的汇率, 最多 {LONGEST_RATE} 位, 收到 {rate}")
    return currency, int(cents), rate
