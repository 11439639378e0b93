"""Renaming seasons, divisions and units: editions to come show the new name, past ones are composed with the old."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import Millis, now
from leaderboard.seasons.models import DIVISION, SEASON, UNIT, Division, FormerName, Season, Unit
from leaderboard.seasons.plan import PlanError
from leaderboard.words import gettext as _

COLUMNS = {
    SEASON: frozenset({"title", "title_en", "source", "authority"}),
    DIVISION: frozenset({"name", "name_en", "sort_no"}),
    UNIT: frozenset({"name", "name_en", "sort_no"}),
}
REQUIRED = {SEASON: "title", DIVISION: "name", UNIT: "name"}


def rename_season(
    session: Session,
    actor: str,
    season: Season,
    *,
    reason: str,
    at: Millis | None = None,
    **columns: str | None,
) -> None:
    """Change a season's `title`, `title_en`, `source` or `authority`.

    Raises PlanError without a reason, a title or a change.
    """
    _rename(session, actor, SEASON, season, season.slug, columns, reason, at)


def rename_division(
    session: Session,
    actor: str,
    division: Division,
    *,
    reason: str,
    at: Millis | None = None,
    **columns: str | int | None,
) -> None:
    """Change a division's `name`, `name_en` or `sort_no`; raises PlanError as `rename_season` does, and for a taken name."""
    same = select(Division.id).where(
        Division.season_id == division.season_id,
        Division.name == columns.get("name"),
        Division.id != division.id,
    )
    if session.scalar(same) is not None:
        raise PlanError(_("组别名称 {name} 已被使用").format(name=columns["name"]))
    _rename(session, actor, DIVISION, division, division.key, columns, reason, at)


def rename_unit(
    session: Session,
    actor: str,
    unit: Unit,
    *,
    reason: str,
    at: Millis | None = None,
    **columns: str | int | None,
) -> None:
    """Change a unit's `name`, `name_en` or `sort_no`; raises PlanError as `rename_season` does, and for a taken name."""
    same = select(Unit.id).where(Unit.name == columns.get("name"), Unit.id != unit.id)
    if session.scalar(same) is not None:
        raise PlanError(_("单位名称 {name} 已被使用").format(name=columns["name"]))
    _rename(session, actor, UNIT, unit, unit.key, columns, reason, at)


def _rename(  # noqa: PLR0913, PLR0917 - what, as which, and in whose name
    session: Session,
    actor: str,
    kind: str,
    thing: Season | Division | Unit,
    subject: str,
    columns: dict[str, Any],
    reason: str,
    at: Millis | None,
) -> None:
    """Change the columns and keep what they were until now."""
    if unknown := set(columns) - COLUMNS[kind]:
        raise TypeError(f"{kind} has no name in {sorted(unknown)}")
    if not reason.strip():
        raise PlanError(_("更名须写明理由"))
    wanted = {key: _trimmed(value) for key, value in columns.items()}
    if wanted.get(REQUIRED[kind], subject) is None:
        raise PlanError(_("名称不能空白"))
    session.refresh(thing)
    was = {key: getattr(thing, key) for key, value in wanted.items() if getattr(thing, key) != value}
    if not was:
        raise PlanError(_("名称没有变化"))
    for key in was:
        setattr(thing, key, wanted[key])
    former = FormerName(
        kind=kind, subject_id=thing.id, until_at=now() if at is None else at, names=json.dumps(was)
    )
    session.add(former)
    session.flush()
    told = {"was": was, "now": {key: wanted[key] for key in was}, "why": reason.strip()}
    record_act(session, actor, f"{kind}.rename", subject, rows=[thing, former], **told)


def _trimmed(value: Any) -> Any:
    return value.strip() or None if isinstance(value, str) else value
