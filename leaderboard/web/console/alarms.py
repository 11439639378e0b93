"""What every page of the console tells an administrator first: stale boards, a wrong clock, a missing calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from leaderboard.boards.countersign import act_words, open_countersigns
from leaderboard.boards.health import Stale, stale_boards
from leaderboard.boards.models import Draft, Edition
from leaderboard.boards.revisions import stopped
from leaderboard.boards.run_log import run_words
from leaderboard.boards.timekeeping import clock_trouble
from leaderboard.boards.window_years import window_gaps
from leaderboard.foreseeing import given_up
from leaderboard.formatters import moment
from leaderboard.instant import Millis
from leaderboard.objections.read import Holding, holding
from leaderboard.outbox.read import Overdue, overdue
from leaderboard.seasons.approval import awaiting_approval
from leaderboard.seasons.models import Season
from leaderboard.seasons.timetable import calendar_gaps
from leaderboard.web.requests import office
from leaderboard.words import gettext as _
from leaderboard.words import named


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that needs somebody, and where to see to it."""

    words: str
    address: str | None = None
    grave: bool = True


def alarms(session: Session, at: Millis) -> Iterator[Alarm]:
    """Everything that is wrong now, the gravest first."""
    if trouble := clock_trouble(session):
        yield Alarm(trouble)
    yield from _missing(session, at)
    yield from map(_not_out, overdue(session, at))
    for edition_id in given_up(session):
        yield _unreckoned(session, session.get_one(Edition, edition_id))
    for waiting in holding(session):
        over = waiting.draft.closes_at is not None and waiting.draft.closes_at <= at
        yield Alarm(
            _waiting_words(waiting, over=over), _draft_address(waiting.season, waiting.draft), grave=over
        )
    for season, draft in stopped(session):
        told = _("{season}：时钟未能发布截至 {day} 的公示稿，请重出或作废。{reason}")
        kept = run_words(draft.reason)
        words = told.format(season=named(season.title, season.title_en), day=draft.as_of, reason=kept)
        yield Alarm(words, _draft_address(season, draft))
    for season, version, submission in awaiting_approval(session):
        told = _("{season}：第 {version} 版方案待另一位管理员审批，拟自 {day} 起生效。")
        words = told.format(
            season=named(season.title, season.title_en),
            version=version.version_no,
            day=submission.effective_on,
        )
        yield Alarm(words, url_for("console.approval", slug=season.slug), grave=False)
    for asked in open_countersigns(session):
        season = session.get_one(Season, asked.season_id)
        told = _("{season}：{act}待另一位管理员会签。")
        words = told.format(season=named(season.title, season.title_en), act=act_words()[asked.act])
        yield Alarm(words, url_for("console.drafts", slug=season.slug, _anchor="countersigns"), grave=False)
    for timetable, years in calendar_gaps(session, at):
        words = _("时间表“{name}”要用到 {years} 年的放假安排，尚未导入，工作日暂按周一至周五推算")
        told = words.format(name=timetable.name, years=_("、").join(map(str, years)))
        yield Alarm(told, url_for("console.calendar", _anchor="import"), grave=False)
    for season, years in window_gaps(session, at, office().zone):
        words = _("{season}：公示期要用到 {years} 年的放假安排，尚未导入，工作日暂按周一至周五推算")
        told = words.format(season=named(season.title, season.title_en), years=_("、").join(map(str, years)))
        yield Alarm(told, url_for("console.calendar", _anchor="import"), grave=False)


def _not_out(channel: Overdue) -> Alarm:
    """What strangers are shown may be untrue, were it an edition that was withdrawn."""
    told = _(
        "公开文件夹有 {n} 次变动没有写入，网站上可能仍是已撤回或已更正的内容，时钟会一直重试，请尽快排除：{reason}"
    )
    untried = _(
        "公开文件夹有 {n} 次变动没有写入，也没有时钟在重试，网站上可能仍是已撤回或已更正的内容，"
        "请检查时钟是否在运行、是否设了 PUBLIC_DIR。"
    )
    return Alarm((told if channel.trouble else untried).format(n=channel.count, reason=channel.trouble))


def _unreckoned(session: Session, edition: Edition) -> Alarm:
    """An edition whose units are told neither what would lift them nor what moved them."""
    told = _(
        "{season}：第 {n} 期的前景测算几次都没有成功，单位看不到怎样提升。可运行 leaderboard foresee {slug} 重算。"
    )
    season = session.get_one(Season, edition.season_id)
    name = named(season.title, season.title_en)
    return Alarm(told.format(season=name, n=edition.number, slug=season.slug))


def _draft_address(season: Season, draft: Draft) -> str:
    return url_for("console.draft", slug=season.slug, draft_id=draft.id)


def _waiting_words(waiting: Holding, *, over: bool) -> str:
    held = _("{season}：截至 {day} 的公示稿公示期已满，还有 {n} 件异议待答复，答复之前不发布。")
    open_ = _("{season}：截至 {day} 的公示稿有 {n} 件异议待答复。")
    season = named(waiting.season.title, waiting.season.title_en)
    return (held if over else open_).format(season=season, day=waiting.draft.as_of, n=waiting.open)


def _missing(session: Session, at: Millis) -> Iterator[Alarm]:
    for stale in stale_boards(session, at):
        # A draft that was handed over is told of with what stopped it.
        if stale.draft_id is None or not stale.failed:
            yield Alarm(_stale_words(stale), _stale_address(stale))


def _stale_address(stale: Stale) -> str:
    if stale.draft_id is not None:
        return url_for("console.draft", slug=stale.season.slug, draft_id=stale.draft_id)
    return url_for("console.publish", slug=stale.season.slug, _anchor="runs")


def _stale_words(stale: Stale) -> str:
    failed = _("{season}：应于 {due} 发布的一期没有发布，公开的仍是上一期。{reason}")
    first = _("{season}：应于 {due} 发布的首期没有发布。{reason}")
    late = _("{season}：应于 {due} 发布的一期迟迟没有发布，请检查时钟是否在运行。{reason}")
    given_up = failed if stale.has_edition else first
    return (given_up if stale.failed else late).format(
        season=named(stale.season.title, stale.season.title_en),
        due=moment(stale.since, office().zone),
        reason=run_words(stale.message),
    )
