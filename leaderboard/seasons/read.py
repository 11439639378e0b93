"""Reading what counts: seasons, their roster, targets and the scheme in force."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from leaderboard.seasons.models import (
    APPROVED,
    DIVISION,
    SEASON,
    UNIT,
    Division,
    Entry,
    SchemeVersion,
    Season,
    Target,
    Timetable,
    Unit,
)
from leaderboard.seasons.questions import IN_FORCE, PUBLIC_SEASONS, RENAMED, ROSTER, SEASONS
from leaderboard.words import ENGLISH, speaking
from leaderboard.words import gettext as _
from scoring.facts import STANDARD_STAGES

STAGE_NAMES = {
    "talks": "洽谈",
    "signed": "签约",
    "registered": "注册",
    "landed": "落地",
    "started": "开工",
    "in_statistics": "入库",
    "in_production": "投产",
}


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One unit in a season: its entry, division and own data."""

    unit_id: int
    key: str
    name: str
    name_en: str | None
    division: str
    sort_no: int
    competing: bool
    bundle: str | None = None
    """The key of the unit it is bundled into, with which it is ranked."""

    @property
    def columns(self) -> tuple[Any, ...]:
        """What it says; lines of before there were bundles say what they said."""
        every = astuple(self)
        return every if self.bundle is not None else every[:-1]


@dataclass(frozen=True, slots=True)
class SeasonLine:
    """A season as it was called at an instant."""

    slug: str
    title: str
    title_en: str | None
    source: str | None
    authority: str | None


@dataclass(frozen=True, slots=True)
class DivisionLine:
    """A division as it was called at an instant."""

    key: str
    name: str
    name_en: str | None


def list_seasons(session: Session, *, public_only: bool = False) -> Sequence[Season]:
    """Seasons, newest first."""
    return session.scalars(PUBLIC_SEASONS if public_only else SEASONS).all()


def find_season(session: Session, slug: str) -> Season | None:
    """The season at this address, if there is one."""
    return session.scalars(select(Season).where(Season.slug == slug)).one_or_none()


def present_season(session: Session, season_id: int) -> Season:
    """The season as it is now, whatever this session has read of it before its transaction began."""
    return session.get_one(Season, season_id, populate_existing=True)


def find_unit(session: Session, key: str) -> Unit | None:
    """The unit with this key, if there is one."""
    return session.scalars(select(Unit).where(Unit.key == key)).one_or_none()


def list_units(session: Session) -> Sequence[Unit]:
    """All units in the office's listing order."""
    return session.scalars(select(Unit).order_by(Unit.sort_no, Unit.id)).all()


def list_divisions(session: Session, season_id: int) -> Sequence[Division]:
    """Divisions of a season in their order."""
    return session.scalars(
        select(Division).where(Division.season_id == season_id).order_by(Division.sort_no, Division.id)
    ).all()


def former_names(session: Session, kind: str, known_at: int) -> dict[int, dict[str, Any]]:
    """Id -> the columns that were renamed since the instant, as they were then; `kind` as in `FormerName`."""
    found: dict[int, dict[str, Any]] = {}
    for subject_id, names in session.execute(RENAMED, {"kind": kind, "known_at": known_at}):
        # The first name that ended after the instant is the one that held at it.
        found[subject_id] = json.loads(names) | found.get(subject_id, {})
    return found


def season_at(session: Session, season: Season, known_at: int) -> SeasonLine:
    """What a season was called at the instant."""
    now = {name: getattr(season, name) for name in ("title", "title_en", "source", "authority")}
    return SeasonLine(season.slug, **(now | former_names(session, SEASON, known_at).get(season.id, {})))


def divisions_at(
    session: Session, season_id: int, known_at: int, lines: Sequence[RosterLine] | None = None
) -> list[DivisionLine]:
    """Divisions with a unit on the roster of the instant, in their order, as they were called then.

    `lines` are that roster, where it is at hand.
    """
    former = former_names(session, DIVISION, known_at)
    inhabited = {line.division for line in lines or roster(session, season_id, known_at)}
    called = [
        (d, {"name": d.name, "name_en": d.name_en, "sort_no": d.sort_no} | former.get(d.id, {}))
        for d in list_divisions(session, season_id)
        if d.key in inhabited
    ]
    called.sort(key=lambda found: (found[1]["sort_no"], found[0].id))
    return [DivisionLine(d.key, said["name"], said["name_en"]) for d, said in called]


def roster(session: Session, season_id: int, known_at: int, called_at: int | None = None) -> list[RosterLine]:
    """Who takes part, as planned and called at the instant, in the office's listing order of that instant.

    Members of a bundle are among them; `ranked` leaves them out. Names and order are those of `called_at`, where that is
    another instant.
    """
    named_at = known_at if called_at is None else called_at
    rows = session.execute(ROSTER, {"season": season_id, "known_at": known_at})
    units, divisions = former_names(session, UNIT, named_at), former_names(session, DIVISION, named_at)
    lines = []
    for *columns, division_id, sort_no in rows:
        order = divisions.get(division_id, {}).get("sort_no", sort_no)
        lines.append((order, _roster_line(columns, units)))
    lines.sort(key=lambda found: (found[0], found[1].sort_no, found[1].unit_id))
    return [line for _order, line in lines]


