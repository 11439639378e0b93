"""Reading the outbox: what was told, and what is still on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.instant import Millis
from leaderboard.outbox.models import DELIVERED, GIVEN_UP, WAITING, Delivery, Message

OVERDUE_MS = 2 * 60_000
"""A message that failed and did not get through by then is told of, though it is tried on."""
UNTRIED_MS = 15 * 60_000
"""Three times the longest pause: what nobody has tried for so long, nobody tries any more."""


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How a channel is doing: the last message it has taken, how many wait, how many were given up, and why."""

    channel: str
    last: int
    waiting: int
    given_up: int
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """A channel that does not get its messages through: how many wait, and why the last try failed."""

    channel: str
    count: int
    trouble: str | None
    """None where nobody tries: no clock that fills this channel is running."""


def list_messages(session: Session, after: int = 0, limit: int = 100) -> Sequence[Message]:
    """Messages with a greater number, in order."""
    return session.scalars(
        select(Message).where(Message.seq_no > after).order_by(Message.seq_no).limit(limit)
    ).all()


def overdue(session: Session, at: Millis) -> list[Overdue]:
    """The channels whose first waiting message failed and is two minutes old, or is tried by nobody."""
    first = (
        select(Delivery.channel, func.min(Delivery.seq_no).label("seq_no"))
        .where(Delivery.state == WAITING)
        .group_by(Delivery.channel)
        .subquery()
    )
    late = (Delivery.message.is_not(None)) & (Message.made_at < at - OVERDUE_MS)
    found = session.scalars(
        select(Delivery)
        .join(first, (first.c.channel == Delivery.channel) & (first.c.seq_no == Delivery.seq_no))
        .join(Message, Message.seq_no == Delivery.seq_no)
        .where(late | (Delivery.next_try_at < at - UNTRIED_MS))
        .order_by(Delivery.channel)
    ).all()
    return [Overdue(head.channel, _waiting(session, head.channel), head.message) for head in found]


def _waiting(session: Session, channel: str) -> int:
    waiting = select(func.count()).where(Delivery.channel == channel, Delivery.state == WAITING)
    return session.scalar(waiting) or 0


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
