"""Recording whole projects with a history of their own, each fact with its own instants and decisions, in one act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import Millis
from leaderboard.ledger.imprints import imprints
from leaderboard.ledger.models import (
    ARRIVAL_KINDS,
    DOMESTIC,
    OUTCOMES,
    REVERSED,
    VERIFIED,
    CapitalArrival,
    Credit,
    Project,
    ProjectDecision,
    StageEvent,
)
from leaderboard.ledger.project_facts import keep_project_facts
from leaderboard.ledger.record import LedgerError, new_fact_id
from leaderboard.words import gettext as _

CHUNK = 500
"""Codes looked up with one statement."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on a fact, when, by whom and why."""

    outcome: str
    at: Millis
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """When and by whom a fact was recorded, on what evidence, and the decisions on it in order."""

    recorded_at: Millis
    recorded_by: str
    evidence: str | None = None
    decisions: tuple[Decision, ...] = ()

    @property
    def live(self) -> bool:
        """Whether the fact still stands: it was not reversed."""
        return not self.decisions or self.decisions[-1].outcome != REVERSED


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A stage event to record."""

    stage: str
    occurred_on: date
    told: Told
    total_yuan: int | None = None
    inward_yuan: int | None = None


@dataclass(frozen=True, slots=True)
class NewArrival:
    """A capital arrival to record, in integer yuan."""

    occurred_on: date
    yuan: int
    told: Told
    kind: str = DOMESTIC
    currency: str | None = None
    foreign_cents: int | None = None
    exchange_rate: str | None = None


@dataclass(frozen=True, slots=True)
class NewCredit:
    """A unit's share of the project to record."""

    unit_id: int
    share: Fraction
    occurred_on: date
    told: Told


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project to record with everything known of it."""

    code: str
    name: str
    recorded_at: Millis
    recorded_by: str
    credits: tuple[NewCredit, ...]
    events: tuple[NewEvent, ...] = ()
    arrivals: tuple[NewArrival, ...] = ()
    name_en: str | None = None
    investor: str | None = None
    industry: str | None = None
    is_public: bool = False


def record_projects(session: Session, actor: str, projects: Sequence[NewProject]) -> None:
    """Enter new projects with their credits, stage events, arrivals and decisions, under one audit line.

    The rules are those of recording one by one; everything that breaks one is named in a single LedgerError
    and nothing is recorded.
    """
    codes = [project.code for project in projects]
    problems = [
        _("项目编号 {code} 在本批中重复").format(code=code)
        for code, times in Counter(codes).items()
        if times > 1
    ]
    problems += [_("项目编号 {code} 已存在, 请换一个编号").format(code=code) for code in _ids(session, codes)]
    for project in projects:
        problems += _problems(project)
    if problems:
        raise LedgerError("; ".join(problems))
    heads = [_project_row(project) for project in projects]
    _insert(session, Project, heads)
    ids = _ids(session, codes)
    rows = _Rows()
    for project in projects:
        rows.take(ids[project.code], project)
    for table, found in rows.by_table.items():
        _insert(session, table, found)
    told = {"codes": codes, **rows.counts()}
    kept = imprints(
        {"project": [{"id": ids[head["code"]], **head} for head in heads]}
        | {table.__tablename__: found for table, found in rows.by_table.items()}
    )
    subject = f"{len(projects)} projects"
    record_act(session, actor, "project.record_many", subject, **told, ledger=kept)
    keep_project_facts(session, ids.values())


def _problems(project: NewProject) -> Iterator[str]:
    stages = Counter(event.stage for event in project.events if event.told.live)
    for stage, times in stages.items():
        if times > 1:
            yield _("项目 {code} 的节点 {stage} 有 {times} 条未冲销的记录, 只能有一条").format(
                code=project.code, stage=stage, times=times
            )
    amounts = [a for event in project.events for a in (event.total_yuan, event.inward_yuan) if a is not None]
    if any(amount < 0 for amount in amounts):
        yield _("项目 {code} 的金额不能为负数").format(code=project.code)
    if any(arrival.yuan <= 0 for arrival in project.arrivals):
        yield _("项目 {code} 的到位资金须大于零").format(code=project.code)
    if any(arrival.kind not in ARRIVAL_KINDS for arrival in project.arrivals):
        yield _("项目 {code} 的资金类别应为 {kinds} 之一").format(
            code=project.code, kinds=_("、").join(ARRIVAL_KINDS)
        )
    total = sum((credit.share for credit in project.credits if credit.told.live), Fraction(0))
    if any(credit.share <= 0 for credit in project.credits) or total > 1:
        yield _("项目 {code} 的分成应大于零且合计不超过 1, 现合计 {total}").format(
            code=project.code, total=total
        )
    facts: list[NewCredit | NewEvent | NewArrival] = [*project.credits, *project.events, *project.arrivals]
    for fact in facts:
        yield from _decision_problems(project, fact.told)


def _decision_problems(project: NewProject, told: Told) -> Iterator[str]:
    outcomes = [decision.outcome for decision in told.decisions]
    if any(outcome not in OUTCOMES for outcome in outcomes):
        yield _("项目 {code} 的认定结果应为 {outcomes} 之一").format(
            code=project.code, outcomes=_("、").join(OUTCOMES)
        )
    if REVERSED in outcomes[:-1]:
        yield _("项目 {code} 有记录在冲销后又作认定").format(code=project.code)
    if any(d.outcome != VERIFIED and not (d.reason or "").strip() for d in told.decisions):
        yield _("项目 {code} 的退回或冲销须写明理由").format(code=project.code)
    instants = [project.recorded_at, told.recorded_at, *(decision.at for decision in told.decisions)]
    if instants != sorted(instants):
        yield _("项目 {code} 有记录或认定的时间早于它之前的一步").format(code=project.code)


class _Rows:
    """Rows of every table, gathered project by project."""

    def __init__(self) -> None:
        self.by_table: dict[type[Any], list[dict[str, Any]]] = {
            Credit: [],
            StageEvent: [],
            CapitalArrival: [],
            ProjectDecision: [],
        }

    def counts(self) -> dict[str, Any]:
        """Number of rows by table name, for the audit line."""
        return {table.__tablename__: len(rows) for table, rows in self.by_table.items()}

    def take(self, project_id: int, project: NewProject) -> None:
        """Add the rows of one project."""
        for credit in project.credits:
            share = {"share_num": credit.share.numerator, "share_den": credit.share.denominator}
            self._add(Credit, project_id, credit, {"unit_id": credit.unit_id, **share})
        for event in project.events:
            amounts = {"total_yuan": event.total_yuan, "inward_yuan": event.inward_yuan}
            self._add(StageEvent, project_id, event, {"stage": event.stage, **amounts})
        for arrival in project.arrivals:
            own = ("yuan", "kind", "currency", "foreign_cents", "exchange_rate")
            self._add(CapitalArrival, project_id, arrival, {name: getattr(arrival, name) for name in own})

    def _add(
        self,
        table: type[Any],
        project_id: int,
        fact: NewCredit | NewEvent | NewArrival,
        own: dict[str, Any],
    ) -> None:
        key = {"project_id": project_id, "fact_id": new_fact_id()}
        told = fact.told
        recorded = {
            "occurred_on": fact.occurred_on,
            "recorded_at": told.recorded_at,
            "recorded_by": told.recorded_by,
            "evidence": told.evidence,
        }
        self.by_table[table].append({**key, **recorded, **own})
        for number, decision in enumerate(told.decisions, start=1):
            decided = {
                "decision_no": number,
                "outcome": decision.outcome,
                "decided_at": decision.at,
                "decided_by": decision.by,
                "reason": decision.reason,
            }
            self.by_table[ProjectDecision].append({**key, **decided})


def _project_row(project: NewProject) -> dict[str, Any]:
    own = ("code", "name", "name_en", "investor", "industry", "recorded_at", "recorded_by")
    return {**{name: getattr(project, name) for name in own}, "is_public": int(project.is_public)}


def _insert(session: Session, table: type[Any], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)


def _ids(session: Session, codes: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(codes), CHUNK):
        part = codes[start : start + CHUNK]
        rows = session.execute(select(Project.code, Project.id).where(Project.code.in_(part)))
        found |= {row.code: row.id for row in rows}
    return found
