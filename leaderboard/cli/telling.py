"""Facts as the command line prints them: their id, what they say, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from leaderboard.formatters import exact_money
from leaderboard.ledger.models import (
    AWAITING,
    FOREIGN,
    RETURNED,
    REVERSED,
    VERIFIED,
    Adjustment,
    CapitalArrival,
    Credit,
    OfProject,
    OfUnit,
    StageEvent,
    UnitReturn,
)

OUTCOME_WORDS = {AWAITING: "待认定", VERIFIED: "已认定", RETURNED: "已退回", REVERSED: "已冲销"}


def address_of(kind: str, fact: OfProject | OfUnit) -> str:
    """The id by which commands name a fact: its kind, whom it is about, its number; event.12.4503599627370495."""
    holder = fact.project_id if isinstance(fact, OfProject) else fact.unit_id
    return f"{kind}.{holder}.{fact.fact_id}"


def said_of(fact: OfProject | OfUnit, stages: Mapping[str, str], units: Mapping[int, str]) -> str:
    """What a fact says, in one line."""
    if isinstance(fact, StageEvent):
        amounts = [f"总投资 {exact_money(fact.total_yuan)}"] if fact.total_yuan is not None else []
        amounts += [f"外来资金 {exact_money(fact.inward_yuan)}"] if fact.inward_yuan is not None else []
        return " ".join([stages.get(fact.stage, fact.stage), *amounts])
    if isinstance(fact, CapitalArrival):
        return f"{'外资' if fact.kind == FOREIGN else '市外境内资金'} {fact.yuan:,} 元"
    if isinstance(fact, Credit):
        return f"{units.get(fact.unit_id, fact.unit_id)} 分成 {Fraction(fact.share_num, fact.share_den)}"
    if isinstance(fact, UnitReturn):
        return f"报表 {fact.measure} {fact.starts_on} 至 {fact.occurred_on}: {fact.quantity:,}"
    if isinstance(fact, Adjustment):
        return f"加减分 {fact.item} {fact.times} 次: {fact.reason}"
    raise TypeError(fact)
