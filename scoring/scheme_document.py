"""Reads a scheme from its JSON-able document with all problems at once, and writes it back."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

from scoring.indicator_document import indicator_document, read_indicator
from scoring.reading import DocumentError, Fields, Problem, Problems
from scoring.rules import (
    AdjustmentRule,
    Decimals,
    DivisionRules,
    Indicator,
    PerProject,
    ReturnQuantity,
    Scheme,
    Ties,
)
from scoring.show import plain

__all__ = ["FORMAT", "Problem", "SchemeError", "parse_scheme", "scheme_document"]

FORMAT = "saima-scheme/1"
MOST_DECIMALS = 6


class SchemeError(DocumentError):
    """A scheme document that cannot be used; `problems` lists everything wrong with it."""


def parse_scheme(document: Mapping[str, Any]) -> Scheme:
    """The scheme a document states. Raises SchemeError with all problems at once."""
    problems = Problems()
    scheme = _scheme(Fields(document, "", problems))
    if problems:
        raise SchemeError(problems)
    return scheme


def scheme_document(scheme: Scheme) -> dict[str, Any]:
    """The canonical document of a scheme, every rule written out: parse_scheme(scheme_document(s)) == s."""
    return {
        "format": FORMAT,
        "name": scheme.name,
        "full_mark": plain(scheme.full_mark),
        "composite": scheme.composite,
        **({"lead": scheme.lead} if scheme.lead is not None else {}),
        "decimals": {
            "rate": scheme.decimals.rate,
            "points": scheme.decimals.points,
            "score": scheme.decimals.score,
        },
        "ties": scheme.ties.value,
        "tie_breakers": list(scheme.tie_breakers),
        "schedule": scheme.schedule,
        "indicators": [indicator_document(indicator) for indicator in scheme.indicators],
        "adjustments": [_adjustment_document(rule) for rule in scheme.adjustments],
        "divisions": {
            rules.division: {"weights": {key: plain(weight) for key, weight in rules.weights}}
            for rules in scheme.divisions
        },
    }


def _scheme(fields: Fields) -> Scheme:
    fields.choice("format", [FORMAT])
    composite = fields.flag("composite", True)
    indicators = tuple(read_indicator(row, composite) for row in fields.objects("indicators"))
    _note_repeated(fields, "indicators", [indicator.key for indicator in indicators])
    if fields.raw("indicators", needed=False) == []:
        fields.note("indicators", "至少要有一项指标")
    adjustments = tuple(_adjustment(row) for row in fields.objects("adjustments", needed=False))
    _note_repeated(fields, "adjustments", [rule.key for rule in adjustments])
    scheme = Scheme(
        name=fields.text("name"),
        indicators=indicators,
        full_mark=fields.number("full_mark", None if composite else Fraction(100)),
        composite=composite,
        lead=_lead(fields, composite, indicators),
        decimals=_decimals(fields.object("decimals", needed=False)),
        ties=Ties(fields.choice("ties", [rule.value for rule in Ties], Ties.COMPETITION.value)),
        tie_breakers=_tie_breakers(fields, indicators),
        schedule=_schedule(fields),
        adjustments=adjustments,
        divisions=_divisions(fields.object("divisions", needed=False), indicators),
    )
    fields.close()
    _check_totals(fields, scheme)
    return scheme


def _check_totals(fields: Fields, scheme: Scheme) -> None:
    """With a total the weights must sum to the full mark; without one nothing may pretend to enter it."""
    if not scheme.composite:
        for key, present in (("adjustments", scheme.adjustments), ("divisions", scheme.divisions)):
            if present:
                fields.note(key, "不计总分的方案（composite 为 false）没有加减分，也没有分组权重")
        return
    if not fields.ok or any(problem.path == "full_mark" for problem in fields.problems):
        return
    if scheme.full_mark <= 0:
        fields.note("full_mark", "满分应大于 0")
    _check_sum(fields, "indicators", [i.weight for i in scheme.indicators], scheme.full_mark)
    for rules in scheme.divisions:
        weights = [weight for _, weight in rules.weights]
        _check_sum(fields, f"divisions.{rules.division}.weights", weights, scheme.full_mark)


def _check_sum(fields: Fields, key: str, weights: list[Fraction], full_mark: Fraction) -> None:
    """The sum is only worth a word where each weight could be read."""
    within = [problem.path for problem in fields.problems if problem.path.startswith(key)]
    unread = any("weight" in path or "." not in path.removeprefix(key) for path in within)
    total = sum(weights, Fraction(0))
    if weights and total != full_mark and not unread:
        fields.note(key, f"各项权重之和应等于满分 {plain(full_mark)}，现在是 {plain(total)}")


def _note_repeated(fields: Fields, key: str, keys: list[str]) -> None:
    for i, name in enumerate(keys):
        if name and name in keys[:i]:
            fields.note(f"{key}[{i}].key", f"代号“{name}”与前面的重复，每项应有自己的代号")


def _adjustment(fields: Fields) -> AdjustmentRule:
    kind: Literal["bonus", "deduction"] = (
        "bonus" if fields.choice("kind", ["bonus", "deduction"]) == "bonus" else "deduction"
    )
    rule = AdjustmentRule(
        key=fields.key("key"),
        name=fields.text("name"),
        kind=kind,
        each=fields.number("each"),
        name_en=fields.text("name_en", "", empty=True),
        ceiling=fields.optional_number("ceiling"),
        per=_per(fields.object("per")) if fields.has("per") else None,
    )
    if fields.has("each") and rule.each <= 0:
        fields.note("each", "每次加分或扣分应大于 0（扣分也写正数）")
    if rule.ceiling is not None and rule.ceiling < 0:
        fields.note("ceiling", "上限不能小于 0（扣分也写正数）")
    fields.raw("per", needed=False)
    fields.close()
    return rule


def _per(fields: Fields) -> PerProject:
    per = PerProject(fields.text("stage"), fields.integer("min_total_yuan", 0))
    fields.close()
    return per


def _lead(fields: Fields, composite: bool, indicators: tuple[Indicator, ...]) -> str | None:
    if composite:
        if fields.raw("lead", needed=False) is not None:
            fields.note("lead", "有总分的方案按总分排名，不用 lead")
        return None
    lead = fields.text("lead")
    if lead and lead not in [indicator.key for indicator in indicators]:
        fields.note("lead", f"指标中没有“{lead}”，应为其中一项的代号")
    return lead


def _tie_breakers(fields: Fields, indicators: tuple[Indicator, ...]) -> tuple[str, ...]:
    known = [indicator.key for indicator in indicators]
    keys: list[str] = []
    for i, key in enumerate(fields.items("tie_breakers", needed=False)):
        if not isinstance(key, str) or key not in known or key in keys:
            fields.note(f"tie_breakers[{i}]", "应为指标的代号，不能重复")
        else:
            keys.append(key)
    return tuple(keys)


def _decimals(fields: Fields) -> Decimals:
    known: dict[str, int] = {}
    for key, default in (("rate", 1), ("points", 2), ("score", 2)):
        known[key] = fields.integer(key, default)
        if known[key] > MOST_DECIMALS:
            fields.note(key, f"小数位数应为 0 到 {MOST_DECIMALS}")
    fields.close()
    return Decimals(**known)


def _schedule(fields: Fields) -> Literal["linear"]:
    fields.choice("schedule", ["linear"], "linear")
    return "linear"


def _divisions(fields: Fields, indicators: tuple[Indicator, ...]) -> tuple[DivisionRules, ...]:
    """Rules of the divisions that differ, sorted by division; weights in the order of the indicators."""
    found: list[DivisionRules] = []
    for division in sorted(fields.names()):
        rules = fields.object(division)
        weights = rules.object("weights")
        named = {name: weights.number(name) for name in weights.names()}
        for name, weight in named.items():
            _check_division_weight(weights, name, weight, indicators)
        found.append(
            DivisionRules(division, tuple((i.key, named[i.key]) for i in indicators if i.key in named))
        )
        rules.close()
    return tuple(found)


def _check_division_weight(
    weights: Fields, name: str, weight: Fraction, indicators: tuple[Indicator, ...]
) -> None:
    by_key: dict[str, Indicator] = {indicator.key: indicator for indicator in indicators}
    if name not in by_key:
        weights.note(name, "指标中没有这个代号")
    elif weight < 0:
        weights.note(name, "权重不能小于 0")
    elif weight and isinstance(by_key[name].measure, ReturnQuantity):
        weights.note(name, "数量没有分母，不能按比例计分；这项指标的权重只能是 0")


def _adjustment_document(rule: AdjustmentRule) -> dict[str, Any]:
    per = {"stage": rule.per.stage, "min_total_yuan": rule.per.min_total_yuan} if rule.per else None
    return {
        "key": rule.key,
        "name": rule.name,
        "name_en": rule.name_en,
        "kind": rule.kind,
        "each": plain(rule.each),
        **({"ceiling": plain(rule.ceiling)} if rule.ceiling is not None else {}),
        **({"per": per} if per else {}),
    }
