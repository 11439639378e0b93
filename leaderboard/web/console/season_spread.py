"""Spreading a total over the units 分解任务: the quantities with the remainder are shown before they are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from leaderboard.instant import now
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import RosterLine, bundles, ranked, roster
from leaderboard.seasons.spread import Spread, spread
from leaderboard.seasons.tasks import Cell, Task, TasksChanged, earlier_tasks, tasks_mark, tasks_now
from leaderboard.web.console.door import door, season_at, show
from leaderboard.web.console.season_targets import MOST, PLANNING, keep, written
from leaderboard.web.console.season_tasks import scheme_to_come, task_words, tasks_shown
from leaderboard.web.guards import guarded
from leaderboard.web.requests import reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.written import WAN, exact_number

EQUAL, LAST, TYPED = WAYS = ("equal", "last", "typed")


@door.get("/seasons/<slug>/targets/spread")
@guarded(PLANNING)
def spread_form(slug: str) -> ResponseReturnValue:
    """The form for one kind of task."""
    season = season_at(slug)
    return _page(season, Typed({"how": EQUAL, "grain": str(WAN)}))


@door.post("/seasons/<slug>/targets/spread")
@guarded(PLANNING)
def spread_total(slug: str) -> ResponseReturnValue:
    """First show what everyone gets and where the remainder goes; once confirmed, these become the tasks."""
    season, typed = season_at(slug), Typed.of_request()
    task, lines = _task(season), _lines(season)
    total = typed.yuan("total") if task.by == "amount" else typed.whole("total", most=MOST)
    how = typed.choice("how", WAYS)
    grain = int(typed.choice("grain", ("1", str(WAN))) or 1) if task.by == "amount" else 1
    weights = _weights(season, typed, task, lines, how)
    if not typed.ok or total is None:
        return _page(season, typed, 422)
    try:
        shares = spread(total, weights, grain)
    except PlanError as error:
        typed.complain("total", "; ".join(error.problems))
        return _page(season, typed, 422)
    mark = tasks_mark(tasks_now(reading(), season))
    if not typed.confirmed("confirmed", [_seal(lines, shares, mark)]):
        if typed.values.get("confirmed") and typed.values.get("seen") != mark:
            typed.complain(
                "",
                _(
                    "您核对期间，他人已改过任务：“原来”一栏是现在的数，旁边是您核对时的。再次保存即以您的为准。"
                ),
            )
            return _page(season, typed, 409, shares)
        return _page(season, typed, shares=shares)
    wanted: dict[Cell, int | None] = dict.fromkeys(_absorbed(season, lines, task))
    wanted |= {(line.unit_id, task): part.quantity for line, part in zip(lines, shares.parts, strict=True)}
    session = writing()
    try:
        keep(session, session.get_one(Season, season.id), wanted, mark)
        session.commit()
    except TasksChanged as error:
        session.rollback()
        typed.complain("", str(error))
        return _page(season_at(slug), typed, 409, shares)
    flash(_("任务已分解到 {count} 家，合计等于总量").format(count=len(lines)))
    return redirect(url_for("console.targets", slug=slug))


def _task(season: Season) -> Task:
    """The kind of task of the address; one that the table does not show is an unknown address."""
    shown = {str(task): task for task in tasks_shown(reading(), season)}
    return shown.get(request.values.get("task", ""), next(iter(shown.values()), None)) or abort(404)


def _lines(season: Season) -> list[RosterLine]:
    """Who gets a part: those in the contest with a place of their own."""
    return [line for line in ranked(roster(reading(), season.id, now())) if line.competing]


def _absorbed(season: Season, lines: Sequence[RosterLine], task: Task) -> list[Cell]:
    """What members of bundles had of the task: the bundle's part stands for it, or it would count twice."""
    members = bundles(roster(reading(), season.id, now()))
    return [(one.unit_id, task) for line in lines for one in members.get(line.key, ())]


def _weights(
    season: Season, typed: Typed, task: Task, lines: Sequence[RosterLine], how: str
) -> list[Fraction | int]:
    if how == LAST:
        earlier = earlier_tasks(reading(), season, task)
        if earlier is None:
            typed.complain("how", _("往季没有这项任务"))
            return []
        return [earlier[1].get(line.unit_id, 0) for line in lines]
    if how == TYPED:
        return [_weight(typed, f"w.{line.key}") for line in lines]
    return [1] * len(lines)


def _weight(typed: Typed, name: str) -> Fraction:
    """A share as typed; blank is none."""
    text = typed.values.get(name, "")
    number = exact_number(text) if text else Fraction(0)
    if number is None or number < 0:
        typed.complain(name, _("应为不小于零的数，如 12 或 1.5"))
        return Fraction(0)
    return number


def _seal(lines: Sequence[RosterLine], shares: Spread, mark: str) -> str:
    """A digest of what was shown: who gets what, over which tasks."""
    told = [mark, *((line.key, part.quantity) for line, part in zip(lines, shares.parts, strict=True))]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _page(
    season: Season, typed: Typed, status: int = 200, shares: Spread | None = None
) -> ResponseReturnValue:
    session, task, lines = reading(), _task(season), _lines(season)
    earlier = earlier_tasks(session, season, task)
    ways = {EQUAL: _("平均")}
    if earlier is not None:
        ways[LAST] = _("按“{season}”的任务").format(season=earlier[0].title)
    ways[TYPED] = _("按下面填的份额")
    scheme, live = scheme_to_come(session, season), tasks_now(session, season)
    present = {line.key: live[line.unit_id, task].quantity for line in lines if (line.unit_id, task) in live}
    return show(
        "season_spread",
        status,
        here="units",
        season=season,
        typed=typed,
        task=task,
        lines=lines,
        shares=shares,
        ways=ways,
        earlier=earlier[1] if earlier else {},
        written=written,
        present={key: written(quantity, task.by) for key, quantity in present.items()},
        seen=tasks_mark(live),
        tasks=[(str(one), task_words(one, scheme)) for one in tasks_shown(session, season)],
        task_name=task_words(task, scheme),
    )
