"""Tables of long work: one row for each job, and the files that go in and come out, in parts."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, id_column, long_text, millis, short_text

DUE, RUNNING, DONE, FAILED, DROPPED = STATES = ("due", "running", "done", "failed", "dropped")
GIVEN, MADE = ROLES = ("given", "made")
"""The file a job works on, and the one it hands back."""


class Job(Base):
    """One piece of long work; claimed by lease and epoch, its page may be closed meanwhile."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state", "state"),)

    id: Mapped[id_column]
    kind: Mapped[short_text]
    asked: Mapped[long_text]
    """What is to be done, JSON in the words of its kind."""
    asked_by: Mapped[short_text]
    asked_at: Mapped[millis]
    state: Mapped[short_text] = mapped_column(default=DUE)
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[int | None] = mapped_column(BigInteger)
    epoch: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    """Of how many things how many are done; 0 while it is not known."""
    step: Mapped[str | None] = mapped_column(String(40))
    """What is being done at the moment, a word of the kind's own."""
    started_at: Mapped[int | None] = mapped_column(BigInteger)
    finished_at: Mapped[int | None] = mapped_column(BigInteger)
    result: Mapped[str | None] = mapped_column(Text)
    """What came of it, JSON in the words of its kind."""
    message: Mapped[str | None] = mapped_column(Text)
    """Why it failed, for the person who asked."""


class JobFile(Base):
    """A part of a file; files are kept in parts so that nobody has to hold a whole one."""

    __tablename__ = "job_file"

    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10), primary_key=True)
    part_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)
