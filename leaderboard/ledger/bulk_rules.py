"""What holds of the facts of a project or unit together after many were added: just entered, or known before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.among import among
from leaderboard.ledger.models import Credit, Project, StageEvent, UnitReturn
from leaderboard.ledger.read import known_project_facts, known_unit_facts
from leaderboard.ledger.record import LedgerError, refused_before
from leaderboard.words import gettext as _


def refuse_second_events(session: Session, project_ids: Collection[int]) -> None:
    """No project reaches a stage twice. Raises LedgerError."""
    live = known_project_facts(StageEvent).where(among(StageEvent.project_id, project_ids)).subquery()
    twice = (
        select(live.c.project_id, live.c.stage)
        .group_by(live.c.project_id, live.c.stage)
        .having(func.count() > 1)
    )
    for project_id, stage in session.execute(twice):
        raise _second_event(session, project_id, stage)


def refuse_second_of(session: Session, events: Iterable[Any]) -> None:
    """The same of projects of which nothing but these events is known. Raises LedgerError."""
    for (project_id, stage), times in Counter((row.project_id, row.stage) for row in events).items():
        if times > 1:
            raise _second_event(session, project_id, stage)


def _second_event(session: Session, project_id: int, stage: str) -> LedgerError:
    message = _("项目 {code} 已有节点 {stage} 的记录, 请先冲销原记录再补记")
    return LedgerError(message.format(code=_code(session, project_id), stage=stage))


def refuse_shares_over_one(session: Session, project_ids: Collection[int]) -> None:
    """The shares of no project pass 1. Raises LedgerError."""
    several = (
        select(Credit.project_id)
        .where(among(Credit.project_id, project_ids))
        .group_by(Credit.project_id)
        .having(func.count() > 1)
    )
    by_project: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(known_project_facts(Credit).where(Credit.project_id.in_(several))):
        by_project[row.project_id].append(row)
    refuse_over_one(session, by_project)


def refuse_over_one(session: Session, shares: Mapping[int, Sequence[Any]]) -> None:
    """The same of projects of which no shares are known but these. Raises LedgerError."""
    for project_id, rows in shares.items():
        # One share cannot pass 1: the table itself refuses it.
        total = sum(Fraction(row.share_num, row.share_den) for row in rows) if len(rows) > 1 else 0
        if total > 1:
            message = _("项目 {code} 的分成合计应不超过 1, 现为 {total}")
            raise LedgerError(message.format(code=_code(session, project_id), total=total))


def refuse_overlaps(session: Session, unit_ids: Collection[int], added: Collection[int]) -> None:
    """Periods of a measure do not overlap, and what is added comes after all that stood before. Raises LedgerError."""
    periods: dict[tuple[int, str], list[tuple[date, date, int]]] = defaultdict(list)
    for row in session.execute(known_unit_facts(UnitReturn).where(UnitReturn.unit_id.in_(unit_ids))):
        periods[row.unit_id, row.measure].append((row.starts_on, row.occurred_on, row.fact_id))
    for (_unit, measure), spans in periods.items():
        spans.sort()
        for (_starts, ends_on, earlier), (starts_on, until, later) in pairwise(spans):
            if starts_on <= ends_on:
                raise LedgerError(
                    _("{measure} 在 {starts} 至 {ends} 有重叠的报表, 请先冲销原报表").format(
                        measure=measure, starts=starts_on, ends=ends_on
                    )
                )
            if earlier in added and later not in added:
                raise LedgerError(refused_before(until))


def _code(session: Session, project_id: int) -> str | None:
    return session.scalar(select(Project.code).where(Project.id == project_id))
