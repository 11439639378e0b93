"""Checks what happened to projects: the sheets 节点 and 到位资金."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from leaderboard.exchange.checking import Checking, first_free
from leaderboard.exchange.layout import (
    ARRIVALS,
    EVENTS,
    INWARD,
    KIND_OTHER_WORDS,
    KIND_WORDS,
    RECEIVED,
    TOTAL,
)
from leaderboard.exchange.plan import FactDraft
from leaderboard.exchange.table import Row
from leaderboard.ledger.models import DOMESTIC, FOREIGN, CapitalArrival, StageEvent

CURRENCY = re.compile(r"[A-Z]{3}")
EVIDENCE_MOST = 10_000
KINDS = {word: key for key, word in KIND_WORDS.items()} | KIND_OTHER_WORDS


def check_events(checking: Checking) -> None:
    """A project reaches a stage once: a known event with another date or amount is corrected."""
    for _, known_stage in checking.facts.events:
        checking.stages.add(known_stage)
    for row in checking.rows(EVENTS):
        code, stage, day = checking.project(row), _stage(checking, row), checking.happened(row)
        values = {
            "total_yuan": checking.yuan(row, TOTAL),
            "inward_yuan": checking.yuan(row, INWARD),
        }
        evidence, verified = row.text("证明材料", EVIDENCE_MOST, lines=True), checking.verified(row)
        if code is None or stage is None or day is None:
            continue
        if (code, stage) in checking.events:
            earlier = checking.events[code, stage][0].number
            row.error(f"与第 {earlier} 行是同一项目的同一节点, 每个节点只能有一行", "节点")
            continue
        checking.events[code, stage] = (row, day)
        _check_amounts(checking, row, code, values)
        draft = FactDraft(StageEvent, code, day, {"stage": stage, **values}, evidence, verified)
        project = checking.facts.projects.get(code)
        known = checking.facts.events.get((project.id, stage)) if project else None
        if known is None:
            checking.add(row, draft)
        else:
            checking.compare(row, known, draft)


def _stage(checking: Checking, row: Row) -> str | None:
    text = row.code("节点")
    key = checking.stages.find(text) if text else None
    if text and key is None:
        row.error(f'没有名为 "{text}" 的节点; 可用的节点: {checking.stages.listed(20)}', "节点")
    return key


def _check_amounts(checking: Checking, row: Row, code: str, values: dict[str, int | None]) -> None:
    total, inward = values["total_yuan"], values["inward_yuan"]
    if total is not None and inward is not None and inward > total:
        row.warn("合同引资额大于总投资, 请核对", INWARD)
    for title, yuan in ((TOTAL, total), (INWARD, inward)):
        if yuan:
            checking.contracted.setdefault(code, []).append((row, title, yuan))


def check_arrivals(checking: Checking) -> None:
    """Arrivals are a multiset of (project, date, amount, kind): as many as stand in the file are in the ledger."""
    taken: set[int] = set()
    fresh: list[tuple[Row, FactDraft]] = []
    for row in checking.rows(ARRIVALS):
        draft = _arrival(checking, row)
        if draft is None:
            continue
        checking.arrived.setdefault(draft.holder, []).append((row, draft.values["yuan"]))
        project = checking.facts.projects.get(draft.holder)
        identity = (
            project.id if project else 0,
            draft.occurred_on,
            draft.values["yuan"],
            draft.values["kind"],
        )
        matches = checking.facts.arrivals.get(identity, [])
        known = first_free(matches, taken, {**draft.values, "evidence": draft.evidence})
        if known is None:
            checking.add(row, draft)
            fresh.append((row, draft))
        else:
            checking.compare(row, known, draft)
    _warn_of_repeated(fresh)
    _warn_of_likely_corrections(checking, fresh, taken)


def _arrival(checking: Checking, row: Row) -> FactDraft | None:
    code, day, yuan = checking.project(row), checking.happened(row), checking.yuan(row, RECEIVED)
    kind, details = row.choice("类别", KINDS) or DOMESTIC, _foreign(row)
    evidence, verified = row.text("证明材料", EVIDENCE_MOST, lines=True), checking.verified(row)
    if yuan == 0:
        row.error("到位资金须大于零", RECEIVED)
    if code is None or day is None or not yuan:
        return None
    _check_foreign(row, kind, yuan, details)
    values = {"yuan": yuan, "kind": kind, **details}
    return FactDraft(CapitalArrival, code, day, values, evidence, verified)


def _warn_of_repeated(fresh: list[tuple[Row, FactDraft]]) -> None:
    """New rows alike in everything are several sums; more often one was pasted twice."""
    seen: dict[tuple[Any, ...], int] = {}
    for row, draft in fresh:
        identity = (draft.holder, draft.occurred_on, draft.evidence, *draft.values.values())
        if identity in seen:
            row.warn(f"与第 {seen[identity]} 行完全相同, 按两笔资金记录, 请核对是否重复")
        seen.setdefault(identity, row.number)


def _foreign(row: Row) -> dict[str, Any]:
    currency = row.code("币种", most=10)
    if currency is not None and not CURRENCY.fullmatch(currency.upper()):
        row.error(f'"{currency}" 应为三位字母代码, 如 USD', "币种")
    return {
        "currency": currency.upper() if currency else None,
        "foreign_cents": row.cents("外币金额"),
        "exchange_rate": row.rate("汇率"),
    }


def _check_foreign(row: Row, kind: str, yuan: int, details: dict[str, Any]) -> None:
    cents, rate = details["foreign_cents"], details["exchange_rate"]
    if cents is not None and rate is not None:
        stated = Decimal(cents) * Decimal(rate) / 100
        if abs(stated - yuan) > max(Decimal(yuan) / 100, Decimal(1)):
            row.warn(
                f"外币金额按汇率折合 {stated:,.0f} 元, 与金额 {yuan:,} 元相差超过百分之一, 请核对", "外币金额"
            )
    if kind != FOREIGN and details["currency"] not in {None, "CNY"}:
        row.warn("填了外币但类别不是外资, 请核对", "类别")


def _warn_of_likely_corrections(
    checking: Checking, fresh: list[tuple[Row, FactDraft]], taken: set[int]
) -> None:
    """A new arrival beside an unmatched one of the same project, day and kind may be meant as its correction."""
    ids = {project.id: code for code, project in checking.facts.projects.items()}
    left: dict[tuple[str, date, str], list[int]] = defaultdict(list)
    for (project_id, day, yuan, kind), rows in checking.facts.arrivals.items():
        left[ids[project_id], day, kind] += [yuan for found in rows if found.fact_id not in taken]
    for row, draft in fresh:
        amounts = left.get((draft.holder, draft.occurred_on, draft.values["kind"]))
        if amounts:
            known = "、".join(f"{yuan:,}" for yuan in amounts)
            row.warn(f"系统中该项目当日另有 {known} 元, 此行将另记一笔; 若是更正, 请先在控制台冲销原记录")
