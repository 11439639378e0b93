"""Deadlines of a season's stages 节点时限: how many days after an earlier stage each is due, and how a project stands."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.seasons.models import Season
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import stage_names
from leaderboard.words import gettext as _
from scoring.cohort import or_later

MOST_DAYS = 3650
SOON = 15
"""From so many days before it a deadline is near 临期."""
ON_TIME, NEAR, OVERDUE = LIGHTS = ("on_time", "near", "overdue")
"""按期, 临期, 超期: how a stage stands that is not reached yet."""
REPORTED, REACHED, LATE = "reported", "reached", "late"
"""Of a stage that is reached: reported in time and awaiting verification, reached in time, reached after its day."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A stage is due so many days after an earlier one."""

    stage: str
    days: int
    since: str


@dataclass(frozen=True, slots=True)
class Node:
    """How one project stands at one deadline."""

    stage: str
    due_on: date
    state: str
    """One of LIGHTS while the stage is not reached, else REPORTED, REACHED or LATE."""
    reached_on: date | None
    days: int
    """From the day in question to the due day: what is left, or less than 0 for what it is late by."""


def deadlines_of(season: Season) -> tuple[Deadline, ...]:
    """The season's deadlines, in the order of its stages."""
    kept = {line["stage"]: Deadline(**line) for line in json.loads(season.node_days)}
    return tuple(kept[stage] for stage in stage_names(season) if stage in kept)


def set_deadlines(
    session: Session, actor: str, season: Season, deadlines: Sequence[Deadline], *, reason: str
) -> bool:
    """Give a season these deadlines and no others; tells whether that changed anything.

    Raises PlanError without a reason, for a stage the season does not have or that is due after itself or a later
    one, and for days that are none.
    """
    problems = [] if reason.strip() else [_("改节点时限须写明理由")]
    names = stage_names(season)
    problems += [problem for deadline in deadlines if (problem := _unfit(deadline, names))]
    if problems:
        raise PlanError(*problems)
    wanted: dict[str, dict[str, str | int]] = {
        d.stage: {"stage": d.stage, "days": d.days, "since": d.since} for d in deadlines
    }
    document = json.dumps([wanted[stage] for stage in names if stage in wanted])
    session.refresh(season)
    if document == season.node_days:
        return False
    was, season.node_days = json.loads(season.node_days), document
    session.flush()
    before, after = _said(was), _said(list(wanted.values()))
    gone = dict.fromkeys(before.keys() - after.keys())
    told = {"was": before, "now": after | gone, "why": reason.strip()}
    record_act(session, actor, "season.deadlines", season.slug, rows=[season], **told)
    return True


def _said(lines: Iterable[Mapping[str, str | int]]) -> dict[str, list[str | int] | None]:
    """Deadlines as the trail keeps them: each stage with the one it is counted from and the days."""
    return {str(line["stage"]): [line["since"], line["days"]] for line in lines}


def _unfit(deadline: Deadline, names: Mapping[str, str]) -> str:
    order = list(names)
    if deadline.stage not in names or deadline.since not in names:
        return _("赛季没有这个节点: {stage}").format(stage=deadline.stage)
    name = names[deadline.stage]
    if order.index(deadline.since) >= order.index(deadline.stage):
        return _("{stage} 的时限应从更早的节点算起").format(stage=name)
    if not 1 <= deadline.days <= MOST_DAYS:
        return _("{stage} 的时限应为 1 到 {most} 天").format(stage=name, most=MOST_DAYS)
    return ""


def nodes_of(
    deadlines: Iterable[Deadline], verified: Mapping[str, date], reported: Mapping[str, date], today: date
) -> list[Node]:
    """How a project stands at each deadline that runs for it, as only verified stages count.

    `verified` and `reported` are the days of its stages by whether they were verified or still wait for it. A deadline
    runs from the verified day of the stage it is counted from. What was reported in time is neither near nor overdue.
    As in the rates, a later standard stage stands for every earlier one: what is built was once begun.
    """
    nodes = []
    for deadline in deadlines:
        began = verified.get(deadline.since)
        if began is None:
            continue
        due_on = began + timedelta(days=deadline.days)
        reached = _first(verified, deadline.stage)
        told = _first(reported, deadline.stage)
        if reached is not None:
            state, on = (REACHED if reached <= due_on else LATE), reached
        elif told is not None and told <= due_on:
            state, on = REPORTED, told
        else:
            state, on = _light(due_on, today), None
        nodes.append(Node(deadline.stage, due_on, state, on, (due_on - (on or today)).days))
    return nodes


def _first(days: Mapping[str, date], stage: str) -> date | None:
    """The first day at the stage or at a later one."""
    return min((days[each] for each in or_later((stage,)) if each in days), default=None)


def _light(due_on: date, today: date) -> str:
    if today > due_on:
        return OVERDUE
    return NEAR if (due_on - today).days <= SOON else ON_TIME


def pressing(nodes: Collection[Node]) -> Node | None:
    """The node that matters first: of those not reached the one due earliest; None where none is left."""
    return min((node for node in nodes if node.state in LIGHTS), key=lambda node: node.due_on, default=None)
