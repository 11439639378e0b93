"""A scheme 考核方案 as frozen values: what is measured, what it is worth, and how units are placed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from scoring.result import State

ONE = Fraction(1)


class Ties(StrEnum):
    """What units with equal values are called: 1224, 1223, 1234, 1334 or the mean of the places they fill."""

    COMPETITION = "competition"
    DENSE = "dense"
    SEQUENTIAL = "sequential"
    MODIFIED = "modified"
    FRACTIONAL = "fractional"


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


Measure = Signing | StageReached | ArrivedOverContract | ArrivedOverTask | ReturnRatio | ReturnQuantity


class MissingKind(StrEnum):
    """What becomes of an indicator whose number is missing."""

    ZERO = "zero"
    LEAVE_OUT = "leave_out"
    REDISTRIBUTE = "redistribute"
    FULL = "full"
    FIXED = "fixed"
    UNRANKED = "unranked"


@dataclass(frozen=True, slots=True)
class MissingRule:
    """The stated rule for one kind of missing number; `points` belong to `fixed` alone."""

    kind: MissingKind
    points: Fraction | None = None


ZERO_POINTS = MissingRule(MissingKind.ZERO)
LEFT_OUT = MissingRule(MissingKind.LEAVE_OUT)


@dataclass(frozen=True, slots=True)
class MissingRules:
    """One rule for each state in which there is no number."""

    not_reported: MissingRule = ZERO_POINTS
    no_denominator: MissingRule = ZERO_POINTS
    not_applicable: MissingRule = LEFT_OUT
    under_verification: MissingRule = ZERO_POINTS

    def for_state(self, state: State) -> MissingRule | None:
        """The rule for a state, or None where there is a number (counted, zero)."""
        if state in (State.COUNTED, State.ZERO):
            return None
        rules = {
            State.NOT_REPORTED: self.not_reported,
            State.NO_DENOMINATOR: self.no_denominator,
            State.NOT_APPLICABLE: self.not_applicable,
            State.UNDER_VERIFICATION: self.under_verification,
        }
        return rules[state]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One measured rate and how it becomes points: points = weight × clamp(rate, floor, cap)."""

    key: str
    name: str
    measure: Measure
    weight: Fraction = Fraction(0)
    name_en: str = ""
    cap: Fraction | None = None
    floor: Fraction = Fraction(0)
    missing: MissingRules = MissingRules()


@dataclass(frozen=True, slots=True)
class PerProject:
    """Counted automatically: cohort projects of at least this size that reached a stage, by their shares."""

    stage: str
    min_total_yuan: int = 0


@dataclass(frozen=True, slots=True)
class AdjustmentRule:
    """加减分: points = ± min(each × times, ceiling); times come from projects (`per`) or by hand."""

    key: str
    name: str
    kind: Literal["bonus", "deduction"]
    each: Fraction
    name_en: str = ""
    ceiling: Fraction | None = None
    per: PerProject | None = None


@dataclass(frozen=True, slots=True)
class DivisionRules:
    """A division's own weights; an indicator without a weight here does not apply to the division."""

    division: str
    weights: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Decimals:
    """Decimals shown, half up: of a rate as a percentage, of an indicator's points, of the score."""

    rate: int = 1
    points: int = 2
    score: int = 2


@dataclass(frozen=True, slots=True)
class Scheme:
    """The whole 考核方案; without `composite` there is no total and the `lead` indicator orders the board."""

    name: str
    indicators: tuple[Indicator, ...]
    full_mark: Fraction = Fraction(100)
    composite: bool = True
    lead: str | None = None
    decimals: Decimals = Decimals()
    ties: Ties = Ties.COMPETITION
    tie_breakers: tuple[str, ...] = ()
    schedule: Literal["linear"] = "linear"
    adjustments: tuple[AdjustmentRule, ...] = ()
    divisions: tuple[DivisionRules, ...] = field(default=())

    def indicator(self, key: str) -> Indicator:
        """The indicator of that key; KeyError if the scheme has none."""
        for indicator in self.indicators:
            if indicator.key == key:
                return indicator
        raise KeyError(key)

    def weights(self, division: str) -> dict[str, Fraction]:
        """Weights in force for a division by indicator key; an indicator that does not apply is not in it."""
        for rules in self.divisions:
            if rules.division == division:
                return dict(rules.weights)
        return {indicator.key: indicator.weight for indicator in self.indicators}
