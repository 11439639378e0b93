"""Playlists 播放单: which scenes a screen shows in turn, for how long, and during which hours of the day."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.words import gettext as _

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


def scene_words() -> dict[str, str]:
    """What each kind of scene is called."""
    return {
        TABLE: _("榜单"),
        TRACK: _("赛道"),
        RATES: _("四率"),
        HEADLINE: _("总览"),
        MOVERS: _("名次升降"),
        STARS: _("季度之星与红榜"),
        DIVISIONS: _("组别对比"),
        PROJECTS: _("新签约新开工"),
    }


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

    def __str__(self) -> str:
        """The entry as it is typed and kept in the trail: `table 15`, `track 20 08:00-18:00`."""
        hours = f" {self.hour_from}-{self.hour_to}" if self.hour_from else ""
        return f"{self.scene} {self.seconds}{hours}"


TYPED = re.compile(r"(\w+) (\d{1,6})(?: (\S+)-(\S+))?")


def typed_entry(text: str) -> Entry:
    """The entry of a text such as `table 15` or `track 20 08:00-18:00`; raises ValueError for any other."""
    found = TYPED.fullmatch(" ".join(text.split()))
    if found is None:
        raise ValueError(text)
    return Entry(found[1], int(found[2]), found[3], found[4])


def entry_words(text: str) -> str:
    """A typed entry in words; as it is where it is none."""
    try:
        entry = typed_entry(text)
    except ValueError:
        return text
    said = _("{scene} {seconds} 秒").format(
        scene=scene_words().get(entry.scene, entry.scene), seconds=entry.seconds
    )
    return f"{said} {entry.hour_from}-{entry.hour_to}" if entry.hour_from else said


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


def _entry(told: Mapping[str, Any]) -> Entry:
    return Entry(str(told["scene"]), int(told["seconds"]), told.get("from"), told.get("to"))


def playlist_problems(entries: Sequence[Entry]) -> Iterator[str]:
    """Everything wrong with a playlist, in the user's words."""
    if not entries:
        yield _("播放单至少要有一个画面")
    if len(entries) > MOST_ENTRIES:
        yield _("播放单最多 {most} 个画面，收到 {count} 个").format(most=MOST_ENTRIES, count=len(entries))
    for number, entry in enumerate(entries, start=1):
        for said in _entry_problems(entry):
            yield _("播放单第 {number} 项：{said}").format(number=number, said=said)
    if entries and all(entry.hour_from for entry in entries):
        # Whatever the hour, something is shown: a screen must never be empty by an oversight.
        yield _("播放单里至少要有一个画面不限时段，否则有的时候无画面可放")


def _entry_problems(entry: Entry) -> Iterator[str]:
    if entry.scene not in KINDS:
        yield _("没有画面 {scene}，应为 {kinds} 之一").format(scene=entry.scene, kinds=_("、").join(KINDS))
    if not SHORTEST_SECONDS <= entry.seconds <= LONGEST_SECONDS:
        said = _("时长应为 {least} 到 {most} 秒，收到 {seconds}")
        yield said.format(least=SHORTEST_SECONDS, most=LONGEST_SECONDS, seconds=entry.seconds)
    yield from hours_problems(entry.hour_from, entry.hour_to)


def hours_problems(hour_from: str | None, hour_to: str | None) -> Iterator[str]:
    """Everything wrong with a span of hours; both None is no span at all."""
    if hour_from is None and hour_to is None:
        return
    if not all(CLOCK.fullmatch(hour or "") for hour in (hour_from, hour_to)):
        yield _("时段的起止都要写成 08:30 这样的时刻")
    elif hour_from == hour_to:
        yield _("时段的起止不能相同")


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
