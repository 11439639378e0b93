"""Rates rounded before points are counted 率先取整, alike for every look; points rounded before they are added up."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from scoring.measure import Measured
from scoring.rules import Scheme
from scoring.show import rounded


def rounded_rate(rate: Fraction | None, scheme: Scheme) -> Fraction | None:
    """The rate as the scheme prints it where it is counted by what is printed, otherwise the exact rate."""
    if rate is None or "rate" not in scheme.rounding.early:
        return rate
    return Fraction(rounded(rate, scheme.decimals.rate + 2, scheme.rounding.rate))


def with_rounded_rates(measured: Measured, scheme: Scheme) -> Measured:
    """What was measured with its rate, and the rates of its parts, as rules look at them; counts stay as they are."""
    if "rate" not in scheme.rounding.early:
        return measured
    parts = tuple(replace(part, rate=rounded_rate(part.rate, scheme)) for part in measured.parts)
    return replace(measured, parts=parts, rate=rounded_rate(measured.rate, scheme))


def early_points(points: Fraction | None, scheme: Scheme) -> Fraction | None:
    """What enters the sum: points as the scheme prints them where it adds up printed points, otherwise the exact ones.

    The points of an indicator after its gate, and each adjustment after its limits, are rounded once.
    """
    if points is None or "points" not in scheme.rounding.early:
        return points
    return Fraction(rounded(points, scheme.decimals.points, scheme.rounding.points))
