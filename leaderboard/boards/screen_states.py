"""What every screen is told all the time, and what screens say of themselves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import BigInteger, Row, Select, Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditHead
from leaderboard.boards.ceremony_ends import FORGOTTEN_MS
from leaderboard.boards.ceremony_models import Ceremony, CeremonyScreen
from leaderboard.boards.health import stale_boards
from leaderboard.boards.models import Screen, ScreenReport
from leaderboard.boards.playlists import Entry, entries_of, scenes_in
from leaderboard.boards.promised import promised
from leaderboard.boards.read import latest_edition
from leaderboard.instant import Millis, iso, utc_offset
from leaderboard.seasons.models import Season

HEAD = select(AuditHead.seq_no, AuditHead.hash).where(AuditHead.id == 1)
Mark = tuple[Any, ...]
LATE_MS: Millis = 30_000
"""How long after its due instant an edition is still awaited, before screens are told of the instant after it."""
MOST_ALIKE = 256
"""Screens by the thousand are set in a few ways; what follows from so many of them is worked out once."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a screen says of itself: no fact of the race."""

    seen_at: Millis
    edition_number: int | None
    scene: str
    width: int
    height: int
    engine: str
    failures: int


@dataclass(frozen=True, slots=True)
class Round:
    """What a screen shows of whatever edition: all that its drawing depends on beside the edition."""

    lang: str
    division: str | None
    kinds: tuple[str, ...]
    shames: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One screen at an address that opens: who may ask, what it shows, and what it is told besides the edition."""

    screen_id: int
    token_hash: str
    season_id: int
    shown: Round
    address_range: str
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Newest:
    """What screens of a season are told of its newest public edition, its hash if there is one, and when the next is due."""

    told: Mapping[str, Any]
    hash: str | None
    next_due_at: Millis | None


def trail_mark(session: Session) -> Mark:
    """The end of the audit trail: while it stays, no screen, season, edition or ceremony has changed."""
    found = session.execute(HEAD).one_or_none()
    return () if found is None else (found[0], found[1])


def screens_mark(session: Session) -> Mark:
    """Something that differs whenever a screen was changed, added or revoked, or a ceremony moved."""
    moved = select(
        func.count(), func.sum(Ceremony.step), func.max(Ceremony.moved_at), func.max(Ceremony.ended_at)
    )
    screens = select(func.count(), func.sum(Screen.revision), func.sum(Screen.is_revoked))
    return (
        *session.execute(screens.select_from(Screen)).one(),
        *session.execute(moved.select_from(Ceremony)).one(),
    )


def list_told(session: Session, zone: str, at: Millis) -> list[Told]:
    """Every screen whose address opens, with what it is told of itself."""
    ceremonies = ceremonies_of_screens(session, at)
    rows = session.execute(_open_screens()).all()
    return [_told(row, ceremonies.get(row.id), zone, at) for row in rows]


def _open_screens() -> Select[Any]:
    columns = [column for column in Screen.__table__.columns if column.name != "seen_at"]
    return (
        select(*columns)
        .join(Season, Season.id == Screen.season_id)
        .where(Screen.is_revoked == 0, Season.is_public == 1)
    )


def ceremonies_of_screens(session: Session, at: Millis) -> dict[int, dict[str, int]]:
    """Screen id -> the ceremony it takes part in at the moment, the one begun last, and its step."""
    rows = session.execute(
        select(CeremonyScreen.screen_id, Ceremony.id, Ceremony.step)
        .join(Ceremony, Ceremony.id == CeremonyScreen.ceremony_id)
        .where(Ceremony.ended_at.is_(None), Ceremony.moved_at > at - FORGOTTEN_MS)
        .order_by(Ceremony.id)
    )
    return {row.screen_id: {"id": row.id, "step": row.step} for row in rows}


def _told(screen: Row[Any], ceremony: dict[str, int] | None, zone: str, at: Millis) -> Told:
    has_notice = screen.notice and (screen.notice_until is None or screen.notice_until > at)
    until = None if screen.notice_until is None else iso(screen.notice_until, zone)
    state = {
        "revision": screen.revision,
        "look": look_of(screen),
        "playlist": [entry.told() for entry in _entries(screen.playlist)],
        "hours": {"from": screen.hours_from, "to": screen.hours_to} if screen.hours_from else None,
        "utc_offset": utc_offset(at, zone),
        "notice": {"text": screen.notice, "until": until} if has_notice else None,
        "muted": bool(screen.is_muted),
        "ceremony": ceremony,
        "reload": screen.reload_count,
    }
    return Told(screen.id, screen.token_hash, screen.season_id, round_of(screen), screen.address_range, state)


@lru_cache(MOST_ALIKE)
def _entries(playlist: str | None) -> tuple[Entry, ...]:
    return entries_of(playlist)


def round_of(screen: Screen | Row[Any]) -> Round:
    """What a screen shows."""
    return _round(screen.lang, screen.division, screen.playlist, bool(screen.shows_shame))


@lru_cache(MOST_ALIKE)
def _round(lang: str, division: str | None, playlist: str | None, shames: bool) -> Round:
    return Round(lang, division, scenes_in(_entries(playlist)), shames)


def look_of(screen: Screen | Row[Any]) -> str:
    """A mark of everything that the drawn page depends on besides the edition; another one: the page is loaded anew."""
    return _look(screen.season_id, screen.theme, round_of(screen))


@lru_cache(MOST_ALIKE)
def _look(season_id: int, theme: str, shown: Round) -> str:
    drawn = [season_id, shown.division, shown.lang, theme, shown.kinds, shown.shames]
    return hashlib.sha256(json.dumps(drawn).encode()).hexdigest()[:12]


def newest_of(session: Session, season_id: int, zone: str, at: Millis) -> Newest:
    """The newest public edition of a season, and when the next one is due as the timetables stand now.

    What the edition itself says of the next was known when it was published; a timetable may have changed since. Of one
    that did not come screens are told its own instant, from which they count how long the board has been out of date.
    A frozen season keeps its board on purpose: nothing is due, and nothing is out of date.
    """
    season = session.get_one(Season, season_id)
    edition = latest_edition(session, season_id)
    due_at = promised(session, season, max(at - LATE_MS, edition.due_at if edition else 0))
    missed = (
        one.since
        for one in stale_boards(session, at)
        if one.season.id == season_id and one.has_edition and season.frozen_at is None
    )
    told_at = next(missed, due_at)
    due = None if told_at is None else iso(told_at, zone)
    if edition is None:
        return Newest({"edition": None, "due_at": due}, None, due_at)
    told = {"number": edition.number, "hash": edition.hash, "next_due_at": due}
    return Newest({"edition": told}, edition.hash, due_at)


def keep_reports(session: Session, reports: Mapping[int, Report]) -> None:
    """Write down what screens said of themselves, by screen id; what a later one of them said is left."""
    at = bindparam("at", type_=BigInteger)
    rows = [
        {
            "of": screen_id,
            "at": told.seen_at,
            "number": told.edition_number,
            "shown": told.scene,
            "wide": told.width,
            "high": told.height,
            "browser": told.engine,
            "failed": told.failures,
        }
        for screen_id, told in sorted(reports.items())
    ]
    if not rows:
        return
    connection = session.connection()
    report, screen = cast(Table, ScreenReport.__table__), cast(Table, Screen.__table__)
    later = select(Screen.id).where(Screen.id == bindparam("of"), Screen.seen_at > at).exists()
    connection.execute(
        update(report)
        .where(report.c.screen_id == bindparam("of"), ~later)
        .values(
            edition_number=bindparam("number"),
            scene=bindparam("shown"),
            width=bindparam("wide"),
            height=bindparam("high"),
            engine=bindparam("browser"),
            failures=bindparam("failed"),
        ),
        rows,
    )
    connection.execute(
        update(screen)
        .where(screen.c.id == bindparam("of"), (screen.c.seen_at.is_(None)) | (screen.c.seen_at < at))
        .values(seen_at=at),
        [{"of": row["of"], "at": row["at"]} for row in rows],
    )


def reports_by_screen(session: Session) -> dict[int, ScreenReport]:
    """Screen id -> what it last said of itself."""
    return {found.screen_id: found for found in session.scalars(select(ScreenReport))}
