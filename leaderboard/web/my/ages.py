"""How long a project has stood at each stage it reached, by the stages that were verified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from leaderboard.ledger.models import AWAITING, VERIFIED


@dataclass(frozen=True, slots=True)
class Age:
    """A stage, the day it was reached, and the days until the next one, or until today for the last."""

    stage: str
    since: date
    days: int
    is_last: bool


def days_reached(events: Iterable[tuple[Any, str]]) -> tuple[dict[str, date], dict[str, date]]:
    """The first day of each stage, of events that were verified and of events that wait for it."""
    verified: dict[str, date] = {}
    reported: dict[str, date] = {}
    for event, outcome in sorted(events, key=lambda each: each[0].occurred_on):
        if outcome == VERIFIED:
            verified.setdefault(event.stage, event.occurred_on)
        elif outcome == AWAITING:
            reported.setdefault(event.stage, event.occurred_on)
    return verified, reported


def ages_of(verified: Mapping[str, date], today: date) -> list[Age]:
    """The stages in the order they were reached; stages of one day count nothing but the last."""
    reached = sorted(verified.items(), key=lambda each: each[1])
    ages = [
        Age(stage, since, (until - since).days, False) for (stage, since), (_next, until) in pairwise(reached)
    ]
    return [*ages, *(Age(stage, since, (today - since).days, True) for stage, since in reached[-1:])]
