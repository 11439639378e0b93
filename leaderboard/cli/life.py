"""Commands for the life of a board: drafts and their windows, corrections, withdrawals, freezing and revealing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import click
from sqlalchemy.orm import Session

from leaderboard.boards.correct import begin_correction, sketch_correction, withdraw
from leaderboard.boards.drafts import (
    drop,
    due_by_hand,
    find_draft,
    list_drafts,
    make_draft,
    open_window,
    revise,
    sketch_revision,
)
from leaderboard.boards.models import DRAFT, DROPPED, RELEASED, REPLACED, WINDOW, Draft, Edition
from leaderboard.boards.package import unpacked
from leaderboard.boards.publish import Overtaken
from leaderboard.boards.read import find_announced
from leaderboard.boards.sketch import sketch
from leaderboard.boards.timekeeping import after_boards
from leaderboard.boards.window_years import years_of_season, years_of_window
from leaderboard.cli.context import Context, refuse, refusing
from leaderboard.cli.group import command
from leaderboard.cli.named import season_named
from leaderboard.formatters import moment
from leaderboard.instant import now
from leaderboard.office import Office
from leaderboard.releasing import release_draft, reveal
from leaderboard.seasons.holding import freeze_season, set_window
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import present_season

STATES = {DRAFT: "稿", WINDOW: "公示中", RELEASED: "已发布", REPLACED: "已重出", DROPPED: "已作废"}
T = TypeVar("T")


@command("draft-list")
@click.argument("season")
@click.option("--all", "everything", is_flag=True, help="Those released, replaced or dropped too.")
def draft_list_command(context: Context, season: str, everything: bool) -> None:
    """List a season's drafts, newest due first: number, cut-off, state, end of the window, what it corrects, note."""
    zone = context.settings.timezone
    with context.database.reading() as session:
        found = season_named(session, season)
        for draft in list_drafts(session, found.id, live_only=not everything):
            until = moment(draft.closes_at, zone) if draft.state == WINDOW else "—"
            corrected = session.get_one(Edition, draft.corrects_id).number if draft.corrects_id else None
            about = f"更正第 {corrected} 期" if corrected else "—"
            words = [str(draft.id), f"截至 {draft.as_of}", STATES[draft.state], until, about]
            click.echo("\t".join([*words, draft.reason or draft.note or ""]))


@command("draft-make")
@click.argument("season")
def draft_make_command(context: Context, season: str) -> None:
    """Compose a season's next board as a draft that nobody but the house sees, and print its number."""
    at, day = now(), context.today
    with context.looking() as session:
        found = season_named(session, season)
        before = sketch(session, found, due_by_hand(found, day, at))
    with context.changing() as session:
        # Another board may have come out meanwhile, or the season have another last day.
        due = due_by_hand(present_season(session, found.id), day, after_boards(session, at))
        draft = make_draft(session, context.actor, found, _office(context), due, before)
    click.echo(f"{found.title} 公示稿 {draft.id}, 截至 {draft.as_of}")


@command("draft-open")
@click.argument("number", type=int)
@click.option(
    "--days", type=int, default=5, show_default=True, help="Working days it lies open, from tomorrow."
)
@click.option("--contact", default="", help="Whom to turn to with an objection.")
def draft_open_command(context: Context, number: int, days: int, contact: str) -> None:
    """Open a draft for objections; the clock publishes it when the window is over and every objection answered."""
    zone = context.settings.timezone
    with context.changing() as session:
        draft = _draft(session, number)
        open_window(session, context.actor, draft, days=days, contact=contact, zone=zone)
        years = years_of_window(session, draft, zone)
    click.echo(f"公示稿 {number} 公示至 {moment(draft.closes_at, zone)}{assumed(years)}")


@command("draft-revise")
@click.argument("number", type=int)
@click.option("--reason", default="", help="Why; kept with the draft it replaces.")
def draft_revise_command(context: Context, number: int, reason: str) -> None:
    """Compose a draft anew from what is known now, in the place of the old one, and print its number."""
    at = now()
    with context.looking() as session:
        before = sketch_revision(session, _draft(session, number), reason=reason, at=at)
    with context.changing() as session:
        found, office, at = _draft(session, number), _office(context), after_boards(session, at)
        draft = revise(session, context.actor, found, office, reason=reason, at=at, before=before)
    click.echo(f"公示稿 {number} 已重出为公示稿 {draft.id}")


@command("draft-release")
@click.argument("number", type=int)
def draft_release_command(context: Context, number: int) -> None:
    """Publish a draft as the next edition, after it has been composed again and found the same."""
    with context.database.reading() as session:
        season = session.get_one(Season, _draft(session, number).season_id)
    edition = _told(lambda: release_draft(context.database, number, context.actor, _office(context)))
    click.echo(f"{season.title} 第 {edition} 期已发布: /boards/{season.slug}/{edition}/")


