"""Shapes 计分办法: what one number is worth, as a share of the weight plus points, between its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from scoring.shape_rules import (
    NOTHING,
    ONE,
    Bands,
    Constant,
    Deductions,
    Floors,
    Interpolated,
    Kind,
    MinMax,
    Points,
    Proportional,
    Reading,
    Segment,
    Shape,
    Shortfall,
    Slopes,
    Worth,
)
from scoring.sight import BESIDE, Sight, holds

Limits = tuple[Worth | None, Worth | None]
Step = tuple[str, Fraction | Worth]
ZERO = Fraction(0)
NO_NUMBER = "no_number"
NO_BAND = "no_band"
LEAST = "least"
MOST = "most"


@dataclass(frozen=True, slots=True)
class Earned:
    """What a shape gives at any weight: the worth, then each pair of limits in turn, and the steps in between."""

    worth: Worth
    limits: tuple[Limits, ...] = ()
    working: tuple[Step, ...] = ()
    note: str | None = None

    def at(self, weight: Fraction) -> tuple[Fraction, str | None]:
        """The points under a weight, with `least` or `most` where a limit changed them."""
        points, note = self.worth.at(weight), self.note
        for least, most in self.limits:
            if most is not None and points > most.at(weight):
                points, note = most.at(weight), MOST
            if least is not None and points < least.at(weight):
                points, note = least.at(weight), LEAST
        return points, note

    def bends_within(self, weight: Fraction) -> bool:
        """Whether a limit takes over between no weight and this one, so that points are no straight line in it."""
        low, high = self.worth.points, self.worth.at(weight)
        for least, most in self.limits:
            for sign, limit in ((1, most), (-1, least)):
                if limit is None:
                    continue
                beyond = sign * (low - limit.points), sign * (high - limit.at(weight))
                if min(beyond) < 0 < max(beyond):
                    return True
                if max(beyond) > 0:
                    low, high = limit.points, limit.at(weight)
        return False


def earn(shape: Shape, sight: Sight, around: Mapping[str, Sight]) -> Earned:
    """What an indicator's number is worth by a shape; nothing where the number looked at does not exist."""
    found = _earned(shape, sight, around)
    if shape.least is None and shape.most is None:
        return found
    return replace(found, limits=(*found.limits, (shape.least, shape.most)))


def _earned(shape: Shape, sight: Sight, around: Mapping[str, Sight]) -> Earned:  # noqa: PLR0911 - one a kind
    match shape.kind:
        case Constant(worth=worth):
            return Earned(worth)
        case Shortfall() as shortfall:
            return _shortfall(shortfall, sight)
        case Floors() as floors:
            return _floors(floors, sight)
        case Deductions() as deductions if deductions.by_part:
            return _deductions_by_part(deductions, sight)
    x = sight.read(shape.on)
    if x is None:
        return Earned(NOTHING, note=NO_NUMBER)
    if shape.on in BESIDE:
        name, beside = sight.beside(shape.on)
        found = _by_number(shape.kind, x, sight, around)
        return replace(found, working=((name, beside), *found.working))
    return _by_number(shape.kind, x, sight, around)


def _by_number(  # noqa: PLR0911 - one a kind
    kind: Kind, x: Fraction, sight: Sight, around: Mapping[str, Sight]
) -> Earned:
    match kind:
        case Proportional(full_at=full_at):
            return Earned(Worth(x if full_at is ONE else x / full_at))
        case MinMax() as ends:
            return _min_max(ends, x, sight)
        case Bands() as bands:
            return _banded(bands, x, sight, around)
        case Slopes() as slopes:
            return _sloped(slopes, x)
        case Interpolated() as standard:
            return _interpolated(standard, x)
        case Points(each=each):
            return Earned(Worth(points=each * x))
        case Deductions(each=each):
            return Earned(Worth(Fraction(1), -each * x))
        case _:
            raise AssertionError(kind)


def _min_max(ends: MinMax, x: Fraction, sight: Sight) -> Earned:
    """Base + (1 - base) × (x - low) / (high - low), upside down where less is better; within 0 and 1.

    Where the division has reached or passed the one end that is stated, that end alone decides.
    """
    low = sight.field.low if ends.low is None else ends.low
    high = sight.field.high if ends.high is None else ends.high
    if low is None or high is None:
        return Earned(NOTHING, note=NO_NUMBER)
    if low == high and ends.stated_end is None:
        return Earned(ends.when_equal, working=(("low", low), ("high", high)), note="all_equal")
    if low < high:
        coefficient = min(max((x - low) / (high - low), ZERO), Fraction(1))
    else:
        coefficient = Fraction(x > low if ends.high is None else x >= high)
    if sight.indicator.better == "less":
        coefficient = 1 - coefficient
    share = ends.base + (1 - ends.base) * coefficient
    return Earned(Worth(share), working=(("low", low), ("high", high), ("coefficient", coefficient)))


