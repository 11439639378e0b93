"""Where a column's effect bends: the steps between which a unit's points only rise, or only fall, with the column."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from scoring.measure import Measured
from scoring.reach_change import ABOVE, BELOW, TIMES, Column, changed
from scoring.reach_monotone import Threshold, ends_of, read_elsewhere, rising, scheme_rule
from scoring.reach_trial import Trial
from scoring.relative import nodes
from scoring.rules import AdjustmentRule, Indicator, PerReading
from scoring.shape_rules import (
    Bands,
    Floors,
    Interpolated,
    MinMax,
    Reading,
    Segment,
    Shape,
    Shortfall,
    Slopes,
)

STRAIGHT = (
    Reading.VALUE,
    Reading.RAW,
    Reading.NUMERATOR,
    Reading.DIFFERENCE,
    Reading.AHEAD,
    Reading.DENOMINATOR,
)
"""Numbers that grow evenly with a numerator."""


def bends(trial: Trial, column: Column, most: int) -> list[int] | None:
    """Steps from 1 to `most` that begin a stretch on which the unit's points move one way only.

    None where that cannot be said: a denominator moves too, partners move, points are read off other points or
    places, or several numbers move under rounding or whole steps.
    """
    scheme = trial.scheme
    own = column.own(trial.unit)
    touched = {cell.key for cell in own if cell.side != TIMES}
    if len(own) < len(column.effects) or any(cell.side == BELOW for cell in own):
        return None
    if len(own) > 1 and (scheme.rounding.early or scheme.ceilings or _uneven(trial, touched)):
        return None
    found = {1}
    for key in touched:
        indicator = scheme.indicator(key)
        elsewhere = list(read_elsewhere(trial, key))
        if key in trial.relative or "rate" in scheme.rounding.early:
            if elsewhere or not rising(indicator, trial):
                return None
            continue
        asked = [*_own_thresholds(indicator), *elsewhere]
        if any(reading not in STRAIGHT for reading, _, _ in asked) or (elsewhere and _uneven(trial, {key})):
            return None
        found |= _steps(trial, column, indicator, asked)
    for cell in own:
        if cell.side == TIMES:
            found |= _times_steps(trial, column, scheme_rule(trial, cell.key))
    return sorted(step for step in found if 1 <= step <= most)


def _uneven(trial: Trial, keys: set[str]) -> bool:
    """Whether points of some indicators go by whole steps or are cut off, so that their sum may go both ways."""
    shapes = tuple(trial.scheme.indicator(key).shape for key in keys)
    return any(
        (isinstance(node, Segment | PerReading) and node.whole)
        or (isinstance(node, Shape) and (node.least is not None or node.most is not None))
        for node in nodes((shapes, trial.scheme.adjustments))
    )


def _own_thresholds(indicator: Indicator) -> Iterator[Threshold]:
    """Numbers of the indicator at which its own points bend or jump."""
    for bound in (indicator.floor, indicator.cap):
        if bound is not None:
            yield Reading.RAW, None, bound
    yield from _shape_thresholds(indicator.shape)


def _shape_thresholds(shape: Shape) -> Iterator[Threshold]:
    """Ends of bands, segments, standard values and floors of one shape and the shapes inside it."""
    match shape.kind:
        case Bands(bands=bands):
            for band in bands:
                yield from ((shape.on, None, end) for end in ends_of(band.within))
                yield from _shape_thresholds(band.shape)
        case MinMax(low=low, high=high):
            yield from ((shape.on, None, end) for end in (low, high) if end is not None)
        case Slopes(at=at, segments=segments):
            ends = [at, *(end for segment in segments for end in ends_of(segment.within))]
            yield from ((shape.on, None, end) for end in ends)
        case Interpolated(knots=knots):
            yield from ((shape.on, None, knot.at) for knot in knots)
        case Floors(floors=floors):
            yield from ((Reading.VALUE, name, least) for name, least in floors)


def _steps(trial: Trial, column: Column, indicator: Indicator, asked: list[Threshold]) -> set[int]:
    """The steps at which the indicator's numbers pass the thresholds, and the next ones."""
    one, two = (
        changed(trial.own, column.change(steps), trial.scheme).measured(indicator.key) for steps in (1, 2)
    )
    found: set[int] = set()
    for reading, part, threshold in asked:
        schedule = trial.measures.schedule
        first, second = (number_of(measured, reading, part, schedule) for measured in (one, two))
        if first is not None and second is not None and first != second:
            found |= _around(1 + (threshold - first) / (second - first))
    if isinstance(indicator.shape.kind, Shortfall) or any(
        isinstance(node, Shortfall) for node in nodes(indicator.shape)
    ):
        found |= _quota_steps(column, indicator, one)
    return found


def _quota_steps(column: Column, indicator: Indicator, one: Measured) -> set[int]:
    """Steps at which a part reaches its quota."""
    found: set[int] = set()
    for cell, amount in column.effects:
        if cell.key == indicator.key and cell.side == ABOVE:
            part = one.parts[cell.part]
            if part.denominator is not None and part.denominator.value is not None:
                found |= _around(1 + (part.denominator.value - (part.numerator.value or 0)) / amount)
    return found


def number_of(measured: Measured, reading: Reading, name: str | None, schedule: Fraction) -> Fraction | None:
    """The number looked at before floor and cap, of the indicator or of one of its parts."""
    if name is not None:
        part = next((part for part in measured.parts if part.name == name), None)
        if part is None:
            return None
        if reading in (Reading.NUMERATOR, Reading.DIFFERENCE) or part.denominator is None:
            return part.numerator.value
        return part.rate
    if reading in (Reading.NUMERATOR, Reading.DIFFERENCE):
        above = sum((part.numerator.value or Fraction(0) for part in measured.parts), Fraction(0))
        below = sum(
            (p.denominator.value or Fraction(0) for p in measured.parts if p.denominator), Fraction(0)
        )
        return above if reading is Reading.NUMERATOR else above - below
    if reading is Reading.AHEAD and measured.value is not None:
        return measured.value - schedule
    return measured.value


def _times_steps(trial: Trial, column: Column, rule: AdjustmentRule) -> set[int]:
    """Steps at which an adjustment reaches its ceiling or floor, or has not happened at all."""
    before = trial.own.happened(rule.key).value or Fraction(0)
    amount = next(amount for cell, amount in column.effects if cell.key == rule.key and cell.side == TIMES)
    each = ONE_POINT if rule.each_least is not None else rule.each
    bounds = [Fraction(0)]
    if each:
        bounds += [bound / each for bound in (rule.ceiling, rule.floor) if bound is not None]
    return {step for bound in bounds for step in _around((bound - before) / amount)}


ONE_POINT = Fraction(1)


def _around(step: Fraction) -> set[int]:
    """The whole steps at and beside a threshold, which may belong to either side."""
    whole = step.__floor__()
    return {whole, whole + 1}
