"""Boards on their way: races with a mistake in them, drafts, corrections, and the operations in one call."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.boards.correct import begin_correction
from leaderboard.boards.drafts import make_draft
from leaderboard.boards.models import Draft, Edition
from leaderboard.boards.package import unpacked
from leaderboard.boards.publish import Due
from leaderboard.boards.release import prepare, release
from leaderboard.instant import now
from leaderboard.ledger.models import StageEvent
from leaderboard.ledger.record import decide
from tests.factories import AS_OF, OFFICE, Race

LONG_AGO = 1_000


def drafted(race: Race, as_of: date = AS_OF) -> Draft:
    """The board of a race as it would be now, as a draft."""
    at = now()
    return make_draft(race.session, "li", race.season, OFFICE, Due(as_of, at, at))


def released(session: Session, draft: Draft, at: int | None = None) -> Edition:
    """A draft released at once, or as if at an instant."""
    instant = now() if at is None else at
    return release(session, draft, prepare(session, draft, OFFICE, instant), "li", OFFICE, instant)


def reverse_starts(race: Race) -> None:
    """A mistake found: 青石's project never broke ground."""
    events = select(StageEvent).filter_by(stage="started", occurred_on=date(2026, 6, 1))
    decide(race.session, "chief", race.session.scalars(events).one(), "reversed", "误报")


def corrected(race: Race, edition: Edition, note: str = "青石镇一个项目开工误报") -> Edition:
    """An edition corrected by the next number."""
    return released(race.session, begin_correction(race.session, "li", edition, OFFICE, note=note))


def content(draft: Draft) -> dict[str, Any]:
    """What a draft would say."""
    return unpacked(draft.content)
