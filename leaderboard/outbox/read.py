"""Reading the outbox: what was told, and what is still on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.outbox.models import DELIVERED, GIVEN_UP, WAITING, Delivery, Message


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How a channel is doing: the last message it has taken, how many wait, how many were given up, and why."""

    channel: str
    last: int
    waiting: int
    given_up: int
    trouble: str | None


def list_messages(session: Session, after: int = 0, limit: int = 100) -> Sequence[Message]:
    """Messages with a greater number, in order."""
    return session.scalars(
        select(Message).where(Message.seq_no > after).order_by(Message.seq_no).limit(limit)
    ).all()


def channel_states(session: Session) -> list[ChannelState]:
    """Every channel that has ever been given a message."""
    rows = session.execute(
        select(Delivery.channel, Delivery.state, func.count(), func.max(Delivery.seq_no)).group_by(
            Delivery.channel, Delivery.state
        )
    )
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for channel, state, count, newest in rows:
        found.setdefault(channel, {})[state] = (count, newest)
    nothing = (0, 0)
    return [
        ChannelState(
            channel=channel,
            last=states.get(DELIVERED, nothing)[1],
            waiting=states.get(WAITING, nothing)[0],
            given_up=states.get(GIVEN_UP, nothing)[0],
            trouble=_trouble(session, channel),
        )
        for channel, states in sorted(found.items())
    ]


def _trouble(session: Session, channel: str) -> str | None:
    """Why the newest message that did not get through did not."""
    return session.scalar(
        select(Delivery.message)
        .where(Delivery.channel == channel, Delivery.state != DELIVERED, Delivery.message.is_not(None))
        .order_by(Delivery.seq_no.desc())
        .limit(1)
    )
