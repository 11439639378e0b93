"""Instants and dates: UTC milliseconds in the database, the office's own zone on every page."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Millis = int
"""An instant: milliseconds since 1970-01-01 UTC."""


def now() -> Millis:
    """The present instant; the only place where subjects and doors read the clock."""
    return time.time_ns() // 1_000_000


def at_zone(instant: Millis, zone: str) -> datetime:
    """The instant as a local date and time of the zone."""
    return datetime.fromtimestamp(instant / 1000, tz=UTC).astimezone(ZoneInfo(zone))


def local_date(instant: Millis, zone: str) -> date:
    """The calendar day of the instant in the zone."""
    return at_zone(instant, zone).date()


def from_local(moment: datetime, zone: str) -> Millis:
    """The instant of a wall-clock time in the zone."""
    return round(moment.replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def iso(instant: Millis, zone: str) -> str:
    """The instant as ISO 8601 with the zone's offset, to the second: 2026-10-31T09:00:00+08:00."""
    return at_zone(instant, zone).isoformat(timespec="seconds")


def instant_of(text: str) -> Millis:
    """The instant written as ISO 8601 with an offset."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def utc_offset(instant: Millis, zone: str) -> int:
    """Minutes the zone is ahead of UTC at the instant."""
    offset = at_zone(instant, zone).utcoffset()
    return 0 if offset is None else offset // timedelta(minutes=1)
