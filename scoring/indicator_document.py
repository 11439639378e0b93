"""Reads and writes one indicator of a scheme document: weight, cap, floor, rules for missing numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from scoring.measure_document import measure_document, read_measure
from scoring.reading import Fields, exact_number
from scoring.rules import Indicator, MissingKind, MissingRule, MissingRules, ReturnQuantity
from scoring.show import plain

STATES = ("not_reported", "no_denominator", "not_applicable", "under_verification")


def read_indicator(fields: Fields, composite: bool) -> Indicator:
    """One indicator; without a total, and for a plain quantity, the weight may be absent and is 0."""
    measure = read_measure(fields.object("measure"))
    quantity = isinstance(measure, ReturnQuantity)
    indicator = Indicator(
        key=fields.key("key"),
        name=fields.text("name"),
        measure=measure,
        weight=fields.number("weight", Fraction(0) if quantity or not composite else None),
        name_en=fields.text("name_en", "", empty=True),
        cap=fields.optional_number("cap"),
        floor=fields.number("floor", Fraction(0)),
        missing=_missing(fields.object("missing", needed=False)),
    )
    if indicator.weight < 0:
        fields.note("weight", "权重不能小于 0")
    if isinstance(measure, ReturnQuantity) and measure.measure and indicator.weight != 0:
        fields.note("weight", "数量没有分母，不能按比例计分；这项指标的权重只能是 0")
    if indicator.floor < 0:
        fields.note("floor", "保底不能小于 0")
    if indicator.cap is not None and indicator.cap < indicator.floor:
        fields.note("cap", f"封顶 {plain(indicator.cap)} 不能低于保底 {plain(indicator.floor)}")
    fields.close()
    return indicator


def indicator_document(indicator: Indicator) -> dict[str, Any]:
    """The document of an indicator; `read_indicator` gives the same indicator back."""
    missing = {state: _missing_text(getattr(indicator.missing, state)) for state in STATES}
    return {
        "key": indicator.key,
        "name": indicator.name,
        "name_en": indicator.name_en,
        "weight": plain(indicator.weight),
        "measure": measure_document(indicator.measure),
        **({"cap": plain(indicator.cap)} if indicator.cap is not None else {}),
        "floor": plain(indicator.floor),
        "missing": missing,
    }


def _missing(fields: Fields) -> MissingRules:
    defaults = MissingRules()
    rules = {state: _missing_rule(fields, state, getattr(defaults, state)) for state in STATES}
    fields.close()
    return MissingRules(**rules)


def _missing_rule(fields: Fields, key: str, default: MissingRule) -> MissingRule:
    """`zero`, `leave_out`, `redistribute`, `full`, `unranked`, or `fixed:` with the points."""
    text = fields.text(key, _missing_text(default))
    kind, _, rest = text.partition(":")
    points = exact_number(rest)
    if kind == MissingKind.FIXED and points is not None:
        return MissingRule(MissingKind.FIXED, points)
    if text in set(MissingKind) - {MissingKind.FIXED}:
        return MissingRule(MissingKind(text))
    fields.note(
        key,
        "应为 zero（计零分）、leave_out（不计）、redistribute（权重分给其他指标）、full（计满分）、"
        f"fixed:分数（计固定分，如 fixed:10）、unranked（不参加排名）之一，现在是“{text}”",
    )
    return default


def _missing_text(rule: MissingRule) -> str:
    return rule.kind.value if rule.points is None else f"{rule.kind.value}:{plain(rule.points)}"
