"""The office's own listing order of units and divisions: set by people, never guessed from a name."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import Millis, now
from leaderboard.seasons.models import DIVISION, UNIT, Division, FormerName, Season, Unit
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.read import list_divisions, list_units
from leaderboard.words import gettext as _


def order_units(session: Session, actor: str, ordered: Sequence[Unit], *, at: Millis | None = None) -> int:
    """List these units in this order, in the places they hold together in the office's list; tells how many moved.

    Past editions keep the order of their instant.
    """
    moved = {unit.id for unit in ordered}
    every = list_units(session)
    queue = iter(ordered)
    wanted = [next(queue) if unit.id in moved else unit for unit in every]
    moved_now, former = _number(session, UNIT, wanted, at)
    if moved_now:
        told = _places_changed(every, wanted)
        record_act(session, actor, "unit.order", "units", **told, rows=[*moved_now, *former])
    return len(moved_now)


def order_divisions(
    session: Session, actor: str, season: Season, ordered: Sequence[Division], *, at: Millis | None = None
) -> int:
    """List the season's divisions in this order; tells how many moved."""
    every = list_divisions(session, season.id)
    if {d.id for d in ordered} != {d.id for d in every}:
        raise PlanError(_("组别刚刚有增减, 请重新排列"))
    moved, former = _number(session, DIVISION, ordered, at)
    if moved:
        told = _places_changed(every, ordered)
        record_act(session, actor, "division.order", season.slug, **told, rows=[*moved, *former])
    return len(moved)


def _places_changed(
    every: Sequence[Unit | Division], wanted: Sequence[Unit | Division]
) -> dict[str, dict[str, int]]:
    """Who stood at which place of the list, from 1 on, and stands at which now; only those that moved."""
    now_at = {thing.key: place for place, thing in enumerate(wanted, start=1)}
    was = {thing.key: place for place, thing in enumerate(every, start=1) if now_at[thing.key] != place}
    return {"was": was, "now": {key: now_at[key] for key in was}}


def _number(
    session: Session, kind: str, wanted: Sequence[Unit | Division], at: Millis | None
) -> tuple[list[Unit | Division], list[FormerName]]:
    """Give every one its number from 1 on and keep the numbers of those that had another; both, of those that had."""
    until = now() if at is None else at
    moved, former = [], []
    for number, thing in enumerate(wanted, start=1):
        if thing.sort_no != number:
            was = json.dumps({"sort_no": thing.sort_no})
            former.append(FormerName(kind=kind, subject_id=thing.id, until_at=until, names=was))
            thing.sort_no = number
            moved.append(thing)
    session.add_all(former)
    session.flush()
    return moved, former
