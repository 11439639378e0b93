"""Tables of evidence files: the bytes stand in the database, so that several nodes share nothing else."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, millis, short_text


class EvidenceFile(Base):
    """A file that proves a fact 佐证材料, with the name it is handed out by, which is the house's own."""

    __tablename__ = "evidence_file"
    __table_args__ = (Index("ix_evidence_file_fact_id", "fact_id"),)

    file_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[short_text]
    """The kind of fact: event, arrival, credit, return or adjustment."""
    holder_id: Mapped[int] = mapped_column(BigInteger)
    """The project or unit the fact is about."""
    fact_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(120))
    """What the file was called by whoever gave it, to be read and never to be opened by."""
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[millis]
    recorded_by: Mapped[short_text]


class EvidenceChunk(Base):
    """A stretch of a file's bytes; files that are equal share them."""

    __tablename__ = "evidence_chunk"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    chunk_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
