"""Publishing: the next edition before it is aired, the button that airs it once, and the log of what ran."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import TrailEnd, trail_end
from leaderboard.accounts.permissions import Action
from leaderboard.accounts.read import display_names
from leaderboard.airing import Node, Outcome, State, perform
from leaderboard.boards.clock import RunRefused, bring_back, next_due, request_run
from leaderboard.boards.drafts import is_held
from leaderboard.boards.due import make_due
from leaderboard.boards.gather import NothingInForce
from leaderboard.boards.models import DONE, DueRun, Edition
from leaderboard.boards.preview import board_now
from leaderboard.boards.publish import is_untouched
from leaderboard.boards.read import latest_edition
from leaderboard.boards.readiness import (
    MissingReturn,
    board_of,
    last_full_month,
    missing_returns,
    standing_still,
)
from leaderboard.boards.roster_changes import roster_changes
from leaderboard.boards.run_log import (
    drafts_by_run,
    edition_ahead,
    editions_by_run,
    find_run,
    is_requested,
    list_runs,
    run_words,
    unmade,
)
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.formatters import moment
from leaderboard.instant import now
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import RosterLine, bundles, list_divisions, list_timetables, roster
from leaderboard.web.console.door import door, season_at, show, today
from leaderboard.web.console.overview import state_of
from leaderboard.web.console.previewed import meanwhile_words, seen_of
from leaderboard.web.console.timetable_shown import shown_timetable
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import database, office, reading, settings, writing
from leaderboard.web.returning import measure_names, scheme_of
from leaderboard.words import gettext as _
from leaderboard.words import named


@door.get("/seasons/<slug>/publish")
def publish(slug: str) -> ResponseReturnValue:
    """The next edition as it would be now, what to look at first, the button, and what ran lately."""
    season = season_at(slug)
    return _page(season, *_next_board(reading(), season))


def _page(
    season: Season, board: dict[str, Any] | None, obstacle: str | None, told: str = "", status: int = 200
) -> ResponseReturnValue:
    """The page with the board that stands on it, and by what a press tells that it was seen."""
    session = reading()
    last, ahead = latest_edition(session, season.id), edition_ahead(session, season.id)
    names = measure_names(scheme_of(season))
    missing = _missing(season)
    return show(
        "publish",
        status,
        here="publish",
        told=told,
        seen=seen_of(board, ahead),
        season=season,
        state=state_of(session, season),
        board=board,
        obstacle=obstacle,
        number=ahead.number,
        edition=last,
        is_held=is_held(season, person().name),
        once_key=secrets.token_hex(16),
        next_due_at=next_due(session, season.id, now()),
        runs=list_runs(session, season.id),
        numbers=editions_by_run(session, season.id),
        drafts=drafts_by_run(session, season.id),
        late=late_words,
        why=run_words,
        again={run.id for run in unmade(session, season.id)},
        timetables=[shown_timetable(table) for table in list_timetables(session, season.id)],
        changed=_roster_words(season, last),
        missing=[(one, names.get(one.measure, one.measure)) for one in missing],
        due_month=last_full_month(min(today(), season.ends_on)),
        still=standing_still(board, board_of(session, season, last)) if board and last else [],
    )


@door.post("/seasons/<slug>/publish")
@guarded(guard_action(Action.PUBLISH_EDITION))
def publish_now(slug: str) -> ResponseReturnValue:
    """Publish the next edition as it was seen; the key in the form makes a second press the same press."""
    found = season_at(slug)
    once_key = request.form.get("once_key", "")
    if not once_key:
        abort(400)
    # Scored beforehand, so that nobody waits for it unless something was written meanwhile.
    before = _look(reading(), found)
    pressed, session = f"{person().name}/{once_key}", writing()
    season = session.get_one(Season, found.id)
    try:
        if not is_requested(session, season, pressed):
            # Nobody else writes until the commit: what is compared is what the edition will say.
            # What has come due since the clock last looked comes out before the press.
            make_due(session, now(), season.id)
            board, obstacle = _by_now(session, season, before)
            seen, ahead = request.form.get("seen", ""), edition_ahead(session, season.id)
            if board is not None and (told := meanwhile_words(seen, board, ahead)):
                session.commit()
                return _page(season_at(slug), board, obstacle, told, 409)
        run = request_run(session, season, pressed, person().name, now())
    except ClockOff as error:
        flash(str(error), "failure")
        return redirect(url_for("console.publish", slug=slug))
    session.commit()
    return _told(season, perform(database(), run.id, Node.of(settings())))


@dataclass(frozen=True, slots=True)
class Look:
    """The next board, or why there can be none, as of a day and up to a line of the trail."""

    day: date
    seen: TrailEnd
    board: dict[str, Any] | None
    obstacle: str | None


def _look(session: Session, season: Season) -> Look:
    day, seen = today(), trail_end(session)
    return Look(day, seen, *_next_board(session, season))


def _by_now(session: Session, season: Season, before: Look) -> tuple[dict[str, Any] | None, str | None]:
    """What it is when the turn to write has come: the same, or looked at once more where anything was written since."""
    if before.day == today() and is_untouched(session, before.seen):
        return before.board, before.obstacle
    return _next_board(session, season)


@door.post("/seasons/<slug>/runs/<int:run_id>/again")
@guarded(guard_action(Action.PUBLISH_EDITION))
def run_again(slug: str, run_id: int) -> ResponseReturnValue:
    """Bring back a run that failed or was put aside, and run it."""
    season = season_at(slug)
    session = writing()
    run = find_run(session, season.id, run_id)
    if run is None:
        abort(404)
    try:
        bring_back(session, person().name, run)
        session.commit()
    except RunRefused as error:
        session.rollback()
        flash(str(error), "warning")
        return redirect(url_for("console.publish", slug=slug))
    return _told(season, perform(database(), run.id, Node.of(settings())))


@door.get("/seasons/<slug>/published/<int:number>")
def published(slug: str, number: int) -> ResponseReturnValue:
    """What was just published, and where to see it."""
    season = season_at(slug)
    edition = latest_edition(reading(), season.id)
    if edition is None or edition.number < number:
        abort(404)
    return show("published", here="publish", season=season, number=number, edition=edition)


def late_words(run: DueRun) -> str:
    """How long after its instant an edition came out, where that is a minute or more."""
    if run.finished_at is None or run.state != DONE:
        return ""
    minutes = (run.finished_at - run.due_at) // 60_000
    if minutes >= 48 * 60:
        return _("迟 {n} 天").format(n=minutes // (24 * 60))
    if minutes >= 120:
        return _("迟 {n} 小时").format(n=minutes // 60)
    return _("迟 {n} 分钟").format(n=minutes) if minutes else ""


def _told(season: Season, outcome: Outcome) -> ResponseReturnValue:
    """On to the result: the edition's page, or back with the reason why there is none."""
    if outcome.state is State.PUBLISHED and outcome.number is not None:
        return redirect(url_for("console.published", slug=season.slug, number=outcome.number))
    reason = run_words(outcome.message) or _("原因不明，请看发布记录")
    if outcome.state is State.DRAFTED:
        flash(_kept_words(season))
    elif outcome.state is State.HELD:
        flash(_("正在发布：系统已在处理这一期，稍候刷新本页即可看到结果"))
    elif outcome.state is State.RETRY:
        flash(_("尚未发布，系统会自动再试：{reason}").format(reason=reason), "warning")
    else:
        flash(_("没有发布：{reason}").format(reason=reason), "failure")
    return redirect(url_for("console.publish", slug=season.slug))


