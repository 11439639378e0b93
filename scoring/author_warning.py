"""What a warning for authors of schemes consists of, and the names it speaks in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from scoring.measures import Measures
from scoring.rules import Scheme
from scoring.show import plain, round_half_up

ALL_DIVISIONS = ""
"""Stands where a division's key could, when the warning is about the scheme or all units."""
MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class AuthorWarning:
    """One warning 提示: what kind, in which division, in words, and what it is about."""

    key: str
    """`relative_points`, `small_denominator`, `cohort_age`, `above_hundred`, `dominant_indicator`,
    `bonus_outweighs`, `cap_reached_by_all` or `unknown_adjustment`."""
    division: str
    text: str
    indicators: tuple[str, ...] = ()
    adjustments: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    numbers: tuple[tuple[str, Fraction], ...] = ()
    """The numbers it rests on, by name."""


class Names:
    """Names of units and indicators as people know them; a key that has none stands for itself."""

    def __init__(self, measures: Measures, scheme: Scheme) -> None:
        self._units = {unit.unit.key: unit.unit.name for unit in measures.units}
        self._indicators = {indicator.key: indicator.name for indicator in scheme.indicators}
        self._several = len({unit.unit.division for unit in measures.units}) > 1

    def unit(self, key: str) -> str:
        """Name of a unit."""
        return self._units.get(key, key)

    def indicator(self, key: str) -> str:
        """Name of an indicator."""
        return self._indicators.get(key, key)

    def division(self, key: str) -> str:
        """How a sentence about a division begins; nothing where there is only one."""
        return f"“{key}”组" if self._several else ""


def listed(names: Iterable[str]) -> str:
    """Names one after the other, the first five and how many there are."""
    every = list(names)
    shown = "、".join(every[:MOST_NAMES])
    return shown if len(every) <= MOST_NAMES else f"{shown}等{len(every)}个单位"


def number(x: Fraction) -> str:
    """A number of points in words: exact where two decimals do, else rounded half up."""
    text = plain(x)
    return text if "/" not in text and len(text.partition(".")[2]) <= 2 else round_half_up(x, 2)
