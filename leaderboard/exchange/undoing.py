"""Reversing an import whole 批次撤销: its facts are reversed, those it had reversed are recorded again as they were.

Nothing that somebody decided on later is touched: such facts stay, and are told. Editions that were announced stay as
they are. A scheme it submitted and nobody decided on is withdrawn. What was only arranged - the season, units, targets,
projects' heads - stays too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.among import among
from leaderboard.exchange.members import TABLES, Member, Members, is_of_project
from leaderboard.exchange.models import ImportBatch
from leaderboard.instant import now
from leaderboard.ledger.bulk import Decision, Fact, add_facts, chunks, decide_facts
from leaderboard.ledger.models import REVERSED, VERIFIED, ProjectDecision, UnitDecision
from leaderboard.ledger.read import ProjectFact, UnitFact
from leaderboard.ledger.record import LedgerError, Source
from leaderboard.seasons.approval import withdraw_scheme
from leaderboard.seasons.models import SchemeSubmission, SchemeVersion
from leaderboard.words import gettext as _

KEYS = {"project_id", "unit_id", "fact_id", "occurred_on", "recorded_at", "recorded_by", "evidence"}
"""Columns of a fact that are not its table's own; a credit's unit is its own."""


class UndoRefused(ValueError):
    """An import that cannot be reversed; the message says why."""


@dataclass(slots=True)
class Undone:
    """What reversing an import does, in facts."""

    reversed: int = 0
    restored: int = 0
    """Recorded again as they were before the import reversed or verified them."""
    left: int = 0
    """Left as they are because somebody decided on them, or on what took their place, after the import."""
    gone: int = 0
    """Reversed by somebody meanwhile."""


@dataclass(slots=True)
class _Undoing:
    done: Undone = field(default_factory=Undone)
    reversals: list[Decision] = field(default_factory=list)
    restored: list[Fact] = field(default_factory=list)


def undo_of(session: Session, batch: ImportBatch) -> Undone:
    """What reversing an import would do now; nothing is written."""
    return _look(session, batch, "").done


def undo_import(session: Session, actor: str, batch: ImportBatch, reason: str) -> Undone:
    """Reverse an import whole. Raises UndoRefused without a reason, twice, or where what was could not stand again."""
    if not reason.strip():
        raise UndoRefused(_("撤销导入须写明理由"))
    # Other writers are kept out from here on, so that nothing is decided between the look and the deed.
    record_act(session, actor, "workbook.reverse", f"{batch.id} {batch.file_name}", why=reason.strip())
    session.refresh(batch)
    if batch.reversed_at is not None:
        raise UndoRefused(_("这次导入已经撤销过"))
    at = now()
    undoing = _look(session, batch, reason.strip())
    try:
        decide_facts(session, actor, undoing.reversals, at)
        _restore(session, actor, undoing.restored, at)
    except LedgerError as error:
        raise UndoRefused(_("不能撤销，导入之后另有记录：{why}").format(why=error)) from error
    _withdraw_scheme(session, actor, batch, reason.strip())
    batch.reversed_at, batch.reversed_by, batch.reversed_why = at, actor, reason.strip()
    batch.reversed_counts = json.dumps(asdict(undoing.done))
    record_act(session, actor, "workbook.reversed", f"{batch.id} {batch.file_name}", rows=[batch])
    return undoing.done


def _restore(session: Session, actor: str, facts: Sequence[Fact], at: int) -> None:
    add_facts(session, Source(actor, recorded_at=at), facts)


def _withdraw_scheme(session: Session, actor: str, batch: ImportBatch, reason: str) -> None:
    """The scheme that the import submitted is a draft again, unless somebody has decided on it."""
    submission = session.get(SchemeSubmission, Members.unpacked(batch.members).submission)
    if submission is not None and submission.outcome is None:
        version = session.get_one(SchemeVersion, submission.scheme_version_id)
        withdraw_scheme(session, actor, version, reason=reason)


def _look(session: Session, batch: ImportBatch, reason: str) -> _Undoing:
    members, undoing = Members.unpacked(batch.members), _Undoing()
    for name, table in TABLES.items():
        gone = _reverse_added(session, batch, undoing, table, members.added.get(name, []), reason)
        _restore_reversed(session, batch, undoing, table, members.reversed.get(name, []), gone)
        _take_back_verified(session, batch, undoing, table, members.verified.get(name, []), reason)
    return undoing


def _reverse_added(
    session: Session,
    batch: ImportBatch,
    undoing: _Undoing,
    table: ProjectFact | UnitFact,
    added: Sequence[tuple[int, int]],
    reason: str,
) -> set[int]:
    """Reverse what nobody decided on since; gives the ids of those facts, and the holders' of the others negated."""
    gone: set[int] = set()
    for some in chunks(added):
        decided = _decided(session, table, some)
        for holder, fact_id in some:
            last = decided.get(fact_id, [])[-1:]
            if last and last[0].outcome == REVERSED:
                undoing.done.gone += 1
                gone.add(-holder)
            elif last and last[0].decided_at > batch.taken_at:
                undoing.done.left += 1
                gone.add(-holder)
            else:
                undoing.reversals.append(Decision(table, holder, fact_id, REVERSED, reason))
                undoing.done.reversed += 1
                gone.add(fact_id)
    return gone


