"""What is possible but unlikely, as yuan typed where 万元 are asked for, or a start before the signing: for every door."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from scoring.facts import IN_PRODUCTION, IN_STATISTICS, LANDED, SIGNED, STARTED

LARGE_YUAN = 10_000_000_000
"""A single figure above 100 亿元."""
MANY_TIMES = 10
"""Money arrived, as a multiple of what was contracted."""
LARGE_ARRIVAL, LARGE_CONTRACT = 1_000_000_000, 5_000_000_000
"""No receipt is usually for 10 亿元, no contract of a county for 50 亿元."""

AFTER = (
    (STARTED, SIGNED),
    (LANDED, SIGNED),
    (IN_STATISTICS, SIGNED),
    (IN_PRODUCTION, SIGNED),
    (IN_PRODUCTION, STARTED),
)
"""Stages that usually follow another one."""


def out_of_order(stage: str, on: date, known: Mapping[str, date]) -> Iterator[tuple[str, str]]:
    """Pairs (later, earlier) of stages that would stand in the wrong order if `stage` was reached on the day.

    `known` are the days of the project's other stages. A day alone is enough: the same day is in order.
    """
    days = {**known, stage: on}
    for later, earlier in AFTER:
        if stage in {later, earlier} and later in days and earlier in days and days[later] < days[earlier]:
            yield later, earlier


def is_large(yuan: int) -> bool:
    """Whether a single figure is more than projects are worth."""
    return yuan > LARGE_YUAN


def far_beyond(arrived: int, contracted: int | None) -> bool:
    """Whether far more arrived than the contract says; never where the contract names no amount."""
    return bool(contracted) and arrived > MANY_TIMES * (contracted or 0)


def all_large(contracted: Collection[int], arrived: Collection[int]) -> bool:
    """Whether even the smallest amount known of a project is large, as when all were typed in the wrong unit.

    Smallest of total investments, inward capital and single arrivals >= 10 亿元 where money arrived, else >= 50 亿元.
    """
    amounts = [yuan for yuan in (*contracted, *arrived) if yuan]
    return bool(amounts) and min(amounts) >= (LARGE_ARRIVAL if any(arrived) else LARGE_CONTRACT)
