"""The weights form: a scheme's document as fields a person types into, and back with every problem named."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from leaderboard.seasons.models import Division
from leaderboard.words import gettext as _
from leaderboard.words import named, told
from leaderboard.written import exact_number, tidy
from scoring.reading import Problem
from scoring.rules import Indicator, Scheme
from scoring.scheme_document import SchemeError, parse_scheme
from scoring.show import plain

Document = Mapping[str, Any]
INDICATOR_PATH = re.compile(r"indicators\[(\d+)\]\.(weight|cap|floor)")
DIVISION_PATH = re.compile(r"divisions\.(.+)\.weights(?:\.(.+))?")


@dataclass(slots=True)
class SchemeForm:
    """A scheme being edited: its fixed shape, the text in each field, the total of each group of weights."""

    scheme: Scheme
    """The scheme the draft started from: indicators and divisions, which this form does not change."""
    values: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)

    def total(self, division: str = "") -> str:
        """Sum of the weights typed in one group, as far as they are numbers."""
        return plain(self._sum(division))

    def difference(self, division: str = "") -> str:
        """How far the sum is from the full mark: "" when it is right, otherwise signed."""
        gap = self._sum(division) - self.scheme.full_mark
        return "" if not gap else f"{'+' if gap > 0 else ''}{plain(gap)}"

    def _sum(self, division: str) -> Fraction:
        names = [name for name in self.values if name.startswith(f"weight.{division}.")]
        return sum((exact_number(self.values[name]) or Fraction(0) for name in names), Fraction(0))


def values_of(scheme: Scheme) -> dict[str, str]:
    """Every field of the form with the text that stands for a scheme; caps and floors are percentages."""
    values = {"ties": scheme.ties.value}
    for indicator in scheme.indicators:
        values[f"weight..{indicator.key}"] = plain(indicator.weight)
        values[f"cap.{indicator.key}"] = "" if indicator.cap is None else plain(indicator.cap * 100)
        values[f"floor.{indicator.key}"] = plain(indicator.floor * 100) if indicator.floor else ""
    for rules in scheme.divisions:
        for key, weight in rules.weights:
            values[f"weight.{rules.division}.{key}"] = plain(weight)
    return values


def weight_groups(scheme: Scheme, divisions: Sequence[Division]) -> list[tuple[str, str, list[Indicator]]]:
    """The groups of weights on the desk with their titles: everyone's, then each division that has its own."""
    names = {division.key: named(division.name, division.name_en) for division in divisions}
    own = {
        rules.division: [scheme.indicator(key) for key, _weight in rules.weights]
        for rules in scheme.divisions
    }
    rest = _("、").join(name for key, name in names.items() if key not in own)
    title = rest if own and rest else _("全部组别")
    first = ("", title, list(scheme.indicators))
    return [first, *((key, names.get(key, key), rows) for key, rows in own.items())]


def typed_form(scheme: Scheme, form: Mapping[str, str]) -> SchemeForm:
    """The form as typed, over a scheme's own values where a field did not come back."""
    own = values_of(scheme)
    return SchemeForm(scheme, own | {name: tidy(form[name]) for name in own if name in form})


def document_from(form: SchemeForm, base: Document) -> dict[str, Any]:
    """The base document with what was typed; problems are noted in the form beside the field they belong to."""
    document: dict[str, Any] = copy.deepcopy(dict(base))
    document["ties"] = form.values["ties"]
    for row in document["indicators"]:
        row["weight"] = _number(form, f"weight..{row['key']}")
        row["floor"] = _percent(form, f"floor.{row['key']}") or "0"
        cap = _percent(form, f"cap.{row['key']}")
        row.pop("cap", None)
        if cap is not None:
            row["cap"] = cap
    for division, rules in document.get("divisions", {}).items():
        rules["weights"] = {key: _number(form, f"weight.{division}.{key}") for key in rules["weights"]}
    if not form.problems:
        try:
            parse_scheme(document)
        except SchemeError as error:
            for problem in error.problems:
                name = _field(problem, form.scheme)
                form.problems.setdefault(name, _words(form, name) or told(problem.message))
    return document


def as_it_stands(form: SchemeForm, base: Document) -> dict[str, Any]:
    """The base document with what was typed as far as it is right: wrong weights, or a wrong rule, are those of the base."""
    own, weights = values_of(form.scheme), ("weight.", "total.")
    is_unweighed = any(name.startswith(weights) for name in form.problems)
    wrong = {name for name in own if name in form.problems or (is_unweighed and name.startswith("weight."))}
    right = SchemeForm(form.scheme, form.values | {name: own[name] for name in wrong})
    document = document_from(right, base)
    return dict(base) if right.problems else document


def _number(form: SchemeForm, name: str) -> str:
    value = exact_number(form.values[name])
    if value is None or value < 0:
        form.problems[name] = _("应为不小于 0 的数，如 25 或 12.5")
        return "0"
    return plain(value)


def _percent(form: SchemeForm, name: str) -> str | None:
    if not form.values[name]:
        return None
    value = exact_number(form.values[name])
    if value is None or value < 0:
        form.problems[name] = _("应为百分数，如 120；留空表示没有")
        return None
    return plain(value / 100)


def _words(form: SchemeForm, name: str) -> str:
    """A field's problem in the reader's words and the form's units; "" where the document's own must do."""
    what, _dot, whose = name.partition(".")
    if what == "total":
        words = _("各项权重之和应等于满分 {full}，现在是 {total}")
        return words.format(full=plain(form.scheme.full_mark), total=form.total(whose))
    if what == "cap":
        words = _("封顶 {cap}% 不能低于保底 {floor}%")
        return words.format(cap=form.values[name], floor=form.values[f"floor.{whose}"] or "0")
    return ""


def _field(problem: Problem, scheme: Scheme) -> str:
    """The field a problem of the document belongs to; "" for the form as a whole."""
    if found := INDICATOR_PATH.fullmatch(problem.path):
        key = scheme.indicators[int(found[1])].key
        return f"weight..{key}" if found[2] == "weight" else f"{found[2]}.{key}"
    if found := DIVISION_PATH.fullmatch(problem.path):
        return f"weight.{found[1]}.{found[2]}" if found[2] else f"total.{found[1]}"
    return {"indicators": "total.", "ties": "ties"}.get(problem.path, "")
