"""Everything measured of a race, before any weight: what is weighed again when only the weights change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from scoring.adjust import times_of
from scoring.facts import Facts, Unit
from scoring.lookup import Lookup
from scoring.measure import NOT_APPLICABLE, Measured, measure
from scoring.result import Count
from scoring.rules import Scheme
from scoring.schedule import schedule_share

NEVER = Count(Fraction(0), "count")
"""How often an adjustment happened of which nothing is known."""


@dataclass(frozen=True, slots=True)
class UnitMeasures:
    """One unit as measured: every indicator and every adjustment of the scheme, by key."""

    unit: Unit
    indicators: Mapping[str, Measured]
    times: Mapping[str, Count]

    def measured(self, key: str) -> Measured:
        """One indicator as measured; not applicable where nothing was."""
        if key in self.unit.not_applicable:
            return NOT_APPLICABLE
        return self.indicators.get(key, NOT_APPLICABLE)

    def happened(self, key: str) -> Count:
        """How often one adjustment happened, with its facts."""
        return self.times.get(key, NEVER)


@dataclass(frozen=True, slots=True)
class Measures:
    """All units as measured as of a date, in the office's order; no weight and no shape has touched them."""

    as_of: date
    schedule: Fraction
    """Share of the season due by `as_of` 时序进度."""
    units: tuple[UnitMeasures, ...]


def measure_all(facts: Facts, scheme: Scheme, as_of: date) -> Measures:
    """Measure every indicator and adjustment of every unit as of a date, whatever their order.

    Raises ValueError when the season ends before it starts.
    """
    lookup = Lookup(facts, as_of)
    units = sorted(facts.units, key=lambda unit: (unit.order, unit.key))
    return Measures(
        as_of=as_of,
        schedule=schedule_share(facts.starts_on, facts.ends_on, as_of),
        units=tuple(_measure_unit(lookup, unit, scheme) for unit in units),
    )


def _measure_unit(lookup: Lookup, unit: Unit, scheme: Scheme) -> UnitMeasures:
    return UnitMeasures(
        unit=unit,
        indicators={i.key: measure(lookup, unit.key, i) for i in scheme.indicators},
        times={rule.key: times_of(lookup, unit.key, rule) for rule in scheme.adjustments},
    )
