"""Reading the outbox: what was told, and what is still on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.instant import Millis
from leaderboard.outbox.models import DELIVERED, GIVEN_UP, WAITING, Delivery, Message

FAILURES_TOLD = 7
"""A message that failed so often is told of, though it is tried on: 1 + 2 + 4 + … + 64 s make two minutes."""
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
    """The channels whose first waiting message has failed for two minutes, or for which nobody does anything any more.

    A channel that a person ended is told of no more until a clock fills it again.
    """
    channels = session.scalars(select(Delivery.channel).distinct().order_by(Delivery.channel)).all()
    return [told for channel in channels if (told := _overdue(session, channel, at))]


def _overdue(session: Session, channel: str, at: Millis) -> Overdue | None:
    of_channel = select(Delivery).where(Delivery.channel == channel)
    newest = session.scalars(of_channel.order_by(Delivery.seq_no.desc()).limit(1)).one()
    if newest.state == GIVEN_UP:
        return None
    head = session.scalars(
        of_channel.where(Delivery.state == WAITING).order_by(Delivery.seq_no).limit(1)
    ).first()
    if head is None:
        # Perhaps no clock that fills the channel has put the next one on its way.
        unheard = list_messages(session, newest.seq_no, limit=1)
        is_late, trouble = any(message.made_at < at - UNTRIED_MS for message in unheard), None
    else:
        has_failed = head.message is not None and head.attempt >= FAILURES_TOLD
        is_late, trouble = (
            has_failed or head.next_try_at < at - UNTRIED_MS,
            head.message if has_failed else None,
        )
    return Overdue(channel, waiting(session, channel), trouble) if is_late else None


def waiting(session: Session, channel: str) -> int:
    """How many messages a channel has not taken, those among them that no clock has put on their way."""
    rows = select(func.count()).where(Delivery.channel == channel, Delivery.state == WAITING)
    newest = select(func.max(Delivery.seq_no)).where(Delivery.channel == channel).scalar_subquery()
    unheard = select(func.count()).select_from(Message).where(Message.seq_no > newest)
    return (session.scalar(rows) or 0) + (session.scalar(unheard) or 0)


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
            waiting=waiting(session, channel),
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