@command("draft-drop")
@click.argument("number", type=int)
@click.option("--reason", default="", help="Why; kept in the house.")
def draft_drop_command(context: Context, number: int, reason: str) -> None:
    """Put a draft aside for good; it is kept and never shown."""
    with context.changing() as session:
        drop(session, context.actor, _draft(session, number), reason=reason)
    click.echo(f"公示稿 {number} 已作废")


@command("edition-correct")
@click.argument("season")
@click.argument("number", type=int)
@click.option("--note", default="", help="What the public is told.")
def edition_correct_command(context: Context, season: str, number: int, note: str) -> None:
    """Compose an edition anew as a draft that would take its place, and say who would move."""
    at = now()
    with context.looking() as session:
        before = sketch_correction(session, _edition(session, season, number), note=note, at=at)
    with context.changing() as session:
        edition, office, at = _edition(session, season, number), _office(context), after_boards(session, at)
        draft = begin_correction(session, context.actor, edition, office, note=note, at=at, before=before)
        diff = unpacked(draft.content)["corrects"]["diff"]
    moved = diff["moved"]
    click.echo(f"更正稿 {draft.id}: 更正第 {number} 期, 变化 {len(moved)} 家单位")
    for line in diff["names"]:
        click.echo(f"名称变化: {line['before']} → {line['after']}")
    for line in moved:
        places = f"{line['place_before'] or '—'} → {line['place_after'] or '—'}"
        scores = f"{line['score_before_shown'] or '—'} → {line['score_after_shown'] or '—'}"
        click.echo(f"{line['unit']}\t{line['unit_name']}\t{places}\t{scores}")


@command("edition-withdraw")
@click.argument("season")
@click.argument("number", type=int)
@click.option("--reason", default="", help="What the public is told.")
def edition_withdraw_command(context: Context, season: str, number: int, reason: str) -> None:
    """Withdraw an edition: its addresses answer with the reason, and nothing stored is deleted."""
    with context.changing() as session:
        withdraw(session, context.actor, _edition(session, season, number), reason=reason)
    click.echo(f"{season} 第 {number} 期已撤回")


@command("season-freeze")
@click.argument("season")
@click.option("--reason", default="", help="Why, for the audit trail.")
def season_freeze_command(context: Context, season: str, reason: str) -> None:
    """Freeze a season's boards: the public keeps the last edition, and what is due waits as drafts."""
    with context.changing() as session:
        found = season_named(session, season)
        freeze_season(session, context.actor, found, reason=reason)
    click.echo(f"{found.title} 已封榜")


@command("season-reveal")
@click.argument("season")
@click.option("--reason", default="", help="Why, for the audit trail.")
@click.option("--newest-only", is_flag=True, help="Publish the newest board alone and drop the others.")
def season_reveal_command(context: Context, season: str, reason: str, newest_only: bool) -> None:
    """End a freeze and publish what waits, in due order."""
    with context.database.reading() as session:
        found = season_named(session, season)
    numbers = _told(
        lambda: reveal(
            context.database,
            found.id,
            context.actor,
            _office(context),
            reason=reason,
            newest_only=newest_only,
        )
    )
    click.echo(f"{found.title} 已揭榜, 发布 {len(numbers)} 期: {'、'.join(map(str, numbers)) or '(无)'}")


@command("season-window")
@click.argument("season")
@click.argument("days", type=int)
@click.option("--contact", default=None, help="Whom to turn to with an objection.")
@click.option("--reason", default="", help="Why, for the audit trail.")
def season_window_command(context: Context, season: str, days: int, contact: str | None, reason: str) -> None:
    """Let every board of a season lie open for objections for DAYS working days before it is published; 0 for none."""
    with context.changing() as session:
        found = season_named(session, season)
        set_window(session, context.actor, found, days=days, contact=contact, reason=reason)
        years = years_of_season(session, found, now(), context.settings.timezone)
    said = f"发布前公示 {days} 个工作日{assumed(years)}" if days else "到期即发布, 不公示"
    click.echo(f"{found.title} {said}")


def assumed(years: Sequence[int]) -> str:
    """What is to be said behind an end that was counted without these years' notices."""
    named = "、".join(map(str, years))
    return f" ({named} 年的放假安排尚未导入, 工作日暂按周一至周五推算)" if years else ""


def _office(context: Context) -> Office:
    return Office.of(context.settings)


def _draft(session: Session, number: int) -> Draft:
    return find_draft(session, number) or refuse(
        f"没有编号为 {number} 的公示稿; 用 leaderboard draft-list 查看"
    )


def _edition(session: Session, season: str, number: int) -> Edition:
    season_named(session, season)
    found = find_announced(session, season, number, public_only=False)
    return found or refuse(f"赛季 {season} 没有第 {number} 期; 用 leaderboard editions {season} 查看")


def _told(act: Callable[[], T]) -> T:
    """The result of something that commits by itself; what a subject refuses ends the command instead."""
    try:
        with refusing():
            return act()
    except Overtaken as error:
        refuse(str(error))
