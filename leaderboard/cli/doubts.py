"""What is possible but unlikely in a fact about to be recorded: refused until it is confirmed with --sure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy.orm import Session

from leaderboard.formatters import money
from leaderboard.ledger.models import Project
from leaderboard.ledger.read import live_arrivals, live_events
from leaderboard.plausible import LARGE_YUAN, MANY_TIMES, all_large, far_beyond, is_large, out_of_order


def doubts_of_amounts(
    session: Session,
    project: Project,
    *,
    total: int | None = None,
    inward: int | None = None,
    arrived: int | None = None,
) -> Iterator[str]:
    """What is unlikely about amounts of a project beside what is known of it, the figures spelled out."""
    given = [yuan for yuan in (total, inward, arrived) if yuan is not None]
    if not given:
        return
    events = live_events(session, project.id)
    receipts = [*(row.yuan for row in live_arrivals(session, project.id)), arrived or 0]
    contracted = [*(event.inward_yuan or 0 for event in events), inward or 0]
    invested = [*(event.total_yuan or 0 for event in events), total or 0]
    figures = "、".join(f"{money(yuan)} ({yuan:,} 元)" for yuan in given)
    if any(is_large(yuan) for yuan in (sum(receipts), *given)):
        yield f"{figures}: 一个项目超过 {money(LARGE_YUAN)}, 请核对单位"
    elif far_beyond(sum(receipts), max(contracted)):
        yield f"{figures}: 到位资金合计超过合同外来资金的 {MANY_TIMES} 倍, 请核对单位"
    elif all_large([*invested, *contracted], receipts):
        yield f"{figures}: 这样大的项目少见, 请核对单位"


def doubts_of_order(
    session: Session, project: Project, stage: str, on: date, stages: Mapping[str, str]
) -> Iterator[str]:
    """Stages that would stand in an unlikely order if the project reached this one on the day."""
    known = {event.stage: event.occurred_on for event in live_events(session, project.id)}
    for later, earlier in out_of_order(stage, on, known):
        yield f"{on}: {stages[later]}早于{stages[earlier]}, 请核对日期"
