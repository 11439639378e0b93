"""Reads and writes the `measure` part of a scheme document: which ratio an indicator is."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Literal

from scoring.facts import LANDED, REGISTERED, STANDARD_STAGES, STARTED
from scoring.reading import Fields
from scoring.rules import (
    ONE,
    ArrivedOverContract,
    ArrivedOverTask,
    Cohort,
    Given,
    Measure,
    ReturnQuantity,
    ReturnRatio,
    Signing,
    StageReached,
    Terms,
)
from scoring.said import said
from scoring.show import plain
from scoring.term_document import given_document, read_given, read_terms, terms_document

GROUNDBREAKING_STAGES = (STARTED,)
LANDING_STAGES = (REGISTERED, LANDED)
FORMS = ("preset", "ratio", "quantity", "numerator", "value", "mix", "parts", "given")
NOTHING_MEASURED = ReturnQuantity("")
"""Stands in for a measure that could not be read."""


def read_measure(fields: Fields) -> Measure:
    """The measure an indicator names: a preset, a ratio of two returns, or one return as a plain quantity."""
    forms = [form for form in FORMS if fields.has(form)]
    if len(forms) != 1:
        if fields.ok:
            expected = said(
                "不认识的指标口径；应恰好写明 preset（预设）、ratio（报表之比）、quantity（报表数量）、"
                "numerator（分子口径）、value（数量口径）、mix（按比重合成）、parts（分批合计）、given（直接给数）之一"
            )
            fields.problems.note(fields.path, expected)
        return NOTHING_MEASURED
    if forms == ["preset"]:
        preset = fields.choice("preset", PRESETS)
        measure = PRESETS[preset](fields)
    elif forms == ["ratio"]:
        ratio = fields.object("ratio")
        measure = ReturnRatio(ratio.text("numerator"), ratio.text("denominator"))
        ratio.close()
    elif forms == ["quantity"]:
        measure = ReturnQuantity(fields.text("quantity"))
    elif forms == ["given"]:
        measure = read_given(fields)
    else:
        measure = read_terms(fields)
    fields.close()
    return measure


def measure_document(measure: Measure) -> dict[str, Any]:  # noqa: PLR0911 - one a measure
    """The document of a measure, every option written out; `read_measure` gives the same measure back."""
    match measure:
        case Signing():
            by: object = measure.by
            if measure.by == "mix":
                by = {"by": "mix", "count_share": plain(measure.count_share)}
            return {"preset": "signing", "by": by, "level": measure.level, **_cohort_document(measure.cohort)}
        case StageReached():
            stages = {} if measure.preset == "groundbreaking" else {"stages": list(measure.stages)}
            return {"preset": measure.preset, **stages, **_cohort_document(measure.cohort)}
        case ArrivedOverContract():
            return {"preset": "arrival", "over": "contract", **_cohort_document(measure.cohort)}
        case ArrivedOverTask():
            return {"preset": "arrival", "over": "task", "level": measure.level}
        case ReturnRatio():
            return {"ratio": {"numerator": measure.numerator, "denominator": measure.denominator}}
        case ReturnQuantity():
            return {"quantity": measure.measure}
        case Terms():
            return terms_document(measure)
        case Given():
            return {"given": given_document(measure)}


def _cohort(fields: Fields) -> Cohort:
    return Cohort(fields.yuan("floor_yuan", 0), fields.optional_day("since"))


def _cohort_document(cohort: Cohort) -> dict[str, Any]:
    since = {"since": cohort.since.isoformat()} if cohort.since else {}
    return {"floor_yuan": cohort.floor_yuan, **since}


def _signing(fields: Fields) -> Signing:
    by, count_share = _by(fields)
    return Signing(by, count_share, fields.text("level", "basic"), _cohort(fields))


def _by(fields: Fields) -> tuple[Literal["count", "amount", "mix"], Fraction]:
    """`"count"`, `"amount"`, or a mix with the share that goes by count."""
    value = fields.raw("by", needed=False)
    if value is None or value == "count":
        return "count", ONE
    if value == "amount":
        return "amount", ONE
    if not isinstance(value, dict):
        fields.note(
            "by",
            '应为 "count"（个数）、"amount"（金额）或 {"by": "mix", "count_share": "1/2"}（各占一份）',
        )
        return "count", ONE
    mix = fields.object("by")
    mix.choice("by", ["mix"])
    share = mix.number("count_share")
    if mix.has("count_share") and not 0 < share < 1:
        mix.note("count_share", "个数所占比重应大于 0、小于 1")
    mix.close()
    return "mix", share


def _groundbreaking(fields: Fields) -> StageReached:
    return StageReached("groundbreaking", GROUNDBREAKING_STAGES, _cohort(fields))


def _landing(fields: Fields) -> StageReached:
    rows = fields.items("stages", needed=False)
    stages = tuple(row for row in rows if isinstance(row, str) and row.strip())
    if fields.has("stages") and (not rows or len(stages) != len(rows) or len(set(stages)) != len(stages)):
        known = list(STANDARD_STAGES)
        fields.note("stages", said("应为不重复的节点代号列表，至少一个；常用节点：{known}", known=known))
    return StageReached("landing", stages or LANDING_STAGES, _cohort(fields))


def _arrival(fields: Fields) -> ArrivedOverContract | ArrivedOverTask:
    over = fields.choice("over", ["contract", "task"], "contract")
    if over == "task":
        return ArrivedOverTask(fields.text("level", "basic"))
    return ArrivedOverContract(_cohort(fields))


PRESETS: dict[str, Callable[[Fields], Measure]] = {
    "signing": _signing,
    "groundbreaking": _groundbreaking,
    "landing": _landing,
    "arrival": _arrival,
}
