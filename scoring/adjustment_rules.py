"""Bonuses and deductions 加减分 of a scheme, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scoring.shape_rules import ONE, Reading, Requirement
from scoring.term_rules import Term


@dataclass(frozen=True, slots=True)
class PerProject:
    """Counted automatically: cohort projects of at least this size that reached a stage, by their shares."""

    stage: str
    min_total_yuan: int = 0


@dataclass(frozen=True, slots=True)
class PerReading:
    """Times read off an indicator: its number less `over`, in units of `every`, whole ones only where stated."""

    indicator: str
    on: Reading = Reading.VALUE
    over: Fraction = Fraction(0)
    every: Fraction = ONE
    whole: bool = False


@dataclass(frozen=True, slots=True)
class AdjustmentRule:
    """加减分: points = ± clamp(each × times, floor, ceiling); times come from facts or by hand."""

    key: str
    name: str
    kind: Literal["bonus", "deduction"]
    each: Fraction
    name_en: str = ""
    ceiling: Fraction | None = None
    per: PerProject | None = None
    term: Term | None = None
    """Times as a quantity measured over facts."""
    reading: PerReading | None = None
    when: Requirement | None = None
    """Counts only where this holds; without any source of times it counts once."""
    floor: Fraction | None = None
    """Least points; a negative one lets a bonus take away 对称加减."""
    each_least: Fraction | None = None
    """By hand each entry states its own points 按情节, from `each_least` to `each`."""
    voids: tuple[str, ...] = ()
    """Indicators that score nothing once it happened 一票否决单项."""
    disqualifies: bool = False
    """Whether a unit to which it happened has no place 一票否决."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that several adjustments together may give or take 加分合计上限."""

    key: str
    name: str
    adjustments: tuple[str, ...]
    most: Fraction
