"""Revising a board in its window: what would change if it were composed now, and until when the revised one lies open."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.boards.again import due_of_draft
from leaderboard.boards.difference import Effect, effect
from leaderboard.boards.drafts import LIVE, DraftRefused, change_draft, subject_of
from leaderboard.boards.models import DRAFT, WINDOW, Draft
from leaderboard.boards.package import unpacked
from leaderboard.boards.publish import score
from leaderboard.boards.timekeeping import check_clock
from leaderboard.boards.window_years import window_end
from leaderboard.instant import Millis, local_date, now
from leaderboard.seasons.models import Season
from leaderboard.words import gettext as _


def kept_board(draft: Draft) -> dict[str, Any]:
    """What a draft shows in the house: its `board`, and the `lines` of its units with all their facts."""
    return unpacked(draft.board)


_STOPPED = (
    select(Season, Draft)
    .join(Draft, Draft.season_id == Season.id)
    .where(Draft.state.in_(LIVE), Draft.reason.is_not(None))
    .order_by(Draft.due_at, Draft.id)
)
"""Every page of the console asks this: putting it together each time would take longer than the answer."""


def stopped(session: Session) -> list[tuple[Season, Draft]]:
    """Boards that the clock could not release and handed over to a person, with their seasons."""
    return [(season, draft) for season, draft in session.execute(_STOPPED)]


def preview_revision(session: Session, draft: Draft, *, at: Millis | None = None) -> Effect:
    """What a draft would say otherwise if it were composed from what is known now; stores nothing."""
    known_at = now() if at is None else at
    season = session.get_one(Season, draft.season_id)
    scored = score(session, season, due_of_draft(session, draft, known_at))
    return effect(unpacked(draft.content), scored.told, known_at)


def keep_window(
    session: Session, actor: str, revised: Draft, former: Draft, *, zone: str, at: Millis
) -> None:
    """Open a revised draft for what is left of the window of the draft it replaces, with the same contact.

    Raises DraftRefused where nothing is left of it.
    """
    if former.closes_at is None or former.closes_at <= at:
        raise DraftRefused(_("原公示期已满, 重出的公示稿须再公示至少 1 个工作日"))
    window = {"opens_at": at, "closes_at": former.closes_at, "contact": former.contact}
    change_draft(session, revised, (DRAFT,), state=WINDOW, reason=None, **window)
    until = str(local_date(former.closes_at, zone))
    subject = subject_of(revised, session.get_one(Season, revised.season_id))
    record_act(session, actor, "draft.open", subject, until=until, contact=former.contact, rows=[revised])


def extend_window(
    session: Session, actor: str, draft: Draft, *, days: int, zone: str, at: Millis | None = None
) -> None:
    """Let a window last until the end of the `days`-th working day after today.

    Raises DraftRefused unless that is later, ClockOff where this machine's clock cannot say which day it is.
    """
    check_clock(session)
    instant = now() if at is None else at
    closes_at = window_end(session, instant, days, zone) if days > 0 else instant
    if draft.closes_at is None or closes_at <= draft.closes_at:
        raise DraftRefused(_("公示期只能延长, 不能缩短; 请核对工作日数"))
    change_draft(session, draft, (WINDOW,), closes_at=closes_at, reason=None)
    subject = subject_of(draft, session.get_one(Season, draft.season_id))
    record_act(session, actor, "draft.extend", subject, until=str(local_date(closes_at, zone)), rows=[draft])
