"""Tables of what a published edition means for its units: no part of the edition, and made anew from it at any time."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, long_text


class Prospect(Base):
    """What one unit may know besides its line: ways to the next place, who is behind, how sure, what moved it."""

    __tablename__ = "prospect"

    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    told: Mapped[long_text]
    """JSON in the words of `boards.prospects`."""


class DivisionField(Base):
    """Everything measured of one division of an edition, without the facts: what a unit tries own numbers against."""

    __tablename__ = "division_field"

    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), primary_key=True)
    division: Mapped[str] = mapped_column(String(40), primary_key=True)
    measured: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON in the words of `boards.field`, gzipped."""
