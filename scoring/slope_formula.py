"""The printed working of slopes 分段增减: the base, and what each stretch passed through adds or takes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from scoring.number_formula import Printer, Seen
from scoring.printed import Sum, Told, less, number, over, percent, plus, times
from scoring.shape_rules import Segment, Slopes, Worth
from scoring.show import plain

HUNDRED = 100


def slope_sum(slopes: Slopes, x: Seen, worth: Callable[[Worth], Sum], printer: Printer) -> Told:
    """`10-(100-93.5)×0.1`: in percentage points where the number is a rate, whole steps where so stated."""
    found, notes = worth(slopes.base), []
    low, high = sorted((slopes.at, x.value))
    for segment in slopes.segments:
        first = low if segment.within.lower is None else max(low, segment.within.lower)
        last = high if segment.within.upper is None else min(high, segment.within.upper)
        if last <= first:
            continue
        steps = _steps(segment, first, last, x)
        if segment.whole:
            whole = Fraction(steps.value.__floor__())
            notes.append(printer.tongue.say("whole", x=steps.text, steps=plain(whole)))
            steps = number(whole)
        if steps.value:
            found = _add(found, times(steps, _each(segment, worth)), segment, down=x.value < slopes.at)
    return Told(found, tuple(notes))


def _each(segment: Segment, worth: Callable[[Worth], Sum]) -> Sum:
    """What one step is worth, without its sign where that is plain points."""
    if segment.worth.share:
        return worth(segment.worth)
    return number(abs(segment.worth.points))


def _add(found: Sum, more: Sum, segment: Segment, *, down: bool) -> Sum:
    """Below the anchor steps count down, and a step may itself take points away."""
    takes = not segment.worth.share and segment.worth.points < 0
    return less(found, more) if down != takes else plus(found, more)


def _steps(segment: Segment, first: Fraction, last: Fraction, x: Seen) -> Sum:
    """The stretch in units of a step, in percentage points for a rate."""
    points = x.show is percent
    scale = HUNDRED if points else 1

    def end(at: Fraction) -> Sum:
        if at != x.value:
            return _scaled(at, x, points=points)
        return _own(x, points=points)

    stretch = end(last) if not first else less(end(last), end(first))
    every = segment.every * scale
    return stretch if every == 1 else over(stretch, _plain_or_money(every, x, points=points))


def _scaled(at: Fraction, x: Seen, *, points: bool) -> Sum:
    return number(at * HUNDRED) if points else x.show(at)


def _plain_or_money(every: Fraction, x: Seen, *, points: bool) -> Sum:
    return number(every) if points else x.show(every)


def _own(x: Seen, *, points: bool) -> Sum:
    """The number itself, as percentage points where it is a rate."""
    if not points:
        return x.literal
    shown = number(x.value * HUNDRED)
    return times(x.sum, number(Fraction(HUNDRED))) if "/" in shown.text else shown
