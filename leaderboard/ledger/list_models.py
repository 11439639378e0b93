"""Tables made for lists: what a project is sorted and found by, which facts wait, which projects look like another."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, millis, short_text, yuan


def _sorted_by(column: str) -> Index:
    """An index in which a list sorted by the column is read from either end; projects alike stand by their ids."""
    return Index(f"ix_project_line_{column}", column, "project_id")


class KeptLine(Base):
    """What one project is sorted and found by in lists: made from its facts, never entered.

    Nothing is null, so that every database sorts alike: a day that is missing is 0001-01-01, an amount -1.
    """

    __tablename__ = "project_line"
    __table_args__ = (
        _sorted_by("name_key"),
        _sorted_by("unit_no"),
        _sorted_by("moved_on"),
        _sorted_by("signed_on"),
        _sorted_by("inward_yuan"),
        _sorted_by("arrived_yuan"),
        _sorted_by("waiting"),
        Index("ix_project_line_deal_key", "deal_key"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    name_key: Mapped[str] = mapped_column(String(120))
    """The name without what people write differently; equal for names that are the same."""
    deal_key: Mapped[str] = mapped_column(String(160))
    """Amount and investor in the same way; empty where one of them is not known."""
    units: Mapped[str] = mapped_column(Text)
    """Ids of the units with a share that was not reversed, each between bars: |3|17|."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """The unit with the largest share; of equals, the one that was entered first."""
    unit_no: Mapped[int]
    """That unit's place in the office's own order; after every unit where there is none."""
    reached: Mapped[str] = mapped_column(Text)
    """The stages reached, verified or not, each between bars."""
    moved_on: Mapped[date]
    """Day of the last stage reached."""
    signed_on: Mapped[date]
    inward_yuan: Mapped[yuan]
    arrived_yuan: Mapped[yuan]
    """Verified money alone."""
    waiting: Mapped[int]
    """Facts on which nothing was decided yet."""
    returned: Mapped[int]
    """Facts that were sent back and not yet put right."""


class KeptWaiting(Base):
    """A fact of a project that is not settled: it awaits its verification 待认定, or was sent back 已退回.

    Made from the facts, never entered.
    """

    __tablename__ = "waiting_fact"
    __table_args__ = (
        Index("ix_waiting_fact_outcome", "outcome", "kind", "recorded_at", "occurred_on", "fact_id"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    fact_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[short_text]
    outcome: Mapped[short_text]
    """AWAITING or RETURNED."""
    recorded_at: Mapped[millis]
    occurred_on: Mapped[date]


class Suspect(Base):
    """A project that looks like another one 疑似重复 and of which nobody has said that it is not."""

    __tablename__ = "suspect_project"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)


class NotDuplicate(Base):
    """Two projects that look alike and are two, as somebody has found 不是重复; the first has the smaller id."""

    __tablename__ = "not_duplicate"

    first_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    second_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[millis]
    recorded_by: Mapped[short_text]
