"""The way of one project through its stages: dates from first lead to production, as far as it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

SIGNED_ONLY, LANDED, STARTED, PRODUCING = range(4)
"""How far a signed project came."""

Gap = tuple[str, int, int, int]
"""A stage, how likely it is taken in per cent, and the least and most days since the one before."""

COURTSHIP: tuple[Gap, ...] = (
    ("lead", 42, 0, 0),
    ("talks", 100, 4, 25),
    ("visited", 45, 5, 25),
    ("agreed", 26, 8, 30),
)
SETTLING: tuple[Gap, ...] = (
    ("registered", 100, 4, 35),
    ("approved", 75, 5, 30),
    ("landed", 85, 8, 45),
    ("planned", 50, 6, 30),
)
BUILDING: tuple[Gap, ...] = (
    ("in_statistics", 70, 10, 45),
    ("topped_out", 60, 40, 110),
    ("equipped", 65, 10, 40),
)
SOONEST_LANDED, SOONEST_STARTED, SOONEST_PRODUCING = 8, 26, 130
"""Days after signing before which nobody lands, breaks ground, or produces."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stage reached on a day."""

    stage: str
    on: date


def courtship(rng: Random, until: date) -> list[Step]:
    """What led to a contract signed on a day: leads, talks, visits, each before the next."""
    steps: list[Step] = []
    on = until
    for stage, likely, least, most in reversed((*COURTSHIP, ("", 100, 5, 30))):
        if stage and rng.randrange(100) < likely:
            steps.append(Step(stage, on))
        on -= timedelta(days=rng.randint(max(least, 1), max(most, 1)))
    return steps[::-1]


def talking(rng: Random, since: date, until: date) -> list[Step]:
    """A project still in talks: how far it came between two days; at least the first step is taken."""
    steps = _walk(rng, COURTSHIP, since, until)
    return steps or [Step("talks", since)]


def settled(rng: Random, signed_on: date, until: date, level: int) -> list[Step]:
    """Everything after the signing of a project that came as far as `level` by the day `until`."""
    if level == SIGNED_ONLY:
        # Some of those that never land at least have their papers.
        return _walk(rng, (("approved", 30, 20, 60),), signed_on, until)
    if level == LANDED:
        return _landed(rng, signed_on, until)
    started_on = signed_on + timedelta(days=_gap(rng, (until - signed_on).days, level))
    before = _squeezed(rng, (*SETTLING, ("permitted", 75, 5, 30)), signed_on, started_on)
    return [*before, Step("started", started_on), *_after_start(rng, started_on, until, level)]


def _landed(rng: Random, signed_on: date, until: date) -> list[Step]:
    registered = signed_on + timedelta(days=rng.randint(4, max(5, min(40, (until - signed_on).days - 1))))
    first = min(registered, until)
    stuck = (("permitted", 35, 10, 40),)
    return [Step("registered", first), *_walk(rng, (*SETTLING[1:], *stuck), first, until)]


def _gap(rng: Random, available: int, level: int) -> int:
    """Days from signing to breaking ground, leaving time for what came after."""
    most = available - 2 if level == STARTED else available - 70
    return rng.randint(min(SOONEST_STARTED - 6, most), min(150, most))


def _after_start(rng: Random, started_on: date, until: date, level: int) -> list[Step]:
    if level == STARTED:
        return _walk(rng, BUILDING, started_on, until)
    produced_on = until - timedelta(days=rng.randint(0, max(0, (until - started_on).days - 60)))
    return [*_squeezed(rng, BUILDING, started_on, produced_on), Step("in_production", produced_on)]


def _walk(rng: Random, gaps: Sequence[Gap], since: date, until: date) -> list[Step]:
    """Stages one after the other until time runs out."""
    steps: list[Step] = []
    on = since
    for stage, likely, least, most in gaps:
        on += timedelta(days=rng.randint(least, most))
        if on > until:
            break
        if rng.randrange(100) < likely:
            steps.append(Step(stage, on))
    return steps


def _squeezed(rng: Random, gaps: Sequence[Gap], since: date, until: date) -> list[Step]:
    """All the stages that are taken, in order, between two days."""
    taken = [stage for stage, likely, _, _ in gaps if rng.randrange(100) < likely]
    days = (until - since).days
    offsets = sorted(rng.randint(min(2, days), days) for _ in taken)
    return [Step(stage, since + timedelta(days=offset)) for stage, offset in zip(taken, offsets, strict=True)]
