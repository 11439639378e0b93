"""What published editions said of one project: where it counted, and where it was looked at and left out, and why."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.models import Edition, Standing
from leaderboard.boards.read import READABLE
from leaderboard.instant import Millis
from leaderboard.seasons.models import Season, Unit

NEWEST = 12
"""Standings that are looked through: those of the newest editions."""


@dataclass(frozen=True, slots=True)
class Mention:
    """What one edition said of a project in one unit's standing."""

    season: Season
    number: int
    as_of: date
    published_at: Millis
    unit: Unit
    counted: tuple[str, ...]
    """Keys of the indicators in whose numerator it counted."""
    left_out: tuple[tuple[str, str], ...]
    """Keys of the indicators that left it out, each with the reason."""


def mentions(session: Session, code: str, unit_ids: Collection[int], since: Millis) -> list[Mention]:
    """What the newest editions published since an instant said of a project for these units, the oldest first.

    An edition that did not tell of the project is among them with nothing counted and nothing left out.
    """
    found = (
        select(Edition.number, Edition.as_of, Edition.published_at, Season, Unit, Standing.line)
        .join(Standing, Standing.edition_id == Edition.id)
        .join(Season, Season.id == Edition.season_id)
        .join(Unit, Unit.id == Standing.unit_id)
        .where(Standing.unit_id.in_(unit_ids), Edition.state.in_(READABLE), Edition.published_at >= since)
        .order_by(Edition.published_at.desc(), Unit.sort_no, Unit.id)
        .limit(NEWEST)
    )
    return [
        Mention(season, number, as_of, at, unit, *_said(line, code))
        for number, as_of, at, season, unit, line in session.execute(found)
    ][::-1]


def _said(text: str, code: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    # Most of a line is about other projects, so it is opened only where this one is named at all.
    if json.dumps(code, ensure_ascii=False) not in text and json.dumps(code) not in text:
        return (), ()
    parts: dict[str, list[Mapping[str, Any]]] = json.loads(text)["parts"]
    counted = tuple(key for key, some in parts.items() if any(_rows(some, "counted", code)))
    left_out = tuple(
        (key, reason)
        for key, some in parts.items()
        if key not in counted
        for reason in dict.fromkeys(row[2] for row in _rows(some, "left_out", code))
    )
    return counted, left_out


def _rows(parts: list[Mapping[str, Any]], which: str, code: str) -> Iterator[list[Any]]:
    """Rows about the project in the numerators of an indicator's parts."""
    for part in parts:
        for rows in part["numerator"][which].values():
            yield from (row for row in rows if row[0] == code)
