"""Tables of ceremonies 揭榜: boards revealed step by step on screens, before the eyes of a meeting."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, id_column, long_text, millis, short_text


class Ceremony(Base):
    """One board revealed from last place to first: which, how far, and who led it."""

    __tablename__ = "ceremony"

    id: Mapped[id_column]
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    """The edition that is revealed; None where it is a board held back by a freeze."""
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id"))
    """The board held back; published by the freeze's own reveal when the ceremony ends."""
    division: Mapped[str | None] = mapped_column(String(40))
    """Only this division; None for one after the other."""
    together: Mapped[int]
    """Places after this one come all at once, the others one by one."""
    step: Mapped[int] = mapped_column(default=0)
    steps: Mapped[int]
    """The last step, at which everything is seen."""
    notes: Mapped[long_text] = mapped_column(default="{}")
    """What the presenter wrote to themselves, JSON: step -> text."""
    began_at: Mapped[millis]
    began_by: Mapped[short_text]
    moved_at: Mapped[millis]
    """The last step; one that nobody moves ends by itself."""
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_by: Mapped[str | None] = mapped_column(String(40))


class CeremonyScreen(Base):
    """A screen that takes part in a ceremony."""

    __tablename__ = "ceremony_screen"

    ceremony_id: Mapped[int] = mapped_column(ForeignKey("ceremony.id"), primary_key=True)
    screen_id: Mapped[int] = mapped_column(ForeignKey("screen.id"), primary_key=True)
