"""A message that does not get out of the house, for tests of who is told of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.instant import now
from leaderboard.outbox.models import Delivery, Message
from leaderboard.outbox.post import newest_number

TROUBLE = "OSError: the folder is away"


def stuck_message(session: Session) -> None:
    """A race was shown ten minutes ago, and the folder of public files did not take the news in eight tries."""
    at, number = now(), newest_number(session) + 1
    session.add(Message(seq_no=number, kind="season.shown", subject="race", body="{}", made_at=at - 600_000))
    session.flush()
    session.add(Delivery(seq_no=number, channel="files", attempt=8, next_try_at=at, message=TROUBLE))
    session.flush()
