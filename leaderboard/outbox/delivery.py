"""Delivery: each message goes over each channel in the order of its number, and again until the channel has taken it.

It is tried for as long as it takes: what it tells of may be a withdrawn edition that strangers still read.

At least once: a process that is killed between delivering and noting it leaves a lease that runs out, and the message
is delivered again. A receiver tells a repetition by the number.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, Update, case, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import Millis, now
from leaderboard.outbox.models import DELIVERED, GIVEN_UP, WAITING, Delivery, Message
from leaderboard.outbox.post import newest_number
from leaderboard.outbox.read import waiting

FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 1_000, 300_000
MOST_DOUBLINGS = 10
"""Beyond them the pause is the longest one anyway, however often it was tried."""
LEASE_MS = 120_000
"""How long a process may work on one delivery before another takes it."""


def enrol(session: Session, channel: str, at: Millis) -> int:
    """Put every message a channel has not heard of on its way; a new channel begins with the newest one."""
    newest = newest_number(session)
    known = session.scalar(select(func.max(Delivery.seq_no)).where(Delivery.channel == channel))
    first = newest if known is None else known + 1
    count = 0
    for number in range(max(first, 1), newest + 1):
        try:
            with session.begin_nested():
                session.add(Delivery(seq_no=number, channel=channel, next_try_at=at))
            count += 1
        except IntegrityError:
            # Another process enrolled it meanwhile.
            continue
    return count


def is_behind(session: Session, channel: str, at: Millis) -> bool:
    """Whether a channel has something to do: a look that needs no write transaction."""
    known = session.scalar(select(func.max(Delivery.seq_no)).where(Delivery.channel == channel))
    return newest_number(session) > (known or 0) or head_of(session, channel, at) is not None


def head_of(session: Session, channel: str, at: Millis) -> Delivery | None:
    """The channel's first delivery under way, if it may be tried now and no living process works on it."""
    head = session.scalars(
        select(Delivery)
        .where(Delivery.channel == channel, Delivery.state == WAITING)
        .order_by(Delivery.seq_no)
        .limit(1)
    ).one_or_none()
    if head is None or head.next_try_at > at or (head.lease_until is not None and head.lease_until >= at):
        return None
    return head


def claim(session: Session, delivery: Delivery, at: Millis) -> bool:
    """Take a delivery for this process until the lease ends; False when another was quicker."""
    taken = (
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.state == WAITING, Delivery.attempt == delivery.attempt)
        .where(_is_free(at))
        .values(lease_until=at + LEASE_MS, attempt=delivery.attempt + 1, next_try_at=at)
    )
    return _changed(session, taken) == 1


def delivered(session: Session, delivery_id: int, at: Millis) -> None:
    """Note that the channel has taken the message; noted twice, it stays as first noted."""
    taken = _waiting(delivery_id).values(state=DELIVERED, delivered_at=at, message=None, lease_until=None)
    _changed(session, taken)


def failed(session: Session, delivery_id: int, attempt: int, at: Millis, why: str) -> None:
    """Note that this try did not: tried again after 1 s, 2 s, 4 s … at most five minutes, for as long as it takes.

    A try whose lease ran out says nothing of the one that another process makes by now.
    """
    pause = min(FIRST_PAUSE_MS * 2 ** min(attempt - 1, MOST_DOUBLINGS), LONGEST_PAUSE_MS)
    values: dict[str, Any] = {"message": why[:2000], "next_try_at": at + pause, "lease_until": None}
    _changed(session, _waiting(delivery_id).where(Delivery.attempt == attempt).values(**values))


def again(session: Session, channel: str, at: Millis) -> int:
    """Let what waits be tried at once, and send the newest message once more; how many are on their way now.

    A receiver that mirrors the present is brought up to date by any message, so that what it missed meanwhile is made
    good. What a living process works on is left to it.
    """
    newest = select(func.max(Delivery.seq_no)).where(Delivery.channel == channel).scalar_subquery()
    # What has failed until now is not less told of because it is tried once more.
    tries = case((Delivery.state == WAITING, Delivery.attempt), else_=0)
    soon = (
        update(Delivery)
        .where(Delivery.channel == channel, or_(Delivery.state == WAITING, Delivery.seq_no == newest))
        .where(_is_free(at))
        .values(state=WAITING, attempt=tries, next_try_at=at, lease_until=None, delivered_at=None)
    )
    return _changed(session, soon)


def end(session: Session, actor: str, channel: str) -> int:
    """Give up what waits on a channel that is no longer used; how many messages that were. Only a person decides it.

    The newest one is given up in any case: by that the channel is known to have been ended.
    """
    enrol(session, channel, now())
    count = waiting(session, channel)
    newest = select(func.max(Delivery.seq_no)).where(Delivery.channel == channel).scalar_subquery()
    ended = update(Delivery).where(
        Delivery.channel == channel, or_(Delivery.state == WAITING, Delivery.seq_no == newest)
    )
    _changed(session, ended.values(state=GIVEN_UP, lease_until=None))
    record_act(session, actor, "outbox.end", channel, count=count)
    return count


def message_of(session: Session, delivery: Delivery) -> Message:
    """The message on its way."""
    return session.get_one(Message, delivery.seq_no)


def _is_free(at: Millis) -> ColumnElement[bool]:
    """No living process works on it."""
    return Delivery.lease_until.is_(None) | (Delivery.lease_until < at)


def _waiting(delivery_id: int) -> Update:
    return update(Delivery).where(Delivery.id == delivery_id, Delivery.state == WAITING)


def _changed(session: Session, statement: Update) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount
