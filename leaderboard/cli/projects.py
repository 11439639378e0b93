"""Commands about projects: finding them, one project's story, entering one, putting right what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import wraps
from typing import Any, TypedDict, cast

import click
from sqlalchemy.orm import Session

from leaderboard.cli.context import Context
from leaderboard.cli.given import Given
from leaderboard.cli.group import Function, command
from leaderboard.cli.named import project_named, season_named, stages_known, unit_named
from leaderboard.cli.telling import OUTCOME_WORDS, address_of, said_of
from leaderboard.formatters import money
from leaderboard.instant import now
from leaderboard.ledger.amend import amend_project
from leaderboard.ledger.listing import ProjectLine, list_projects, tell
from leaderboard.ledger.record import Source, add_credits, add_project
from leaderboard.ledger.wanted import AWAITING_SOME, Wanted
from leaderboard.seasons.read import list_units, roster

KNOWN_BY = {
    "name_en": (120, "The name in English."),
    "investor": (120, "By whom it is made; never shown to the public."),
    "industry": (40, "The industry."),
}
"""What a project is known by besides its name: how long it may be, and what it is."""


class Texts(TypedDict, total=False):
    """The texts of a project that were given."""

    name_en: str
    investor: str
    industry: str


@command("projects")
@click.option("--season", default=None, help="Projects of the units of a season.")
@click.option("--unit", default=None, help="Projects in which a unit has a share.")
@click.option("--stage", default="", help="Projects that reached a stage.")
@click.option("--text", default="", help="Part of the code, the name or the investor.")
@click.option("--awaiting", is_flag=True, help="Only projects with a fact that awaits a decision.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="At most so many."
)
def projects_command(
    context: Context, season: str | None, unit: str | None, stage: str, text: str, awaiting: bool, limit: int
) -> None:
    """List projects by code: units, newest stage, contracted and arrived money, facts that await a decision."""
    with context.database.reading() as session:
        given = Given()
        names = stages_known(session)
        if stage:
            given.choice("--stage", stage, names)
        given.check()
        state = AWAITING_SOME if awaiting else ""
        asked = Wanted(_unit_ids(session, season, unit), stage, text, state)
        lines, total = list_projects(session, asked, limit)
    for line in lines:
        click.echo(_line(line, names))
    click.echo(f"共 {total} 个项目" + (f", 列出前 {limit} 个" if total > limit else ""), err=True)


@command("project-show")
@click.argument("code")
def project_show_command(context: Context, code: str) -> None:
    """Print a project's whole story in the order things happened, each fact with its id and what was decided."""
    with context.database.reading() as session:
        project = project_named(session, code)
        names, units = stages_known(session), {unit.id: unit.name for unit in list_units(session)}
        about = [project.name, project.name_en, project.investor, project.industry]
        click.echo("\t".join([project.code, *(text or "" for text in about)]))
        for told in tell(session, project.id):
            decided = told.decisions[-1] if told.decisions else None
            words = [
                address_of(told.kind, told.fact),
                str(told.fact.occurred_on),
                said_of(told.fact, names, units),
            ]
            words += [OUTCOME_WORDS[told.outcome], decided.decided_by if decided else told.fact.recorded_by]
            click.echo("\t".join([*words, (decided.reason if decided else None) or told.fact.evidence or ""]))


def _option(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def called_with(function: Function) -> Function:
    """Adds the options of what a project is known by besides its name, handed over together as `texts`."""

    @wraps(function)
    def gathered(*words: Any, **options: Any) -> None:
        function(*words, texts={key: options.pop(key) for key in KNOWN_BY}, **options)

    made: Function = gathered
    for key, (_most, words) in reversed(KNOWN_BY.items()):
        made = click.option(_option(key), key, default=None, help=words)(made)
    return made


@command("project-add")
@click.argument("code")
@click.argument("name")
@click.option(
    "--unit", default=None, help="Code of the unit whose project it is, wholly; else record shares later."
)
@click.option(
    "--public", is_flag=True, help="Its name may stand on public pages; otherwise only its code does."
)
@called_with
def project_add_command(
    context: Context, code: str, name: str, unit: str | None, public: bool, texts: dict[str, str | None]
) -> None:
    """Enter a project under a CODE that no other project has."""
    given = Given()
    called, others = given.text("NAME", name), _given_texts(given, texts)
    given.check()
    with context.changing() as session:
        source = Source(context.actor, verified=True)
        leading = unit_named(session, unit) if unit is not None else None
        project = add_project(session, source, code=code, name=called, is_public=public, **others)
        if leading is not None:
            whole = [(leading.id, Fraction(1))]
            add_credits(session, source, project, shares=whole, occurred_on=context.today)
    click.echo(f"项目 {code} {called} 已登记")


@command("project-amend")
@click.argument("code")
@click.option("--name", default=None, help="The name.")
@click.option("--public/--not-public", default=None, help="Whether the name may stand on public pages.")
@click.option("--reason", default="", help="Why, for the audit trail.")
@called_with
def project_amend_command(
    context: Context,
    code: str,
    name: str | None,
    public: bool | None,
    reason: str,
    texts: dict[str, str | None],
) -> None:
    """Put right what a project is called; what is not given stays, an empty text takes away what may be missing."""
    given = Given()
    called = None if name is None else given.text("--name", name)
    others, why = _given_texts(given, texts), given.reason(reason)
    given.check()
    with context.changing() as session:
        project = project_named(session, code)
        amend_project(session, context.actor, project, name=called, is_public=public, reason=why, **others)
    click.echo(f"项目 {code} 的资料已修改, 自下一期榜单起生效")


def _given_texts(given: Given, texts: Mapping[str, str | None]) -> Texts:
    """The texts that were given, each within what its column holds."""
    found: dict[str, str] = {}
    for key, (most, _words) in KNOWN_BY.items():
        text = texts[key]
        if text is not None:
            found[key] = given.text(_option(key), text, most=most, needed=False)
    return cast(Texts, found)


def _unit_ids(session: Session, season: str | None, unit: str | None) -> tuple[int, ...] | None:
    """Units of the season and the unit asked for; None where neither is."""
    asked: set[int] | None = None
    if season is not None:
        asked = {line.unit_id for line in roster(session, season_named(session, season).id, now())}
    if unit is not None:
        one = {unit_named(session, unit).id}
        asked = one if asked is None else asked & one
    return None if asked is None else tuple(sorted(asked))


def _line(line: ProjectLine, names: Mapping[str, str]) -> str:
    newest = line.newest
    stage = f"{newest.occurred_on} {names.get(newest.stage, newest.stage)}" if newest else "—"
    units = "、".join(f"{name} {share}" if share < 1 else name for name, share in line.units)
    money_words = f"{money(line.inward_yuan)}\t{money(line.arrived_yuan)}"
    awaiting = f"待认定 {line.awaiting}" if line.awaiting else ""
    return f"{line.code}\t{line.name}\t{units}\t{stage}\t{money_words}\t{awaiting}"
