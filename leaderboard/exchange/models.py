"""The table of imports: each workbook or paste that was taken in, with what it added and changed, to be reversed whole."""

from __future__ import annotations

from sqlalchemy import BigInteger, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, id_column, long_text, millis, name_text, short_text


class ImportBatch(Base):
    """One import 导入批次; a fact it recorded is told by its id, packed in `members`."""

    __tablename__ = "import_batch"

    id: Mapped[id_column]
    season_slug: Mapped[short_text]
    file_name: Mapped[name_text]
    sha256: Mapped[str] = mapped_column(String(64))
    manner: Mapped[short_text]
    """`append`, `overwrite` or `clear`."""
    reason: Mapped[str | None] = mapped_column(Text)
    taken_by: Mapped[short_text]
    taken_at: Mapped[millis]
    counts: Mapped[long_text]
    """Rows by sheet and what was done with them, JSON."""
    members: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """Ids of the facts added, reversed and verified, zlib-packed JSON; see `exchange.members`."""
    reversed_at: Mapped[int | None] = mapped_column(BigInteger)
    reversed_by: Mapped[str | None] = mapped_column(String(40))
    reversed_why: Mapped[str | None] = mapped_column(Text)
    reversed_counts: Mapped[str | None] = mapped_column(Text)
    """What reversing did and what it left, JSON."""
