"""Looks for what is possible but unlikely, over all sheets and what is known: every finding is a warning."""

from __future__ import annotations

from datetime import date

from leaderboard.exchange.checking import Checking
from scoring.facts import IN_PRODUCTION, IN_STATISTICS, LANDED, SIGNED, STARTED

AFTER = (
    (STARTED, SIGNED),
    (LANDED, SIGNED),
    (IN_STATISTICS, SIGNED),
    (IN_PRODUCTION, SIGNED),
    (IN_PRODUCTION, STARTED),
)
"""Stages that usually follow another one."""
MANY_TIMES = 10
OLDEST = date(2000, 1, 1)


def check_sense(checking: Checking) -> None:
    """Warn of stages out of their usual order, very old dates, and far more money arrived than contracted."""
    _check_order(checking)
    for row, day in checking.events.values():
        if day < OLDEST:
            row.warn(f"{day} 早于 {OLDEST}, 请核对年份", "日期")
    for code, arrivals in checking.arrived.items():
        total, contracted = sum(yuan for _, yuan in arrivals), checking.contracted.get(code)
        if contracted and total > MANY_TIMES * contracted:
            row = max(arrivals, key=lambda arrival: arrival[1])[0]
            message = f"项目 {code} 到位资金共 {total:,} 元, 超过合同引资额的 {MANY_TIMES} 倍"
            row.warn(f"{message}, 请核对单位是否为万元", "金额(万元)")


def _check_order(checking: Checking) -> None:
    for (code, stage), (row, day) in checking.events.items():
        for later, earlier in AFTER:
            before = _day_of(checking, code, earlier) if stage == later else None
            if before is not None and day < before:
                names = checking.stages.names
                row.warn(f"{names[later]}日期 {day} 早于{names[earlier]}日期 {before}, 请核对", "日期")


def _day_of(checking: Checking, code: str, stage: str) -> date | None:
    if (code, stage) in checking.events:
        return checking.events[code, stage][1]
    project = checking.facts.projects.get(code)
    known = checking.facts.events.get((project.id, stage)) if project else None
    return known.occurred_on if known else None
