"""Posting: a message is written in the transaction of what it tells of, so that the one is never there without the other."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.instant import now
from leaderboard.outbox.models import Message

EDITION_PUBLISHED = "edition.published"
EDITION_SUPERSEDED = "edition.superseded"
EDITION_WITHDRAWN = "edition.withdrawn"
SEASON_SHOWN = "season.shown"
SEASON_HIDDEN = "season.hidden"


def post(session: Session, kind: str, subject: str, **body: Any) -> Message:
    """Append the next message; numbers follow each other without gap in the order in which transactions commit."""
    while True:
        message = Message(
            seq_no=newest_number(session) + 1,
            kind=kind,
            subject=subject,
            body=json.dumps(body, ensure_ascii=False, sort_keys=True),
            made_at=now(),
        )
        try:
            with session.begin_nested():
                session.add(message)
        except IntegrityError:
            # Another transaction has just committed this number, so the next one is free or soon will be.
            continue
        return message


def newest_number(session: Session) -> int:
    """The number of the newest message; 0 when there is none."""
    return session.scalar(select(func.max(Message.seq_no))) or 0
