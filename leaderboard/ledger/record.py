"""Adding projects and their facts to the ledger, and deciding on any fact; nothing here edits or deletes."""

from __future__ import annotations

import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.instant import now
from leaderboard.ledger.codes import code_problem
from leaderboard.ledger.holders import told_of_one
from leaderboard.ledger.imprints import imprints_of
from leaderboard.ledger.models import (
    ARRIVAL_KINDS,
    DOMESTIC,
    REVERSED,
    VERIFIED,
    CapitalArrival,
    Credit,
    OfProject,
    OfUnit,
    Project,
    ProjectDecision,
    StageEvent,
    UnitDecision,
    UnitReturn,
)
from leaderboard.ledger.project_facts import keep_project_facts
from leaderboard.ledger.read import live_events, live_returns, live_shares, outcome_of
from leaderboard.ledger.sayings import said_of_one
from leaderboard.words import gettext as _


class LedgerError(ValueError):
    """A fact that cannot be recorded as given; the message is for the person who entered it."""


class CodeTaken(LedgerError):
    """A code that another project has, entered before or in the same moment."""

    def __init__(self, code: str) -> None:
        super().__init__(_("项目编号 {code} 已存在, 请换一个编号").format(code=code))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from: who records it, on what evidence, when, and whether it is verified at once."""

    actor: str
    evidence: str | None = None
    verified: bool = False
    recorded_at: int | None = None
    fact_id: int | None = None
    """For one fact alone: the id to record it under, where a form sent twice is told by what it recorded before."""


def new_fact_id() -> int:
    """A random id below 2^53, exact in every JSON reader and telling nothing about the number of facts."""
    return secrets.randbits(52) + 1


def new_fact_ids(count: int) -> list[int]:
    """The same many times over, drawn in one go."""
    drawn = struct.unpack(f"<{count}Q", secrets.token_bytes(8 * count))
    return [(number >> 12) + 1 for number in drawn]


def add_project(  # noqa: PLR0913 - the columns of the table, all by name
    session: Session,
    source: Source,
    *,
    code: str,
    name: str,
    name_en: str | None = None,
    investor: str | None = None,
    industry: str | None = None,
    is_public: bool = False,
) -> Project:
    """Enter a project in the ledger; raises CodeTaken, or LedgerError where its code is unfit for an address."""
    if problem := code_problem(code):
        raise LedgerError(problem)
    if session.scalar(select(func.count()).where(Project.code == code)):
        raise CodeTaken(code)
    project = Project(
        code=code,
        name=name,
        name_en=name_en,
        investor=investor,
        industry=industry,
        is_public=int(is_public),
        recorded_at=source.recorded_at or now(),
        recorded_by=source.actor,
    )
    session.add(project)
    try:
        session.flush()
    except IntegrityError as error:
        # Two entered it in the same moment, and the other one was the first.
        raise CodeTaken(code) from error
    record_act(session, source.actor, "project.add", code, name=name, ledger=imprints_of(project))
    keep_project_facts(session, [project.id])
    return project


def add_stage_event(
    session: Session,
    source: Source,
    project: Project,
    *,
    stage: str,
    occurred_on: date,
    total_yuan: int | None = None,
    inward_yuan: int | None = None,
) -> StageEvent:
    """Record that a project reached a stage; a second live event of the stage raises LedgerError."""
    if any(event.stage == stage for event in live_events(session, project.id)):
        raise LedgerError(_("项目 {code} 已有该节点的记录, 请先冲销原记录再补记").format(code=project.code))
    for amount in (total_yuan, inward_yuan):
        if amount is not None and amount < 0:
            raise LedgerError(_("项目 {code} 的金额不能为负数").format(code=project.code))
    event = StageEvent(
        project_id=project.id,
        stage=stage,
        total_yuan=total_yuan,
        inward_yuan=inward_yuan,
        **recorded(source, occurred_on),
    )
    kept = imprints_of(*add_fact(session, source, event))
    told = {"stage": stage, "on": str(occurred_on)}
    record_act(session, source.actor, "stage_event.add", project.code, **told, ledger=kept)
    keep_project_facts(session, [project.id])
    return event


def add_arrival(  # noqa: PLR0913 - the columns of the table, all by name
    session: Session,
    source: Source,
    project: Project,
    *,
    occurred_on: date,
    amount_yuan: int,
    kind: str = DOMESTIC,
    currency: str | None = None,
    foreign_cents: int | None = None,
    exchange_rate: str | None = None,
) -> CapitalArrival:
    """Record money that arrived; raises LedgerError unless it is above zero and of a known kind."""
    if amount_yuan <= 0:
        raise LedgerError(_("项目 {code} 的到位资金须大于零").format(code=project.code))
    if kind not in ARRIVAL_KINDS:
        raise LedgerError(
            _("资金类别应为 {kinds} 之一, 收到 {kind}").format(kinds=_("、").join(ARRIVAL_KINDS), kind=kind)
        )
    arrival = CapitalArrival(
        project_id=project.id,
        yuan=amount_yuan,
        kind=kind,
        currency=currency,
        foreign_cents=foreign_cents,
        exchange_rate=exchange_rate,
        **recorded(source, occurred_on),
    )
    kept = imprints_of(*add_fact(session, source, arrival))
    told: dict[str, Any] = {"yuan": amount_yuan, "on": str(occurred_on)}
    record_act(session, source.actor, "arrival.add", project.code, **told, ledger=kept)
    keep_project_facts(session, [project.id])
    return arrival


def add_credits(
    session: Session,
    source: Source,
    project: Project,
    *,
    shares: Sequence[tuple[int, Fraction]],
    occurred_on: date,
) -> list[Credit]:
    """Record whose project it is, as (unit id, share); shares above 1 in all raise LedgerError."""
    total = sum((share for _unit, share in shares), live_shares(session, project.id))
    if any(share <= 0 for _unit, share in shares) or total > 1:
        raise LedgerError(
            _("项目 {code} 的分成合计应不超过 1, 现为 {total}").format(code=project.code, total=total)
        )
    added, written = [], []
    for unit_id, share in shares:
        credit = Credit(
            project_id=project.id,
            unit_id=unit_id,
            share_num=share.numerator,
            share_den=share.denominator,
            **recorded(source, occurred_on),
        )
        written += add_fact(session, source, credit)
        added.append(credit)
    told = [[unit_id, str(share)] for unit_id, share in shares]
    record_act(session, source.actor, "credit.add", project.code, shares=told, ledger=imprints_of(*written))
    keep_project_facts(session, [project.id])
    return added


def refused_before(until: date) -> str:
    """What was reported so far is locked: a later return stands on it."""
    return _("这项指标已有至 {until} 的报表，以前的累计已锁定；请先冲销较晚的报表").format(until=until)


def decide(
    session: Session,
    actor: str,
    fact: OfProject | OfUnit,
    outcome: str,
    reason: str | None = None,
    at: int | None = None,
) -> None:
    """Verify, return or reverse a fact; a reversed one stays so, returning or reversing needs a reason.

    A return is not reversed while a later one of the same unit and measure stands.
    """
    if outcome_of(session, fact) == REVERSED:
        raise LedgerError(_("该记录已冲销, 不能再作认定"))
    if outcome != VERIFIED and not (reason or "").strip():
        raise LedgerError(_("退回或冲销须写明理由"))
    if outcome == REVERSED and isinstance(fact, UnitReturn):
        last = live_returns(session, fact.unit_id, fact.measure)[-1]
        if last.occurred_on > fact.occurred_on:
            raise LedgerError(refused_before(last.occurred_on))
    decision = add_decision(session, actor, fact, outcome, reason, at or now())
    subject = f"{inspect(fact).mapper.local_table} {fact.fact_id}"
    kept, about = imprints_of(decision), told_of_one(session, fact) | said_of_one(session, fact)
    record_act(session, actor, f"fact.{outcome}", subject, why=reason, ledger=kept, **about)
    if isinstance(fact, OfProject):
        keep_project_facts(session, [fact.project_id])


def recorded(source: Source, occurred_on: date) -> dict[str, object]:
    """The columns that every fact carries."""
    return {
        "fact_id": source.fact_id or new_fact_id(),
        "occurred_on": occurred_on,
        "recorded_at": source.recorded_at or now(),
        "recorded_by": source.actor,
        "evidence": source.evidence,
    }


def add_fact(session: Session, source: Source, fact: OfProject | OfUnit) -> list[Any]:
    """Add a fact, verified where its source says so; gives the rows that were written."""
    session.add(fact)
    session.flush()
    if not source.verified:
        return [fact]
    return [fact, add_decision(session, source.actor, fact, VERIFIED, None, fact.recorded_at)]


def add_decision(
    session: Session, actor: str, fact: OfProject | OfUnit, outcome: str, reason: str | None, at: int
) -> ProjectDecision | UnitDecision:
    """Add what was decided on a fact after all that was decided before, whatever that was."""
    table: type[ProjectDecision | UnitDecision]
    if isinstance(fact, OfProject):
        table, holder = ProjectDecision, {"project_id": fact.project_id}
    else:
        table, holder = UnitDecision, {"unit_id": fact.unit_id}
    earlier = session.scalar(
        select(func.count()).select_from(table).where(table.fact_id == fact.fact_id).filter_by(**holder)
    )
    decision = table(
        **holder,
        fact_id=fact.fact_id,
        decision_no=(earlier or 0) + 1,
        outcome=outcome,
        decided_at=at,
        decided_by=actor,
        reason=reason,
    )
    session.add(decision)
    session.flush()
    return decision
