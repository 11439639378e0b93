"""Which tasks a season's table has: those its scheme asks for and those that were set; and which are missing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from leaderboard.instant import now
from leaderboard.seasons.drafts import FOUR_RATES, current_draft
from leaderboard.seasons.models import Season, Target
from leaderboard.seasons.read import RosterLine, bundles, ranked, scheme_in_force
from leaderboard.seasons.tasks import Cell, Task, tasks_asked, tasks_now
from leaderboard.words import gettext as _
from leaderboard.words import named
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme


def scheme_to_come(session: Session, season: Season) -> Scheme:
    """The draft being worked on, else the scheme in force to the season's end, else the four rates."""
    version = current_draft(session, season.id) or scheme_in_force(session, season.id, season.ends_on, now())
    return parse_scheme(json.loads(version.document) if version else dict(FOUR_RATES))


def tasks_shown(session: Session, season: Season) -> list[Task]:
    """What the scheme asks for, in its order, and what was set besides."""
    asked = tasks_asked(scheme_to_come(session, season))
    live = sorted({task for _unit, task in tasks_now(session, season)})
    return list(dict.fromkeys((*asked, *live)))


def missing_tasks(
    lines: Sequence[RosterLine], tasks: Sequence[Task], live: Mapping[Cell, Target]
) -> list[Cell]:
    """Tasks that a unit in the contest should have and has not; a bundle has what its members have."""
    members = bundles(lines)
    return [
        (line.unit_id, task)
        for line in ranked(lines)
        if line.competing
        for task in tasks
        if not any((one.unit_id, task) in live for one in (line, *members.get(line.key, ())))
    ]


def task_words(task: Task, scheme: Scheme) -> str:
    """A task by what its indicator is called, how it is counted, and which of several it is."""
    names = {indicator.key: named(indicator.name, indicator.name_en) for indicator in scheme.indicators}
    counted = _("个数") if task.by == "count" else _("金额（万元）")
    level = {"basic": "", "stretch": _("挑战")}.get(task.level, task.level)
    return " ".join(part for part in (names.get(task.indicator, task.indicator), level, counted) if part)
