"""Reach of the next place, all columns and the mixed path, in full scores of the division: `python benchmarks/reach.py`.

Promise: 300 units, 4 indicators: one unit against the next place costs at most 100 full scores of that division.
"""

from __future__ import annotations

import random
import sys
from datetime import date
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


def seconds_of_a_score(measures: Measures, rules: Scheme) -> float:
    """Median of several full scores."""
    times = []
    for _ in range(7):
        begun = process_time()
        score_measured(measures, rules)
        times.append(process_time() - begun)
    return median(times)


def main() -> int:
    """Print the ratio for units all over the board under both schemes; fails above the promise."""
    worst = 0.0
    facts = season(random.Random(7))
    for shape in ("proportional", "minmax"):
        rules = scheme(shape)
        measures = measure_all(facts, rules, AS_OF)
        standings = score_measured(measures, rules).standings
        once = seconds_of_a_score(measures, rules)
        ratios = []
        for place in (2, 3, 10, 50, 150, 250, 299):
            unit = standings[place - 1].unit
            wanted = next_place(standings, unit)
            begun = process_time()
            found = reach(measures, rules, unit, wanted or 1, Supposing(facts))
            ratios.append((process_time() - begun) / once)
            solved = sum(answer.steps is not None for answer in found.answers)
            path = (
                "none"
                if found.path is None
                else f"{found.path.cost}{'' if found.path.proven else ' (cut short)'}"
            )
            print(f"  {shape:12} place {place:3}: {ratios[-1]:6.1f} full scores, {solved}/{len(found.answers)} columns,"
                  f" path {path}")  # fmt: skip
        print(
            f"{shape:12} one full score {once * 1000:.1f} ms; reach at most {max(ratios):.1f} (promise {PROMISE})"
        )
        worst = max(worst, *ratios)
    return int(worst > PROMISE)


if __name__ == "__main__":
    sys.exit(main())
