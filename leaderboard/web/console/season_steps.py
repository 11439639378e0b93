"""The steps from a new season to its first edition 筹备: what is done, what is missing, and where to go on.

Nothing is stored of them: each is read off the season itself, so they can be left and taken up by anyone at any time.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.boards.clock import next_due
from leaderboard.boards.read import last_numbered
from leaderboard.boards.screens import list_screens
from leaderboard.formatters import moment
from leaderboard.instant import now
from leaderboard.seasons.approval import open_submission
from leaderboard.seasons.deadlines import deadlines_of
from leaderboard.seasons.drafts import current_draft
from leaderboard.seasons.models import SUBMITTED, Season
from leaderboard.seasons.read import (
    RosterLine,
    list_divisions,
    list_timetables,
    ranked,
    roster,
    scheme_in_force,
)
from leaderboard.seasons.tasks import tasks_now
from leaderboard.web.console.door import door, season_at, show, today
from leaderboard.web.console.season_tasks import missing_tasks, scheme_to_come, tasks_shown
from leaderboard.web.facts import stage_words
from leaderboard.web.requests import office, reading
from leaderboard.words import gettext as _
from leaderboard.words import named, pgettext
from scoring.schedule import due_share
from scoring.show import shown_rate

MOST_NAMED = 3
SCHEDULE_FIELD = "#part-schedule"
"""Where the form of the whole scheme has the schedule."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: whether it is done, or may be left out, what there is and what is missing, and where to go on."""

    name: str
    is_done: bool
    said: str
    links: tuple[tuple[str, str], ...]
    """Words and address."""
    is_optional: bool = False


@door.get("/seasons/<slug>/setup")
def setup(slug: str) -> ResponseReturnValue:
    """The steps of one season."""
    season = season_at(slug)
    steps = steps_of(reading(), season)
    following = next((step for step in steps if not step.is_done and not step.is_optional), None)
    return show("season_setup", here="setup", season=season, steps=steps, following=following)


def steps_of(session: Session, season: Season) -> list[Step]:
    """Every step in the order in which an office takes them."""
    lines = roster(session, season.id, now())
    return [
        _card(season),
        _units(session, season, lines),
        _tasks(session, season, lines),
        _scheme(session, season),
        _schedule(session, season),
        _deadlines(season),
        _timetable(session, season),
        _screen(session, season),
        _first_edition(session, season),
    ]


def _to(endpoint: str, season: Season) -> str:
    return url_for(f"console.{endpoint}", slug=season.slug)


def _listed(names: list[str]) -> str:
    """No more names than can be read, and how many there are."""
    shown = _("、").join(names[:MOST_NAMED])
    if len(names) <= MOST_NAMED:
        return shown
    return _("{names}等 {count} 家").format(names=shown, count=len(names))


def _card(season: Season) -> Step:
    period = _("{starts} 至 {ends}").format(starts=season.starts_on, ends=season.ends_on)
    seen = _("榜单公开。") if season.is_public else _("榜单未公开，首期发布前后再公开。")
    return Step(
        _("赛季"), True, _("；").join((period, seen)), ((_("改资料与公开"), _to("season_card", season)),)
    )


def _units(session: Session, season: Season, lines: list[RosterLine]) -> Step:
    links = ((_("添加单位"), _to("add_units_form", season)), (_("单位与排序"), _to("units", season)))
    if not lines:
        return Step(_("组别与单位"), False, _("还没有参赛单位：把名单一行一个粘贴进来。"), links[:1])
    placed = [line for line in ranked(lines) if line.competing]
    said = _("{divisions} 个组别，{units} 家单位").format(
        divisions=len({line.division for line in lines}), units=len(ranked(lines))
    )
    alone = [
        named(division.name, division.name_en)
        for division in list_divisions(session, season.id)
        if sum(line.division == division.key for line in placed) == 1
    ]
    if alone:
        said += _("；{divisions} 只有一家，无从排名").format(divisions=_listed(alone))
    return Step(_("组别与单位"), len(placed) > 0, said + _("。"), links)


def _tasks(session: Session, season: Season, lines: list[RosterLine]) -> Step:
    links = ((_("填目标任务"), _to("targets", season)),)
    tasks, live = tasks_shown(session, season), tasks_now(session, season)
    missing = missing_tasks(lines, tasks, live)
    if not lines:
        return Step(pgettext("heading", "目标任务"), False, _("先有单位，再分任务。"), ())
    if not tasks:
        return Step(pgettext("heading", "目标任务"), True, _("考核方案不按任务计分，不用填。"), links)
    if missing:
        names = [named(line.name, line.name_en) for line in lines if line.unit_id in {u for u, _t in missing}]
        said = _("还缺 {count} 处：{units}。").format(count=len(missing), units=_listed(names))
        return Step(pgettext("heading", "目标任务"), False, said, links)
    said = _("{units} 家的 {tasks} 项任务都有了。").format(units=len(ranked(lines)), tasks=len(tasks))
    return Step(pgettext("heading", "目标任务"), True, said, links)


