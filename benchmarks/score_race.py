"""Scoring a very large race: against a bare Decimal loop, growth with units, and weighing again.

    python benchmarks/score_race.py

10,000 units x 8 indicators in four divisions, capped at 120 %, two of the indicators by bands. Every ratio is of times
measured in the same run, the best of several. The promises, printed with the figures:
scored and ranked <= 3 x the Decimal loop; log-log slope from 100 to 10,000 units 1.0 +- 0.1; other weights on the same
measures <= 1/10 of a full score. "Ranked" is scores and places (scoring.tally); "standings" keeps every intermediate
number besides (scoring.race), which is what a publication pays once.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scoring.facts import Unit
from scoring.measure import mixed, ratio
from scoring.measures import Measures, UnitMeasures
from scoring.race import score_measured
from scoring.result import Count
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme
from scoring.tally import tallies

UNITS, INDICATORS, DIVISIONS, BANDED = 10_000, 8, 4, 6
WEIGHTS = [10, 20, 10, 10, 15, 15, 10, 10]
BANDS = [("1", "1"), ("0.8", "0.75"), ("0.5", "0.5")]
Numbers = list[list[tuple[int, int]]]


def scheme() -> Scheme:
    """Eight indicators capped at 120 %, the last two by bands."""
    bands = [*({"from": low, "share": share} for low, share in BANDS), {"points": "0"}]
    rows: list[dict[str, Any]] = [
        {"key": f"i{n}", "name": f"i{n}", "weight": weight, "measure": {"given": "any"}, "cap": "1.2"}
        for n, weight in enumerate(WEIGHTS)
    ]
    for row in rows[BANDED:]:
        row["shape"] = {"kind": "bands", "bands": bands}
    return parse_scheme({"format": "saima-scheme/1", "name": "b", "full_mark": 100, "indicators": rows})


def numbers(units: int) -> Numbers:
    """Seeded counts: numerators to 60, denominators to 50."""
    dice = random.Random(1)
    return [[(dice.randint(0, 60), dice.randint(1, 50)) for _ in range(INDICATORS)] for _ in range(units)]


def measured(rows: Numbers) -> Measures:
    """The counts as measures."""
    units = []
    for n, row in enumerate(rows):
        found = {
            f"i{i}": mixed((ratio(Count(Fraction(a), "count"), Count(Fraction(b), "count")),))
            for i, (a, b) in enumerate(row)
        }
        units.append(UnitMeasures(Unit(f"u{n}", f"u{n}", f"d{n % DIVISIONS}", n), found, {}))
    return Measures(date(2026, 9, 30), Fraction(3, 4), tuple(units))


def decimal_places(rows: Numbers) -> list[int]:
    """The same arithmetic as a bare loop over Decimal, which is not exact."""
    cap, zero = Decimal("1.2"), Decimal(0)
    bands = [(Decimal(low), Decimal(share)) for low, share in BANDS]
    weights = [Decimal(weight) for weight in WEIGHTS]
    groups: dict[int, list[tuple[Decimal, int]]] = {}
    for n, row in enumerate(rows):
        score = zero
        for i, (above, below) in enumerate(row):
            rate = Decimal(above) / Decimal(below)
            rate = min(rate, cap)
            if i >= BANDED:
                for low, share in bands:
                    if rate >= low:
                        rate = share
                        break
                else:
                    rate = zero
            score += weights[i] * rate
        groups.setdefault(n % DIVISIONS, []).append((score, n))
    places = [0] * len(rows)
    for group in groups.values():
        group.sort(reverse=True)
        last, place = None, 0
        for position, (found, n) in enumerate(group, 1):
            if found != last:
                place, last = position, found
            places[n] = place
    return places


def ranked(measures: Measures, rules: Scheme) -> None:
    """Exact scores and places of every unit."""
    for tally in tallies(measures, rules).values():
        tally.ranking()


def best(action: Callable[[], object], rounds: int = 5) -> float:
    """Seconds of the fastest of several rounds."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        action()
        times.append(time.process_time() - started)
    return min(times)


def slope(action: Callable[[Measures], object], sizes: list[int]) -> float:
    """Log-log slope of the time over the number of units, by least squares."""
    points = []
    for size in sizes:
        measures = measured(numbers(size))
        rounds = max(3, 3 * UNITS // size // 4)
        points.append((math.log(size), math.log(best(lambda m=measures: action(m), rounds))))
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    above = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return above / sum((x - mean_x) ** 2 for x, _ in points)


def main() -> None:
    """Print every figure beside its promise."""
    rules, rows = scheme(), numbers(UNITS)
    measures = measured(rows)
    decimal = best(lambda: decimal_places(rows))
    tally = best(lambda: ranked(measures, rules))
    standings = best(lambda: score_measured(measures, rules), 2)
    kept = tallies(measures, rules)
    other = {
        key: Fraction(weight) for key, weight in zip((f"i{n}" for n in range(8)), WEIGHTS[::-1], strict=True)
    }
    again = best(lambda: [one.places(other) for one in kept.values()])
    print(f"Decimal loop                {decimal * 1000:8.0f} ms")
    print(f"scored and ranked, exact    {tally * 1000:8.0f} ms   {tally / decimal:.2f} x Decimal (promise 3)")
    print(f"standings with all working  {standings * 1000:8.0f} ms   {standings / decimal:.0f} x Decimal")
    print(
        f"ranked with other weights   {again * 1000:8.0f} ms   1/{tally / again:.1f} of ranked (promise 1/10),"
    )
    print(f"                                          1/{standings / again:.0f} of standings")
    sizes = [100, 316, 1_000, 3_162, 10_000]
    print(
        f"slope of ranked             {slope(lambda m: ranked(m, rules), sizes):8.2f}      (promise 1.0 +- 0.1)"
    )
    print(f"slope of standings          {slope(lambda m: score_measured(m, rules), sizes[:4]):8.2f}")


if __name__ == "__main__":
    main()
