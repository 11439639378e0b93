"""My projects: how long each has stood where it is, and which are overdue, near or on time by the season's deadlines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from sqlalchemy.orm import Session

from leaderboard.accounts.read import people_of_unit
from leaderboard.ledger.handed_in import count_unsettled, own_events
from leaderboard.ledger.listing import lines_of
from leaderboard.ledger.models import SIGNED
from leaderboard.seasons.deadlines import LIGHTS, Deadline, Node, deadlines_of, nodes_of, pressing
from leaderboard.web.facts import stage_words
from leaderboard.web.my.ages import Age, ages_of, days_reached
from leaderboard.web.my.door import asked_season, door, own_seasons, own_unit, today
from leaderboard.web.requests import reading, settings

PAGE = 50
URGENCY = ("overdue", "near", "on_time", "")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one project stands: its last verified stage with its age, and the deadline that presses."""

    project_id: int
    age: Age | None
    node: Node | None
    contract: str
    """What was decided on its signing, whose amounts are the contract's; "" before it is signed."""

    @property
    def light(self) -> str:
        """One of LIGHTS; "" where no deadline runs."""
        return self.node.state if self.node else ""


def standing_of(
    project_id: int, events: Sequence[Row[Any]], deadlines: Sequence[Deadline], today: date
) -> Standing:
    """Where a project with these events stands on a day."""
    verified, reported = days_reached((event, event.outcome) for event in events)
    ages = ages_of(verified, today)
    return Standing(
        project_id,
        ages[-1] if ages else None,
        pressing(nodes_of(deadlines, verified, reported, today)),
        next((event.outcome for event in events if event.stage == SIGNED), ""),
    )


@door.get("/projects")
def projects() -> ResponseReturnValue:
    """The unit's projects, what presses first; a fixed number of queries however many there are."""
    session = reading()
    unit = own_unit(session)
    season = asked_season(mine := own_seasons(session, unit))
    light = request.args.get("light", "")
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    found = _standings(session, unit.id, deadlines_of(season) if season else ())
    wanted = [each for each in found if light not in LIGHTS or each.light == light]
    shown = wanted[(page - 1) * PAGE : page * PAGE]
    ids = [each.project_id for each in shown]
    lines = {line.head.id: line for line in lines_of(session, ids)}
    return render_template(
        "pages/units/projects.html",
        unit=unit,
        season=season,
        seasons=mine,
        rows=[(lines[each.project_id], each) for each in shown],
        unsettled=count_unsettled(session, unit.id, people_of_unit(session, unit.id), ids),
        counts=Counter(each.light for each in found),
        light=light if light in LIGHTS else "",
        total=len(wanted),
        whole=len(found),
        page=page,
        last_page=max(1, -(-len(wanted) // PAGE)),
        has_deadlines=bool(season and deadlines_of(season)),
        may_register=settings().units_register,
        stages=stage_words(mine),
    )


def _standings(session: Session, unit_id: int, deadlines: Sequence[Deadline]) -> list[Standing]:
    """Every project of the unit: overdue ones first, each kind by the day that presses, then by age."""
    day, events = today(), defaultdict[int, list[Row[Any]]](list)
    ids, rows = own_events(session, unit_id)
    for row in rows:
        events[row.project_id].append(row)
    found = [standing_of(project_id, events[project_id], deadlines, day) for project_id in ids]
    return sorted(found, key=_urgency)


def _urgency(each: Standing) -> tuple[int, date, int, int]:
    due = each.node.due_on if each.node else date.max
    return URGENCY.index(each.light), due, -(each.age.days if each.age else 0), each.project_id