def _scheme(session: Session, season: Season) -> Step:
    name, links = _("考核方案"), ((_("看方案"), _to("scheme", season)),)
    in_force = scheme_in_force(session, season.id, season.ends_on, now())
    draft = current_draft(session, season.id)
    waiting = draft is not None and draft.state == SUBMITTED and open_submission(session, draft)
    if waiting and draft is not None:
        said = _("第 {version} 版已提交，等另一位管理员批准。").format(version=draft.version_no)
        return Step(name, in_force is not None, said, ((_("去审批"), _to("approval", season)), *links))
    if in_force is not None:
        said = _("第 {version} 版自 {day} 起生效。").format(
            version=in_force.version_no, day=in_force.effective_on
        )
        return Step(name, True, said, links)
    if draft is not None:
        said = _("第 {version} 版是草稿，写明理由提交后，由另一位管理员批准。").format(
            version=draft.version_no
        )
        return Step(name, False, said, ((_("看草稿并提交"), _to("scheme", season)),))
    said = _("还没有方案，可从四率各 25 分开始。")
    return Step(name, False, said, ((_("起草方案"), _to("scheme", season)),))


def _schedule(session: Session, season: Season) -> Step:
    """How much of the year's tasks is due by which day: it counts, so it is changed and approved as the scheme is."""
    curve = scheme_to_come(session, season).curve
    due = shown_rate(due_share(season.starts_on, season.ends_on, min(today(), season.ends_on), curve), 0)
    days = _("、").join(f"{day} {shown_rate(share, 0)}" for day, share in curve) or _("按月均分")
    said = _("{days}；到今天应完成 {due}。").format(days=days, due=due)
    links = ((_("改时序进度"), _to("document", season) + SCHEDULE_FIELD),)
    return Step(_("时序进度"), bool(curve), said, links, True)


def _deadlines(season: Season) -> Step:
    name, links = _("节点时限"), ((_("填节点时限"), _to("season_deadlines", season)),)
    deadlines = deadlines_of(season)
    if not deadlines:
        return Step(name, False, _("没有时限；填了，单位的项目就按期限亮灯。"), links, True)
    stages = stage_words([season])
    said = _("、").join(
        _("{since}后 {days} 天内{stage}").format(since=stages[d.since], days=d.days, stage=stages[d.stage])
        for d in deadlines
    )
    return Step(name, True, said + _("。"), links, True)


def _timetable(session: Session, season: Season) -> Step:
    name, due = _("时间表"), next_due(session, season.id, now())
    if due is not None:
        said = _("下期 {moment}。").format(moment=moment(due, office().zone))
        return Step(name, True, said, ((_("看时间表"), _to("publish", season) + "#timetables"),))
    paused = [table for table in list_timetables(session, season.id) if not table.is_active]
    add = (_("添加时间表"), _to("new_timetable", season))
    if paused:
        said = _("{name} 停着，看过日期再启用。").format(name=paused[0].name)
        return Step(name, False, said, ((_("看时间表"), _to("publish", season) + "#timetables"), add), True)
    said = _("没有时间表，只在按下发布时发布；建议每月 5 日。")
    return Step(name, False, said, (add,), True)


def _screen(session: Session, season: Season) -> Step:
    screens = [s for s in list_screens(session) if s.season_id == season.id and not s.is_revoked]
    link = ((_("大屏"), url_for("console.screens", season=season.slug)),)
    if screens:
        said = _("{count} 块大屏：{names}。").format(
            count=len(screens), names=_("、").join(screen.name for screen in screens[:MOST_NAMED])
        )
        return Step(_("大屏"), True, said, link, True)
    return Step(_("大屏"), False, _("没有大屏；需要时给一块屏一个地址。"), link, True)


def _first_edition(session: Session, season: Season) -> Step:
    name, last = pgettext("heading", "首期"), last_numbered(session, season.id)
    if last is not None:
        said = _("已发布到第 {number} 期。").format(number=last.number)
        if not season.is_public:
            said += _("赛季还没有公开，公众看不到。")
            return Step(name, False, said, ((_("去公开"), _to("season_card", season)),))
        return Step(name, True, said, ((_("看发布"), _to("publish", season)),))
    ready = scheme_in_force(session, season.id, min(today(), season.ends_on), now()) is not None
    facts = (
        (_("登记项目"), url_for("console.new_project")),
        (_("导入工作簿"), url_for("console.exchange")),
    )
    if not ready:
        return Step(name, False, _("方案生效后才能发布；项目与记录可以先录。"), facts)
    said = _("记录齐了就可发布首期；先看预览。")
    return Step(name, False, said, ((_("看预览并发布"), _to("publish", season)), *facts))
