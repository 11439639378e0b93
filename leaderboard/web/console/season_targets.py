"""Tasks of a season on the console 目标任务: one table of units and tasks, with sums, and a total held against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.accounts.permissions import Action
from leaderboard.formatters import plain
from leaderboard.instant import now
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.read import RosterLine, list_units, roster
from leaderboard.seasons.tasks import Cell, Task, TasksChanged, set_tasks, tasks_mark, tasks_now
from leaderboard.web.console.door import door, season_at, show
from leaderboard.web.console.season_tasks import scheme_to_come, task_words, tasks_shown
from leaderboard.web.guards import guard_action, guarded, person
from leaderboard.web.requests import reading, writing
from leaderboard.web.typed import Typed
from leaderboard.words import gettext as _
from leaderboard.written import WAN
from scoring.rules import Scheme

PLANNING = guard_action(Action.PLAN_SEASON)
MOST = 10**9
LEVELS = ("basic", "stretch")


@dataclass(frozen=True, slots=True)
class Column:
    """One kind of task as the table shows it."""

    task: Task
    words: str
    sum_shown: str


@door.get("/seasons/<slug>/targets")
@guarded(PLANNING)
def targets(slug: str) -> ResponseReturnValue:
    """The table as it is now; `?add=` gives it one more column."""
    season = season_at(slug)
    live = {cell: target.quantity for cell, target in tasks_now(reading(), season).items()}
    return _page(season, Typed(_as_typed(season, live)))


@door.post("/seasons/<slug>/targets")
@guarded(PLANNING)
def save_targets(slug: str) -> ResponseReturnValue:
    """Keep the whole table; who saves second sees what the first one saved, and nothing is half kept."""
    found, typed = season_at(slug), Typed.of_request()
    session = writing()
    season = session.get_one(Season, found.id)
    lines, tasks = roster(session, season.id, now()), _columns(session, season)
    wanted = {cell: _quantity(typed, name, cell[1]) for name, cell in _fields(lines, tasks).items()}
    for task in tasks:
        _hold_against(typed, task, [number for cell, number in wanted.items() if cell[1] == task])
    if not typed.ok:
        session.rollback()
        return _page(season_at(slug), typed, 422)
    try:
        changed = keep(session, season, wanted, typed.values.get("seen", ""))
        session.commit()
    except TasksChanged:
        session.rollback()
        return _page(season_at(slug), typed, 409)
    flash(_("目标任务已保存，改动 {count} 处").format(count=changed) if changed else _("任务没有变化"))
    return redirect(url_for("console.targets", slug=slug))


def keep(session: Session, season: Season, wanted: Mapping[Cell, int | None], seen: str) -> int:
    """Set the tasks in the name of the person behind the request."""
    ids = {unit_id for unit_id, _task in wanted}
    units: list[Unit] = [unit for unit in list_units(session) if unit.id in ids]
    return set_tasks(session, person().name, season, units, wanted, seen)


def _columns(session: Session, season: Season) -> list[Task]:
    """What the table shows, and the column asked for in the address."""
    shown = tasks_shown(session, season)
    args = request.values
    added = Task(args.get("indicator", ""), args.get("by", ""), args.get("level", "basic"))
    known = {indicator.key for indicator in scheme_to_come(session, season).indicators}
    fits = added.indicator in known and added.by in {"count", "amount"} and added.level in LEVELS
    return [*shown, added] if fits and added not in shown else shown


def field_of(unit: str, task: Task) -> str:
    """The name of a cell's field."""
    return f"t.{unit}.{task}"


def _fields(lines: Sequence[RosterLine], tasks: Sequence[Task]) -> dict[str, Cell]:
    return {field_of(line.key, task): (line.unit_id, task) for line in lines for task in tasks}


def written(quantity: int, by: str) -> str:
    """A quantity as it is typed: a number, or money in 万元 to the last yuan."""
    return plain(Fraction(quantity, WAN), 4) if by == "amount" else str(quantity)


def _as_typed(season: Season, live: Mapping[Cell, int]) -> dict[str, str]:
    lines = roster(reading(), season.id, now())
    fields = _fields(lines, _columns(reading(), season))
    return {name: written(live[cell], cell[1].by) for name, cell in fields.items() if cell in live}


def _quantity(typed: Typed, name: str, task: Task) -> int | None:
    """What stands in a field; blank takes the task away."""
    if not typed.values.get(name):
        return None
    return typed.yuan(name) if task.by == "amount" else typed.whole(name, least=0, most=MOST)


def _hold_against(typed: Typed, task: Task, numbers: Sequence[int | None]) -> None:
    """Say by how much a column misses the total typed beneath it."""
    name = f"total.{task}"
    if (total := _quantity(typed, name, task)) is None:
        return
    gap = sum(number or 0 for number in numbers) - total
    unit = _("万元") if task.by == "amount" else ""
    if gap:
        said = _("合计比总量多 {gap}") if gap > 0 else _("合计比总量少 {gap}")
        typed.complain(name, said.format(gap=f"{written(abs(gap), task.by)} {unit}".strip()))


def _page(season: Season, typed: Typed, status: int = 200) -> ResponseReturnValue:
    session = reading()
    live, lines, scheme = (
        tasks_now(session, season),
        roster(session, season.id, now()),
        scheme_to_come(session, season),
    )
    tasks, mark = _columns(session, season), tasks_mark(live)
    fields = _fields(lines, tasks)
    theirs = {}
    if status == 409:
        for name, cell in fields.items():
            present = written(live[cell].quantity, cell[1].by) if cell in live else ""
            if typed.values.get(name, "") != present:
                theirs[name] = present or _("空白")
    return show(
        "season_targets",
        status,
        here="units",
        season=season,
        typed=typed,
        theirs=theirs,
        seen=mark if status == 409 else typed.values.get("seen", mark),
        lines=lines,
        columns=[Column(task, task_words(task, scheme), _sum(typed, lines, task)) for task in tasks],
        extra={name: request.values.get(name, "") for name in ("indicator", "by", "level")},
        indicators=[(i.key, task_words(Task(i.key, "", ""), scheme)) for i in scheme.indicators],
        field_of=field_of,
        schedule=_schedule(scheme),
    )


def _sum(typed: Typed, lines: Sequence[RosterLine], task: Task) -> str:
    """What a column adds up to, as far as it can be read."""
    looked = Typed(typed.values)
    numbers = [_quantity(looked, field_of(line.key, task), task) or 0 for line in lines]
    return written(sum(numbers), task.by)


def _schedule(scheme: Scheme) -> str:
    """How a yearly task falls due, in words."""
    if not scheme.curve:
        return _("时序进度按月均摊：每满一个月，应完成任务的比例加一份。")
    points = _("、").join(f"{day} {plain(share * 100, 1)}%" for day, share in scheme.curve)
    return _("时序进度按曲线：{points}。").format(points=points)
