"""What a column costs on a mixed path: efforts stated by the office, or the usual ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from scoring.facts import SIGNED
from scoring.reach_change import ADJUSTMENT, ARRIVAL, NEW_PROJECT, NUMBER, RETURN, STAGE, Column


@dataclass(frozen=True, slots=True)
class Effort:
    """`cost` for every `size` steps begun, such as every million yuan; raises ValueError unless both are positive."""

    cost: Fraction
    size: int = 1

    def __post_init__(self) -> None:
        if self.cost <= 0 or self.size <= 0:
            raise ValueError("efforts must be positive")

    def of(self, steps: int) -> Fraction:
        """Cost of so many steps."""
        return self.cost * self.times(steps)

    def times(self, steps: int) -> int:
        """How many efforts so many steps begin."""
        return -(-steps // self.size)


Efforts = Callable[[Column], Effort | None]
"""The effort of a column; None keeps it off a mixed path."""

MILLION = 1_000_000
USUAL = {STAGE: 2, ADJUSTMENT: 3, RETURN: 1, NUMBER: 1, ARRIVAL: 1}
NEW_STAGES = {
    "signed": 4,
    "registered": 5,
    "landed": 6,
    "started": 7,
    "in_statistics": 8,
    "in_production": 10,
}


def usual_efforts(column: Column) -> Effort:
    """Where the office states none: 2 for a known project's next stage, 4 for a new contract and up to 10 for one
    that is in production, 1 for every million yuan, 3 for a bonus more or a deduction fewer, 1 for any other number.
    """
    if column.by == "amount":
        return Effort(Fraction(1), MILLION)
    if column.deed == NEW_PROJECT:
        own_stage = NEW_STAGES[SIGNED] + USUAL[STAGE]
        return Effort(Fraction(NEW_STAGES.get(column.what, own_stage)))
    return Effort(Fraction(USUAL[column.deed]))
