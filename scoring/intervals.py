"""How sure a counted rate is: Wilson's interval, the difference of two rates, and rates drawn to the mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from scoring.result import Count, Part, RaceResult, Standing

Z = Fraction("1.959964")
"""Normal quantile of a two-sided interval of 95 %."""
PRECISION = 10**15
"""Square roots are taken to this many parts of one."""
ZERO, ONE = Fraction(0), Fraction(1)
Range = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class CountedRate:
    """A rate of projects beside what it may be worth: never instead of it."""

    unit: str
    division: str
    indicator: str
    part: str
    numerator: Fraction
    denominator: Fraction
    rate: Fraction
    interval: Range
    """Wilson's 95 % interval 威尔逊区间."""
    shrunk: Fraction | None
    """The rate drawn to the division's 收缩估计; None where the division is too small to say how far."""


def wilson(numerator: Fraction | int, denominator: Fraction | int, z: Fraction = Z) -> Range | None:
    """(k + z²/2 ± z √(k (n - k) / n + z²/4)) / (n + z²); None for 0 of 0 and where k is not within 0 and n.

    Exact but for the square root, which is good to 15 decimals. Shared projects count by their shares.
    """
    k, n = Fraction(numerator), Fraction(denominator)
    if n <= 0 or not 0 <= k <= n:
        return None
    middle = k + z * z / 2
    half = z * root(k * (n - k) / n + z * z / 4)
    low = ZERO if k == 0 else (middle - half) / (n + z * z)
    high = ONE if k == n else (middle + half) / (n + z * z)
    return max(low, ZERO), min(high, ONE)


def newcombe(
    first: tuple[Fraction | int, Fraction | int], second: tuple[Fraction | int, Fraction | int]
) -> Range | None:
    """p₁ - p₂ - √((p₁ - l₁)² + (u₂ - p₂)²) to p₁ - p₂ + √((u₁ - p₁)² + (p₂ - l₂)²), from Wilson's l and u.

    None where one of the two has no interval.
    """
    one, two = wilson(*first), wilson(*second)
    if one is None or two is None:
        return None
    p, q = Fraction(first[0]) / first[1], Fraction(second[0]) / second[1]
    below = root((p - one[0]) ** 2 + (two[1] - q) ** 2)
    above = root((one[1] - p) ** 2 + (q - two[0]) ** 2)
    return max(p - q - below, -ONE), min(p - q + above, ONE)


def shrunk(counts: Sequence[tuple[Fraction, Fraction]]) -> list[Fraction] | None:
    """Each k / n drawn to p = Σk / Σn: ((1 - r) p + r k) / (1 - r + r n), the mean of a beta-binomial.

    r is the correlation within a unit by the method of moments, between 0 (all draw level) and 1 (nobody moves):
    r = (Σ n (k/n - p)² / (p (1 - p)) - (m - 1)) / (N - Σn² / N - (m - 1)) over m units with N projects.
    None for fewer than two units, or where no unit has more than one project.
    """
    total = sum((n for _, n in counts), ZERO)
    if len(counts) < 2 or any(n <= 0 or not 0 <= k <= n for k, n in counts):
        return None
    degrees = len(counts) - 1
    room = total - sum((n * n for _, n in counts), ZERO) / total - degrees
    if room <= 0:
        return None
    p = sum((k for k, _ in counts), ZERO) / total
    r = ZERO
    if 0 < p < 1:
        spread = sum((n * (k / n - p) ** 2 for k, n in counts), ZERO) / (p * (1 - p))
        r = min(max((spread - degrees) / room, ZERO), ONE)
    return [((1 - r) * p + r * k) / (1 - r + r * n) for k, n in counts]


def counted_rates(result: RaceResult) -> list[CountedRate]:
    """Every rate of projects in a result, in the board's order; plain quantities, money and targets are none."""
    found: list[CountedRate] = []
    divisions = dict.fromkeys(standing.division for standing in result.standings)
    for division in divisions:
        rows = [standing for standing in result.standings if standing.division == division]
        width = max((len(row.indicators) for row in rows), default=0)
        for number in range(width):
            found += _indicator_rates(rows, number)
    order = {standing.unit: n for n, standing in enumerate(result.standings)}
    return sorted(found, key=lambda rate: order[rate.unit])


def _indicator_rates(rows: Sequence[Standing], number: int) -> list[CountedRate]:
    """The rates of one indicator over a division, part by part, each drawn to its own mean."""
    names = dict.fromkeys(part.name for row in rows for part in row.indicators[number].parts)
    found = []
    for name in names:
        parts = [(row, part) for row in rows for part in counted_parts(row.indicators[number].parts, name)]
        numbers = [_pair(part) for _, part in parts]
        drawn = shrunk(numbers)
        for n, ((row, part), (k, total)) in enumerate(zip(parts, numbers, strict=True)):
            interval = wilson(k, total)
            if interval is None:
                continue
            key = row.indicators[number].key
            estimate = drawn[n] if drawn else None
            rate = CountedRate(
                row.unit, row.division, key, part.name, k, total, k / total, interval, estimate
            )
            found.append(rate)
    return found


def counted_parts(parts: Iterable[Part], name: str | None = None) -> list[Part]:
    """Parts that are so many projects of so many: both counted, the second no target, the first within it."""
    return [part for part in parts if name in (None, part.name) and _is_counted(part)]


def _is_counted(part: Part) -> bool:
    below = part.denominator
    if (
        part.is_bare
        or below is None
        or below.value is None
        or part.numerator.value is None
        or part.audited is not None
    ):
        return False
    counts = part.numerator.by == "count" and below.by == "count"
    return counts and not _is_target(below) and 0 <= part.numerator.value <= below.value and below.value > 0


def _is_target(count: Count) -> bool:
    return any(fact.kind == "target" for fact in count.counted)


def _pair(part: Part) -> tuple[Fraction, Fraction]:
    below = part.denominator.value if part.denominator else None
    return part.numerator.value or ZERO, below or ZERO


def root(x: Fraction) -> Fraction:
    """√x to 15 decimals, rounded down."""
    return Fraction(isqrt(x.numerator * PRECISION * PRECISION // x.denominator), PRECISION)