def _restore_reversed(
    session: Session,
    batch: ImportBatch,
    undoing: _Undoing,
    table: ProjectFact | UnitFact,
    reversals: Sequence[tuple[int, int, int]],
    gone: set[int],
) -> None:
    """Record again what the import reversed, unless what took its place stays."""
    for some in chunks(reversals):
        wanted = [
            (holder, fact_id)
            for holder, fact_id, instead in some
            if (instead in gone if instead else -holder not in gone)
        ]
        undoing.done.left += len(some) - len(wanted)
        _add_again(session, batch, undoing, table, wanted)


def _take_back_verified(
    session: Session,
    batch: ImportBatch,
    undoing: _Undoing,
    table: ProjectFact | UnitFact,
    verified: Sequence[tuple[int, int]],
    reason: str,
) -> None:
    """A fact that the import verified is reversed and recorded again, as awaiting verification as it was."""
    for some in chunks(verified):
        decided = _decided(session, table, some)
        ours = [(h, f) for h, f in some if decided[f][-1].decided_at == batch.taken_at]
        undoing.done.left += len(some) - len(ours)
        undoing.reversals += [Decision(table, holder, fact_id, REVERSED, reason) for holder, fact_id in ours]
        undoing.done.reversed += len(ours)
        _add_again(session, batch, undoing, table, ours)


def _add_again(
    session: Session,
    batch: ImportBatch,
    undoing: _Undoing,
    table: ProjectFact | UnitFact,
    facts: Sequence[Member],
) -> None:
    decided = _decided(session, table, facts)
    holder = "project_id" if is_of_project(table) else "unit_id"
    own = [c.key for c in table.__table__.columns if c.key not in KEYS or (c.key == "unit_id" != holder)]
    for row in _rows(session, table, facts):
        before = [d for d in decided.get(row.fact_id, []) if d.decided_at < batch.taken_at]
        is_verified = bool(before) and before[-1].outcome == VERIFIED
        values = {name: getattr(row, name) for name in own}
        undoing.restored.append(
            Fact(table, getattr(row, holder), row.occurred_on, values, row.evidence, is_verified)
        )
        undoing.done.restored += 1


def _rows(session: Session, table: Any, facts: Sequence[Member]) -> Iterator[Row[Any]]:
    columns = select(*table.__table__.columns).where(_are(table, table, facts))
    yield from session.execute(columns.order_by(table.fact_id))


def _decided(session: Session, table: Any, facts: Sequence[Member]) -> dict[int, list[Row[Any]]]:
    """The decisions on facts, oldest first."""
    into: Any = ProjectDecision if is_of_project(table) else UnitDecision
    found: dict[int, list[Row[Any]]] = {}
    asked = select(into.fact_id, into.outcome, into.decided_at).where(_are(table, into, facts))
    for row in session.execute(asked.order_by(into.fact_id, into.decision_no)):
        found.setdefault(row.fact_id, []).append(row)
    return found


def _are(table: Any, kept_in: Any, facts: Sequence[Member]) -> ColumnElement[bool]:
    """Whether rows are about these facts; the holder leads the key, without it every row would be gone through."""
    holder = kept_in.project_id if is_of_project(table) else kept_in.unit_id
    return and_(
        among(holder, {held for held, _fact in facts}),
        among(kept_in.fact_id, [fact for _held, fact in facts]),
    )
