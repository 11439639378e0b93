"""Shapes 计分办法 as frozen values: how one measured number becomes points, and what must hold besides."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

ZERO = Fraction(0)
ONE = Fraction(1)


class Reading(StrEnum):
    """Which number is looked at."""

    VALUE = "value"
    """The rate between floor and cap, or the plain quantity."""
    RAW = "raw"
    """The same before floor and cap."""
    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    DIFFERENCE = "difference"
    """Numerator - denominator."""
    AHEAD = "ahead"
    """Rate - share of the season due 超时序."""
    PLACE = "place"
    """Place on the indicator's own board within the division."""
    OF_BEST = "of_best"
    """Value / best value in the division (best / value where less is better)."""
    OF_MEAN = "of_mean"
    """Value / mean value in the division."""
    POINTS = "points"
    MARK = "mark"
    """Points / weight."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of numbers, each end open or closed, None without end."""

    lower: Fraction | None = None
    upper: Fraction | None = None
    lower_open: bool = False
    upper_open: bool = True

    def holds(self, x: Fraction) -> bool:
        """Whether the number lies in the range."""
        if self.lower is not None and (x < self.lower or (self.lower_open and x == self.lower)):
            return False
        return self.upper is None or x < self.upper or (x == self.upper and not self.upper_open)


@dataclass(frozen=True, slots=True)
class Worth:
    """Points as a share of the weight plus plain points: share × weight + points."""

    share: Fraction = ZERO
    points: Fraction = ZERO

    def at(self, weight: Fraction) -> Fraction:
        """The points under a weight."""
        if not self.points:
            return self.share * weight
        return self.share * weight + self.points if self.share else self.points


FULL = Worth(ONE)
NOTHING = Worth()


@dataclass(frozen=True, slots=True)
class Condition:
    """A number of an indicator lies in a range; None is the indicator the condition stands on."""

    within: Interval
    on: Reading = Reading.VALUE
    indicator: str | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many of several conditions hold; one for "any", all for "every"."""

    number: int
    conditions: tuple[Condition | AtLeast, ...]


Requirement = Condition | AtLeast


@dataclass(frozen=True, slots=True)
class Proportional:
    """Points = weight × x / full_at 按比例得分."""

    full_at: Fraction = ONE


@dataclass(frozen=True, slots=True)
class Constant:
    """The same points whatever the number; inside bands."""

    worth: Worth


@dataclass(frozen=True, slots=True)
class MinMax:
    """功效系数法: weight × (base + (1 - base) × (x - low) / (high - low)); the ends are the division's or stated."""

    base: Fraction = ZERO
    low: Fraction | None = None
    high: Fraction | None = None
    when_equal: Worth = FULL

    @property
    def stated_end(self) -> Fraction | None:
        """An end the scheme states; the division may reach or pass it where the other end is its own."""
        return self.low if self.high is None else self.high


@dataclass(frozen=True, slots=True)
class Band:
    """One range of the number with its own shape; a range whose second condition fails falls to the next one."""

    within: Interval
    shape: Shape
    also: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class Bands:
    """分档: the first band, best first, that holds the number and whose conditions are met."""

    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a piecewise slope: `worth` for every `every` of x inside it, whole steps only where stated."""

    within: Interval
    every: Fraction
    worth: Worth
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Slopes:
    """分段增减: `base` at `at`, then what the segments between `at` and x add."""

    at: Fraction
    base: Worth
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Knot:
    """A standard value and what it is worth."""

    at: Fraction
    worth: Worth


@dataclass(frozen=True, slots=True)
class Interpolated:
    """Linear between standard values 标准值, level beyond the outer ones; knots in rising order of `at`."""

    knots: tuple[Knot, ...]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Weight - each × Σ max(0, denominator - numerator) over the parts: a surplus in one makes good no other."""

    each: Fraction


@dataclass(frozen=True, slots=True)
class Deductions:
    """Weight - each × x; parts may have their own each."""

    each: Fraction
    by_part: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Points:
    """The number itself is points: each × x."""

    each: Fraction = ONE


@dataclass(frozen=True, slots=True)
class Floors:
    """Each part's rate has its own floor 达标线; `met` if all reach theirs, else `unmet` or the share that does."""

    floors: tuple[tuple[str, Fraction], ...]
    met: Worth = FULL
    unmet: Worth | None = NOTHING
    """None: met × parts that reach their floor / parts with a denominator."""


Kind = (
    Proportional
    | Constant
    | MinMax
    | Bands
    | Slopes
    | Interpolated
    | Shortfall
    | Deductions
    | Points
    | Floors
)


@dataclass(frozen=True, slots=True)
class Shape:
    """A way of counting, the number it looks at, and the least and most points it may give."""

    kind: Kind = field(default_factory=Proportional)
    on: Reading = Reading.VALUE
    least: Worth | None = None
    most: Worth | None = None


PROPORTIONAL = Shape()
"""Points = weight × rate between floor and cap, as where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What must hold for an indicator to count: otherwise its points become `otherwise`, or × `times`."""

    needs: Requirement
    name: str = ""
    otherwise: Worth = NOTHING
    times: Fraction | None = None
