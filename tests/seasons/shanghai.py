"""Instants as they are told in Shanghai, where the timetables of these tests run."""

from __future__ import annotations

from datetime import datetime

from leaderboard.instant import from_local

ZONE = "Asia/Shanghai"


def at(text: str, zone: str = ZONE) -> int:
    return from_local(datetime.fromisoformat(text), zone)