def _banded(bands: Bands, x: Fraction, sight: Sight, around: Mapping[str, Sight]) -> Earned:
    """The first band that holds x and whose conditions are met; nothing where none does."""
    own = sight.indicator.key
    passed = False
    for number, band in enumerate(bands.bands, 1):
        # A band missed only by its second condition hands its numbers down to the next.
        passed = passed or band.within.holds(x)
        if passed and all(holds(needed, own, around) for needed in band.also):
            inner = earn(band.shape, sight, around)
            return replace(inner, working=(("band", Fraction(number)), *inner.working))
    return Earned(NOTHING, note=NO_BAND)


def _sloped(slopes: Slopes, x: Fraction) -> Earned:
    """The base, and every segment between the anchor and x times its steps; below the anchor they count down."""
    share, points = slopes.base.share, slopes.base.points
    working: list[Step] = []
    sign = 1 if x >= slopes.at else -1
    for segment in slopes.segments:
        steps = sign * _steps(segment, min(slopes.at, x), max(slopes.at, x))
        if steps:
            share, points = share + steps * segment.worth.share, points + steps * segment.worth.points
            working.append(("steps", Fraction(steps)))
    return Earned(Worth(share, points), working=tuple(working))


def _steps(segment: Segment, low: Fraction, high: Fraction) -> Fraction:
    """How many steps of the segment lie between two numbers."""
    first = low if segment.within.lower is None else max(low, segment.within.lower)
    last = high if segment.within.upper is None else min(high, segment.within.upper)
    if last <= first:
        return ZERO
    steps = (last - first) / segment.every
    return Fraction(steps.__floor__()) if segment.whole else steps


def _interpolated(standard: Interpolated, x: Fraction) -> Earned:
    """Base of the standard value reached + f × (base of the next - base), f = (x - value) / (next - value)."""
    knots = standard.knots
    if x <= knots[0].at or x >= knots[-1].at:
        end = knots[0] if x <= knots[0].at else knots[-1]
        return Earned(end.worth, working=(("base", end.worth), ("coefficient", ZERO), ("adjustment", ZERO)))
    number = max(i for i, knot in enumerate(knots) if knot.at <= x)
    here, better = knots[number], knots[number + 1]
    f = (x - here.at) / (better.at - here.at)
    more = Worth(f * (better.worth.share - here.worth.share), f * (better.worth.points - here.worth.points))
    whole = Worth(here.worth.share + more.share, here.worth.points + more.points)
    return Earned(whole, working=(("base", here.worth), ("coefficient", f), ("adjustment", more)))


def _shortfall(shortfall: Shortfall, sight: Sight) -> Earned:
    """Weight - each × Σ over the parts of what is missing to the quota."""
    missing = ZERO
    for part in sight.measured.parts:
        quota = part.denominator.value if part.denominator is not None else None
        if quota is None or part.numerator.value is None:
            return Earned(NOTHING, note=NO_NUMBER)
        missing += max(ZERO, quota - part.numerator.value)
    return Earned(Worth(Fraction(1), -shortfall.each * missing), working=(("shortfall", missing),))


def _floors(floors: Floors, sight: Sight) -> Earned:
    """Whether each named part reaches its floor; a part without a denominator asks for nothing."""
    rates = [(sight.read(Reading.VALUE, name), least) for name, least in floors.floors]
    known = [(rate, least) for rate, least in rates if rate is not None]
    reached = sum(rate >= least for rate, least in known)
    working: tuple[Step, ...] = (("reached", Fraction(reached)), ("asked", Fraction(len(known))))
    if not known:
        return Earned(NOTHING, working=working, note=NO_NUMBER)
    if reached == len(known):
        return Earned(floors.met, working=working)
    if floors.unmet is not None:
        return Earned(floors.unmet, working=working)
    share = Fraction(reached, len(known))
    return Earned(Worth(floors.met.share * share, floors.met.points * share), working=working)


def _deductions_by_part(deductions: Deductions, sight: Sight) -> Earned:
    """Weight - Σ each × times, every named part with its own each."""
    each = dict(deductions.by_part)
    taken = ZERO
    for part in sight.measured.parts:
        taken += each.get(part.name, deductions.each) * (part.numerator.value or 0)
    return Earned(Worth(Fraction(1), -taken), working=(("deducted", taken),))
