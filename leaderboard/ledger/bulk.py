"""Many projects and facts added in one act, as from a workbook: the rules of single facts, kept by sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from types import MappingProxyType, SimpleNamespace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.among import among
from leaderboard.instant import now
from leaderboard.ledger.bulk_decisions import Decision, insert_decisions, listed
from leaderboard.ledger.bulk_rules import (
    refuse_over_one,
    refuse_overlaps,
    refuse_second_events,
    refuse_second_of,
    refuse_shares_over_one,
)
from leaderboard.ledger.codes import code_problem
from leaderboard.ledger.holders import holder_column, told_of
from leaderboard.ledger.imprints import imprints
from leaderboard.ledger.models import (
    AWAITING,
    VERIFIED,
    Adjustment,
    CapitalArrival,
    Credit,
    Project,
    StageEvent,
    UnitReturn,
)
from leaderboard.ledger.project_facts import keep_entered, keep_project_facts
from leaderboard.ledger.read import ProjectFact, UnitFact
from leaderboard.ledger.record import LedgerError, Source, new_fact_ids
from leaderboard.ledger.rows import Told, chunks, insert_rows, unheard
from leaderboard.ledger.sayings import said_of_new
from leaderboard.words import gettext as _

TABLES = (StageEvent, CapitalArrival, Credit, UnitReturn, Adjustment)
Rows = Mapping[ProjectFact | UnitFact, list[dict[str, Any]]]
"""Rows written, by table."""
Written = Mapping[ProjectFact, dict[int, list[Any]]]
"""Facts written, by table and project."""


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


def add_projects(
    session: Session,
    source: Source,
    heads: Sequence[Head],
    followed: Collection[str] = (),
    told: Told = unheard,
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
    # Ids are given in their order: those of the new rows come after all that were given before.
    last = session.scalar(select(func.max(Project.id))) or 0
    insert_rows(session, Project, rows, told)
    new = session.execute(select(Project.code, Project.id).where(Project.id > last))
    by_code = {code: project_id for code, project_id in new}  # noqa: C416 - rows are no pairs to mypy
    ids = {code: by_code[code] for code in codes}
    for row in rows:
        row["id"] = ids[row["code"]]
    act = {**listed("codes", codes), "ledger": imprints({"project": rows})}
    record_act(session, source.actor, "project.add_many", f"{len(rows)} projects", **act)
    keep_project_facts(session, (ids[code] for code in ids.keys() - set(followed)))
    return ids


def add_facts(
    session: Session,
    source: Source,
    facts: Sequence[Fact],
    entered: Mapping[int, Head] = NOTHING,
    told: Told = unheard,
) -> list[int]:
    """Record many facts and return their ids in the same order; tells of each fact, and of each project entered.

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
        insert_rows(session, table, of_table, told)
    decided = [Decision(f.table, f.holder_id, fact_id, VERIFIED) for fact_id, f in numbered if f.verified]
    decisions = insert_decisions(session, source.actor, decided, at, earlier={})
    written = _written(rows, {decision.fact_id for decision in decided}, entered)
    late = [fact for fact in facts if holder_column(fact.table) == "unit_id" or fact.holder_id not in entered]
    _check_rules(session, rows, written, late)
    counts: dict[str, Any] = {table.__tablename__: len(added) for table, added in rows.items() if added}
    kept = imprints({table.__tablename__: added for table, added in rows.items()} | decisions)
    act = {"verified": len(decided), **counts, "ledger": kept}
    about = told_of(session, facts) | said_of_new(session, facts)
    record_act(session, source.actor, "fact.add_many", f"{len(facts)} facts", **act, **about)
    keep_entered(session, entered, written[Credit], written[StageEvent], written[CapitalArrival], told)
    keep_project_facts(
        session, (fact.holder_id for fact in late if holder_column(fact.table) == "project_id")
    )
    return [fact_id for fact_id, _fact in numbered]


def _rows(
    actor: str, at: int, numbered: Iterable[tuple[int, Fact]], table: ProjectFact | UnitFact
) -> list[dict[str, Any]]:
    holder = holder_column(table)
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
