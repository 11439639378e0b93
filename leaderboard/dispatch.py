"""Dispatch: bringing the outbox's messages over every channel; the composition that the clock and the command share.

Like airing it commits: the claim, the delivery outside of any transaction, and the note of what became of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from config import Settings
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.outbox import delivery
from leaderboard.outbox.models import Message

log = logging.getLogger(__name__)


class Channel(Protocol):
    """A way out of the house."""

    @property
    def name(self) -> str:
        """Under which deliveries are kept, at most 40 characters."""

    def deliver(self, message: Message) -> None:
        """Bring the message out; called again with the same number after a failure, of which any exception tells."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """The channels of this installation."""

    channels: tuple[Channel, ...]

    def begin(self, database: Database) -> None:
        """What a start of the clock makes up for: the newest message goes out again, and what waits goes at once."""
        with database.session() as session:
            for channel in self.channels:
                delivery.again(session, channel.name, now())
            session.commit()

    def send(self, database: Database, stopping: Callable[[], bool] = lambda: False) -> int:
        """Deliver all that can be delivered now; returns how many messages got through."""
        return dispatch(database, self.channels, stopping)


def outbox_of(settings: Settings, database: Database) -> Outbox | None:
    """The outbox that the settings ask for; None when nothing is to leave the house by itself."""
    if not settings.public_dir:
        return None
    # It brings the whole web with it, which a clock without files can do without.
    from leaderboard.public_files import channel  # noqa: PLC0415 - see above

    return Outbox((channel(settings, database),))


def dispatch(
    database: Database,
    channels: Sequence[Channel],
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Deliver all that can be delivered now, channel by channel and each in order; returns how many got through."""
    count = 0
    for channel in channels:
        _enrol(database, channel.name)
        while not stopping() and _deliver_next(database, channel):
            count += 1
    return count


def _enrol(database: Database, channel: str) -> None:
    with database.reading() as session:
        behind = delivery.is_behind(session, channel, now())
    if behind:
        with database.session() as session:
            delivery.enrol(session, channel, now())
            session.commit()


def _deliver_next(database: Database, channel: Channel) -> bool:
    """Deliver the first message under way; False when there is none, when it is taken, or when it fails."""
    with database.reading() as session:
        head = delivery.head_of(session, channel.name, now())
    if head is None:
        return False
    with database.session() as session:
        taken = delivery.claim(session, head, now())
        session.commit()
    if not taken:
        return False
    with database.reading() as session:
        message = delivery.message_of(session, head)
    try:
        channel.deliver(message)
    except Exception as error:  # whatever went wrong is kept with the delivery, and it is tried again
        log.warning("message %s did not get through on %s", message.seq_no, channel.name, exc_info=True)
        with database.session() as session:
            delivery.failed(session, head.id, head.attempt + 1, now(), f"{type(error).__name__}: {error}")
            session.commit()
        return False
    with database.session() as session:
        delivery.delivered(session, head.id, now())
        session.commit()
    return True
