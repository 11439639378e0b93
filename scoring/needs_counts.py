"""Which indicators a scheme looks at by their numerators or denominators, so that a rate alone cannot be scored."""

from __future__ import annotations

from collections.abc import Iterator

from scoring.relative import nodes
from scoring.rules import Scheme
from scoring.shape_rules import Deductions, Reading, Shape, Shortfall

COUNTS = (Reading.NUMERATOR, Reading.DENOMINATOR, Reading.DIFFERENCE)


def reads_counts(scheme: Scheme) -> frozenset[str]:
    """Keys of indicators of which a shape, gate, adjustment, list, grade or light reads what a rate is made of."""
    found = {key for i in scheme.indicators for key in _read_by((i.shape, i.gates), i.key)}
    beside = (scheme.adjustments, scheme.lists, scheme.lights, scheme.grades)
    return frozenset(found | set(_read_by(beside, "")))


def _read_by(rules: object, own: str) -> Iterator[str]:
    for node in nodes(rules):
        quotas = isinstance(node, Shape) and isinstance(node.kind, Shortfall | Deductions)
        if getattr(node, "on", None) in COUNTS or (quotas and _by_part(node)):
            yield getattr(node, "indicator", "") or own


def _by_part(node: object) -> bool:
    kind = getattr(node, "kind", None)
    return isinstance(kind, Shortfall) or (isinstance(kind, Deductions) and bool(kind.by_part))
