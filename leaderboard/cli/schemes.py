"""Commands about schemes: their versions, a draft from a document, its effect on places, submitting it.

It is approved or returned at the console only: a shell may be anybody's, so it cannot be the second person.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import click
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.boards.preview import Comparison, Shift, compare
from leaderboard.cli.acting import acting
from leaderboard.cli.context import Context, refuse
from leaderboard.cli.given import Given
from leaderboard.cli.group import command
from leaderboard.cli.named import season_named
from leaderboard.exchange.scheme_file import UnreadableDocument, read_document
from leaderboard.formatters import place
from leaderboard.instant import now
from leaderboard.seasons.approval import open_submission, submit_scheme, withdraw_scheme
from leaderboard.seasons.drafts import current_draft, restore_version, save_draft
from leaderboard.seasons.models import APPROVED, DISCARDED, DRAFT, SUBMITTED, SchemeVersion, Season
from leaderboard.seasons.read import list_schemes, scheme_in_force
from leaderboard.seasons.schemes import discard_scheme
from scoring.rules import Scheme
from scoring.scheme_document import SchemeError, parse_scheme

STATES = {DRAFT: "草稿", SUBMITTED: "待审批", APPROVED: "生效", DISCARDED: "作废"}


@command("schemes")
@click.argument("season")
def schemes_command(context: Context, season: str) -> None:
    """List the versions of a season's scheme, newest first; a draft's version is printed as `--over` wants it: 3.2."""
    with context.database.reading() as session:
        found = season_named(session, season)
        for version in list_schemes(session, found.id):
            waiting = open_submission(session, version)
            number = _seen(version) if version.state in {DRAFT, SUBMITTED} else str(version.version_no)
            day = waiting.effective_on if waiting else version.effective_on
            since = f"{'拟' if waiting else ''}自 {day} 起" if day else ""
            who = version.approved_by or (waiting.submitted_by if waiting else version.drafted_by)
            why = (waiting.reason if waiting else version.reason) or ""
            click.echo(f"{number}\t{STATES[version.state]}\t{since}\t{who}\t{why}")


@command("scheme-show")
@click.argument("season")
@click.argument("version", type=int, required=False)
def scheme_show_command(context: Context, season: str, version: int | None) -> None:
    """Print a version's document as JSON; without VERSION, of the scheme in force today."""
    with context.database.reading() as session:
        found = season_named(session, season)
        if version is not None:
            shown = _version(session, found, version)
        else:
            on = min(context.today, found.ends_on)
            shown = scheme_in_force(session, found.id, on, now()) or refuse(f"赛季 {season} 还没有生效的方案")
        click.echo(json.dumps(json.loads(shown.document), ensure_ascii=False, indent=2, sort_keys=True))


@command("scheme-draft")
@click.argument("season")
@click.argument("document", type=click.File("rb"))
@click.option(
    "--over", default="", metavar="DRAFT", help="The draft to replace, as `schemes` prints it: 3.2."
)
@click.option("--as", "account", metavar="ACCOUNT", help="The administrator in whose name it is drafted.")
def scheme_draft_command(
    context: Context, season: str, document: BinaryIO, over: str, account: str | None
) -> None:
    """Keep a document (JSON or YAML, docs/scheme.md; - for standard input) as the season's draft."""
    rules = _document(document)
    with context.changing() as session:
        found = season_named(session, season)
        draft = current_draft(session, found.id)
        present = _seen(draft) if draft else ""
        if over != present:
            refuse(
                f"已有草稿 {present}; 先看 scheme-show {season} {draft.version_no}, 再用 --over {present} 替换它"
                if draft
                else f"没有草稿 {over}, 请去掉 --over"
            )
        seen = (draft.version_no, draft.revision) if draft else None
        given = Given()
        actor = acting(session, context, given, account, Action.DRAFT_SCHEME) if account else context.actor
        given.check()
        kept = save_draft(session, actor, found, rules, seen)
        number = _seen(kept)
    click.echo(f"{found.title} 方案草稿 {number} 已保存, 尚未生效")


@command("scheme-preview")
@click.argument("season")
@click.argument("document", type=click.File("rb"), required=False)
def scheme_preview_command(context: Context, season: str, document: BinaryIO | None) -> None:
    """Show what the draft, or a document, would change: places and scores on today's facts; nothing is kept."""
    rules = _document(document) if document else None
    with context.database.reading() as session:
        found = season_named(session, season)
        scheme = _parsed(rules if rules is not None else json.loads(_draft(session, found).document))
        as_of = min(context.today, found.ends_on)
        effect = compare(session, found, scheme, as_of, now())
    click.echo("\n".join(_lines(effect)))


