"""Places over many draws of weights: this project's way beside a NumPy argsort a draw, in one run.

    .venv/bin/python benchmarks/stability.py [units] [draws] [indicators] [rounds]

Both draw the weights, place every unit in every draw and give each unit's 5 % and 95 % place. CPU time, medians of
alternating rounds, and their ratio; extra memory beside that of all draws at once. NumPy has to be installed: without
it the product counts in whole numbers alone, and that time is printed too.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from scoring.extremes import possible_places
from scoring.rules import Ties
from scoring.stability import under_any_weights
from scoring.weight_model import DivisionModel, Pattern, Role, Row

UNITS, DRAWS, INDICATORS, ROUNDS = 1000, 10_000, 4, 5


def division(units: int, indicators: int, seed: int = 1) -> DivisionModel:
    """Units with random rates of small counts, equal weights."""
    dice = random.Random(seed)
    pattern = Pattern((Fraction(100, indicators),) * indicators, (Role.COUNTS,) * indicators)
    rows = []
    for number in range(units):
        below = [dice.randint(1, 60) for _ in range(indicators)]
        marks = tuple(Fraction(dice.randint(0, n), n) for n in below)
        score = sum((w * m for w, m in zip(pattern.weights, marks, strict=True)), Fraction(0))
        rows.append(Row(f"u{number}", Fraction(0), score, pattern, marks))
    rows.sort(key=lambda row: -row.score)
    placed = [
        Row(
            row.unit,
            Fraction(1 + sum(other.score > row.score for other in rows)),
            row.score,
            pattern,
            row.marks,
        )
        for row in rows
    ]
    return DivisionModel("d", tuple(f"i{n}" for n in range(indicators)), tuple(placed), Ties.COMPETITION)


def table(model: DivisionModel) -> np.ndarray:
    """The marks as binary fractions."""
    return np.array([[float(mark) for mark in row.marks] for row in model.rows])


def ours(model: DivisionModel, draws: int, *, arrays: bool = True) -> list[tuple[Fraction, Fraction]]:
    """Intervals of this project."""
    return [spread.interval() for spread in under_any_weights(model, "benchmark", draws, arrays=arrays)]


def a_loop(marks: np.ndarray, draws: int) -> np.ndarray:
    """An argsort for each draw."""
    units, indicators = marks.shape
    weights = np.random.default_rng(1).dirichlet(np.ones(indicators), draws)
    places = np.empty((draws, units), np.int32)
    numbers = np.arange(1, units + 1)
    for n in range(draws):
        places[n, np.argsort(-(marks @ weights[n]))] = numbers
    return np.percentile(places, [5, 95], axis=0)


def all_at_once(marks: np.ndarray, draws: int) -> np.ndarray:
    """All draws in one array."""
    units, indicators = marks.shape
    weights = np.random.default_rng(1).dirichlet(np.ones(indicators), draws)
    order = np.argsort(-(weights @ marks.T), axis=1)
    places = np.empty((draws, units), np.int64)
    np.put_along_axis(places, order, np.arange(1, units + 1)[None, :], axis=1)
    return np.percentile(places, [5, 95], axis=0)


def seconds(work: Callable[[], object]) -> float:
    """CPU time of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def megabytes(work: Callable[[], object]) -> float:
    """Most memory one call takes on top of what was there."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def main() -> None:
    """Print the figures."""
    stated = [int(text) for text in sys.argv[1:]]
    units, draws, indicators, rounds = stated + [UNITS, DRAWS, INDICATORS, ROUNDS][len(stated) :]
    model = division(units, indicators)
    marks = table(model)
    ours(model, 100)
    pairs = [
        (seconds(lambda: ours(model, draws)), seconds(lambda: a_loop(marks, draws))) for _ in range(rounds)
    ]
    fast, loop = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"{units} units x {indicators} indicators x {draws} draws")
    print(f"  with NumPy        {fast:8.3f} s")
    print(f"  argsort a draw    {loop:8.3f} s   ratio {fast / loop:.2f} (promised <= 0.45 at 1,000 units)")
    print(f"  whole numbers     {seconds(lambda: ours(model, draws, arrays=False)):8.3f} s")
    own, whole = megabytes(lambda: ours(model, draws)), megabytes(lambda: all_at_once(marks, draws))
    print(
        f"  extra memory      {own:8.1f} MB  all at once {whole:.1f} MB, ratio {own / whole:.2f} (promised <= 0.1)"
    )
    if units <= 100:
        found = possible_places(model)
        proven = sum(one.best.proven and one.worst.proven for one in found)
        spent = seconds(lambda: possible_places(model))
        print(f"  best and worst    {spent:8.3f} s   proven for {proven} of {units} units")


if __name__ == "__main__":
    main()
