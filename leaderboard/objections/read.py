"""Reading objections: how many there are against a draft, and what became of them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.objections.models import OPEN, STATES, Objection


def outcomes(session: Session, draft_ids: Collection[int]) -> dict[str, int]:
    """State -> how many objections against these drafts are in it; every state is named."""
    rows = session.execute(
        select(Objection.state, func.count())
        .where(Objection.draft_id.in_(draft_ids))
        .group_by(Objection.state)
    )
    return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in rows}


def has_open(session: Session, draft_id: int) -> bool:
    """Whether an objection against the draft waits for its answer."""
    found = select(Objection.id).where(Objection.draft_id == draft_id, Objection.state == OPEN)
    return session.scalar(found.limit(1)) is not None
