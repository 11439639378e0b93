"""The ends of ceremonies 揭榜: by hand, with the board that they reveal, or because nobody led them any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.boards.ceremony_models import Ceremony
from leaderboard.boards.due import rows_changed
from leaderboard.boards.models import Draft, Edition
from leaderboard.instant import Millis, now
from leaderboard.seasons.models import Season

FORGOTTEN_MS: Millis = 4 * 3_600_000
"""A ceremony that nobody moved for so long is over."""


BY_HAND, LAPSED = "ceremony.end", "ceremony.lapse"
"""How the trail tells the end."""


def end(
    session: Session,
    actor: str,
    ceremony: Ceremony,
    *,
    at: Millis | None = None,
    action: str = BY_HAND,
    **detail: Any,
) -> None:
    """End a ceremony: its screens go back to their playlists. Ending it again changes nothing.

    A board that a freeze holds back stays held back: only the freeze's own reveal makes it public.
    """
    ending = update(Ceremony).where(Ceremony.id == ceremony.id, Ceremony.ended_at.is_(None))
    ended = {"ended_at": now() if at is None else at, "ended_by": actor}
    if rows_changed(session, ending.values(**ended)):
        session.refresh(ceremony)
        season = session.get_one(Season, ceremony.season_id)
        record_act(session, actor, action, season.slug, rows=[ceremony], step=ceremony.step, **detail)


def end_with_draft(session: Session, actor: str, draft: Draft) -> None:
    """End the ceremony of a board that was held back, now that it is published, revised or dropped.

    In the transaction that settles the draft, so that screens go straight from the last step to the new edition.
    """
    for ceremony in session.scalars(_open(Ceremony.draft_id == draft.id)).all():
        end(session, actor, ceremony, draft=draft.id)


def end_with_edition(session: Session, actor: str, edition: Edition) -> None:
    """End the ceremony of an edition that is corrected or withdrawn: no screen reveals more of what no longer holds.

    In the transaction that takes the edition's state, so that no step can be taken after it.
    """
    for ceremony in session.scalars(_open(Ceremony.edition_id == edition.id)).all():
        end(session, actor, ceremony, edition=edition.number)


def forgotten(session: Session, at: Millis) -> Sequence[Ceremony]:
    """Ceremonies that nobody moved for four hours and nobody ended."""
    return session.scalars(_open(Ceremony.moved_at <= at - FORGOTTEN_MS)).all()


def end_forgotten(session: Session, actor: str, at: Millis) -> None:
    """End every forgotten ceremony; screens have left it already, and from now on the trail says so."""
    for ceremony in forgotten(session, at):
        end(session, actor, ceremony, at=at, action=LAPSED)


def _open(which: ColumnElement[bool]) -> Select[Ceremony]:
    return select(Ceremony).where(Ceremony.ended_at.is_(None), which).order_by(Ceremony.id)
