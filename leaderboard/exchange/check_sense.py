"""Looks for what is possible but unlikely, over all sheets and what is known: every finding is a warning."""

from __future__ import annotations

from datetime import date

from leaderboard.exchange.checking import Checking, perhaps_yuan, spelled
from leaderboard.exchange.layout import INWARD, RECEIVED
from leaderboard.plausible import AFTER, MANY_TIMES, all_large, far_beyond, is_large

OLDEST = date(2000, 1, 1)


def check_sense(checking: Checking) -> None:
    """Warn of stages out of their usual order, very old dates, and money that may have been typed in yuan."""
    _check_order(checking)
    for row, day in checking.events.values():
        if day < OLDEST:
            row.warn(f"{day} 早于 {OLDEST}, 请核对年份", "日期")
    for code in {**checking.contracted, **checking.arrived}:
        _check_money(checking, code)


def _check_money(checking: Checking, code: str) -> None:
    """Of one project: far more arrived than contracted, or every amount is so large that all may be yuan."""
    arrivals, stated = checking.arrived.get(code, []), checking.contracted.get(code, [])
    total, contracted = sum(yuan for _, yuan in arrivals), _contracted(checking, code)
    if far_beyond(total, contracted):
        row = max(arrivals, key=lambda arrival: arrival[1])[0]
        message = f"项目 {code} 到位资金共 {total:,} 元, 超过合同引资额的 {MANY_TIMES} 倍"
        row.warn(f"{message}, 请核对单位是否为万元", RECEIVED)
    amounts = [*stated, *((row, RECEIVED, yuan) for row, yuan in arrivals)]
    told_already = any(is_large(yuan) for *_, yuan in amounts)
    if not told_already and all_large([yuan for *_, yuan in stated], [yuan for _, yuan in arrivals]):
        row, title, least = min(amounts, key=lambda amount: amount[2])
        row.warn(f"项目 {code} 在文件中的金额最小也有 {spelled(least)}, {perhaps_yuan(least)}", title)


def _contracted(checking: Checking, code: str) -> int | None:
    """Inward capital as the file states it, otherwise as the ledger knows it."""
    stated = [yuan for _, title, yuan in checking.contracted.get(code, []) if title == INWARD]
    project = checking.facts.projects.get(code)
    if not stated and project is not None:
        known = (checking.facts.events.get((project.id, stage)) for stage in checking.stages.names)
        stated = [event.inward_yuan for event in known if event is not None and event.inward_yuan]
    return max(stated, default=None)


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
