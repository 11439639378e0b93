"""Every column a unit can move: from its facts where they are known, else from the numbers that were stated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Literal, cast

from scoring.facts import Facts
from scoring.measures import Measures, UnitMeasures
from scoring.reach_change import ABOVE, ADJUSTMENT, BELOW, NUMBER, RETURN, TIMES, Cell, Column
from scoring.reach_deeds import Deeds, Supposed, by_hand
from scoring.result import Part
from scoring.rules import ONE, Indicator, ReturnRatio, Scheme, Signing, StageReached
from scoring.shape_rules import Deductions, Points

TYPICAL = Supposed()


def columns(
    measures: Measures, scheme: Scheme, unit: str, facts: Facts | None = None, supposed: Supposed = TYPICAL
) -> list[Column]:
    """The unit's columns in a stable order; with facts, project by project and with the partners of shared ones.

    Without facts every stated numerator is a column, and a new contract also enters the denominators of the
    rates over the same cohort. Raises KeyError for a unit that was not measured.
    """
    own = next((found for found in measures.units if found.unit.key == unit), None)
    if own is None:
        raise KeyError(unit)
    if facts is not None:
        found = Deeds(facts, scheme, measures.as_of, unit, supposed).columns()
        found = [turned for column in found for turned in _turned(column, own, scheme)]
    else:
        found = [*_numbers(own, scheme), *_bonuses(own, scheme)]
    asked = {u.unit.key: _asked(u, measures, scheme) for u in measures.units}
    kept = [_within(column, asked) for column in (*found, *_fewer(own, scheme))]
    return [column for column in kept if column.own(unit)]


def _asked(unit: UnitMeasures, measures: Measures, scheme: Scheme) -> set[str]:
    """Indicators that apply to a unit."""
    weights = scheme.weights(unit.unit.division, unit.unit.key, measures.as_of)
    return weights.keys() - set(unit.unit.not_applicable)


def _within(column: Column, asked: Mapping[str, set[str]]) -> Column:
    """The column without what does not apply to a unit."""
    effects = tuple(
        (cell, amount)
        for cell, amount in column.effects
        if cell.side == TIMES or cell.key in asked[cell.unit]
    )
    return column if effects == column.effects else replace(column, effects=effects)


def better_more(indicator: Indicator) -> bool:
    """Whether a higher number of the indicator is better for the unit."""
    kind = indicator.shape.kind
    bad = isinstance(kind, Deductions) or (isinstance(kind, Points) and kind.each < 0)
    return indicator.better == "more" and not bad


def _turned(column: Column, own: UnitMeasures, scheme: Scheme) -> Iterator[Column]:
    """A reported measure upwards, downwards, or both, as more or less of it is good."""
    if column.deed != RETURN:
        yield column
        return
    above = [cell for cell in column.own(own.unit.key) if cell.side == ABOVE]
    ways = {better_more(scheme.indicator(cell.key)) for cell in above}
    if True in ways:
        yield replace(column, most=_upper(above, own, scheme))
    if False in ways:
        yield _downwards(column, own)


def _upper(above: list[Cell], own: UnitMeasures, scheme: Scheme) -> int | None:
    """A measure reported inside another that is itself achieved cannot outgrow it: no more starts than contracts."""
    achieved = {m.numerator for i in scheme.indicators if (m := _return_ratio(i))}
    limits = []
    for cell in above:
        ratio = _return_ratio(scheme.indicator(cell.key))
        part = own.measured(cell.key).parts[cell.part] if own.measured(cell.key).parts else None
        if ratio is not None and part is not None and ratio.denominator in achieved:
            limits += _room(part)
    return min(limits, default=None)


def _return_ratio(indicator: Indicator) -> ReturnRatio | None:
    return indicator.measure if isinstance(indicator.measure, ReturnRatio) else None


def _room(part: Part) -> list[int]:
    """How many whole steps fit below the denominator."""
    below = part.denominator.value if part.denominator else None
    if below is None or part.numerator.value is None:
        return []
    return [max(0, (below - part.numerator.value).__floor__())]


def _downwards(column: Column, own: UnitMeasures) -> Column:
    """The same the other way, down to nothing."""
    values = [
        (_value(own, cell) / amount).__floor__()
        for cell, amount in column.effects
        if cell.unit == own.unit.key and cell.side in (ABOVE, TIMES)
    ]
    effects = tuple((cell, -amount) for cell, amount in column.effects)
    return replace(column, key=f"{column.key}:fewer", effects=effects, sign=-1, most=max(0, min(values)))


def _value(own: UnitMeasures, cell: Cell) -> Fraction:
    if cell.side == TIMES:
        return own.happened(cell.key).value or Fraction(0)
    return own.indicators[cell.key].parts[cell.part].numerator.value or Fraction(0)


def _numbers(own: UnitMeasures, scheme: Scheme) -> Iterator[Column]:
    """Every stated numerator by one more, or one fewer where less is better."""
    for indicator in scheme.indicators:
        for n, part in enumerate(own.measured(indicator.key).parts):
            if part.numerator.value is not None:
                column = _number(own, scheme, indicator, n)
                yield column if better_more(indicator) else _downwards(column, own)


def _number(own: UnitMeasures, scheme: Scheme, indicator: Indicator, n: int) -> Column:
    part = own.indicators[indicator.key].parts[n]
    step = part.audited if part.audited is not None else ONE
    effects = [(Cell(own.unit.key, ABOVE, indicator.key, n), step)]
    measure = indicator.measure
    if isinstance(measure, Signing) and part.numerator.by == "count":
        effects += [
            (Cell(own.unit.key, BELOW, other.key), ONE)
            for other in scheme.indicators
            if isinstance(other.measure, StageReached) and other.measure.cohort == measure.cohort
            if own.measured(other.key).parts
        ]
    room = _room(part) if isinstance(measure, StageReached) else []
    by = cast(Literal["count", "amount"], part.numerator.by)
    most = room[0] if room else None
    return Column(f"{NUMBER}:{indicator.key}:{n}", NUMBER, indicator.key, tuple(effects), by=by, most=most)


def _bonuses(own: UnitMeasures, scheme: Scheme) -> Iterator[Column]:
    for rule in scheme.adjustments:
        if rule.kind == "bonus" and not (rule.reading or rule.when):
            step = ONE if rule.each_least is None else rule.each
            effects = ((Cell(own.unit.key, TIMES, rule.key), step),)
            yield Column(f"{ADJUSTMENT}:{rule.key}", ADJUSTMENT, rule.key, effects)


def _fewer(own: UnitMeasures, scheme: Scheme) -> Iterator[Column]:
    """One deduction fewer, as many as there were."""
    for rule in scheme.adjustments:
        happened = own.happened(rule.key).value
        if rule.kind == "deduction" and by_hand(rule) and happened:
            step = ONE if rule.each_least is None else min(happened, rule.each)
            effects = ((Cell(own.unit.key, TIMES, rule.key), step),)
            yield _downwards(Column(f"{ADJUSTMENT}:{rule.key}", ADJUSTMENT, rule.key, effects), own)
