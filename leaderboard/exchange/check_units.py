"""Checks what units report or are given by hand: the sheets 报表 and 加减分."""

from __future__ import annotations

from datetime import date
from typing import Any

from leaderboard.exchange.check_facts import EVIDENCE_MOST
from leaderboard.exchange.checking import Checking, first_free
from leaderboard.exchange.layout import ADJUSTMENTS, RETURNS
from leaderboard.exchange.names import Names
from leaderboard.exchange.plan import FactDraft
from leaderboard.exchange.table import Row
from leaderboard.ledger.models import REVERSED, Adjustment, UnitReturn

LARGEST = 10**18


def check_returns(checking: Checking) -> None:
    """One return for a unit, measure and period; periods of a measure may not overlap."""
    for _, known_measure in checking.facts.returns:
        checking.scheme.measures.add(known_measure)
    periods: dict[tuple[str, str], list[tuple[date, date, int]]] = {}
    settled: list[tuple[Row, FactDraft]] = []
    for row in checking.rows(RETURNS):
        unit, measure = checking.entrant(row), _named(row, "指标", checking.scheme.measures, "报表指标")
        starts_on, ends_on, quantity = row.day("起始日"), row.day("截止日"), row.whole("本期数")
        evidence, verified = row.text("证明材料", EVIDENCE_MOST, lines=True), checking.verified(row)
        if unit is None or measure is None or starts_on is None or ends_on is None or quantity is None:
            continue
        if not _is_sound(checking, row, starts_on, ends_on, quantity):
            continue
        mine = periods.setdefault((unit, measure), [])
        twice = next((n for start, end, n in mine if start <= ends_on and starts_on <= end), None)
        if twice is not None:
            row.error(f"与第 {twice} 行是同一单位同一指标, 期间重叠", "截止日")
            continue
        mine.append((starts_on, ends_on, row.number))
        values = {"measure": measure, "starts_on": starts_on, "quantity": quantity}
        draft = FactDraft(UnitReturn, unit, ends_on, values, evidence, verified)
        _settle_return(checking, row, draft)
        settled.append((row, draft))
    _warn_of_locked(checking, settled)


def _is_sound(checking: Checking, row: Row, starts_on: date, ends_on: date, quantity: int) -> bool:
    if ends_on < starts_on:
        row.error(f"截止日 {ends_on} 早于起始日 {starts_on}", "截止日")
    if abs(quantity) >= LARGEST:
        row.error("数值超出可记录的范围", "本期数")
    if quantity < 0:
        row.warn("本期数小于零, 请核对", "本期数")
    if ends_on > checking.plan.today:
        row.note("截止日在今天之后, 请核对", "截止日")
    season = checking.plan.season
    if starts_on < season.starts_on or ends_on > season.ends_on:
        row.note(f"期间不全在赛季 ({season.starts_on} 至 {season.ends_on}) 之内, 不计入本赛季", "截止日")
    return row.ok


def _settle_return(checking: Checking, row: Row, draft: FactDraft) -> None:
    unit_id, starts_on = checking.unit_id(draft.holder), draft.values["starts_on"]
    for known in checking.facts.returns.get((unit_id or 0, draft.values["measure"]), []):
        if (known.starts_on, known.occurred_on) == (starts_on, draft.occurred_on):
            checking.compare(row, known, draft)
            return
        if known.starts_on <= draft.occurred_on and starts_on <= known.occurred_on:
            row.error(
                f"系统中已有 {known.starts_on} 至 {known.occurred_on} 的报表, 期间重叠, 请先冲销原报表",
                "截止日",
            )
            return
    checking.add(row, draft)


def _warn_of_locked(checking: Checking, settled: list[tuple[Row, FactDraft]]) -> None:
    """A return that comes or changes before one that stands is refused by the ledger, unless clearing reverses that."""
    coming = {_period(draft) for draft in checking.plan.facts if draft.table is UnitReturn}
    going = {decision.fact_id for decision in checking.plan.decisions if decision.outcome == REVERSED}
    for row, draft in settled:
        unit_id = checking.unit_id(draft.holder) or 0
        known = checking.facts.returns.get((unit_id, draft.values["measure"]), [])
        later = [k.occurred_on for k in known if k.starts_on > draft.occurred_on and k.fact_id not in going]
        if later and _period(draft) in coming:
            row.warn(
                f"系统中另有至 {max(later)} 的报表, 以前的累计已锁定, 须先冲销较晚的报表才能导入", "截止日"
            )


def _period(draft: FactDraft) -> tuple[str, str, date]:
    return draft.holder, draft.values["measure"], draft.values["starts_on"]


def check_adjustments(checking: Checking) -> None:
    """Hand-entered items are a multiset of (unit, item, date, times, reason)."""
    taken: set[int] = set()
    seen: dict[tuple[Any, ...], int] = {}
    for identity in checking.facts.adjustments:
        checking.scheme.items.add(identity[1])
    for row in checking.rows(ADJUSTMENTS):
        unit, item = checking.entrant(row), _named(row, "项目", checking.scheme.items, "加减分项")
        day, times, reason = checking.happened(row), row.whole("次数"), row.text("事由", 500, lines=True)
        evidence, verified = row.text("证明材料", EVIDENCE_MOST, lines=True), checking.verified(row)
        if times is not None and not 0 < times < 10**6:
            row.error(f"{times} 不是合理的次数, 应为大于零的整数", "次数")
        if unit is None or item is None or day is None or times is None or reason is None or not row.ok:
            continue
        identity = (unit, item, day, times, reason)
        if identity in seen:
            row.warn(f"与第 {seen[identity]} 行完全相同, 按两次记录, 请核对是否重复")
        seen.setdefault(identity, row.number)
        draft = FactDraft(
            Adjustment, unit, day, {"item": item, "times": times, "reason": reason}, evidence, verified
        )
        matches = checking.facts.adjustments.get((checking.unit_id(unit), item, day, times, reason), [])
        known = first_free(matches, taken, {"evidence": evidence})
        if known is None:
            checking.add(row, draft)
        else:
            checking.compare(row, known, draft)


def _named(row: Row, title: str, names: Names, what: str) -> str | None:
    text = row.text(title, most=120)
    key = names.find(text) if text else None
    if text and key is None:
        row.error(f'考核方案中没有{what} "{text}"; 可用的有: {names.listed() or "无"}', title)
    return key
