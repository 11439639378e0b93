"""Reads and writes the bonuses and deductions 加减分 of a scheme, and the ceilings several of them share."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal

from scoring.condition_document import READINGS, read_requirement, requirement_document
from scoring.reading import Fields
from scoring.rules import ONE, AdjustmentRule, Ceiling, PerProject, PerReading
from scoring.said import said
from scoring.shape_rules import Reading
from scoring.show import plain
from scoring.term_document import read_term, term_document

SOURCES = ("per", "measure", "reading")


def read_adjustment(fields: Fields) -> AdjustmentRule:
    """One bonus or deduction: what each time is worth, how times are counted, its ceiling and consequences."""
    kind: Literal["bonus", "deduction"] = (
        "bonus" if fields.choice("kind", ["bonus", "deduction"]) == "bonus" else "deduction"
    )
    sources = [source for source in SOURCES if fields.has(source)]
    if len(sources) > 1:
        fields.note(sources[1], said("次数只能有一个来源，已写 {source}", source=sources[0]))
    rule = AdjustmentRule(
        key=fields.key("key"),
        name=fields.text("name"),
        kind=kind,
        each=fields.number("each"),
        name_en=fields.text("name_en", "", empty=True),
        ceiling=fields.optional_number("ceiling"),
        per=_per(fields.object("per")) if fields.has("per") else None,
        term=read_term(fields.object("measure")) if fields.has("measure") else None,
        reading=_reading(fields.object("reading")) if fields.has("reading") else None,
        when=read_requirement(fields.object("when")) if fields.has("when") else None,
        floor=fields.optional_number("floor"),
        each_least=fields.optional_number("each_least"),
        voids=tuple(str(key) for key in fields.items("voids", needed=False)),
        disqualifies=fields.flag("disqualifies", False),
    )
    _check(fields, rule)
    for source in (*SOURCES, "when"):
        fields.raw(source, needed=False)
    fields.close()
    return rule


def _check(fields: Fields, rule: AdjustmentRule) -> None:
    if fields.has("each") and rule.each <= 0 and not (rule.each == 0 and (rule.voids or rule.disqualifies)):
        fields.note("each", "每次加分或扣分应大于 0（扣分也写正数）")
    if rule.ceiling is not None and rule.ceiling < 0:
        fields.note("ceiling", "上限不能小于 0（扣分也写正数）")
    if rule.floor is not None and rule.ceiling is not None and rule.floor > rule.ceiling:
        fields.note("floor", "下限不能高于上限 ceiling")
    if rule.each_least is not None and not 0 <= rule.each_least <= rule.each:
        fields.note("each_least", "按情节打分的最低分应不小于 0、不高于 each（最高分）")


def _per(fields: Fields) -> PerProject:
    per = PerProject(fields.text("stage"), fields.yuan("min_total_yuan", 0))
    fields.close()
    return per


def _reading(fields: Fields) -> PerReading:
    found = PerReading(
        fields.text("indicator"),
        Reading(fields.choice("on", READINGS, Reading.VALUE.value)),
        fields.amount("over", Fraction(0)),
        fields.amount("every", ONE),
        fields.flag("whole", False),
    )
    if found.every <= 0:
        fields.note("every", "步长应大于 0")
    fields.close()
    return found


def adjustment_document(rule: AdjustmentRule) -> dict[str, Any]:
    """The document of a bonus or deduction; `read_adjustment` gives the same back."""
    per = {"stage": rule.per.stage, "min_total_yuan": rule.per.min_total_yuan} if rule.per else None
    return {
        "key": rule.key,
        "name": rule.name,
        "name_en": rule.name_en,
        "kind": rule.kind,
        "each": plain(rule.each),
        **_numbers(rule),
        **({"per": per} if per else {}),
        **({"measure": term_document(rule.term)} if rule.term is not None else {}),
        **({"reading": _reading_document(rule.reading)} if rule.reading is not None else {}),
        **({"when": requirement_document(rule.when)} if rule.when is not None else {}),
        **({"voids": list(rule.voids)} if rule.voids else {}),
        **({"disqualifies": True} if rule.disqualifies else {}),
    }


def _numbers(rule: AdjustmentRule) -> dict[str, str]:
    stated = {"ceiling": rule.ceiling, "floor": rule.floor, "each_least": rule.each_least}
    return {key: plain(value) for key, value in stated.items() if value is not None}


def _reading_document(reading: PerReading) -> dict[str, Any]:
    return {
        "indicator": reading.indicator,
        "on": reading.on.value,
        "over": plain(reading.over),
        "every": plain(reading.every),
        "whole": reading.whole,
    }


def read_ceiling(fields: Fields) -> Ceiling:
    """The most several adjustments may give or take together."""
    found = Ceiling(
        fields.key("key"),
        fields.text("name"),
        tuple(str(key) for key in fields.items("adjustments")),
        fields.number("most"),
    )
    if found.most < 0:
        fields.note("most", "合计上限不能小于 0")
    fields.close()
    return found


def ceiling_document(ceiling: Ceiling) -> dict[str, Any]:
    """The document of a common ceiling."""
    return {
        "key": ceiling.key,
        "name": ceiling.name,
        "adjustments": list(ceiling.adjustments),
        "most": plain(ceiling.most),
    }
