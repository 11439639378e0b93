"""Checks what counts: the sheets 单位, 自定节点 and 目标."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from leaderboard.exchange import cells
from leaderboard.exchange.check_entries import KEY, KEY_FORM, check_entries
from leaderboard.exchange.checking import Checking
from leaderboard.exchange.layout import (
    AMOUNT_WORD,
    BY_WORDS,
    LEVEL_WORDS,
    SCHEME,
    SHOWN_WORDS,
    STAGES,
    TARGETS,
    UNITS,
)
from leaderboard.exchange.plan import TargetDraft, UnitDraft
from leaderboard.exchange.table import Row
from leaderboard.seasons.read import stage_names

STAGE_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
TARGET_VALUE = "目标值(个或万元)"


def check_units(checking: Checking) -> None:
    """Units, divisions and entries; names and keys that are known must agree with the database."""
    for unit in checking.known.units.values():
        checking.units.add(unit.key, unit.name)
    checking.units.put_first(key for key in checking.known.entries if key in checking.known.units)
    seen: dict[str, int] = {}
    named: list[tuple[Row, str]] = []
    for row in checking.rows(UNITS):
        key, name = row.code("编码"), row.text("单位名称", most=120)
        name_en, sort_no = row.text("英文名", most=120), row.whole("序号")
        if key is None or name is None:
            continue
        if not KEY.fullmatch(key) and key not in checking.known.units:
            row.error(f'"{key}" {KEY_FORM}', "编码")
        for what, column in ((key, "编码"), (name, "单位名称")):
            if what in seen and not (what == name == key and column == "单位名称"):
                row.error(f'"{what}" 与第 {seen[what]} 行重复', column)
            seen.setdefault(what, row.number)
        if sort_no is not None and not -(10**9) < sort_no < 10**9:
            row.error(f"序号 {sort_no} 超出范围", "序号")
        _check_unit(
            checking, row, UnitDraft(key, name, sort_no if sort_no is not None else row.number, name_en)
        )
        named.append((row, key))
    check_entries(checking, named)
    # Whoever mistypes a unit meant one of the same file, so that a message lists those first.
    checking.units.put_first(key for key in seen if key in checking.units.names)


def _check_unit(checking: Checking, row: Row, draft: UnitDraft) -> None:
    known = checking.known.units.get(draft.key)
    if known is None:
        units = checking.known.units.values()
        other = next((unit for unit in units if cells.agrees(unit.name, draft.name)), None)
        if other is not None:
            row.error(f'系统中 "{draft.name}" 的编码是 {other.key}, 请改为该编码', "编码")
        checking.units.add(draft.key, draft.name)
        checking.plan.units.append(draft)
        return
    if not cells.agrees(known.name, draft.name):
        row.error(f'编码 {draft.key} 在系统中是 "{known.name}", 文件中是 "{draft.name}", 请核对', "单位名称")
    if draft.name_en is not None and not cells.agrees(known.name_en, draft.name_en):
        row.note("与系统中的不同, 导入不修改已有单位", "英文名")
    if row.cell("序号") is not None and draft.sort_no != known.sort_no:
        row.note("与系统中的不同, 导入不修改已有单位", "序号")


def check_stages(checking: Checking) -> None:
    """The season's own stages: those in the workbook are added to those that are known."""
    names = stage_names(checking.known.season)
    for key, name in names.items():
        checking.stages.add(key, name)
    season = checking.known.season
    own: list[dict[str, str]] = json.loads(season.stages) if season else []
    before, counts = len(own), checking.plan.counts[STAGES.name]
    for row in checking.rows(STAGES):
        stage, named, name_en = row.code("代号"), row.text("节点名称", most=40), row.text("英文名", most=40)
        if stage is None or named is None:
            continue
        if names.get(stage) == named:
            counts.unchanged += 1
        elif not STAGE_KEY.fullmatch(stage):
            row.error(f'"{stage}" 应为小写英文字母开头、由字母、数字、下划线组成的代号', "代号")
        elif stage in names or named in names.values():
            row.error(f'"{stage}" 或 "{named}" 已是另一个节点, 请换一个', "节点名称")
        else:
            names[stage] = named
            checking.stages.add(stage, named)
            own.append({"key": stage, "name": named} | ({"name_en": name_en} if name_en else {}))
            counts.new += 1
    if len(own) > before:
        checking.plan.stages = own


def check_targets(checking: Checking) -> None:
    """Targets of known units for known indicators, one figure for each way of counting and level."""
    by_words = {word: key for key, word in BY_WORDS.items()}
    levels = SHOWN_WORDS["口径"] | {word: key for key, word in LEVEL_WORDS.items()}
    for key in {key[1] for key in checking.known.targets}:
        checking.scheme.indicators.add(key)
    seen: dict[tuple[str, str, str, str], int] = {}
    for row in checking.rows(TARGETS):
        unit, indicator, by = checking.entrant(row), _indicator(checking, row), row.choice("方式", by_words)
        level = row.text("口径", most=40) or LEVEL_WORDS["basic"]
        quantity = checking.yuan(row, TARGET_VALUE) if by == "amount" else _count(row)
        if unit is None or indicator is None or by is None or quantity is None:
            continue
        draft = TargetDraft(unit, indicator, by, levels.get(level, level), quantity)
        identity = (draft.unit, draft.indicator, draft.by, draft.level)
        if identity in seen:
            row.error(f"与第 {seen[identity]} 行是同一单位、指标、方式和口径的目标, 请只留一行")
            continue
        seen[identity] = row.number
        _settle_target(checking, draft, checking.known.targets.get(identity))


def _settle_target(checking: Checking, draft: TargetDraft, known: int | None) -> None:
    counts = checking.plan.counts[TARGETS.name]
    if known == draft.quantity:
        counts.unchanged += 1
        return
    checking.plan.targets.append(replace(draft, is_change=known is not None))
    if known is not None:
        checking.plan.upon.append(f"target {draft.unit} {draft.indicator} {draft.by} {draft.level} {known}")
    counts.new += known is None
    counts.corrected += known is not None


def _count(row: Row) -> int | None:
    quantity = row.whole(TARGET_VALUE)
    if quantity is not None and not 0 <= quantity < 10**9:
        row.error(f"{quantity} 不是合理的个数; 若是金额, 方式应填 {AMOUNT_WORD}", TARGET_VALUE)
        return None
    return quantity


def _indicator(checking: Checking, row: Row) -> str | None:
    text = row.text("指标", most=120)
    key = checking.scheme.indicators.find(text) if text else None
    if text and key is None:
        known = checking.scheme.indicators.listed() or f"无 (赛季还没有考核方案, 请在 {SCHEME} 工作表中给出)"
        row.error(f'考核方案中没有指标 "{text}"; 可用的指标: {known}', "指标")
    return key
