"""The printed term of an indicator whose shape is more than rate times weight; points alone where words fail."""

from __future__ import annotations

from fractions import Fraction

from scoring.result import IndicatorLine
from scoring.rules import Indicator
from scoring.shape_rules import Deductions, Interpolated, MinMax, Points, Proportional, Reading, Shortfall
from scoring.show import plain


def shape_term(line: IndicatorLine, indicator: Indicator) -> str | None:
    """The term with its numbers filled in, worth exactly the line's points; None where it cannot be told so.

    None as well where a least or most, a gate or rounding changed what the shape gave.
    """
    if line.note in ("least", "most", "gate", "void") or line.points is None:
        return None
    shape, x = indicator.shape, _number(line)
    if shape.on is not Reading.VALUE and not isinstance(shape.kind, Shortfall):
        return None
    text, value = _told(line, indicator, x)
    return text if value == line.points else None


def _told(  # noqa: PLR0911 - one answer a kind
    line: IndicatorLine, indicator: Indicator, x: Fraction | None
) -> tuple[str, Fraction | None]:
    """The term and what it comes to."""
    kind, weight, steps = indicator.shape.kind, line.weight, dict(line.working)
    if isinstance(kind, Shortfall) and "shortfall" in steps:
        missing = steps["shortfall"]
        return f"({_n(weight)}-{_n(kind.each)}×{_n(missing)})", weight - kind.each * missing
    if isinstance(kind, Deductions) and kind.by_part and "deducted" in steps:
        return f"({_n(weight)}-{_n(steps['deducted'])})", weight - steps["deducted"]
    if x is None:
        return "", None
    match kind:
        case Deductions(each=each):
            return f"({_n(weight)}-{_n(each)}×{_n(x)})", weight - each * x
        case Points(each=each):
            return (_n(x) if each == 1 else f"{_n(each)}×{_n(x)}"), each * x
        case Proportional(full_at=full_at) if full_at != 1 or line.rate is None:
            over = "" if full_at == 1 else f"÷{_n(full_at)}"
            return f"{_n(x)}{over}×{_n(weight)}", x / full_at * weight
        case MinMax() as ends if "coefficient" in steps:
            return _min_max(ends, x, steps, indicator.better, weight)
        case Interpolated() as standard:
            return _interpolated(standard, x, weight)
        case _:
            return "", None


def _min_max(
    ends: MinMax, x: Fraction, steps: dict[str, Fraction], better: str, weight: Fraction
) -> tuple[str, Fraction]:
    """`(0.6+0.4×(x-low)÷(high-low))×weight`, from the other end where less is better."""
    low, high = steps["low"], steps["high"]
    first, second = (x, low) if better == "more" else (high, x)
    ratio = f"({_n(first)}-{_n(second)})÷({_n(high)}-{_n(low)})"
    value = weight * (ends.base + (1 - ends.base) * (first - second) / (high - low))
    if not ends.base:
        return f"{ratio}×{_n(weight)}", value
    return f"({_n(ends.base)}+{_n(1 - ends.base)}×{ratio})×{_n(weight)}", value


def _interpolated(standard: Interpolated, x: Fraction, weight: Fraction) -> tuple[str, Fraction | None]:
    """`base+(x-value)÷(next-value)×(next base-base)`."""
    knots = standard.knots
    if not knots[0].at < x < knots[-1].at:
        return "", None
    number = max(i for i, knot in enumerate(knots) if knot.at <= x)
    here, after = knots[number], knots[number + 1]
    base, more = here.worth.at(weight), after.worth.at(weight)
    f = (x - here.at) / (after.at - here.at)
    text = f"{_n(base)}+({_n(x)}-{_n(here.at)})÷({_n(after.at)}-{_n(here.at)})×({_n(more)}-{_n(base)})"
    return text, base + f * (more - base)


def _number(line: IndicatorLine) -> Fraction | None:
    """The number the shape looked at: the rate between floor and cap, or the plain quantity."""
    if line.capped_rate is not None:
        return line.capped_rate
    return line.numerator if line.denominator is None else None


def _n(number: Fraction) -> str:
    """A number inside a product; a fraction or a negative one keeps to itself in brackets."""
    text = plain(number)
    return f"({text})" if "/" in text or text.startswith("-") else text
