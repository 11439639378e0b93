"""Reads, writes and checks weights: by division, by unit and by period, each summing to the full mark."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from scoring.board_rules import Weighting
from scoring.reading import Fields
from scoring.rules import DivisionRules, Indicator, ReturnQuantity, Scheme
from scoring.said import said
from scoring.shape_rules import PROPORTIONAL
from scoring.show import plain

Indicators = tuple[Indicator, ...]


def read_divisions(fields: Fields, indicators: Indicators) -> tuple[DivisionRules, ...]:
    """Rules of the divisions that differ, sorted by division; weights in the order of the indicators."""
    found: list[DivisionRules] = []
    for division in sorted(fields.names()):
        rules = fields.object(division)
        found.append(
            DivisionRules(division, _weights(rules, indicators, said("分组“{name}”", name=division)))
        )
        rules.close()
    return tuple(found)


def read_weightings(fields: Fields, indicators: Indicators) -> tuple[Weighting, ...]:
    """Weights of some units, divisions or periods; the first that fits holds."""
    found = []
    for row in fields.objects("weightings", needed=False):
        weighting = Weighting(
            _weights(row, indicators, said("这一套权重")),
            tuple(str(key) for key in row.items("units", needed=False)),
            tuple(str(key) for key in row.items("divisions", needed=False)),
            row.optional_day("since"),
            row.optional_day("until"),
        )
        if weighting.since and weighting.until and weighting.until < weighting.since:
            row.note("until", "截止日不能早于起始日")
        row.close()
        found.append(weighting)
    return tuple(found)


def _weights(row: Fields, indicators: Indicators, whose: str) -> tuple[tuple[str, Fraction], ...]:
    weights = row.object("weights")
    named = {name: weights.number(name) for name in weights.names()}
    if weights.ok and not named:
        row.note("weights", said("{whose}没有任何指标，至少要有一项", whose=whose))
    by_key = {indicator.key: indicator for indicator in indicators}
    for name, weight in named.items():
        if name not in by_key:
            weights.note(name, "指标中没有这个代号")
        elif weight < 0:
            weights.note(name, "权重不能小于 0")
        elif (
            weight and isinstance(by_key[name].measure, ReturnQuantity) and by_key[name].shape == PROPORTIONAL
        ):
            weights.note(name, "数量没有分母，不能按比例计分；这项指标的权重只能是 0")
    return tuple((key, named[key]) for key in by_key if key in named)


def weighting_document(weighting: Weighting) -> dict[str, Any]:
    """The document of one set of weights."""
    return {
        **({"units": list(weighting.units)} if weighting.units else {}),
        **({"divisions": list(weighting.divisions)} if weighting.divisions else {}),
        **({"since": weighting.since.isoformat()} if weighting.since else {}),
        **({"until": weighting.until.isoformat()} if weighting.until else {}),
        "weights": {key: plain(weight) for key, weight in weighting.weights},
    }


def check_totals(fields: Fields, scheme: Scheme) -> None:
    """With a total the weights must sum to the full mark; without one nothing may pretend to enter it."""
    if not scheme.composite:
        without = (
            ("adjustments", scheme.adjustments),
            ("divisions", scheme.divisions),
            ("weightings", scheme.weightings),
        )
        for key, present in without:
            if present:
                fields.note(key, "不计总分的方案（composite 为 false）没有加减分，也没有分组权重")
        return
    if not fields.ok or "full_mark" in fields.problems.unread:
        return
    if scheme.full_mark <= 0:
        fields.note("full_mark", "满分应大于 0")
    _check_sum(fields, "indicators", [i.weight for i in scheme.indicators], scheme.full_mark)
    for rules in scheme.divisions:
        weights = [weight for _, weight in rules.weights]
        _check_sum(fields, f"divisions.{rules.division}.weights", weights, scheme.full_mark)
    for i, weighting in enumerate(scheme.weightings):
        weights = [weight for _, weight in weighting.weights]
        _check_sum(fields, f"weightings[{i}].weights", weights, scheme.full_mark)


def _check_sum(fields: Fields, key: str, weights: list[Fraction], full_mark: Fraction) -> None:
    """The sum is only worth a word where each weight could be read."""
    within = [path.removeprefix(key) for path in fields.problems.unread if path.startswith(key)]
    unread = any(rest.endswith(".weight") or "." not in rest.lstrip(".") for rest in within)
    total = sum(weights, Fraction(0))
    if weights and total != full_mark and not unread:
        full, sum_of_all = plain(full_mark), plain(total)
        fields.note(key, said("各项权重之和应等于满分 {full}，现在是 {total}", full=full, total=sum_of_all))
