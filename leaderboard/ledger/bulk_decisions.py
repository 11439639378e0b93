"""Many facts decided on in one act, as by a workbook or a queue: verified or reversed, with one line in the trail."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.among import among
from leaderboard.instant import now
from leaderboard.ledger.holders import MOST_LISTED, holder_column, told_of
from leaderboard.ledger.imprints import imprints
from leaderboard.ledger.models import AWAITING, REVERSED, VERIFIED, ProjectDecision, UnitDecision, UnitReturn
from leaderboard.ledger.project_facts import keep_project_facts
from leaderboard.ledger.read import ProjectFact, UnitFact, known_unit_facts
from leaderboard.ledger.record import LedgerError, refused_before
from leaderboard.ledger.rows import chunks, insert_rows
from leaderboard.ledger.sayings import said_of_known
from leaderboard.words import gettext as _


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided on a recorded fact."""

    table: ProjectFact | UnitFact
    holder_id: int
    fact_id: int
    outcome: str
    reason: str | None = None


class Last(NamedTuple):
    """The last decision on a fact."""

    number: int
    outcome: str


UNDECIDED = Last(0, AWAITING)


def listed(name: str, items: Sequence[Any]) -> dict[str, Any]:
    """What a line in the trail says of many things: each of them, or of very many the SHA-256 of the whole list."""
    if len(items) <= MOST_LISTED:
        return {name: items}
    whole = json.dumps(items, ensure_ascii=False).encode()
    return {f"{name}_sha256": hashlib.sha256(whole).hexdigest()}


def decide_facts(session: Session, actor: str, decisions: Sequence[Decision], at: int | None = None) -> None:
    """Verify or reverse many facts that were read as live in the same transaction; reversing needs a reason."""
    if not decisions:
        return
    if any(d.outcome != VERIFIED and not (d.reason or "").strip() for d in decisions):
        raise LedgerError(_("退回或冲销须写明理由"))
    earlier = _last_decisions(session, decisions)
    written = insert_decisions(session, actor, decisions, at or now(), earlier)
    _refuse_locked(session, [d for d in decisions if d.table is UnitReturn and d.outcome == REVERSED])
    facts = [[d.table.__tablename__, str(d.fact_id), d.outcome] for d in decisions]
    told = listed("facts", facts) | listed("why", sorted({d.reason for d in decisions if d.reason}))
    told |= told_of(session, decisions) | _moved(decisions, earlier) | said_of_known(session, decisions)
    record_act(
        session, actor, "fact.decide_many", f"{len(decisions)} facts", **told, ledger=imprints(written)
    )
    keep_project_facts(session, (d.holder_id for d in decisions if holder_column(d.table) == "project_id"))


def _moved(decisions: Iterable[Decision], earlier: Mapping[int, Last]) -> dict[str, Any]:
    """How many facts went from what to what."""
    moved = Counter((earlier.get(d.fact_id, UNDECIDED).outcome, d.outcome) for d in decisions)
    return {"moved": [[was, now_is, count] for (was, now_is), count in sorted(moved.items())]}


def _by_table(facts: Iterable[Any]) -> Iterator[tuple[Any, list[Any]]]:
    ordered = sorted(facts, key=lambda fact: fact.table.__tablename__)
    for _table, group in groupby(ordered, key=lambda fact: fact.table.__tablename__):
        rows = list(group)
        yield rows[0].table, rows


def insert_decisions(
    session: Session, actor: str, decisions: Sequence[Decision], at: int, earlier: Mapping[int, Last]
) -> dict[str, list[dict[str, Any]]]:
    """Add the rows of decisions after the last ones on their facts, by id; gives them by table."""
    written: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for table, of_table in _by_table(decisions):
        holder = holder_column(table)
        into: Any = ProjectDecision if holder == "project_id" else UnitDecision
        rows = [
            {
                holder: d.holder_id,
                "fact_id": d.fact_id,
                "decision_no": earlier.get(d.fact_id, UNDECIDED).number + 1,
                "outcome": d.outcome,
                "decided_at": at,
                "decided_by": actor,
                "reason": d.reason,
            }
            for d in of_table
        ]
        insert_rows(session, into, rows)
        written[into.__tablename__] += rows
    return written


def _last_decisions(session: Session, decisions: Sequence[Decision]) -> dict[int, Last]:
    """Fact id -> the last decision on it."""
    found: dict[int, Last] = {}
    for table, of_table in _by_table(decisions):
        holder = holder_column(table)
        into: Any = ProjectDecision if holder == "project_id" else UnitDecision
        for some in chunks(of_table):
            numbers = (
                select(into.fact_id, into.decision_no, into.outcome)
                # The holder leads the key: by the fact alone every decision ever taken would be gone through.
                .where(among(getattr(into, holder), {d.holder_id for d in some}))
                .where(among(into.fact_id, [d.fact_id for d in some]))
                .order_by(into.decision_no)
            )
            found |= {fact_id: Last(no, outcome) for fact_id, no, outcome in session.execute(numbers)}
    return found


def _refuse_locked(session: Session, reversals: Sequence[Decision]) -> None:
    """A return is not reversed while a later one of the same unit and measure stands that is not reversed with it."""
    earliest: dict[tuple[int, str], date] = {}
    for some in chunks(reversals):
        gone = select(UnitReturn.unit_id, UnitReturn.measure, func.min(UnitReturn.occurred_on))
        gone = gone.where(among(UnitReturn.unit_id, {d.holder_id for d in some}))
        gone = gone.where(among(UnitReturn.fact_id, [d.fact_id for d in some]))
        for unit_id, measure, day in session.execute(gone.group_by(UnitReturn.unit_id, UnitReturn.measure)):
            earliest[unit_id, measure] = min(day, earliest.get((unit_id, measure), day))
    for units in chunks({unit_id for unit_id, _measure in earliest}):
        for row in session.execute(known_unit_facts(UnitReturn).where(among(UnitReturn.unit_id, units))):
            if row.occurred_on > earliest.get((row.unit_id, row.measure), date.max):
                raise LedgerError(refused_before(row.occurred_on))
