"""Commands about seasons: what there is, opening one, and showing or hiding its boards."""

from __future__ import annotations

import click

from leaderboard.boards.read import list_editions
from leaderboard.cli.context import Context
from leaderboard.cli.given import Given
from leaderboard.cli.group import command
from leaderboard.cli.named import season_named
from leaderboard.seasons.copying import copy_season
from leaderboard.seasons.plan import extend_stages, open_season, show_season
from leaderboard.seasons.read import list_seasons


@command("seasons")
def seasons_command(context: Context) -> None:
    """List the seasons with their newest editions."""
    with context.database.reading() as session:
        for season in list_seasons(session):
            newest = next(iter(list_editions(session, season.id, 1)), None)
            edition = f"第 {newest.number} 期 截至 {newest.as_of}" if newest else "尚未发布"
            shown = "公开" if season.is_public else "未公开"
            click.echo(
                f"{season.slug}\t{season.title}\t{season.starts_on} 至 {season.ends_on}\t{shown}\t{edition}"
            )


@command("season-open")
@click.argument("season")
@click.argument("title")
@click.option("--period", nargs=2, default=("", ""), metavar="DATE DATE", help="Its first and its last day.")
@click.option("--title-en", default=None, help="The title in English.")
@click.option("--source", default=None, help="Where the figures come from, printed under the board.")
@click.option(
    "--authority",
    default=None,
    help="The authority that holds it, where it is not the office of the settings.",
)
@click.option("--hidden", is_flag=True, help="Keep its boards from the public until `season-show`.")
def season_open_command(  # noqa: PLR0913, PLR0917 - what a season is, each by an option
    context: Context,
    season: str,
    title: str,
    period: tuple[str, str],
    title_en: str | None,
    source: str | None,
    authority: str | None,
    hidden: bool,
) -> None:
    """Open a season: SEASON is its address (small letters, digits, hyphens), TITLE its name."""
    given = Given()
    first, last = (given.day("--period", day) for day in period)
    name = given.text("TITLE", title)
    given.check()
    with context.changing() as session:
        open_season(
            session,
            context.actor,
            slug=season,
            title=name,
            starts_on=first,
            ends_on=last,
            title_en=title_en,
            source=source,
            authority=authority,
            is_public=not hidden,
        )
    click.echo(f"赛季 {season} 已开设: {name}, {first} 至 {last}")


@command("season-copy")
@click.argument("source")
@click.argument("season")
@click.option("--title", default=None, help="Its name; the earlier one's by default.")
@click.option("--period", nargs=2, default=("", ""), metavar="DATE DATE", help="Its first and its last day.")
@click.option("--without-targets", is_flag=True, help="Leave the targets out.")
@click.option("--public", is_flag=True, help="Show its boards to the public at once.")
def season_copy_command(
    context: Context,
    source: str,
    season: str,
    title: str | None,
    period: tuple[str, str],
    without_targets: bool,
    public: bool,
) -> None:
    """Open SEASON like SOURCE: units, bundles and targets; its scheme as a draft, its timetables paused, no facts."""
    given = Given()
    first, last = (given.day("--period", day) for day in period)
    given.check()
    with context.changing() as session:
        earlier = season_named(session, source)
        copied = copy_season(
            session,
            context.actor,
            earlier,
            slug=season,
            title=title or earlier.title,
            starts_on=first,
            ends_on=last,
            title_en=earlier.title_en if title is None else None,
            authority=earlier.authority,
            is_public=public,
            with_targets=not without_targets,
        )
        draft = f"方案草稿第 {copied.scheme} 版待提交审批" if copied.scheme else "没有方案"
        told = f"{copied.units} 家单位, {copied.targets} 项任务, {draft}, {copied.timetables} 张时间表停着"
    click.echo(f"赛季 {season} 已照 {source} 开设: {told}")


@command("season-stages")
@click.argument("season")
@click.argument("stages", nargs=-1, required=True, metavar="KEY=NAME[/ENGLISH]...")
def season_stages_command(context: Context, season: str, stages: tuple[str, ...]) -> None:
    """Set the stages a season has beyond the standard ones, in order: `supplied=供地/Land supplied`."""
    given = Given()
    named = given.pairs("STAGES", stages)
    given.check()
    words = [(key, *name.partition("/")) for key, name in named.items()]
    with context.changing() as session:
        found = season_named(session, season)
        extend_stages(
            session,
            context.actor,
            found,
            [
                {"key": key, "name": name, **({"name_en": english} if english else {})}
                for key, name, _, english in words
            ],
        )
    click.echo(f"{found.title} 另设节点: {'、'.join(name for _, name, *_ in words)}")


@command("season-show")
@click.argument("season")
@click.option("--reason", default="", help="Why, for the audit trail.")
def season_show_command(context: Context, season: str, reason: str) -> None:
    """Open a season's boards to the public."""
    _show(context, season, reason, is_public=True)


@command("season-hide")
@click.argument("season")
@click.option("--reason", default="", help="Why, for the audit trail.")
def season_hide_command(context: Context, season: str, reason: str) -> None:
    """Close a season's boards to the public; its editions stay, unseen."""
    _show(context, season, reason, is_public=False)


def _show(context: Context, season: str, reason: str, *, is_public: bool) -> None:
    with context.changing() as session:
        found = season_named(session, season)
        show_season(session, context.actor, found, is_public=is_public, reason=reason)
    click.echo(f"{found.title} {'已公开' if is_public else '已停止公开'}")
