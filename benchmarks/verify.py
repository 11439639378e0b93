"""Checking a sealed edition of 10,000 projects, against scoring it and hashing it.

    python benchmarks/verify.py [projects] [rounds]

`verify` reads the file, compares its form, hash and signature, reads facts and rules, scores them again and compares the
result byte for byte. The promise: <= 3 x scoring the facts and hashing the package, medians of rounds that take turns
in the same run, by processor time.
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from leaderboard.boards.package import FORMAT, canonical, check_file, digest, read_sealed, sealed
from leaderboard.collecting import without_collecting
from leaderboard.office import Office
from scoring.document import facts_document, result_document
from scoring.facts import Arrival, Credit, Facts, Project, StageEvent, Target, Unit
from scoring.race import score_race
from scoring.scheme_document import parse_scheme, scheme_document

UNITS, PROJECTS, ROUNDS = 1_000, 10_000, 5
AS_OF = date(2026, 10, 31)
SCHEME: dict[str, Any] = {
    "format": "saima-scheme/1",
    "name": "四率考核方案",
    "full_mark": "100",
    "indicators": [
        {"key": "signing", "name": "签约率", "weight": "30", "measure": {"preset": "signing", "by": "count"}},
        {"key": "start", "name": "开工率", "weight": "25", "measure": {"preset": "groundbreaking"}},
        {"key": "landing", "name": "落地率", "weight": "20", "measure": {"preset": "landing"}},
        {"key": "arrival", "name": "资金到位率", "weight": "25", "measure": {"preset": "arrival"}},
    ],
}


def race(count: int) -> Facts:
    """Seeded projects: every third shared by two units, six in ten registered, half started and with money."""
    dice = random.Random(1)
    units = tuple(Unit(f"u{n:04}", f"单位{n}", f"d{n % 4}", n) for n in range(UNITS))
    projects = tuple(project(dice, n, units) for n in range(count))
    targets = tuple(Target(unit.key, "signing", "count", 2 * count // UNITS) for unit in units)
    return Facts(date(2026, 1, 1), date(2026, 12, 31), units, projects, (), targets)


def project(dice: random.Random, number: int, units: tuple[Unit, ...]) -> Project:
    """One project with its story."""
    holders = dice.sample(units, 2 if number % 3 == 0 else 1)
    yuan = dice.randint(1, 90) * 10_000_000
    signed = date(2026, dice.randint(1, 9), dice.randint(1, 28))
    events = [StageEvent(f"s{number}", "signed", signed, total_yuan=yuan, inward_yuan=yuan)]
    if dice.random() < 0.6:
        events.append(StageEvent(f"r{number}", "registered", date(2026, 10, dice.randint(1, 28))))
    if dice.random() < 0.5:
        events.append(StageEvent(f"g{number}", "started", date(2026, 10, dice.randint(1, 28))))
    money = (Arrival(f"a{number}", date(2026, 10, 9), yuan // 3),) if dice.random() < 0.5 else ()
    shares = tuple(Credit(unit.key, Fraction(1, len(holders))) for unit in holders)
    return Project(f"P-{number:05}", f"项目{number}", shares, tuple(events), money)


def spent(action: Callable[[], object]) -> float:
    """Processor seconds of one call, without looking for cycles as checking goes without."""
    gc.collect()
    with without_collecting():
        started = time.process_time()
        action()
        return time.process_time() - started


def main() -> None:
    """Print both times and their ratio beside the promise."""
    count, rounds = (
        int(given) if given else usual
        for given, usual in zip((*sys.argv[1:3], "", "")[:2], (PROJECTS, ROUNDS), strict=True)
    )
    facts, scheme = race(count), parse_scheme(SCHEME)
    package = {
        "format": FORMAT,
        "as_of": str(AS_OF),
        "scheme": scheme_document(scheme),
        "facts": facts_document(facts),
        "result": result_document(score_race(facts, scheme, AS_OF)),
    }
    office = Office("benchmark", "Asia/Shanghai", "http://localhost", bytes([1]) * 32)
    data = canonical(sealed(package, office.sign(digest(package)), office.public_key))

    def score_and_hash() -> None:
        score_race(facts, scheme, AS_OF)
        digest(package)

    def verify() -> None:
        findings = check_file(read_sealed(data), lambda signer: signer == office.public_key)
        if not all(finding.holds for finding in findings):
            raise SystemExit(f"the package does not hold: {findings}")

    pairs = [(spent(score_and_hash), spent(verify)) for _ in range(rounds)]
    base, checked = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{count} projects, {UNITS} units, {len(data) / 1e6:.1f} MB, {rounds} rounds")
    print(f"score and hash  {base * 1000:8.0f} ms")
    print(f"verify          {checked * 1000:8.0f} ms   {checked / base:.2f} x (promise 3)")


if __name__ == "__main__":
    main()
