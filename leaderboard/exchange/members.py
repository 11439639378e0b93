"""What belongs to an import: the facts it recorded, reversed and verified, by their ids and packed small."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from itertools import groupby
from typing import Any

from leaderboard.exchange.plan import FactDraft
from leaderboard.ledger.bulk import Fact
from leaderboard.ledger.bulk_decisions import Decision
from leaderboard.ledger.models import (
    REVERSED,
    Adjustment,
    CapitalArrival,
    Credit,
    OfProject,
    StageEvent,
    UnitReturn,
)
from leaderboard.ledger.read import ProjectFact, UnitFact

TABLES: dict[str, ProjectFact | UnitFact] = {
    StageEvent.__tablename__: StageEvent,
    CapitalArrival.__tablename__: CapitalArrival,
    Credit.__tablename__: Credit,
    UnitReturn.__tablename__: UnitReturn,
    Adjustment.__tablename__: Adjustment,
}
Member = tuple[int, int]
"""The project or unit a fact is kept under, and its id."""


@dataclass(frozen=True, slots=True)
class Members:
    """By table the facts of an import."""

    added: dict[str, list[Member]] = field(default_factory=dict)
    reversed: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    """Holder, fact, and the fact that was recorded in its stead; 0 where none was."""
    verified: dict[str, list[Member]] = field(default_factory=dict)

    submission: int = 0
    """Of the scheme that was submitted to a second person; 0 where none was."""

    def packed(self) -> bytes:
        """As stored; equal members are equal bytes."""
        # Field by field: `asdict` copies every one of the many members first.
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        return zlib.compress(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode(), 1)

    @classmethod
    def unpacked(cls, data: bytes) -> Members:
        """What was stored."""
        found: dict[str, Any] = json.loads(zlib.decompress(data))
        submission = found.pop("submission", 0)
        tuples = {
            name: {table: [tuple(row) for row in rows] for table, rows in tables.items()}
            for name, tables in found.items()
        }
        return cls(**tuples, submission=submission)


def members_of(
    drafts: Sequence[FactDraft],
    facts: Sequence[Fact],
    ids: Sequence[int],
    decisions: Sequence[Decision],
    submission: int = 0,
) -> Members:
    """The members of an import that recorded these facts under these ids and took these decisions."""
    instead = {
        draft.replaces: fact_id
        for draft, fact_id in zip(drafts, ids, strict=True)
        if draft.replaces is not None
    }
    rows = list(zip(facts, ids, strict=True))
    return Members(
        {name: [(fact.holder_id, fact_id) for fact, fact_id in some] for name, some in _tables(rows)},
        {
            name: [(d.holder_id, d.fact_id, instead.get(d.fact_id, 0)) for d, _ in some]
            for name, some in _tables([(d, 0) for d in decisions if d.outcome == REVERSED])
        },
        {
            name: [(d.holder_id, d.fact_id) for d, _ in some]
            for name, some in _tables([(d, 0) for d in decisions if d.outcome != REVERSED])
        },
        submission,
    )


def is_of_project(table: ProjectFact | UnitFact) -> bool:
    """Whether facts of the table are kept under a project."""
    return issubclass(table, OfProject)


def _tables(rows: list[tuple[Any, int]]) -> Iterator[tuple[str, list[tuple[Any, int]]]]:
    ordered = sorted(rows, key=lambda row: row[0].table.__tablename__)
    for name, some in groupby(ordered, key=lambda row: row[0].table.__tablename__):
        yield name, list(some)
