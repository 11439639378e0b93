"""Spreading a total over units 分解任务: whole quantities that sum to the total exactly, by largest remainder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from leaderboard.seasons.plan import PlanError
from leaderboard.words import gettext as _


@dataclass(frozen=True, slots=True)
class Part:
    """What one unit gets: its exact share, the whole quantity, and whether one more came from the remainder."""

    exact: Fraction
    quantity: int
    is_extra: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """A total spread over weights; `remainder` is what was left after everyone got the whole of their share."""

    parts: tuple[Part, ...]
    remainder: int


def spread(total: int, weights: Sequence[Fraction | int], grain: int = 1) -> Spread:
    """Spread a total in whole grains: everyone gets the whole of their share, the largest remainders one more each.

    Equal remainders go by the order given. Quantities sum to the total and lie within one grain of the exact share
    total × weight / sum of weights. Raises PlanError for a total that is no whole number of grains, or for weights
    of which one is negative or all are zero.
    """
    problems = []
    if total < 0 or total % grain:
        problems.append(_("总量不是最小单位的整数倍, 不能分完"))
    if any(weight < 0 for weight in weights):
        problems.append(_("份额不能小于零"))
    elif not sum(weights):
        problems.append(_("份额合计为零, 无从分解"))
    if problems:
        raise PlanError(*problems)
    whole = Fraction(sum(weights))
    exact = [Fraction(total // grain) * weight / whole for weight in weights]
    least = [floor(share) for share in exact]
    left = total // grain - sum(least)
    largest = sorted(range(len(exact)), key=lambda i: (least[i] - exact[i], i))
    extra = set(largest[:left])
    parts = (
        Part(share * grain, (number + (i in extra)) * grain, i in extra)
        for i, (share, number) in enumerate(zip(exact, least, strict=True))
    )
    return Spread(tuple(parts), left * grain)