@command("scheme-submit")
@click.argument("season")
@click.option("--from", "effective_on", metavar="DATE", help="The day from which it is to be in force.")
@click.option("--reason", default="", help="Why, for the audit trail and the public.")
@click.option("--as", "account", metavar="ACCOUNT", help="The administrator in whose name it is submitted.")
def scheme_submit_command(
    context: Context, season: str, effective_on: str | None, reason: str, account: str | None
) -> None:
    """Put the draft before a second administrator, who decides at the console; until then it is locked."""
    given = Given()
    day, why = given.day("--from", effective_on), given.reason(reason)
    with context.changing() as session:
        found = season_named(session, season)
        draft = _draft(session, found)
        actor = acting(session, context, given, account, Action.DRAFT_SCHEME)
        given.check()
        submit_scheme(session, actor, draft, effective_on=day, reason=why, today=context.today)
    click.echo(
        f"{found.title} 第 {draft.version_no} 版方案已提交, 待另一位管理员在控制台批准后自 {day} 起生效"
    )


@command("scheme-withdraw")
@click.argument("season")
def scheme_withdraw_command(context: Context, season: str) -> None:
    """Take the submitted draft back before it is decided on."""
    with context.changing() as session:
        found = season_named(session, season)
        draft = _draft(session, found)
        withdraw_scheme(session, context.actor, draft)
    click.echo(f"{found.title} 第 {draft.version_no} 版方案已撤回, 又是草稿 {_seen(draft)}")


@command("scheme-restore")
@click.argument("season")
@click.argument("version", type=int)
def scheme_restore_command(context: Context, season: str, version: int) -> None:
    """Undo: copy a past version to a new draft, to be approved like any other."""
    with context.changing() as session:
        found = season_named(session, season)
        draft = restore_version(session, context.actor, found, _version(session, found, version))
    click.echo(f"{found.title} 已照第 {version} 版起草 {_seen(draft)}, 尚未生效")


@command("scheme-discard")
@click.argument("season")
def scheme_discard_command(context: Context, season: str) -> None:
    """Put the draft aside; the scheme in force stays."""
    with context.changing() as session:
        found = season_named(session, season)
        draft = _draft(session, found)
        discard_scheme(session, context.actor, draft)
    click.echo(f"{found.title} 方案草稿第 {draft.version_no} 版已作废")


def _seen(version: SchemeVersion) -> str:
    return f"{version.version_no}.{version.revision}"


def _version(session: Session, season: Season, number: int) -> SchemeVersion:
    versions = {version.version_no: version for version in list_schemes(session, season.id)}
    if number not in versions:
        refuse(f"赛季 {season.slug} 没有第 {number} 版方案; 现有: {'、'.join(map(str, versions)) or '(无)'}")
    return versions[number]


def _draft(session: Session, season: Season) -> SchemeVersion:
    return current_draft(session, season.id) or refuse(
        f"赛季 {season.slug} 没有草稿, 请先用 scheme-draft 保存"
    )


def _document(file: BinaryIO) -> dict[str, Any]:
    """The document in a file; the command ends with everything that is wrong with it."""
    try:
        document = read_document(file.read().decode("utf-8"))
    except UnicodeDecodeError:
        refuse("文件不是 UTF-8 编码的文字")
    except UnreadableDocument as error:
        refuse(str(error))
    if not isinstance(document, dict):
        refuse("方案应写成由名称和内容组成的一组")
    _parsed(document)
    return document


def _parsed(document: dict[str, Any]) -> Scheme:
    try:
        return parse_scheme(document)
    except SchemeError as error:
        refuse(*(f"{problem.path or '方案'}: {problem.message}" for problem in error.problems))


def _lines(effect: Comparison) -> Iterator[str]:
    first = f"首次排名, {effect.ranked} 个单位有名次"
    yield f"截至 {effect.as_of}, {first if effect.is_first_ranking else f'{len(effect.moved)} 个单位名次有变化'}"
    for division in effect.divisions:
        yield f"[{division.name}]"
        for shift in division.shifts:
            yield "\t".join([shift.unit, shift.name, *_change(shift)])


def _change(shift: Shift) -> tuple[str, str, str]:
    """Place before and after, score before and after, and the difference."""
    places = f"第 {place(shift.place)} 名 → 第 {place(shift.new_place)} 名"
    return places, f"{shift.score_shown or '—'} → {shift.new_score_shown or '—'}", shift.difference or "—"
