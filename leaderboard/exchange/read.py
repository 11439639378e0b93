"""Reading imports: those of late, and one of them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.exchange.models import ImportBatch


def latest_imports(session: Session, most: int) -> Sequence[ImportBatch]:
    """The newest imports."""
    return session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc()).limit(most)).all()


def find_import(session: Session, batch_id: int) -> ImportBatch | None:
    """The import of this number, if there is one."""
    return session.get(ImportBatch, batch_id)


def counts_of(batch: ImportBatch) -> dict[str, dict[str, int]]:
    """What an import did, by sheet."""
    return dict(json.loads(batch.counts))


def changed_by(batch: ImportBatch) -> int:
    """How many rows and facts an import changed."""
    changing = ("new", "corrected", "verified", "cleared")
    return sum(counts.get(name, 0) for counts in counts_of(batch).values() for name in changing)


def undone_of(batch: ImportBatch) -> dict[str, int]:
    """What reversing an import did; nothing while it stands."""
    return dict(json.loads(batch.reversed_counts)) if batch.reversed_counts else {}
