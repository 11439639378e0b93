"""Where more of a gain is plainly never worse for a unit's place, so that searches may skip what lies between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from scoring.measure import PRESENT
from scoring.measures import UnitMeasures
from scoring.reach_change import BELOW, TIMES, Cell, Column, changed
from scoring.reach_columns import better_more
from scoring.reach_trial import Trial
from scoring.relative import nodes
from scoring.rules import AdjustmentRule, Indicator, PerReading
from scoring.shape_rules import (
    Band,
    Bands,
    Condition,
    Constant,
    Interpolated,
    Interval,
    MinMax,
    Points,
    Proportional,
    Reading,
    Shape,
)

Threshold = tuple[Reading, str | None, Fraction]
"""A number read of an indicator, or of its part, at which something bends or jumps."""


def monotone(trial: Trial, columns: Sequence[Column], steps: Sequence[int] = (0,)) -> bool:
    """Whether more of any gain never worsens the unit's place, and a denominator or a partner's gain never betters it.

    Numbers that are missing at any of the steps make it hard to say, as do points read off other points.
    """
    cells = {cell for column in columns for cell, _ in column.effects}
    units = {unit.unit.key: unit for unit in trial.units}
    # A partner that sets the ends of a division moves third units by them.
    if any(cell.unit != trial.unit and cell.key in trial.relative for cell in cells):
        return False
    for key, unit in {(cell.key, cell.unit) for cell in cells if cell.side != TIMES}:
        for column in columns:
            for step in steps:
                there = changed(units[unit], column.change(step), trial.scheme)
                if not _plain(there, key, cells):
                    return False
        if not _follows(trial, trial.scheme.indicator(key)):
            return False
    rules = [scheme_rule(trial, cell.key) for cell in cells if cell.side == TIMES]
    return not any(rule.kind == "bonus" and (rule.voids or rule.disqualifies) for rule in rules)


def _plain(unit: UnitMeasures, key: str, cells: set[Cell]) -> bool:
    """There is a number, none of it is below zero, and it moves one way when a denominator grows."""
    measured = unit.measured(key)
    numerators = [part.numerator.value or 0 for part in measured.parts]
    below = any(cell.key == key and cell.side == BELOW for cell in cells)
    return (
        measured.state in PRESENT and min(numerators, default=0) >= 0 and not (below and len(numerators) > 1)
    )


def _follows(trial: Trial, indicator: Indicator) -> bool:
    """Whether the unit's score, and the order among equals, follow the indicator's number."""
    scheme = trial.scheme
    if indicator.key in (*scheme.tie_breakers, scheme.lead):
        aside = indicator.shape.on in (Reading.NUMERATOR, Reading.DIFFERENCE)
        if aside or better_more(indicator) != (indicator.better == "more"):
            return False
    return rising(indicator, trial) and not any(read_elsewhere(trial, indicator.key))


def scheme_rule(trial: Trial, key: str) -> AdjustmentRule:
    """The adjustment of that key."""
    return next(rule for rule in trial.scheme.adjustments if rule.key == key)


def rising(indicator: Indicator, trial: Trial) -> bool:
    """Whether more of the better is never worth less, whatever the others do; only where it is plain to see."""
    if indicator.gates:
        return False
    weight = next(row.weight for row in trial.before.runner.rows if row.indicator.key == indicator.key)
    return weight >= 0 and _rises(indicator.shape, indicator, weight)


def _rises(shape: Shape, indicator: Indicator, weight: Fraction) -> bool:
    up = better_more(indicator)
    by_place = shape.on is Reading.PLACE
    if shape.on in (Reading.DENOMINATOR, Reading.POINTS, Reading.MARK):
        return False
    rises = False
    match shape.kind:
        case MinMax(base=base):
            rises = base <= 1 and shape.on is Reading.VALUE and up is (indicator.better == "more")
        case Proportional(full_at=full_at):
            rises = full_at > 0 and not by_place and (up or shape.on is Reading.OF_BEST)
        case Points(each=each):
            rises = not by_place and (each >= 0) == up
        case Interpolated(knots=knots):
            worths = [knot.worth.at(weight) for knot in knots]
            rises = worths == sorted(worths, reverse=not up or by_place)
        case Bands(bands=bands):
            rises = _bands_rise(bands, weight, up is not by_place)
    return rises


def _bands_rise(bands: tuple[Band, ...], weight: Fraction, up: bool) -> bool:
    """Constant bands, each worth no less than the one on its worse side."""
    worths = []
    for band in bands:
        if band.also or not isinstance(band.shape.kind, Constant) or band.within.lower is band.within.upper:
            return False
        worths.append((band.within.lower, band.shape.kind.worth.at(weight)))
    lowest = min((lower for lower, _ in worths if lower is not None), default=Fraction(0)) - 1
    ordered = [
        worth for _, worth in sorted((lower if lower is not None else lowest, w) for lower, w in worths)
    ]
    return min(ordered, default=Fraction(0)) >= 0 and ordered == sorted(ordered, reverse=not up)


def read_elsewhere(trial: Trial, key: str) -> Iterator[Threshold]:
    """Numbers of the indicator that conditions and adjustments look at."""
    for other in trial.scheme.indicators:
        for node in nodes((other.shape, other.gates)):
            yield from _condition_thresholds(node, other.key, key)
    for rule in trial.scheme.adjustments:
        for node in nodes(rule):
            yield from _condition_thresholds(node, "", key)
            if isinstance(node, PerReading) and node.indicator == key:
                least = rule.floor if rule.floor is not None else Fraction(0)
                for bound in (Fraction(0), least, rule.ceiling):
                    if bound is not None and rule.each:
                        yield node.on, None, node.over + bound / rule.each * node.every


def _condition_thresholds(node: object, own: str, key: str) -> Iterator[Threshold]:
    if isinstance(node, Condition) and (node.indicator or own) == key:
        for end in ends_of(node.within):
            yield node.on, node.part, end


def ends_of(interval: Interval) -> list[Fraction]:
    """The finite ends of a range."""
    return [end for end in (interval.lower, interval.upper) if end is not None]
