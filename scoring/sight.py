"""What a shape or a condition can see: one indicator of one unit beside the rest of its division."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Protocol

from scoring.measure import Measured
from scoring.rank import places
from scoring.result import Part
from scoring.rules import Indicator, Ties
from scoring.shape_rules import AtLeast, Reading, Requirement

BESIDE = (Reading.AHEAD, Reading.OF_BEST, Reading.OF_MEAN)
"""Numbers that are read beside something the unit itself does not state."""


class Readable(Protocol):
    """Whatever conditions can read a number of."""

    def read(self, on: Reading, part: str | None = None) -> Fraction | None:
        """The number looked at; None where there is none."""


class Field:
    """One indicator over the units of one division: places on its own board, best, mean, both ends.

    `values` are what units are placed by (None has no place), `numbers` those of competing units that have one.
    """

    def __init__(
        self,
        values: Sequence[Fraction | None],
        numbers: Sequence[Fraction],
        better: str,
        *,
        ties: Ties,
        board_ties: Ties,
    ) -> None:
        self._values = values
        self._numbers = numbers
        self._more = better == "more"
        self._ties = ties
        self._board_ties = board_ties

    @cached_property
    def places(self) -> list[Fraction | None]:
        """Place of each unit as rules read it: whole and the same for equals, whatever the order of the units."""
        return places(self._values, ties=self._ties, descending=self._more)

    @cached_property
    def board_places(self) -> list[Fraction | None]:
        """Place of each unit as the indicator's own board prints it."""
        if self._board_ties is self._ties:
            return self.places
        return places(self._values, ties=self._board_ties, descending=self._more)

    @cached_property
    def low(self) -> Fraction | None:
        """The smallest number."""
        return min(self._numbers, default=None)

    @cached_property
    def high(self) -> Fraction | None:
        """The largest number."""
        return max(self._numbers, default=None)

    @cached_property
    def mean(self) -> Fraction | None:
        """The mean of the numbers."""
        return sum(self._numbers, Fraction(0)) / len(self._numbers) if self._numbers else None

    def of_best(self, x: Fraction) -> Fraction | None:
        """Number / best, or best / number where less is better; None without a meaning."""
        best = self.high if self._more else self.low
        above, below = (x, best) if self._more else (best, x)
        return above / below if above is not None and below else None

    def of_mean(self, x: Fraction) -> Fraction | None:
        """Number / mean; None where the mean is 0 or missing."""
        return x / self.mean if self.mean else None


@dataclass(slots=True)
class Sight:
    """One indicator of one unit: its number between floor and cap, and what surrounds it."""

    indicator: Indicator
    measured: Measured
    value: Fraction | None
    schedule: Fraction
    field: Field
    index: int
    weight: Fraction
    points: Fraction | None = None

    @property
    def board_place(self) -> Fraction | None:
        """Place on the indicator's own board."""
        return self.field.board_places[self.index]

    def read(self, on: Reading, part: str | None = None) -> Fraction | None:
        """The number looked at, of the whole indicator or of one of its parts; None where there is none."""
        if part is not None:
            return self._read_part(on, part)
        if on is Reading.VALUE:
            return self.value
        if on is Reading.PLACE:
            return self.field.places[self.index]
        if on in (Reading.NUMERATOR, Reading.DENOMINATOR, Reading.DIFFERENCE):
            return _counted(on, self.measured.parts)
        if on is Reading.POINTS or on is Reading.MARK:
            return self._earned(on)
        return self._derived(on)

    def beside(self, on: Reading) -> tuple[str, Fraction]:
        """What a number of BESIDE is measured by, with its name in the working."""
        if on is Reading.AHEAD:
            return "schedule", self.schedule
        best = self.field.high if self.indicator.better == "more" else self.field.low
        found = ("best", best) if on is Reading.OF_BEST else ("mean", self.field.mean)
        return found[0], found[1] or Fraction(0)

    def _read_part(self, on: Reading, name: str) -> Fraction | None:
        parts = tuple(part for part in self.measured.parts if part.name == name)
        if on in (Reading.NUMERATOR, Reading.DENOMINATOR, Reading.DIFFERENCE):
            return _counted(on, parts)
        if not parts:
            return None
        return parts[0].rate if parts[0].denominator is not None else parts[0].numerator.value

    def _derived(self, on: Reading) -> Fraction | None:
        raw = self.measured.value
        if on is Reading.RAW or raw is None:
            return raw
        if on is Reading.AHEAD:
            return raw - self.schedule
        x = self.value if self.value is not None else raw
        return self.field.of_best(x) if on is Reading.OF_BEST else self.field.of_mean(x)

    def _earned(self, on: Reading) -> Fraction | None:
        if on is Reading.POINTS or self.points is None:
            return self.points
        return self.points / self.weight if self.weight else None


def _counted(on: Reading, parts: Sequence[Part]) -> Fraction | None:
    """Sum of the parts' numerators, of their denominators, or of both differences; a rate alone has none."""
    if any(part.is_bare for part in parts):
        return None
    above = [part.numerator.value for part in parts]
    below = [part.denominator.value for part in parts if part.denominator is not None]
    wanted = {Reading.NUMERATOR: above, Reading.DENOMINATOR: below, Reading.DIFFERENCE: [*above, *below]}[on]
    known = [value for value in wanted if value is not None]
    if len(known) < len(wanted) or not known or (on is not Reading.NUMERATOR and not below):
        return None
    total = sum(known, Fraction(0))
    return total if on is not Reading.DIFFERENCE else total - 2 * sum(known[len(above) :], Fraction(0))


def holds(requirement: Requirement, own: str, sights: Mapping[str, Readable]) -> bool:
    """Whether a requirement is met; a number that is missing meets none."""
    if isinstance(requirement, AtLeast):
        met = sum(holds(inner, own, sights) for inner in requirement.conditions)
        return met >= requirement.number
    sight = sights.get(requirement.indicator or own)
    x = sight.read(requirement.on, requirement.part) if sight else None
    return x is not None and requirement.within.holds(x)
