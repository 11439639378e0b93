"""What nearly every page asks of the seasons, put together once: doing so each time would take longer than the answer."""

from __future__ import annotations

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import aliased

from leaderboard.seasons.models import APPROVED, Division, Entry, FormerName, SchemeVersion, Season, Unit

SEASONS = select(Season).order_by(Season.ends_on.desc(), Season.id.desc())
PUBLIC_SEASONS = SEASONS.where(Season.is_public == 1)

RENAMED = (
    select(FormerName.subject_id, FormerName.names)
    .where(FormerName.kind == bindparam("kind"), FormerName.until_at > bindparam("known_at"))
    .order_by(FormerName.until_at, FormerName.id)
)

_INTO = aliased(Unit)
ROSTER = (
    select(
        Unit.id,
        Unit.key,
        Unit.name,
        Unit.name_en,
        Unit.sort_no,
        Division.key,
        Entry.competing,
        _INTO.key,
        Division.id,
        Division.sort_no,
    )
    .select_from(Unit)
    .join(Entry, Entry.unit_id == Unit.id)
    .join(Division, Division.id == Entry.division_id)
    .outerjoin(_INTO, _INTO.id == Entry.bundle_id)
    .where(Entry.season_id == bindparam("season"), Entry.planned_at <= bindparam("known_at"))
    .where(or_(Entry.ended_at.is_(None), Entry.ended_at > bindparam("known_at")))
)

IN_FORCE = (
    select(SchemeVersion)
    .where(SchemeVersion.season_id == bindparam("season"), SchemeVersion.state == APPROVED)
    .where(SchemeVersion.effective_on <= bindparam("day"), SchemeVersion.approved_at <= bindparam("known_at"))
    .order_by(SchemeVersion.effective_on.desc(), SchemeVersion.version_no.desc())
    .limit(1)
)
