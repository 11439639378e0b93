"""Which indicators are scored beside the rest of the division, so that one unit's number moves others' points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from scoring.rules import Indicator, PerReading, Scheme
from scoring.shape_rules import Condition, MinMax, Reading, Shape

BESIDE_OTHERS = (Reading.PLACE, Reading.OF_BEST, Reading.OF_MEAN)
"""Numbers that are read off the whole division."""


def relative_indicators(scheme: Scheme) -> frozenset[str]:
    """Keys of indicators whose ends, best, mean or places some points depend on 功效系数、名次赋分."""
    found = {
        key
        for indicator in scheme.indicators
        for node in nodes((indicator.shape, indicator.gates))
        if (key := _reads(node, indicator.key))
    }
    found |= {key for rule in scheme.adjustments for node in nodes(rule) if (key := _reads(node, ""))}
    return frozenset(found)


def counts_places(indicator: Indicator) -> bool:
    """Whether the indicator's points hang on its own places 名次赋分."""
    return any(isinstance(node, Shape) and node.on is Reading.PLACE for node in nodes(indicator.shape))


def nodes(value: object) -> Iterator[object]:
    """A rule with every rule inside it, the outer before the inner."""
    if isinstance(value, tuple):
        for item in value:
            yield from nodes(item)
    elif is_dataclass(value):
        yield value
        for field in fields(value):
            yield from nodes(getattr(value, field.name))


def _reads(node: object, own: str) -> str | None:
    """The indicator whose division this one rule looks at, None where it looks at none."""
    match node:
        case MinMax(low=low, high=high) if low is None or high is None:
            return own
        case Shape(on=on) if on in BESIDE_OTHERS:
            return own
        case Condition(on=on, indicator=indicator) if on in BESIDE_OTHERS:
            return indicator or own
        case PerReading(on=on, indicator=indicator) if on in BESIDE_OTHERS:
            return indicator
    return None
