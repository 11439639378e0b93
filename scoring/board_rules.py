"""What a scheme says about the board beyond the sum: grades, lists, lights, progress, weights by unit and period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from scoring.shape_rules import AtLeast, Interval, Reading, Requirement

SCORE = "score"
"""Stands where an indicator's key could, for the score or the overall place."""


@dataclass(frozen=True, slots=True)
class Weighting:
    """Weights of their own for some units, divisions or days 差异化权重; the first that fits holds."""

    weights: tuple[tuple[str, Fraction], ...]
    units: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def fits(self, division: str, unit: str | None, as_of: date | None) -> bool:
        """Whether these weights hold for a unit of a division on a day."""
        if (self.units and unit not in self.units) or (self.divisions and division not in self.divisions):
            return False
        if as_of is None:
            return self.since is None and self.until is None
        return (self.since or as_of) <= as_of <= (self.until or as_of)


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade 等次 and the range that earns it."""

    name: str
    within: Interval
    also: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """Grades up (+) or down (-) when something holds; None loses every grade 取消评优."""

    name: str
    by: int | None
    when: Requirement


@dataclass(frozen=True, slots=True)
class Grades:
    """等次 by score, place, or place / number of units placed; best first."""

    by: Literal["score", "mark", "place", "place_share"]
    grades: tuple[Grade, ...]
    moves: tuple[Move, ...] = ()


class End(StrEnum):
    """Which end of a ranking."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """How often a unit is among the first or last of several indicators' boards."""

    end: End
    within: int
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Among:
    """Among the first or last so many units (or such a share of them) by the score, an indicator or place counts."""

    end: End
    number: Fraction
    share: bool = False
    by: str | PlaceCount = SCORE
    after: int = 0
    """How many places at that end are passed over first: 1 where places 2 to `number` are meant."""


@dataclass(frozen=True, slots=True)
class ListRule:
    """红黑榜: units among an end of a ranking AND meeting conditions, in each division, except those exempted."""

    key: str
    name: str
    among: Among | None = None
    often: PlaceCount | None = None
    often_least: int = 1
    when: tuple[Requirement, ...] = ()
    exempt: bool = True
    """Whether a stated exemption (force majeure 不可抗力) takes a unit off the list."""


@dataclass(frozen=True, slots=True)
class Colour:
    """One colour of a light and its range; an empty name is "no light" said aloud."""

    name: str
    within: Interval


@dataclass(frozen=True, slots=True)
class LightRule:
    """亮灯: a colour by a number of an indicator (or by the score) for each unit."""

    key: str
    name: str
    indicator: str
    on: Reading
    colours: tuple[Colour, ...]


@dataclass(frozen=True, slots=True)
class ProjectLightRule:
    """亮灯 for each project: by whole months its planned stage is overdue 逾期."""

    key: str
    name: str
    stage: str
    colours: tuple[Colour, ...]


@dataclass(frozen=True, slots=True)
class ProgressRule:
    """争先进位: a second board by how far units moved since the previous result, in places or in score."""

    name: str
    by: Literal["place", "score"] = "place"


__all__ = [
    "SCORE",
    "Among",
    "AtLeast",
    "Colour",
    "End",
    "Grade",
    "Grades",
    "LightRule",
    "ListRule",
    "Move",
    "PlaceCount",
    "ProgressRule",
    "ProjectLightRule",
    "Weighting",
]
