"""Tables of the outbox: numbered messages written with what they tell of, and their delivery on each channel."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, id_column, long_text, millis, short_text

WAITING, DELIVERED, GIVEN_UP = STATES = ("waiting", "delivered", "given_up")
"""Given up by a person who ended the channel, never by the clock."""


class Message(Base):
    """One thing that happened in public, numbered without gap in the order of its transaction."""

    __tablename__ = "outbox_message"

    seq_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[short_text]
    """`edition.published`, `edition.superseded`, `edition.withdrawn`, `season.shown`, `season.hidden` and the like."""
    subject: Mapped[str] = mapped_column(String(120))
    body: Mapped[long_text]
    """JSON."""
    made_at: Mapped[millis]


class Delivery(Base):
    """One message on its way over one channel: claimed by lease, tried again with growing pauses."""

    __tablename__ = "outbox_delivery"
    __table_args__ = (UniqueConstraint("seq_no", "channel"), Index("ix_outbox_delivery_state", "state"))

    id: Mapped[id_column]
    seq_no: Mapped[int] = mapped_column(ForeignKey("outbox_message.seq_no"))
    channel: Mapped[short_text]
    state: Mapped[short_text] = mapped_column(default=WAITING)
    attempt: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[millis]
    lease_until: Mapped[int | None] = mapped_column(BigInteger)
    message: Mapped[str | None] = mapped_column(Text)
    delivered_at: Mapped[int | None] = mapped_column(BigInteger)