def _kept_words(season: Season) -> str:
    """What a board that was kept as a draft still waits for."""
    if season.frozen_at is not None:
        return _("已存为公示稿，尚未发布：揭榜之后才发布")
    if season.window_days:
        return _("已存为公示稿，尚未发布：公示期满之后才发布")
    return _("已存为公示稿，尚未发布：由另一位管理员核对后发布")


def _missing(season: Season) -> list[MissingReturn]:
    """The returns that the scheme in force counts and that are not there yet."""
    scheme, session = scheme_of(season), reading()
    if scheme is None:
        return []
    every = roster(session, season.id, now())
    # Of a bundle the members report.
    lines = [line for line in every if line.key not in bundles(every)]
    return missing_returns(session, lines, scheme, season.starts_on, min(today(), season.ends_on))


def _roster_words(season: Season, last: Edition | None) -> list[str]:
    """Who takes part otherwise than in the last edition, by whom and when, in words."""
    if last is None:
        return []
    session, zone = reading(), office().zone
    people = display_names(session)
    words = {d.key: named(d.name, d.name_en) for d in list_divisions(session, season.id)}
    return [
        _("{unit}：{was} → {now}（{who}，{when}）").format(
            unit=named(change.unit.name, change.unit.name_en),
            was=_part_words(change.was, words),
            now=_part_words(change.now, words),
            who=people.get(change.by, change.by),
            when=moment(change.at, zone),
        )
        for change in roster_changes(session, season, last, now())
    ]


def _part_words(line: RosterLine | None, divisions: Mapping[str, str]) -> str:
    """How a unit takes part: its division, and whether it is only shown or bundled."""
    if line is None:
        return _("不在名单")
    said = divisions.get(line.division, line.division)
    if line.bundle is not None:
        return _("{division}，捆绑").format(division=said)
    return said if line.competing else _("{division}，只展示").format(division=said)


def _next_board(session: Session, season: Season) -> tuple[dict[str, Any] | None, str | None]:
    """The board as it would be now, or why there can be none."""
    try:
        return board_now(session, season, min(today(), season.ends_on), now()), None
    except NothingInForce as error:
        return None, str(error)
