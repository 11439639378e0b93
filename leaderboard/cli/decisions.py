"""Commands that decide on facts: what awaits a decision, and verifying, returning or reversing by id."""

from __future__ import annotations

import re

import click
from sqlalchemy.orm import Session

from leaderboard.cli.context import Context
from leaderboard.cli.given import Given
from leaderboard.cli.group import command
from leaderboard.cli.named import season_named, stages_known, unit_named
from leaderboard.cli.telling import address_of, said_of
from leaderboard.instant import now
from leaderboard.ledger.awaiting import Waiting, list_awaiting
from leaderboard.ledger.listing import find_project_fact, find_unit_fact
from leaderboard.ledger.models import RETURNED, REVERSED, VERIFIED, OfProject, OfUnit
from leaderboard.ledger.record import LedgerError, decide
from leaderboard.ledger.waiting import KINDS, PROJECT_FACTS, Asked, count_awaiting
from leaderboard.seasons.read import list_units, roster

ADDRESS = re.compile(r"([a-z]+)\.([0-9]{1,9})\.([0-9]{1,16})")


@command("facts")
@click.option("--season", default=None, help="Facts of the units of a season.")
@click.option("--unit", default=None, help="Facts of one unit.")
@click.option("--kind", default="", metavar="|".join(KINDS), help="Facts of one kind.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=200, show_default=True, help="At most so many."
)
def facts_command(context: Context, season: str | None, unit: str | None, kind: str, limit: int) -> None:
    """List the facts that await a decision, oldest first; the first column is the id that `fact-verify` takes."""
    given = Given()
    if kind:
        given.choice("--kind", kind, KINDS)
    given.check()
    with context.database.reading() as session:
        asked = _asked(session, season, unit, kind)
        stages = stages_known(session)
        units = {known.id: known.name for known in list_units(session)}
        for waiting in list_awaiting(session, asked, limit):
            click.echo(_line(waiting, stages, units))
        total = count_awaiting(session, asked)
    click.echo(f"共 {total} 条待认定" + (f", 列出前 {limit} 条" if total > limit else ""), err=True)


@command("fact-verify")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
def fact_verify_command(context: Context, ids: tuple[str, ...]) -> None:
    """Verify facts: all of them or, when anything is wrong, none."""
    _decide(context, ids, VERIFIED, None)
    click.echo(f"已认定 {len(set(ids))} 条")


@command("fact-return")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--reason", default="", help="Why, for who reported it.")
def fact_return_command(context: Context, ids: tuple[str, ...], reason: str) -> None:
    """Return facts to who reported them, with the reason: all of them or none."""
    _decide(context, ids, RETURNED, reason)
    click.echo(f"已退回 {len(set(ids))} 条")


@command("fact-reverse")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--reason", default="", help="Why, for the trail.")
def fact_reverse_command(context: Context, ids: tuple[str, ...], reason: str) -> None:
    """Reverse facts, with the reason: they stay readable and never count again; all of them or none."""
    _decide(context, ids, REVERSED, reason)
    click.echo(f"已冲销 {len(set(ids))} 条")


def _asked(session: Session, season: str | None, unit: str | None, kind: str) -> Asked:
    found = season_named(session, season) if season is not None else None
    ids = {line.unit_id for line in roster(session, found.id, now())} if found else None
    if unit is not None:
        one = {unit_named(session, unit).id}
        ids = one if ids is None else ids & one
    return Asked(None if ids is None else tuple(sorted(ids)), found.id if found else None, kind)


def _line(waiting: Waiting, stages: dict[str, str], units: dict[int, str]) -> str:
    about = "、".join(units[unit_id] for unit_id in waiting.unit_ids)
    project = f"{waiting.project.code} {waiting.project.name}" if waiting.project else ""
    fact = waiting.fact
    words = [address_of(waiting.key.kind, fact), str(fact.occurred_on), about, project]
    return "\t".join([*words, said_of(fact, stages, units), fact.recorded_by, fact.evidence or ""])


def _decide(context: Context, ids: tuple[str, ...], outcome: str, reason: str | None) -> None:
    given = Given()
    why = None if outcome == VERIFIED else given.reason(reason)
    with context.changing() as session:
        for address in dict.fromkeys(ids):
            fact = _find(session, address)
            if fact is None:
                given.complain(address, "没有这条记录; 用 facts、project-show 或 returns 列出编号")
                continue
            try:
                if not given.problems:
                    decide(session, context.actor, fact, outcome, why)
            except LedgerError as error:
                given.complain(address, str(error))
        given.check()


def _find(session: Session, address: str) -> OfProject | OfUnit | None:
    match = ADDRESS.fullmatch(address)
    if match is None or match[1] not in KINDS:
        return None
    kind, holder, fact_id = match[1], int(match[2]), int(match[3])
    if kind in PROJECT_FACTS:
        return find_project_fact(session, holder, kind, fact_id)
    return find_unit_fact(session, holder, kind, fact_id)
