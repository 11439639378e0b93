"""Tasks of a season's units 目标任务: which ones a scheme asks for, and setting a whole table of them at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import Millis, now
from leaderboard.seasons.models import Season, Target, Unit
from leaderboard.seasons.plan import set_target
from leaderboard.seasons.read import list_seasons, targets_at
from leaderboard.words import gettext as _
from scoring.preset_rules import ArrivedOverTask, Signing
from scoring.relative import nodes
from scoring.rules import Scheme
from scoring.term_rules import TargetTerm


class TasksChanged(ValueError):
    """Someone else set tasks of the season meanwhile; look at theirs first."""


@dataclass(frozen=True, slots=True, order=True)
class Task:
    """A kind of target: for which indicator, by count or amount, basic or stretch."""

    indicator: str
    by: str
    level: str = "basic"

    def __str__(self) -> str:
        """How addresses and fields name it: signing.count.basic."""
        return f"{self.indicator}.{self.by}.{self.level}"


Cell = tuple[int, Task]
"""Id of a unit, and which of its tasks."""


def tasks_asked(scheme: Scheme) -> list[Task]:
    """The kinds of targets a scheme's indicators and adjustments measure against, in its order."""
    rules = [(indicator.key, indicator) for indicator in scheme.indicators]
    found = [task for key, rule in rules for node in nodes(rule) for task in _asked_by(node, key)]
    adjusted = [task for node in nodes(scheme.adjustments) for task in _asked_by(node, "")]
    return list(dict.fromkeys(task for task in (*found, *adjusted) if task.indicator))


def _asked_by(node: object, own: str) -> Iterator[Task]:
    match node:
        case Signing():
            yield from (Task(own, by, node.level) for by, share in node.shares if share)
        case ArrivedOverTask(level=level):
            yield Task(own, "amount", level)
        case TargetTerm(by=by, level=level, indicator=indicator):
            yield Task(indicator or own, by, level)


def tasks_now(session: Session, season: Season) -> dict[Cell, Target]:
    """Every live target of the season by unit and task."""
    live = targets_at(session, season.id, now())
    return {(t.unit_id, Task(t.indicator, t.by, t.level)): t for t in live}


def tasks_mark(live: Mapping[Cell, Target]) -> str:
    """What a form was filled in over: another mark means that someone set tasks meanwhile."""
    told = sorted((target.id, target.quantity) for target in live.values())
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def earlier_tasks(session: Session, season: Season, task: Task) -> tuple[Season, dict[int, int]] | None:
    """The newest season that ended before this one began and had this task, with its quantities by unit."""
    for earlier in list_seasons(session):
        if earlier.ends_on < season.starts_on:
            live = tasks_now(session, earlier)
            found = {unit: target.quantity for (unit, asked), target in live.items() if asked == task}
            if found:
                return earlier, found
    return None


def set_tasks(
    session: Session,
    actor: str,
    season: Season,
    units: Sequence[Unit],
    wanted: Mapping[Cell, int | None],
    seen: str,
    *,
    at: Millis | None = None,
) -> int:
    """Set a table of tasks, None taking one away; tells how many changed, earlier ones are ended and kept.

    `seen` is the mark of what the table was filled in over; raises TasksChanged where that is no longer so.
    """
    live = tasks_now(session, season)
    if tasks_mark(live) != seen:
        raise TasksChanged(_("保存之前, 任务已被他人改动"))
    by_id, changed, until = {unit.id: unit for unit in units}, 0, now() if at is None else at
    for cell, quantity in wanted.items():
        unit_id, task = cell
        before = live.get(cell)
        if quantity is None and before is not None:
            _end(session, actor, season, by_id[unit_id], before, until)
            changed += 1
        elif quantity is not None and (before is None or before.quantity != quantity):
            set_target(
                session,
                actor,
                season,
                by_id[unit_id],
                indicator=task.indicator,
                by=task.by,
                level=task.level,
                quantity=quantity,
                planned_at=until,
            )
            changed += 1
    return changed


def _end(session: Session, actor: str, season: Season, unit: Unit, target: Target, at: Millis) -> None:
    target.ended_at = at
    session.flush()
    subject = f"{season.slug}/{unit.key}/{target.indicator}"
    record_act(
        session, actor, "target.end", subject, was=target.quantity, now=None, by=target.by, rows=[target]
    )
