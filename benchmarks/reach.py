"""Reach of the next place, all columns and the mixed path, in full scores of the division: `python benchmarks/reach.py`.

Promise: 300 units, 4 indicators: one unit against the next place costs at most 100 full scores of that division.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

sys.path.insert(0, str(Path(__file__).parent.parent))

from scoring.facts import Arrival, Credit, Facts, Project, StageEvent, Target, Unit
from scoring.measures import Measures, measure_all
from scoring.race import score_measured
from scoring.reach import Supposing, next_place, reach
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme
from scoring.tally import tallies

UNITS, PROJECTS = 300, 12
PROMISE = 100
AS_OF = date(2026, 10, 31)


def season(dice: random.Random) -> Facts:
    """Units of one division with a dozen projects each, one in eight of them shared with the next unit."""
    units = tuple(Unit(f"u{n:03}", f"单位{n}", "all", n) for n in range(UNITS))
    projects = [
        project(dice, f"P{unit}-{n}", unit, shared=n % 8 == 0)
        for unit in range(UNITS)
        for n in range(PROJECTS)
    ]
    targets = tuple(Target(unit.key, "signing", "count", dice.randint(10, 15)) for unit in units)
    return Facts(date(2026, 1, 1), date(2026, 12, 31), units, tuple(projects), targets=targets)


def project(dice: random.Random, code: str, unit: int, *, shared: bool) -> Project:
    """A contract that got to a stage by chance, with some of its money."""
    signed = date(2026, dice.randint(1, 9), dice.randint(1, 28))
    inward = dice.randint(1_000, 90_000) * 10_000
    reached = ["registered", "started", "in_production"][: dice.randint(0, 3)]
    events = [StageEvent(code, "signed", signed, total_yuan=inward, inward_yuan=inward)]
    events += [StageEvent(f"{code}{stage}", stage, signed) for stage in reached]
    arrived = Arrival(code, signed, inward * dice.randint(0, 100) // 100)
    partner = f"u{(unit + 1) % UNITS:03}"
    halves = (Credit(f"u{unit:03}", Supposing().new.share / 2), Credit(partner, Supposing().new.share / 2))
    whole = (Credit(f"u{unit:03}", Supposing().new.share),)
    return Project(code, code, halves if shared else whole, tuple(events), (arrived,))


def scheme(shape: str) -> Scheme:
    """The four rates, proportional under a cap or by 功效系数."""
    bent = {"shape": {"kind": shape}} if shape == "minmax" else {}
    rows = [("signing", "30"), ("landing", "20"), ("groundbreaking", "25"), ("arrival", "25")]
    return parse_scheme(
        {
            "format": "saima-scheme/1",
            "name": shape,
            "full_mark": "100",
            "indicators": [
                {"key": key, "name": key, "weight": weight, "cap": "1.2", "measure": measure(key), **bent}
                for key, weight in rows
            ],
        }
    )


def measure(key: str) -> dict[str, str]:
    """The usual preset of a rate."""
    return {"preset": key, "over": "contract"} if key == "arrival" else {"preset": key}


def seconds_of(score: Callable[[], object]) -> float:
    """Median of several full scores."""
    times = []
    for _ in range(7):
        begun = process_time()
        score()
        times.append(process_time() - begun)
    return median(times)


def told(measures: Measures, rules: Scheme, unit: str, facts: Facts) -> tuple[float, str]:
    """Seconds to find the ways of a unit to the next place, and what was found."""
    wanted = next_place(score_measured(measures, rules).standings, unit)
    begun = process_time()
    found = reach(measures, rules, unit, wanted or 1, Supposing(facts))
    seconds = process_time() - begun
    solved = sum(answer.steps is not None for answer in found.answers)
    cost = "none" if found.path is None else f"{found.path.cost}, proven: {found.path.proven}"
    return seconds, f"{solved} of {len(found.answers)} columns get there; cheapest path {cost}"


def main() -> int:
    """Print the ratio for units all over the board under both schemes; fails above the promise."""
    facts = season(random.Random(7))
    worst = []
    for shape in ("proportional", "minmax"):
        rules = scheme(shape)
        measures = measure_all(facts, rules, AS_OF)
        standings = score_measured(measures, rules).standings
        once = seconds_of(partial(score_measured, measures, rules))
        ranked = seconds_of(partial(places_alone, measures, rules))
        times = []
        for place in (2, 3, 10, 50, 150, 250, 299):
            seconds, text = told(measures, rules, standings[place - 1].unit, facts)
            times.append(seconds)
            print(f"  {shape:12} place {place:3}: {seconds / once:5.1f} full scores; {text}")
        worst.append(max(times) / once)
        print(f"{shape:12} at most {worst[-1]:.1f} full scores of {once * 1000:.0f} ms (promise {PROMISE});")
        print(f"{'':12} in tallies, which give scores and places alone: {max(times) / ranked:.0f}")
    return int(max(worst) > PROMISE)


def places_alone(measures: Measures, rules: Scheme) -> object:
    """Scores and places without any working."""
    return [tally.ranking() for tally in tallies(measures, rules).values()]


if __name__ == "__main__":
    sys.exit(main())
