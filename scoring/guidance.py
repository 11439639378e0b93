"""Warnings for authors of schemes 方案提示: traps in the rules, or in how they meet the numbers; nothing is corrected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from scoring.author_warning import ALL_DIVISIONS, AuthorWarning, Names, listed, number
from scoring.cohort_ages import cohort_ages
from scoring.effective_weights import ADJUSTMENTS, effective_weights
from scoring.facts import Facts
from scoring.measures import Measures
from scoring.narrow_places import narrow_places
from scoring.relative_points import relative_points
from scoring.result import IndicatorLine, RaceResult, Standing
from scoring.rules import AdjustmentRule, Scheme
from scoring.show import plain, shown_rate

HALF = Fraction(1, 2)
ONE = Fraction(1)


def warnings(
    measures: Measures, scheme: Scheme, result: RaceResult, facts: Facts | None = None
) -> list[AuthorWarning]:
    """Every warning about a scheme and what was scored by it; the facts are needed only for entries by hand."""
    names = Names(measures, scheme)
    found = [
        *relative_points(measures, scheme, result, names),
        *narrow_places(measures, scheme, result, names),
        *cohort_ages(result, scheme, names),
        *_above_hundred(result, scheme, names),
        *_dominant(result, scheme, names),
        *_outweighing(result, scheme, names),
        *_no_difference(result, scheme, names),
    ]
    return found + list(_unknown_adjustments(facts, scheme, names) if facts else ())


def _above_hundred(result: RaceResult, scheme: Scheme, names: Names) -> Iterator[AuthorWarning]:
    """A rate above 100 %."""
    for place, indicator in enumerate(scheme.indicators):
        over = [(s, s.indicators[place].rate or ONE) for s in result.standings]
        over = [(standing, rate) for standing, rate in over if rate > 1]
        if not over:
            continue
        top, rate = max(over, key=lambda pair: pair[1])
        effect = _beyond_hundred(indicator.cap)
        shown = shown_rate(rate, scheme.decimals.rate, scheme.rounding.rate)
        yield AuthorWarning(
            "above_hundred",
            ALL_DIVISIONS,
            f"“{indicator.name}”有{len(over)}个单位超过100%，最高是{names.unit(top.unit)}的{shown}；{effect}。",
            indicators=(indicator.key,),
            units=tuple(standing.unit for standing, _ in over),
            numbers=(("highest", rate),),
        )


def _beyond_hundred(cap: Fraction | None) -> str:
    """What becomes of the part of a rate above 100 %, as the cap has it."""
    if cap is None:
        return "超出部分继续得分，如不是本意请设封顶"
    return "超出部分不得分" if cap <= 1 else f"封顶{plain(cap * 100)}%，超过封顶的部分不再得分"


def _dominant(result: RaceResult, scheme: Scheme, names: Names) -> Iterator[AuthorWarning]:
    """One indicator, or all adjustments together, carries more than half of the spread of scores."""
    for division in _divisions(result):
        found = effective_weights(result, scheme, division)
        if len(found) < 2 or len(_placed(result, division)) < 3:
            continue
        for one in found:
            if one.effective <= HALF:
                continue
            who = "加减分合计" if one.key == ADJUSTMENTS else f"“{names.indicator(one.key)}”"
            yield AuthorWarning(
                "dominant_indicator",
                division,
                f"{names.division(division)}总分差距的{shown_rate(one.effective, 0)}来自{who}，"
                f"而它的名义权重只占{shown_rate(one.nominal, 0)}；名次主要由它决定。",
                indicators=() if one.key == ADJUSTMENTS else (one.key,),
                adjustments=tuple(rule.key for rule in scheme.adjustments) if one.key == ADJUSTMENTS else (),
                numbers=(("effective", one.effective), ("nominal", one.nominal)),
            )


def _outweighing(result: RaceResult, scheme: Scheme, names: Names) -> Iterator[AuthorWarning]:
    """A bonus that can give more than a whole indicator."""
    if not scheme.composite:
        return
    weights: dict[str, Fraction] = {}
    for standing in result.standings:
        for key, weight in scheme.weights(standing.division, standing.unit, result.as_of).items():
            if weight > 0:
                weights[key] = min(weight, weights.get(key, weight))
    for rule in scheme.adjustments:
        if rule.kind != "bonus" or not weights:
            continue
        given = max((_given(standing, rule.key) for standing in result.standings), default=Fraction(0))
        most = _most(rule, scheme)
        outweighed = tuple(key for key, weight in weights.items() if most is None or most > weight)
        if not outweighed:
            continue
        smallest = min(outweighed, key=lambda key: weights[key])
        limit = f"没有封顶（目前最多加了{number(given)}分）" if most is None else f"最多可加{number(most)}分"
        yield AuthorWarning(
            "bonus_outweighs",
            ALL_DIVISIONS,
            f"加分“{rule.name}”{limit}，{'可能' if most is None else ''}超过“{names.indicator(smallest)}”"
            f"整项的{number(weights[smallest])}分。",
            indicators=outweighed,
            adjustments=(rule.key,),
            numbers=(("given", given), *((("most", most),) if most is not None else ())),
        )


def _most(rule: AdjustmentRule, scheme: Scheme) -> Fraction | None:
    """The most a bonus can give: its own ceiling or a common one, or once where it can happen only once."""
    limits = [ceiling.most for ceiling in scheme.ceilings if rule.key in ceiling.adjustments]
    if rule.ceiling is not None:
        limits.append(rule.ceiling)
    if rule.when is not None and not (rule.per or rule.term or rule.reading or rule.each_least):
        limits.append(rule.each)
    return min(limits, default=None)


def _given(standing: Standing, key: str) -> Fraction:
    return sum((line.points for line in standing.adjustments if line.key == key), Fraction(0))


def _no_difference(result: RaceResult, scheme: Scheme, names: Names) -> Iterator[AuthorWarning]:
    """A cap that everybody reaches, or a full mark everybody has: the indicator tells nobody apart."""
    for division in _divisions(result):
        placed = _placed(result, division)
        for place, indicator in enumerate(scheme.indicators):
            lines = [s.indicators[place] for s in placed]
            lines = [line for line in lines if line.points is not None and line.weight > 0]
            if len(lines) < 2 or not _level(lines, indicator.cap):
                continue
            yield AuthorWarning(
                "cap_reached_by_all",
                division,
                f"{names.division(division)}{len(lines)}个单位的“{indicator.name}”都已达到封顶或满分，"
                "这一项拉不开差距；可考虑提高目标或封顶。",
                indicators=(indicator.key,),
                units=tuple(s.unit for s in placed if s.indicators[place].points is not None),
                numbers=(("weight", lines[0].weight),),
            )


def _level(lines: Sequence[IndicatorLine], cap: Fraction | None) -> bool:
    """Whether all have the same share of the weight, at the cap or with at least the full mark."""
    marks = {line.points / line.weight for line in lines if line.points is not None}
    at_cap = cap is not None and all(line.capped_rate == cap for line in lines)
    return len(marks) == 1 and (at_cap or min(marks) >= 1)


def _unknown_adjustments(facts: Facts, scheme: Scheme, names: Names) -> Iterator[AuthorWarning]:
    """Bonuses and deductions entered by hand whose key the scheme does not have: they count for nothing."""
    known = {rule.key for rule in scheme.adjustments}
    for key in sorted({row.key for row in facts.adjustments} - known):
        rows = [row for row in facts.adjustments if row.key == key]
        units = tuple(dict.fromkeys(row.unit for row in rows))
        yield AuthorWarning(
            "unknown_adjustment",
            ALL_DIVISIONS,
            f"录入了{len(rows)}条加减分“{key}”（{listed(map(names.unit, units))}），方案里没有这一项，不会计分。",
            adjustments=(key,),
            units=units,
            numbers=(("entries", Fraction(len(rows))),),
        )


def _divisions(result: RaceResult) -> list[str]:
    return list(dict.fromkeys(standing.division for standing in result.standings))


def _placed(result: RaceResult, division: str) -> list[Standing]:
    return [s for s in result.standings if s.division == division and s.place is not None]
