"""Many facts in one act, as from a workbook: the rules of single facts, kept by sets; one line in the trail for each."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, groupby
from types import MappingProxyType, SimpleNamespace
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.among import among
from leaderboard.instant import now
from leaderboard.ledger.bulk_rules import (
    refuse_over_one,
    refuse_overlaps,
    refuse_second_events,
    refuse_second_of,
    refuse_shares_over_one,
)
from leaderboard.ledger.codes import code_problem
from leaderboard.ledger.imprints import imprints
from leaderboard.ledger.models import (
    AWAITING,
    REVERSED,
    VERIFIED,
    Adjustment,
    CapitalArrival,
    Credit,
    Project,
    ProjectDecision,
    StageEvent,
    UnitDecision,
    UnitReturn,
)
from leaderboard.ledger.project_facts import keep_entered, keep_project_facts
from leaderboard.ledger.read import ProjectFact, UnitFact, known_unit_facts
from leaderboard.ledger.record import LedgerError, Source, new_fact_ids, refused_before
from leaderboard.ledger.rows import insert_rows
from leaderboard.words import gettext as _

AT_ONCE = 2000
"""Rows named in one statement: below every engine's limit of parameters."""
MOST_LISTED = 2000
"""Codes or facts that a line in the trail lists one by one."""
TABLES = (StageEvent, CapitalArrival, Credit, UnitReturn, Adjustment)
Rows = Mapping[ProjectFact | UnitFact, list[dict[str, Any]]]
"""Rows written, by table."""
Written = Mapping[ProjectFact, dict[int, list[Any]]]
"""Facts written, by table and project."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Head:
    """A project to enter: the columns of the table."""

    code: str
    name: str
    name_en: str | None = None
    investor: str | None = None
    industry: str | None = None
    is_public: bool = False


NOTHING: Mapping[int, Head] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact to add: its table, the project or unit it is about, and the table's own columns."""

    table: ProjectFact | UnitFact
    holder_id: int
    occurred_on: date
    values: Mapping[str, Any] = field(default_factory=dict)
    evidence: str | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided on a recorded fact."""

    table: ProjectFact | UnitFact
    holder_id: int
    fact_id: int
    outcome: str
    reason: str | None = None


def chunks(items: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The items in lists short enough for one statement."""
    ordered = list(items)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def add_projects(
    session: Session, source: Source, heads: Sequence[Head], followed: Collection[str] = ()
) -> dict[str, int]:
    """Enter many projects; gives their ids by code. Raises LedgerError where a code is taken or unfit.

    `followed` are the codes of those whose facts are added next, so that their lines are made then and not twice.
    """
    codes = [head.code for head in heads]
    for problem in filter(None, map(code_problem, codes)):
        raise LedgerError(problem)
    for some in chunks(codes):
        taken = session.scalars(select(Project.code).where(among(Project.code, some))).first()
        if taken is not None:
            raise LedgerError(_("项目编号 {code} 已存在, 请换一个编号").format(code=taken))
    at = source.recorded_at or now()
    rows: list[dict[str, Any]] = [
        {
            "code": head.code,
            "name": head.name,
            "name_en": head.name_en,
            "investor": head.investor,
            "industry": head.industry,
            "is_public": int(head.is_public),
            "recorded_at": at,
            "recorded_by": source.actor,
        }
        for head in heads
    ]
    if not rows:
        return {}
    insert_rows(session, Project, rows)
    ids: dict[str, int] = {}
    for some in chunks(codes):
        found = session.execute(select(Project.code, Project.id).where(among(Project.code, some)))
        ids |= {row.code: row.id for row in found}
    for row in rows:
        row["id"] = ids[row["code"]]
    told = {**_listed("codes", codes), "ledger": imprints({"project": rows})}
    record_act(session, source.actor, "project.add_many", f"{len(rows)} projects", **told)
    keep_project_facts(session, (ids[code] for code in ids.keys() - set(followed)))
    return ids


def _listed(name: str, items: Sequence[Any]) -> dict[str, Any]:
    """What a line in the trail says of many things: each of them, or of very many the SHA-256 of the whole list."""
    if len(items) <= MOST_LISTED:
        return {name: items}
    whole = json.dumps(items, ensure_ascii=False).encode()
    return {f"{name}_sha256": hashlib.sha256(whole).hexdigest()}


def add_facts(
    session: Session, source: Source, facts: Sequence[Fact], entered: Mapping[int, Head] = NOTHING
) -> list[int]:
    """Record many facts and return their ids in the same order.

    `entered` are, by their ids, the projects that `add_projects` has entered in the same act as followed: nothing is
    known of them but these facts, so that nothing of them need be looked up.
    Raises LedgerError where a stage would be reached twice, shares pass 1 or returns overlap.
    """
    if not facts:
        return []
    at = source.recorded_at or now()
    numbered = list(zip(new_fact_ids(len(facts)), facts, strict=True))
    rows = {table: _rows(source.actor, at, numbered, table) for table in TABLES}
    for table, of_table in rows.items():
        insert_rows(session, table, of_table)
    decided = [Decision(f.table, f.holder_id, fact_id, VERIFIED) for fact_id, f in numbered if f.verified]
    decisions = _insert_decisions(session, source.actor, decided, at, are_first=True)
    written = _written(rows, {decision.fact_id for decision in decided}, entered)
    late = [
        fact for fact in facts if _holder_column(fact.table) == "unit_id" or fact.holder_id not in entered
    ]
    _check_rules(session, rows, written, late)
    counts: dict[str, Any] = {table.__tablename__: len(added) for table, added in rows.items() if added}
    kept = imprints({table.__tablename__: added for table, added in rows.items()} | decisions)
    told = {"verified": len(decided), **counts, "ledger": kept}
    record_act(session, source.actor, "fact.add_many", f"{len(facts)} facts", **told)
    keep_entered(session, entered, written[Credit], written[StageEvent], written[CapitalArrival])
    _keep_projects(session, late)
    return [fact_id for fact_id, _fact in numbered]


