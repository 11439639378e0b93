"""The four rates with their real variants, and what is read from returns, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from scoring.shape_rules import ONE
from scoring.term_rules import Given, Terms


@dataclass(frozen=True, slots=True)
class Cohort:
    """Which contracts are looked at: signed since a date (None: the season's first), at least this large."""

    floor_yuan: int = 0
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Signing:
    """签约率: formally signed in the season / target, by count, amount, or both weighed by a share."""

    by: Literal["count", "amount", "mix"] = "count"
    count_share: Fraction = ONE
    level: str = "basic"
    cohort: Cohort = Cohort()

    @property
    def shares(self) -> tuple[tuple[str, Fraction], ...]:
        """How much of the rate is by count and how much by amount; the shares sum to 1."""
        if self.by == "mix":
            return ("count", self.count_share), ("amount", 1 - self.count_share)
        return ((self.by, ONE),)


@dataclass(frozen=True, slots=True)
class StageReached:
    """开工率, 落地率: cohort projects that reached a stage, or a later standard one, / signed, by count."""

    preset: Literal["groundbreaking", "landing"]
    stages: tuple[str, ...]
    cohort: Cohort = Cohort()


@dataclass(frozen=True, slots=True)
class ArrivedOverContract:
    """资金到位率: money arrived since signing / contracted inward capital, same cohort."""

    cohort: Cohort = Cohort()


@dataclass(frozen=True, slots=True)
class ArrivedOverTask:
    """资金到位率 against the task: money arrived in the season on any project / target by amount."""

    level: str = "basic"


@dataclass(frozen=True, slots=True)
class ReturnRatio:
    """Rate of two measures reported in returns 报表: cumulative numerator / cumulative denominator."""

    numerator: str
    denominator: str


@dataclass(frozen=True, slots=True)
class ReturnQuantity:
    """One measure reported in returns, shown and placed as a plain quantity; it earns no points."""

    measure: str


Measure = (
    Signing
    | StageReached
    | ArrivedOverContract
    | ArrivedOverTask
    | ReturnRatio
    | ReturnQuantity
    | Terms
    | Given
)
