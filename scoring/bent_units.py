"""Units whose scores are no straight sums of the weights: limits, rounding and rules on points take over somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from scoring.adjust import SCORE_LEAST, SCORE_MOST
from scoring.cells import Cells, seen_cells
from scoring.measures import Measures
from scoring.relative import nodes
from scoring.result import RaceResult
from scoring.rules import PerReading, Scheme
from scoring.shape_rules import Condition, Reading, Shape

OF_POINTS = (Reading.POINTS, Reading.MARK)


def bent_units(measures: Measures, scheme: Scheme, result: RaceResult) -> frozenset[str]:
    """Keys of units whose points bend at some weights between none and all of them.

    Every unit where points or scores are rounded first, or a rule looks at points; units whose score stands at a
    limit of its own; and units with points whose least or most lies below some weight and above another.
    """
    rules = (tuple(scheme.indicators), tuple(scheme.adjustments))
    if {"points", "score"} & set(scheme.rounding.early) or any(map(_looks_at_points, nodes(rules))):
        return frozenset(standing.unit for standing in result.standings)
    limits = {SCORE_LEAST, SCORE_MOST}
    found = {s.unit for s in result.standings if limits & {line.key for line in s.adjustments}}
    if not any(isinstance(node, Shape) and _limited(node) for node in nodes(rules)):
        return frozenset(found)
    for division in dict.fromkeys(unit.unit.division for unit in measures.units):
        field = [unit for unit in measures.units if unit.unit.division == division]
        for cells in seen_cells(field, measures, scheme):
            stated = scheme.weights(division, cells.unit.unit.key, measures.as_of)
            if _bends(cells, stated, scheme):
                found.add(cells.unit.unit.key)
    return frozenset(found)


def _looks_at_points(node: object) -> bool:
    return isinstance(node, Condition | PerReading | Shape) and node.on in OF_POINTS


def _limited(shape: Shape) -> bool:
    return shape.least is not None or shape.most is not None


def _bends(cells: Cells, stated: Mapping[str, Fraction], scheme: Scheme) -> bool:
    """Whether any indicator that has a weight for the unit bends before it has the whole of it."""
    whole = sum(stated.values(), Fraction(0))
    return any(
        stated.get(scheme.indicators[number].key) and earned.bends_within(whole)
        for number, earned, _ in cells.bent
    )
