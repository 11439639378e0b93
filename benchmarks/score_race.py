"""Scoring a very large race: against a bare Decimal loop, growth with units, and weighing again.

    python benchmarks/score_race.py

10,000 units x 8 indicators in four divisions, capped at 120 %, two of the indicators by bands. Every ratio is of times
measured in the same run, the best of several. The promises, printed with the figures:
scored and ranked <= 3 x the Decimal loop; log-log slope from 100 to 10,000 units 1.0 +- 0.1; other weights on the same
measures <= 1/10 of a full score. "Ranked" is scores and places (scoring.tally); "standings" keeps every intermediate
number besides (scoring.race), which is what a publication pays once, and like it they look for no cycles meanwhile.

Weighing again gives what a full score gives, exact scores and places; places alone, which need no fraction reduced,
stand beside it, and so does the first time, when the columns are packed once for all. With sums of money no
denominator is common to a division, and each score is a fraction of its own: these figures have no promise.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from leaderboard.collecting import without_collecting
from scoring.facts import Unit
from scoring.measure import mixed, ratio
from scoring.measures import Measures, UnitMeasures
from scoring.race import score_measured
from scoring.result import Count
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme
from scoring.tally import tallies

UNITS, INDICATORS, DIVISIONS, BANDED = 10_000, 8, 4, 6
SIZES = (100, 316, 1_000, 3_162, 10_000)
MONEY = 3
"""Indicators of a race with sums of money that are such sums, in yuan."""
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


def money(units: int) -> Numbers:
    """The same with sums to a milliard in the first indicators."""
    dice = random.Random(2)
    sums = [(dice.randint(0, 10**9), dice.randint(1, 10**9)) for _ in range(units * MONEY)]
    return [[*sums[n * MONEY : n * MONEY + MONEY], *row[MONEY:]] for n, row in enumerate(numbers(units))]


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


def slope(action: Callable[[Measures], object], budget: int) -> float:
    """Log-log slope of the time over the number of units, by least squares; the largest is done `budget` times."""
    points = []
    for size in SIZES:
        measures = measured(numbers(size))
        rounds = budget * max(1, min(25, UNITS // size))
        points.append((math.log(size), math.log(best(partial(action, measures), rounds))))
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    above = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return above / sum((x - mean_x) ** 2 for x, _ in points)


@without_collecting()
def standings(measures: Measures, rules: Scheme) -> None:
    """Every standing with all working, as a publication scores it."""
    score_measured(measures, rules)


def weighed_again(measures: Measures, rules: Scheme) -> dict[str, float]:
    """Seconds of what other weights take on tallies that are kept: all, places alone, and all the first time."""
    kept = list(tallies(measures, rules).values())
    other = {f"i{n}": Fraction(weight) for n, weight in enumerate(WEIGHTS[::-1])}
    first = best(lambda: [one.ranking(other) for one in kept], 1)
    return {
        "scores and places": best(lambda: [one.ranking(other) for one in kept], 40),
        "places alone": best(lambda: [one.places(other) for one in kept], 40),
        "the first time": first,
    }


def print_again(full: float, again: dict[str, float], promise: str) -> None:
    """What weighing again takes beside a full score."""
    for name, seconds in again.items():
        print(f"  {name:<25} {seconds * 1000:8.0f} ms   1/{full / seconds:.1f} of scored and ranked{promise}")
        promise = ""


def main() -> None:
    """Print every figure beside its promise."""
    rules, rows = scheme(), numbers(UNITS)
    measures = measured(rows)
    decimal = best(lambda: decimal_places(rows))
    full = best(lambda: ranked(measures, rules))
    whole = best(lambda: standings(measures, rules), 2)
    print(f"Decimal loop                {decimal * 1000:8.0f} ms")
    print(f"scored and ranked, exact    {full * 1000:8.0f} ms   {full / decimal:.2f} x Decimal (promise 3)")
    print(f"standings with all working  {whole * 1000:8.0f} ms   {whole / decimal:.0f} x Decimal")
    print("other weights")
    print_again(full, weighed_again(measures, rules), " (promise 1/10)")
    dear = measured(money(UNITS))
    once = best(lambda: ranked(dear, rules))
    print(f"with sums of money          {once * 1000:8.0f} ms   {once / full:.2f} x without")
    print_again(once, weighed_again(dear, rules), "")
    grown = slope(lambda m: ranked(m, rules), 5), slope(lambda m: standings(m, rules), 2)
    print(f"slope of ranked             {grown[0]:8.2f}      (promise 1.0 +- 0.1)")
    print(f"slope of standings          {grown[1]:8.2f}      (the same)")


if __name__ == "__main__":
    main()
