"""Everything measured of a race, before any weight: what is weighed again when only the weights change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from scoring.facts import Before, Facts, Project, Unit
from scoring.lookup import Lookup
from scoring.measure import NOT_APPLICABLE, Measured, measure
from scoring.result import Count
from scoring.rules import Scheme
from scoring.times import times_of

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
    exemptions: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Why a unit is kept off a list, by unit and list."""
    before: Mapping[str, Before] = field(default_factory=dict)
    """The previous result of each unit, for the progress board."""
    projects: Mapping[str, tuple[Project, ...]] = field(default_factory=dict)
    """Projects of each unit, where lights are lit for projects."""


def measure_all(facts: Facts, scheme: Scheme, as_of: date) -> Measures:
    """Measure every indicator and adjustment of every unit as of a date, whatever their order.

    Raises ValueError when the season ends before it starts.
    """
    lookup = Lookup(facts, as_of, scheme.curve, {i.key: i.name for i in scheme.indicators})
    units = sorted(facts.units, key=lambda unit: (unit.order, unit.key))
    return Measures(
        as_of=as_of,
        schedule=lookup.due,
        units=tuple(_measure_unit(lookup, unit, scheme) for unit in units),
        exemptions={(row.unit, row.list): row.reason for row in facts.exemptions},
        before={row.unit: row for row in facts.before},
        projects={unit.key: tuple(held.project for held in lookup.held(unit.key)) for unit in units}
        if scheme.project_lights
        else {},
    )


def _measure_unit(lookup: Lookup, unit: Unit, scheme: Scheme) -> UnitMeasures:
    return UnitMeasures(
        unit=unit,
        indicators={i.key: measure(lookup, unit.key, i) for i in scheme.indicators},
        times={rule.key: times_of(lookup, unit.key, rule) for rule in scheme.adjustments},
    )