def _rows(
    actor: str, at: int, numbered: Iterable[tuple[int, Fact]], table: ProjectFact | UnitFact
) -> list[dict[str, Any]]:
    holder = _holder_column(table)
    return [
        {
            holder: fact.holder_id,
            "fact_id": fact_id,
            "occurred_on": fact.occurred_on,
            "recorded_at": at,
            "recorded_by": actor,
            "evidence": fact.evidence,
            **fact.values,
        }
        for fact_id, fact in numbered
        if fact.table is table
    ]


def _written(rows: Rows, verified: set[int], entered: Mapping[int, Head]) -> Written:
    """What was written of these projects, as it would be read."""
    found: Written = {
        Credit: defaultdict(list),
        StageEvent: defaultdict(list),
        CapitalArrival: defaultdict(list),
    }
    for table, by_project in found.items() if entered else ():
        for row in rows[table]:
            if row["project_id"] in entered:
                outcome = VERIFIED if row["fact_id"] in verified else AWAITING
                by_project[row["project_id"]].append(SimpleNamespace(outcome=outcome, **row))
    return found


def _check_rules(session: Session, rows: Rows, written: Written, late: Sequence[Fact]) -> None:
    """What holds for single facts holds after many: of late ones looked up once for all holders touched."""
    if any(row["yuan"] <= 0 for row in rows[CapitalArrival]):
        raise LedgerError(_("到位资金须大于零"))
    refuse_second_of(session, chain.from_iterable(written[StageEvent].values()))
    refuse_over_one(session, written[Credit])
    touched: dict[Any, set[int]] = defaultdict(set)
    for fact in late:
        touched[fact.table].add(fact.holder_id)
    for some in chunks(touched[StageEvent]):
        refuse_second_events(session, some)
    for some in chunks(touched[Credit]):
        refuse_shares_over_one(session, some)
    returns = {row["fact_id"] for row in rows[UnitReturn]}
    for some in chunks(touched[UnitReturn]):
        refuse_overlaps(session, some, returns)


def decide_facts(session: Session, actor: str, decisions: Sequence[Decision], at: int | None = None) -> None:
    """Verify or reverse many facts that were read as live in the same transaction; reversing needs a reason."""
    if not decisions:
        return
    if any(d.outcome != VERIFIED and not (d.reason or "").strip() for d in decisions):
        raise LedgerError(_("退回或冲销须写明理由"))
    written = _insert_decisions(session, actor, decisions, at or now())
    _refuse_locked(session, [d for d in decisions if d.table is UnitReturn and d.outcome == REVERSED])
    facts = [[d.table.__tablename__, str(d.fact_id), d.outcome] for d in decisions]
    told = _listed("facts", facts) | _listed("why", sorted({d.reason for d in decisions if d.reason}))
    record_act(
        session, actor, "fact.decide_many", f"{len(decisions)} facts", **told, ledger=imprints(written)
    )
    _keep_projects(session, decisions)


def _keep_projects(session: Session, touching: Sequence[Fact | Decision]) -> None:
    keep_project_facts(session, (t.holder_id for t in touching if _holder_column(t.table) == "project_id"))


def _by_table(facts: Iterable[Any]) -> Iterator[tuple[Any, list[Any]]]:
    ordered = sorted(facts, key=lambda fact: fact.table.__tablename__)
    for _table, group in groupby(ordered, key=lambda fact: fact.table.__tablename__):
        rows = list(group)
        yield rows[0].table, rows


def _holder_column(table: ProjectFact | UnitFact) -> str:
    return "project_id" if table in (StageEvent, CapitalArrival, Credit) else "unit_id"


def _insert_decisions(
    session: Session, actor: str, decisions: Sequence[Decision], at: int, *, are_first: bool = False
) -> dict[str, list[dict[str, Any]]]:
    """Add the rows of decisions; gives them by table."""
    written: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for table, of_table in _by_table(decisions):
        holder = _holder_column(table)
        into: Any = ProjectDecision if holder == "project_id" else UnitDecision
        earlier = {} if are_first else _last_numbers(session, into, holder, of_table)
        rows = [
            {
                holder: d.holder_id,
                "fact_id": d.fact_id,
                "decision_no": earlier.get(d.fact_id, 0) + 1,
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


def _last_numbers(session: Session, into: Any, holder: str, decisions: Sequence[Decision]) -> dict[int, int]:
    """Fact id -> number of the last decision on it."""
    found: dict[int, int] = {}
    for some in chunks(decisions):
        numbers = (
            select(into.fact_id, func.max(into.decision_no))
            # The holder leads the key: by the fact alone every decision ever taken would be gone through.
            .where(among(getattr(into, holder), {d.holder_id for d in some}))
            .where(among(into.fact_id, [d.fact_id for d in some]))
            .group_by(into.fact_id)
        )
        found |= {fact_id: number for fact_id, number in session.execute(numbers)}  # noqa: C416 - rows are no pairs to mypy
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
