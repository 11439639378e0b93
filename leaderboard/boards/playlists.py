"""Playlists 播放单: which scenes a screen shows in turn, for how long, and during which hours of the day."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TABLE, TRACK, RATES, HEADLINE, MOVERS, STARS, DIVISIONS, PROJECTS = KINDS = (
    "table",
    "track",
    "rates",
    "headline",
    "movers",
    "stars",
    "divisions",
    "projects",
)
"""Kinds of scenes 画面, as their templates and the parts of a screen's page are called."""
SHORTEST_SECONDS, LONGEST_SECONDS = 5, 600
MOST_ENTRIES = 40
CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class Entry:
    """One scene of a playlist: so many seconds for each of its pages, between two hours of the day or always.

    Hours may run over midnight: from 22:00 to 06:00.
    """

    scene: str
    seconds: int
    hour_from: str | None = None
    hour_to: str | None = None

    def told(self) -> dict[str, Any]:
        """The entry as it is stored, and as a screen is told it."""
        return {
            "scene": self.scene,
            "seconds": self.seconds,
            "from": self.hour_from,
            "to": self.hour_to,
        }


USUAL = (Entry(TABLE, 15), Entry(HEADLINE, 12), Entry(TRACK, 15), Entry(MOVERS, 12))
"""What a screen shows that nobody gave a playlist."""


def entries_of(stored: str | None) -> tuple[Entry, ...]:
    """The playlist as stored; the usual one where nothing is."""
    if not stored:
        return USUAL
    return tuple(_entry(told) for told in json.loads(stored))


def stored(entries: Sequence[Entry]) -> str:
    """The text to store; the usual playlist is stored as none, so that it can grow with the product."""
    if tuple(entries) == USUAL:
        return ""
    return json.dumps([entry.told() for entry in entries], sort_keys=True)


def entries_told(told: Sequence[Mapping[str, Any]]) -> tuple[Entry, ...]:
    """Entries as a form or a program tells them, not yet known to be right."""
    return tuple(_entry(each) for each in told)


def _entry(told: Mapping[str, Any]) -> Entry:
    return Entry(str(told["scene"]), int(told["seconds"]), told.get("from"), told.get("to"))


def playlist_problems(entries: Sequence[Entry]) -> Iterator[str]:
    """Everything wrong with a playlist, in the user's words."""
    if not entries:
        yield "播放单至少要有一个画面"
    if len(entries) > MOST_ENTRIES:
        yield f"播放单最多 {MOST_ENTRIES} 个画面, 收到 {len(entries)} 个"
    for number, entry in enumerate(entries, start=1):
        if entry.scene not in KINDS:
            yield f"播放单第 {number} 项: 没有画面 {entry.scene}, 应为 {'、'.join(KINDS)} 之一"
        if not SHORTEST_SECONDS <= entry.seconds <= LONGEST_SECONDS:
            yield (
                f"播放单第 {number} 项: 时长应为 {SHORTEST_SECONDS} 到 {LONGEST_SECONDS} 秒, 收到 {entry.seconds}"
            )
        yield from (
            f"播放单第 {number} 项: {said}" for said in hours_problems(entry.hour_from, entry.hour_to)
        )
    if entries and all(entry.hour_from for entry in entries):
        # Whatever the hours, something is shown: a screen must never be empty by an oversight.
        yield "播放单里至少要有一个画面不限时段, 否则有的时候无画面可放"


def hours_problems(hour_from: str | None, hour_to: str | None) -> Iterator[str]:
    """Everything wrong with a span of hours; both None is no span at all."""
    if hour_from is None and hour_to is None:
        return
    if not all(CLOCK.fullmatch(hour or "") for hour in (hour_from, hour_to)):
        yield f"时段的起止应都写成 08:30 这样的时刻, 收到 {hour_from or '空'} 至 {hour_to or '空'}"
    elif hour_from == hour_to:
        yield f"时段的起止不能相同, 收到 {hour_from}"


def scenes_in(entries: Sequence[Entry]) -> tuple[str, ...]:
    """The kinds of scenes a playlist shows, each once, in the order in which they first come."""
    return tuple(dict.fromkeys(entry.scene for entry in entries))


def moved(entries: Sequence[Entry], place: int, by: int) -> tuple[Entry, ...]:
    """The playlist with the entry at a place (from 0) moved up (-1) or down (1); as it was at either end."""
    other = place + by
    found = list(entries)
    if 0 <= place < len(found) and 0 <= other < len(found):
        found[place], found[other] = found[other], found[place]
    return tuple(found)
