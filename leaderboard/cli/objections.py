"""Commands for objections 异议: listed, filed in a unit's name, and answered after a look at the effect."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from leaderboard.boards.difference import Effect
from leaderboard.boards.drafts import find_draft
from leaderboard.boards.revisions import extend_window
from leaderboard.boards.window_years import years_of_window
from leaderboard.cli.context import Context, refuse
from leaderboard.cli.group import command
from leaderboard.cli.life import assumed
from leaderboard.cli.named import season_named, unit_named
from leaderboard.formatters import moment
from leaderboard.instant import now
from leaderboard.objections.answer import dismiss, foresee, sketch_upheld, uphold
from leaderboard.objections.file import file_objection
from leaderboard.objections.models import DISMISSED, OPEN, TAKEN_BACK, UPHELD
from leaderboard.objections.read import Filed, find_objection, objections_in
from leaderboard.office import Office

STATES = {OPEN: "待答复", UPHELD: "成立", DISMISSED: "不成立", TAKEN_BACK: "已撤回"}
DROPPED = "公示稿已作废, 没有可重出的榜单: 请在台账中更正, 再出新稿 (draft-make) 或起草更正 (edition-correct)"


@command("objection-list")
@click.argument("season")
@click.option("--all", "everything", is_flag=True, help="Those answered or taken back too.")
def objection_list_command(context: Context, season: str, everything: bool) -> None:
    """List a season's objections: number, draft, state, who objects, whose line, indicator, text, answer."""
    with context.database.reading() as session:
        found = season_named(session, season)
        for filed in objections_in(session, found.id, open_only=not everything):
            one = filed.objection
            words = [str(one.id), f"稿 {filed.draft.id}", STATES[one.state], filed.unit.key, filed.about.key]
            click.echo(
                "\t".join([*words, one.indicator or "整行", _line(one.text), _line(one.answer or "—")])
            )


@command("objection-file")
@click.argument("draft", type=int)
@click.argument("unit")
@click.option("--about", default=None, help="Whose line is meant; the unit's own unless told otherwise.")
@click.option(
    "--indicator", default=None, help="Which indicator is meant; the whole line unless told otherwise."
)
@click.option("--text", default="", help="What is objected, and on what grounds.")
def objection_file_command(
    context: Context, draft: int, unit: str, about: str | None, indicator: str | None, text: str
) -> None:
    """File an objection that a unit handed in on paper, against a draft in its window."""
    with context.changing() as session:
        found = find_draft(session, draft) or refuse(
            f"没有编号为 {draft} 的公示稿; 用 leaderboard draft-list 查看"
        )
        who, whose = unit_named(session, unit), unit_named(session, about or unit)
        filed = file_objection(
            session, context.actor, found, who, about=whose, indicator=indicator, text=text
        )
        number = filed.id
    click.echo(f"异议 {number} 已登记, 答复前公示稿 {draft} 不发布")


@command("objection-answer")
@click.argument("number", type=int)
@click.option(
    "--uphold/--dismiss", "upheld", default=None, help="Grant it or not; without either, show the effect."
)
@click.option("--answer", default="", help="The reason; the unit reads it.")
@click.option("--days", type=int, default=None, help="Working days from today that the new draft lies open.")
@click.option("--textual", is_flag=True, help="Grant it without a new draft, as only words are meant.")
def objection_answer_command(
    context: Context, number: int, upheld: bool | None, answer: str, days: int | None, textual: bool
) -> None:
    """Answer an objection, once; without a decision, show what upholding it would change."""
    if upheld is None:
        with context.database.reading() as session:
            _tell(foresee(session, _objection(session, number).objection))
        return
    at, before = now(), None
    if upheld and not textual:
        with context.looking() as session:
            before = sketch_upheld(session, _objection(session, number).objection, answer=answer, at=at)
    with context.changing() as session:
        found, revised = _objection(session, number).objection, None
        if not upheld:
            dismiss(session, context.actor, found, answer=answer)
        else:
            revised = uphold(
                session,
                context.actor,
                found,
                Office.of(context.settings),
                answer=answer,
                days=days,
                textual=textual,
                known_at=at,
                before=before,
            )
        closes_at = revised.closes_at if revised else None
    said = f"异议 {number} {'成立' if upheld else '不成立'}"
    if revised:
        said += f"; 公示稿 {revised.id} 公示至 {moment(closes_at, context.settings.timezone)}"
    elif upheld and not textual:
        said += f"; {DROPPED}"
    click.echo(said)


@command("draft-extend")
@click.argument("number", type=int)
@click.option("--days", type=int, required=True, help="Working days from today that it still lies open.")
def draft_extend_command(context: Context, number: int, days: int) -> None:
    """Let a draft lie open for objections longer."""
    zone = context.settings.timezone
    with context.changing() as session:
        draft = find_draft(session, number) or refuse(
            f"没有编号为 {number} 的公示稿; 用 leaderboard draft-list 查看"
        )
        extend_window(session, context.actor, draft, days=days, zone=zone)
        until, years = moment(draft.closes_at, zone), years_of_window(session, draft, zone)
    click.echo(f"公示稿 {number} 公示延长到 {until}{assumed(years)}")


def _objection(session: Session, number: int) -> Filed:
    return find_objection(session, number) or refuse(
        f"没有编号为 {number} 的异议; 用 leaderboard objection-list 查看"
    )


def _tell(effect: Effect | None) -> None:
    """Who would move, one unit a line, and how many facts differ."""
    if effect is None:
        click.echo(DROPPED)
        return
    facts = effect.diff["facts"]
    changed = f"补计 {len(facts['added'])} 条, 剔除 {len(facts['removed'])} 条"
    changed += f", 名称变化 {len(names)} 处" if (names := effect.diff["names"]) else ""
    click.echo(
        f"变化 {len(effect.diff['moved'])} 家单位; {changed}" if effect.changes else "榜单没有任何变化"
    )
    for line in effect.diff["moved"]:
        places = f"{line['place_before'] or '—'} → {line['place_after'] or '—'}"
        scores = f"{line['score_before_shown'] or '—'} → {line['score_after_shown'] or '—'}"
        click.echo(f"{line['unit']}\t{line['unit_name']}\t{places}\t{scores}")


def _line(text: str) -> str:
    return " ".join(text.split())