def seasons_of(session: Session, unit_id: int, at: int) -> dict[int, tuple[Season, str]]:
    """The seasons in which a unit takes part at the instant, newest first, by id: each with the key it is ranked by.

    That is its own, or the one of the unit it is bundled into.
    """
    own, into = aliased(Unit), aliased(Unit)
    rows = session.execute(
        select(Season, own.key, into.key)
        .join(Entry, Entry.season_id == Season.id)
        .join(own, own.id == Entry.unit_id)
        .outerjoin(into, into.id == Entry.bundle_id)
        .where(Entry.unit_id == unit_id, Entry.planned_at <= at)
        .where(or_(Entry.ended_at.is_(None), Entry.ended_at > at))
        .order_by(Season.ends_on.desc(), Season.id.desc())
    )
    return {season.id: (season, bundle or key) for season, key, bundle in rows}


def _roster_line(columns: Sequence[Any], former: dict[int, dict[str, Any]]) -> RosterLine:
    unit_id, key, name, name_en, sort_no, division, competing, bundle = columns
    called = {"name": name, "name_en": name_en, "sort_no": sort_no} | former.get(unit_id, {})
    return RosterLine(unit_id, key, division=division, competing=bool(competing), bundle=bundle, **called)


def ranked(lines: Sequence[RosterLine]) -> list[RosterLine]:
    """The lines of units with a place of their own: all but the members of bundles."""
    return [line for line in lines if line.bundle is None]


def bundles(lines: Sequence[RosterLine]) -> dict[str, list[RosterLine]]:
    """Key of a unit -> the members bundled into it, in their order; units without members are left out."""
    found: dict[str, list[RosterLine]] = {}
    for line in lines:
        if line.bundle is not None:
            found.setdefault(line.bundle, []).append(line)
    return found


def targets_at(session: Session, season_id: int, known_at: int) -> Sequence[Target]:
    """Targets as planned at the instant."""
    return session.scalars(
        select(Target)
        .where(Target.season_id == season_id, Target.planned_at <= known_at)
        .where(or_(Target.ended_at.is_(None), Target.ended_at > known_at))
        .order_by(Target.unit_id, Target.indicator, Target.by, Target.level)
    ).all()


def scheme_in_force(session: Session, season_id: int, on: date, known_at: int) -> SchemeVersion | None:
    """The approved version in force on a day, as approved at the instant; the later version wins."""
    asked = {"season": season_id, "day": on, "known_at": known_at}
    return session.scalars(IN_FORCE, asked).one_or_none()


def scheme_to_follow(session: Session, season_id: int, after: date) -> SchemeVersion | None:
    """The approved version that is the next to come in force after a day, whatever is put in force until then."""
    return session.scalars(
        select(SchemeVersion)
        .where(SchemeVersion.season_id == season_id, SchemeVersion.state == APPROVED)
        .where(SchemeVersion.effective_on > after)
        .order_by(SchemeVersion.effective_on, SchemeVersion.version_no.desc())
        .limit(1)
    ).one_or_none()


def schemes_to_come(session: Session, season_id: int, after: date) -> list[SchemeVersion]:
    """The approved versions that come in force after a day, first to last; of one day the later version."""
    found = session.scalars(
        select(SchemeVersion)
        .where(SchemeVersion.season_id == season_id, SchemeVersion.state == APPROVED)
        .where(SchemeVersion.effective_on > after)
        .order_by(SchemeVersion.effective_on, SchemeVersion.version_no)
    )
    return list({version.effective_on: version for version in found}.values())


def list_schemes(session: Session, season_id: int) -> Sequence[SchemeVersion]:
    """Every version of a season's scheme, newest first."""
    return session.scalars(
        select(SchemeVersion)
        .where(SchemeVersion.season_id == season_id)
        .order_by(SchemeVersion.version_no.desc())
    ).all()


def list_timetables(session: Session, season_id: int | None = None) -> Sequence[Timetable]:
    """Timetables of one season, or of all, in the order they were made."""
    found = select(Timetable).order_by(Timetable.id)
    return session.scalars(
        found if season_id is None else found.where(Timetable.season_id == season_id)
    ).all()


def stage_names(season: Season | None = None) -> dict[str, str]:
    """Stage key -> Chinese name, standard stages first and then the season's own."""
    own = json.loads(season.stages) if season else []
    return {key: STAGE_NAMES[key] for key in STANDARD_STAGES} | {stage["key"]: stage["name"] for stage in own}


def stage_lines(season: Season) -> list[dict[str, str | None]]:
    """Every stage of a season with its names in both languages, standard stages first and then the season's own."""
    with speaking(ENGLISH):
        standard = [{"key": key, "name": name, "name_en": _(name)} for key, name in STAGE_NAMES.items()]
    own = [
        {"key": stage["key"], "name": stage["name"], "name_en": stage.get("name_en")}
        for stage in json.loads(season.stages)
    ]
    return [*standard, *own]
