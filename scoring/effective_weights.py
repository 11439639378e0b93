"""What each indicator really moves 有效权重, beside the weight it was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from scoring.intervals import root
from scoring.result import RaceResult, Standing
from scoring.rules import Scheme

ZERO = Fraction(0)
ADJUSTMENTS = "adjustments"
"""Stands where an indicator's key could, for all bonuses, deductions and limits together."""
MOST_BITS = 4096
FINE = 2**128


@dataclass(frozen=True, slots=True)
class EffectiveWeight:
    """What an indicator (or all adjustments together) moves, beside what it was meant to weigh."""

    key: str
    nominal: Fraction
    """Share of the weights; 0 for adjustments."""
    effective: Fraction
    """Cov(points, score) / Var(score): the share of the scores' variance; all of them sum to 1."""
    correlation: Fraction | None
    """Of the points with the score, to 15 decimals; None where the points are all equal."""


def effective_weights(result: RaceResult, scheme: Scheme, division: str) -> list[EffectiveWeight]:
    """Every indicator that has a weight in the division, then adjustments if any, over its placed units.

    Exact; only where the points' common denominator would have more than 4,096 bits they are first rounded down
    to 2⁻¹²⁸. Empty where all scores are equal.
    """
    placed = [s for s in result.standings if s.division == division and s.place is not None]
    stated = scheme.weights(division, None, result.as_of)
    full = sum(stated.values(), ZERO)
    columns = _whole(_columns(placed, scheme))
    totals = [sum(row) for row in zip(*columns.values(), strict=True)]
    variance = _covariance(totals, totals)
    if not variance:
        return []
    found = []
    for key, column in columns.items():
        shared, own = _covariance(column, totals), _covariance(column, column)
        nominal = stated.get(key, ZERO) / full if full else ZERO
        correlation = _correlation(shared, own, variance)
        found.append(EffectiveWeight(key, nominal, Fraction(shared, variance), correlation))
    return found


def _columns(placed: Sequence[Standing], scheme: Scheme) -> dict[str, list[Fraction]]:
    """Points of every unit by indicator, nothing counting as 0, and what is added besides."""
    found: dict[str, list[Fraction]] = {}
    for number, indicator in enumerate(scheme.indicators):
        lines = [standing.indicators[number] for standing in placed]
        if any(line.weight or line.points for line in lines):
            found[indicator.key] = [line.points or ZERO for line in lines]
    added = [sum((line.points for line in standing.adjustments), ZERO) for standing in placed]
    if any(added):
        found[ADJUSTMENTS] = added
    return found


def _whole(columns: dict[str, list[Fraction]]) -> dict[str, list[int]]:
    """The same numbers times their common denominator."""
    below = 1
    for denominator in {x.denominator for column in columns.values() for x in column}:
        below = lcm(below, denominator)
        if below.bit_length() > MOST_BITS:
            below = FINE
            break
    return {key: [x.numerator * below // x.denominator for x in column] for key, column in columns.items()}


def _covariance(xs: Sequence[int], ys: Sequence[int]) -> int:
    """N Σxy - Σx Σy: the covariance, times the square of the number."""
    return len(xs) * sum(x * y for x, y in zip(xs, ys, strict=True)) - sum(xs) * sum(ys)


def _correlation(shared: int, own: int, total: int) -> Fraction | None:
    if not own:
        return None
    size = root(Fraction(shared * shared, own * total))
    return size if shared >= 0 else -size
