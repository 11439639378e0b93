"""Turns a rate into points: proportional to the weight, between a floor 保底 and a cap 封顶."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

CAP = "cap"
FLOOR = "floor"


class Clamped(NamedTuple):
    """A rate or plain number after cap and floor; `note` is `cap` or `floor` where one of them changed it."""

    rate: Fraction
    note: str | None


def clamp(rate: Fraction, floor: Fraction | None, cap: Fraction | None) -> Clamped:
    """The rate between floor and cap."""
    if cap is not None and rate > cap:
        return Clamped(cap, CAP)
    if floor is not None and rate < floor:
        return Clamped(floor, FLOOR)
    return Clamped(rate, None)
