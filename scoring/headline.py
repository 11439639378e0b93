"""Totals over a division or the whole race, from the lines of its competing units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from scoring.result import Headline, IndicatorLine, Part
from scoring.shape_rules import ONE
from scoring.sums import exact_sum


def headline(division: str | None, key: str, lines: Iterable[IndicatorLine]) -> Headline:
    """Total of one indicator: rate = Σ numerators / Σ denominators, for a mix by each of its parts.

    A project shared by several units is counted once, because their shares of it sum to at most 1.
    """
    measured = [line.parts for line in lines if line.parts]
    if len({len(parts) for parts in measured}) > 1:
        # Units that state different parts have no total that means anything.
        return Headline(division, key, None, None, None)
    if any(part.is_bare for parts in measured for part in parts):
        # Rates without their counts have no total either.
        return Headline(division, key, None, None, None)
    by_part: list[Sequence[Part]] = list(zip(*measured, strict=True))
    totals = [(_sum(p.numerator.value for p in parts), _denominator(parts)) for parts in by_part]
    shares = [parts[0].share for parts in by_part]
    if len(totals) > 1 and exact_sum(shares) != 1:
        # Pooled parts: everything above the line over everything below it.
        totals, shares = [(_sum(above for above, _ in totals), _sum(below for _, below in totals))], [ONE]
    rate = _rate(shares, totals)
    numerator, denominator = totals[0] if len(totals) == 1 else (None, None)
    return Headline(division, key, numerator, denominator, rate)


def _sum(values: Iterable[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return exact_sum(known) if known else None


def _denominator(parts: Iterable[Part]) -> Fraction | None:
    return _sum(part.denominator.value for part in parts if part.denominator is not None)


def _rate(
    shares: Sequence[Fraction], totals: Sequence[tuple[Fraction | None, Fraction | None]]
) -> Fraction | None:
    rate = Fraction(0)
    for share, (numerator, denominator) in zip(shares, totals, strict=True):
        if numerator is None or denominator is None or denominator <= 0:
            return None
        rate += share * numerator / denominator
    return rate if totals else None
