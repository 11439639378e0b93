"""A scheme 考核方案 as frozen values: what is measured, what it is worth, and how units are placed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from scoring.adjustment_rules import AdjustmentRule, Ceiling, PerProject, PerReading
from scoring.board_rules import (
    Grades,
    LightRule,
    ListRule,
    ProgressRule,
    ProjectLightRule,
    Weighting,
)
from scoring.preset_rules import (
    ArrivedOverContract,
    ArrivedOverTask,
    Cohort,
    Measure,
    ReturnQuantity,
    ReturnRatio,
    Signing,
    StageReached,
)
from scoring.result import State
from scoring.shape_rules import ONE, PROPORTIONAL, Gate, Proportional, Shape
from scoring.show import Round
from scoring.term_rules import Given, Terms

__all__ = [
    "ONE",
    "AdjustmentRule",
    "ArrivedOverContract",
    "ArrivedOverTask",
    "Ceiling",
    "Cohort",
    "Decimals",
    "DivisionRules",
    "Given",
    "Indicator",
    "Measure",
    "MissingKind",
    "MissingRule",
    "MissingRules",
    "PerProject",
    "PerReading",
    "ProgressRule",
    "ReturnQuantity",
    "ReturnRatio",
    "Rounding",
    "Scheme",
    "Signing",
    "StageReached",
    "Terms",
    "Ties",
]


class Ties(StrEnum):
    """What units with equal values are called: 1224, 1223, 1234, 1334 or the mean of the places they fill."""

    COMPETITION = "competition"
    DENSE = "dense"
    SEQUENTIAL = "sequential"
    MODIFIED = "modified"
    FRACTIONAL = "fractional"


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

    def at(self, weight: Fraction) -> Fraction | None:
        """The points under a weight; None where the indicator does not count."""
        given = {MissingKind.ZERO: Fraction(0), MissingKind.FULL: weight, MissingKind.FIXED: self.points}
        return given.get(self.kind)


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
    """One measured rate and how it becomes points: by its shape, from clamp(rate, floor, cap)."""

    key: str
    name: str
    measure: Measure
    weight: Fraction = Fraction(0)
    name_en: str = ""
    cap: Fraction | None = None
    floor: Fraction = Fraction(0)
    missing: MissingRules = MissingRules()
    shape: Shape = PROPORTIONAL
    gates: tuple[Gate, ...] = ()
    better: Literal["more", "less"] = "more"
    """Which way is good, for places, min-max and bands of places."""
    audited: bool = False
    """Whether the numerator is scaled by what a sample verified 抽查折算."""
    ties: Ties | None = None
    """How rules count equal places here, COMPETITION unless stated; never by the order of rows or by halves."""

    @property
    def gives_points(self) -> bool:
        """Whether it can give points: a plain quantity does not unless a shape turns it into points."""
        return not (isinstance(self.measure, ReturnQuantity) and self.shape == PROPORTIONAL)

    @property
    def least_rate(self) -> Fraction | None:
        """The floor that holds: 0 unless stated, but where another shape counts a rate may be negative."""
        return self.floor if self.floor or isinstance(self.shape.kind, Proportional) else None


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
class Rounding:
    """How shown numbers are rounded, and which are rounded before the next step goes on from them."""

    rate: Round = Round.HALF_UP
    points: Round = Round.HALF_UP
    score: Round = Round.HALF_UP
    early: tuple[str, ...] = ()
    """`rate`: points from the rounded rate; `points`: the sum from rounded points; `score`: places from it."""


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
    adjustments: tuple[AdjustmentRule, ...] = ()
    divisions: tuple[DivisionRules, ...] = field(default=())
    curve: tuple[tuple[date, Fraction], ...] = ()
    """Shares of a yearly target due by days, instead of the linear schedule."""
    rounding: Rounding = Rounding()
    base: Fraction = Fraction(0)
    """Points every unit starts from 基础分."""
    score_most: Fraction | None = None
    score_least: Fraction | None = None
    ceilings: tuple[Ceiling, ...] = ()
    weightings: tuple[Weighting, ...] = ()
    grades: Grades | None = None
    lists: tuple[ListRule, ...] = ()
    lights: tuple[LightRule, ...] = ()
    project_lights: tuple[ProjectLightRule, ...] = ()
    progress: ProgressRule | None = None
    currencies: tuple[tuple[str, Fraction], ...] = ()
    """Yuan for one unit of each foreign currency that amounts may be written in 折算汇率."""

    @property
    def schedule(self) -> str:
        """How a yearly target falls due: `linear` by months, or by a `curve`."""
        return "curve" if self.curve else "linear"

    def indicator(self, key: str) -> Indicator:
        """The indicator of that key; KeyError if the scheme has none."""
        for indicator in self.indicators:
            if indicator.key == key:
                return indicator
        raise KeyError(key)

    def weights(
        self, division: str, unit: str | None = None, as_of: date | None = None
    ) -> dict[str, Fraction]:
        """Weights in force by indicator key; an indicator that does not apply is not in it."""
        for weighting in self.weightings:
            if weighting.fits(division, unit, as_of):
                return dict(weighting.weights)
        for rules in self.divisions:
            if rules.division == division:
                return dict(rules.weights)
        return {indicator.key: indicator.weight for indicator in self.indicators}
