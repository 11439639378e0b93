"""Reads and writes one indicator of a scheme document: weight, cap, floor, rules for missing numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal

from scoring.condition_document import read_requirement, requirement_document
from scoring.measure_document import NOTHING_MEASURED, measure_document, read_measure
from scoring.reading import Fields, exact_number
from scoring.rules import Indicator, MissingKind, MissingRule, MissingRules, ReturnQuantity, Ties
from scoring.said import said
from scoring.shape_document import read_shape, shape_document
from scoring.shape_rules import NOTHING, PROPORTIONAL, Gate, Shape
from scoring.show import plain
from scoring.worth_document import read_worth, worth_value

WHOLE_TIES = [rule.value for rule in (Ties.COMPETITION, Ties.DENSE, Ties.MODIFIED)]
"""Ways of counting places that give equals the same whole place."""
STATES = ("not_reported", "no_denominator", "not_applicable", "under_verification")


def read_indicator(fields: Fields, composite: bool) -> Indicator:
    """One indicator; without a total, and for a plain quantity, the weight may be absent and is 0."""
    measure = read_measure(fields.object("measure"))
    quantity = isinstance(measure, ReturnQuantity) and not fields.has("shape")
    better: Literal["more", "less"] = (
        "less" if fields.choice("better", ["more", "less"], "more") == "less" else "more"
    )
    indicator = Indicator(
        key=fields.key("key"),
        name=fields.text("name"),
        measure=measure,
        weight=fields.number("weight", Fraction(0) if quantity or not composite else None),
        name_en=fields.text("name_en", "", empty=True),
        cap=fields.optional_number("cap"),
        floor=fields.number("floor", Fraction(0)),
        missing=_missing(fields.object("missing", needed=False)),
        shape=_shape(fields, better),
        gates=tuple(_gate(row) for row in fields.objects("gates", needed=False)),
        better=better,
        audited=fields.flag("audited", False),
        ties=Ties(fields.choice("ties", WHOLE_TIES)) if fields.has("ties") else None,
    )
    fields.raw("ties", needed=False)
    if indicator.weight < 0:
        fields.note("weight", "权重不能小于 0")
    if quantity and measure != NOTHING_MEASURED and indicator.weight != 0:
        fields.note("weight", "数量没有分母，不能按比例计分；这项指标的权重只能是 0")
    if indicator.floor < 0:
        fields.note("floor", "保底不能小于 0")
    if indicator.cap is not None and indicator.cap < indicator.floor:
        fields.note(
            "cap",
            said("封顶 {cap} 不能低于保底 {floor}", cap=plain(indicator.cap), floor=plain(indicator.floor)),
        )
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
        **({"shape": shape_document(indicator.shape)} if indicator.shape != PROPORTIONAL else {}),
        **({"gates": [_gate_document(gate) for gate in indicator.gates]} if indicator.gates else {}),
        **({"better": indicator.better} if indicator.better != "more" else {}),
        **({"audited": True} if indicator.audited else {}),
        **({"ties": indicator.ties.value} if indicator.ties else {}),
    }


def _shape(fields: Fields, better: str) -> Shape:
    """A shape, or only the name of one that needs nothing else said."""
    value = fields.raw("shape", needed=False)
    if value is None:
        return PROPORTIONAL
    if isinstance(value, str):
        return read_shape(Fields({"kind": value}, fields.at("shape"), fields.problems), better)
    return read_shape(fields.object("shape"), better)


def _gate(fields: Fields) -> Gate:
    needs = read_requirement(fields.object("needs"), own=True)
    times = fields.optional_number("times")
    if times is not None and fields.has("otherwise"):
        fields.note("times", "otherwise（改计的分数）与 times（打折系数）只能写一个")
    gate = Gate(needs, fields.text("name", "", empty=True), read_worth(fields, "otherwise", NOTHING), times)
    fields.close()
    return gate


def _gate_document(gate: Gate) -> dict[str, Any]:
    after = {"otherwise": worth_value(gate.otherwise)} if gate.times is None else {"times": plain(gate.times)}
    return {"name": gate.name, "needs": requirement_document(gate.needs), **after}


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
        said(
            "应为 zero（计零分）、leave_out（不计）、redistribute（权重分给其他指标）、full（计满分）、"
            "fixed:分数（计固定分，如 fixed:10）、unranked（不参加排名）之一，现在是“{found}”",
            found=text,
        ),
    )
    return default


def _missing_text(rule: MissingRule) -> str:
    return rule.kind.value if rule.points is None else f"{rule.kind.value}:{plain(rule.points)}"
