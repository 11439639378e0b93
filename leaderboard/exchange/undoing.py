"""Reversing an import whole 批次撤销: its facts are reversed, those it had reversed are recorded again as they were.

A fact that a later import took away and whose undoing brought it back is followed there. Nothing that somebody decided
on later is touched: such facts stay, and are told. Editions that were announced stay as
they are. A scheme it submitted and nobody decided on is withdrawn. What was only arranged - the season, units, targets,
projects' heads - stays too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.exchange.heirs import decisions_on, heirs, rows_of, undone_instants
from leaderboard.exchange.members import TABLES, Member, Members, is_of_project
from leaderboard.exchange.models import ImportBatch
from leaderboard.instant import now
from leaderboard.ledger.bulk import Fact, add_facts
from leaderboard.ledger.bulk_decisions import Decision, decide_facts
from leaderboard.ledger.models import REVERSED, VERIFIED
from leaderboard.ledger.read import ProjectFact, UnitFact
from leaderboard.ledger.record import LedgerError, Source
from leaderboard.ledger.rows import chunks
from leaderboard.seasons.approval import withdraw_scheme
from leaderboard.seasons.models import SchemeSubmission, SchemeVersion
from leaderboard.seasons.schemes import discard_scheme
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
    """Reversed by somebody meanwhile, or come with another import that was undone before."""


@dataclass(slots=True)
class _Undoing:
    done: Undone = field(default_factory=Undone)
    reversals: list[Decision] = field(default_factory=list)
    restored: list[Fact] = field(default_factory=list)


def undo_of(session: Session, batch: ImportBatch) -> Undone:
    """What reversing an import would do now; nothing is written."""
    return _look(session, batch, "").done


def undo_at_most(batch: ImportBatch) -> Undone:
    """What reversing an import comes to while nobody has decided on any of its facts; read from the import alone."""
    members = Members.unpacked(batch.members)
    added, reversed_, verified = (
        sum(map(len, tables.values())) for tables in (members.added, members.reversed, members.verified)
    )
    return Undone(reversed=added + verified, restored=reversed_ + verified)


def undo_import(session: Session, actor: str, batch: ImportBatch, reason: str) -> Undone:
    """Reverse an import whole. Raises UndoRefused without a reason, twice, or where what was could not stand again."""
    if not reason.strip():
        raise UndoRefused(_("撤销导入须写明理由"))
    record_act(session, actor, "workbook.reverse", f"{batch.id} {batch.file_name}", why=reason.strip())
    # It may have been read before the turn to write had come, and reversed by somebody else meanwhile.
    session.refresh(batch)
    if batch.reversed_at is not None:
        raise UndoRefused(_("这次导入已经撤销过"))
    at = now()
    undoing = _look(session, batch, reason.strip())
    try:
        decide_facts(session, actor, undoing.reversals, at)
        _restore(session, actor, undoing.restored, at)
    except LedgerError as error:
        words = _("导入之后另有记录：{why}。要撤销，请先冲销后来记的那一条；要保留它，就不撤销这次导入。")
        raise UndoRefused(words.format(why=error)) from error
    _withdraw_scheme(session, actor, batch, reason.strip())
    batch.reversed_at, batch.reversed_by, batch.reversed_why = at, actor, reason.strip()
    batch.reversed_counts = json.dumps(asdict(undoing.done))
    record_act(session, actor, "workbook.reversed", f"{batch.id} {batch.file_name}", rows=[batch])
    return undoing.done


def _restore(session: Session, actor: str, facts: Sequence[Fact], at: int) -> None:
    add_facts(session, Source(actor, recorded_at=at), facts)


def _withdraw_scheme(session: Session, actor: str, batch: ImportBatch, reason: str) -> None:
    """The scheme that the import submitted is put aside, unless somebody has decided on it."""
    submission = session.get(SchemeSubmission, Members.unpacked(batch.members).submission)
    if submission is not None and submission.outcome is None:
        version = session.get_one(SchemeVersion, submission.scheme_version_id)
        withdraw_scheme(session, actor, version, reason=reason)
        discard_scheme(session, actor, version)


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
        stand = heirs(session, table, some, batch.taken_at)
        decided = decisions_on(session, table, [(holder, stand[fact_id].fact_id) for holder, fact_id in some])
        for holder, fact_id in some:
            heir = stand[fact_id]
            last = decided.get(heir.fact_id, [])[-1:]
            if last and last[0].outcome == REVERSED:
                undoing.done.gone += 1
                gone.add(-holder)
            elif last and last[0].decided_at > heir.since:
                undoing.done.left += 1
                gone.add(-holder)
            else:
                undoing.reversals.append(Decision(table, holder, heir.fact_id, REVERSED, reason))
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
        stand = heirs(session, table, some, batch.taken_at)
        decided = decisions_on(session, table, [(holder, stand[fact_id].fact_id) for holder, fact_id in some])
        ours = [(h, f) for h, f in some if decided[stand[f].fact_id][-1].decided_at == stand[f].since]
        undoing.done.left += len(some) - len(ours)
        undoing.reversals += [
            Decision(table, holder, stand[fact_id].fact_id, REVERSED, reason) for holder, fact_id in ours
        ]
        undoing.done.reversed += len(ours)
        _add_again(session, batch, undoing, table, ours)


def _add_again(
    session: Session,
    batch: ImportBatch,
    undoing: _Undoing,
    table: ProjectFact | UnitFact,
    facts: Sequence[Member],
) -> None:
    decided = decisions_on(session, table, facts)
    undone = undone_instants(session)
    holder = "project_id" if is_of_project(table) else "unit_id"
    own = [c.key for c in table.__table__.columns if c.key not in KEYS or (c.key == "unit_id" != holder)]
    for row in rows_of(session, table, facts):
        if undone.get(row.recorded_at, row.recorded_at) != row.recorded_at:
            # It came with an import that has been undone itself.
            undoing.done.gone += 1
            continue
        before = [d for d in decided.get(row.fact_id, []) if d.decided_at < batch.taken_at]
        is_verified = bool(before) and before[-1].outcome == VERIFIED
        values = {name: getattr(row, name) for name in own}
        undoing.restored.append(
            Fact(table, getattr(row, holder), row.occurred_on, values, row.evidence, is_verified)
        )
        undoing.done.restored += 1
