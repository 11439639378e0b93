"""Tables of objections: what a unit holds against a line of a draft in its window, and what became of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, id_column, millis, short_text

OPEN, UPHELD, DISMISSED, TAKEN_BACK = STATES = ("open", "upheld", "dismissed", "taken_back")


class Objection(Base):
    """One objection 异议 of a unit to a line of a draft; answered once, kept for ever."""

    __tablename__ = "objection"
    __table_args__ = (Index("ix_objection_draft_id", "draft_id"),)

    id: Mapped[id_column]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    """Who objects."""
    about_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    """Whose line is meant."""
    indicator: Mapped[str | None] = mapped_column(String(40))
    """The indicator meant; None for the line as a whole."""
    text: Mapped[str] = mapped_column("objection_text", Text)
    state: Mapped[short_text] = mapped_column(default=OPEN)
    filed_at: Mapped[millis]
    filed_by: Mapped[short_text]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[int | None] = mapped_column(BigInteger)
    answered_by: Mapped[str | None] = mapped_column(String(40))
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id"))
    """The revised draft that an objection upheld led to."""
