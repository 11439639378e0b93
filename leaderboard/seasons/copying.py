"""A new season made from an earlier one: who takes part, the tasks if wanted, the scheme as a draft; no facts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import now
from leaderboard.seasons.drafts import current_draft
from leaderboard.seasons.models import APPROVED, Entry, Season, Unit
from leaderboard.seasons.plan import add_division, enter_unit, open_season, set_target
from leaderboard.seasons.read import list_divisions, list_schemes, list_timetables
from leaderboard.seasons.rule import ONCE
from leaderboard.seasons.schemes import draft_scheme
from leaderboard.seasons.tasks import tasks_now
from leaderboard.seasons.timetable import add_timetable, pause_timetable

ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Copied:
    """What a new season was given: units, targets, the number of its draft, and the timetables that wait switched off."""

    season: Season
    units: int
    targets: int
    scheme: int | None
    timetables: int


def moved_day(day: date, came_from: date, goes_to: date) -> date:
    """A day moved as far as one season's first day lies from another's: by whole years where they begin alike.

    29 February becomes the 28th in a year that has none.
    """
    if (came_from.month, came_from.day) != (goes_to.month, goes_to.day):
        return day + (goes_to - came_from)
    year = day.year + goes_to.year - came_from.year
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def copy_season(  # noqa: PLR0913 - what a season is, all by name
    session: Session,
    actor: str,
    source: Season,
    *,
    slug: str,
    title: str,
    starts_on: date,
    ends_on: date,
    title_en: str | None = None,
    authority: str | None = None,
    is_public: bool = False,
    with_targets: bool = True,
) -> Copied:
    """Open a season like an earlier one: stages, deadlines, divisions, entries, rules of publishing, and targets if wanted.

    The scheme becomes a draft with its days moved along, to be submitted and approved; timetables are switched off
    until someone has looked at their dates. Raises PlanError as opening a season does.
    """
    season = open_season(
        session,
        actor,
        slug=slug,
        title=title,
        starts_on=starts_on,
        ends_on=ends_on,
        title_en=title_en,
        source=source.source,
        authority=authority,
        is_public=is_public,
    )
    season.stages, season.node_days = source.stages, source.node_days
    season.window_days, season.window_contact = source.window_days, source.window_contact
    if source.two_persons:
        season.two_persons = 1
        session.flush()
        told = {"was": False, "now": True, "why": source.slug}
        record_act(session, actor, "season.two_persons", slug, rows=[season], **told)
    units = _copy_entries(session, actor, source, season)
    targets = _copy_targets(session, actor, source, season, units) if with_targets else 0
    copied = Copied(
        season,
        len(units),
        targets,
        _copy_scheme(session, actor, source, season),
        _copy_timetables(session, actor, source, season),
    )
    session.flush()
    made: dict[str, Any] = {"units": copied.units, "targets": copied.targets, "timetables": copied.timetables}
    record_act(session, actor, "season.copy", slug, season=source.slug, rows=[season], **made)
    return copied


def _copy_entries(session: Session, actor: str, source: Season, season: Season) -> dict[int, Unit]:
    """Divisions and who takes part in them; the units by id."""
    divisions = {
        old.id: add_division(session, actor, season, key=old.key, name=old.name, name_en=old.name_en)
        for old in list_divisions(session, source.id)
    }
    live = (
        select(Unit, Entry)
        .join(Entry, Entry.unit_id == Unit.id)
        .where(Entry.season_id == source.id, Entry.ended_at.is_(None))
        .order_by(Unit.sort_no, Unit.id)
    )
    entries = [(row[0], row[1]) for row in session.execute(live)]
    units = {unit.id: unit for unit, _entry in entries}
    for unit, entry in entries:
        enter_unit(
            session,
            actor,
            season,
            unit,
            divisions[entry.division_id],
            competing=bool(entry.competing),
            bundle=None if entry.bundle_id is None else units.get(entry.bundle_id),
        )
    return units


def _copy_targets(
    session: Session, actor: str, source: Season, season: Season, units: Mapping[int, Unit]
) -> int:
    copied = [(cell, target) for cell, target in tasks_now(session, source).items() if cell[0] in units]
    at = now()
    for (unit_id, task), target in copied:
        set_target(
            session,
            actor,
            season,
            units[unit_id],
            indicator=task.indicator,
            by=task.by,
            level=task.level,
            quantity=target.quantity,
            planned_at=at,
        )
    return len(copied)


def _copy_scheme(session: Session, actor: str, source: Season, season: Season) -> int | None:
    """A draft of what was approved last, else of the earlier season's own draft; its number."""
    versions = list_schemes(session, source.id)
    approved = (version for version in versions if version.state == APPROVED)
    version = next(approved, None) or current_draft(session, source.id)
    if version is None:
        return None
    document = _moved(json.loads(version.document), source.starts_on, season.starts_on)
    label = f"{source.slug} v{version.version_no}"
    return draft_scheme(session, actor, season, document, source=label).version_no


def _moved(value: Any, came_from: date, goes_to: date) -> Any:
    """A scheme's document with every day in it, name or value, moved along with the season."""
    if isinstance(value, Mapping):
        return {
            _moved(key, came_from, goes_to): _moved(part, came_from, goes_to) for key, part in value.items()
        }
    if isinstance(value, list):
        return [_moved(part, came_from, goes_to) for part in value]
    if isinstance(value, str) and ISO_DAY.fullmatch(value):
        return str(moved_day(date.fromisoformat(value), came_from, goes_to))
    return value


def _copy_timetables(session: Session, actor: str, source: Season, season: Season) -> int:
    """Timetables that come again, switched off; one that came only once is of the earlier season."""
    copied = 0
    for old in list_timetables(session, source.id):
        rule = json.loads(old.rule)
        if rule["kind"] != ONCE:
            new = add_timetable(
                session, actor, season, name=old.name, rule=rule, zone=old.timezone, catch_up=old.catch_up
            )
            pause_timetable(session, actor, new)
            copied += 1
    return copied
