"""What conditions of lists and grades can see of the whole score: itself, its share of the full mark, its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from scoring.board_rules import SCORE
from scoring.result import Standing
from scoring.shape_rules import AtLeast, Condition, Reading, Requirement
from scoring.sight import Readable

SharedPlaces: TypeAlias = Mapping[str, Fraction | None]
"""Place of each unit among its division, 1,2,2,4 whatever the board's ties; None where it has none."""
READINGS = (Reading.VALUE, Reading.POINTS, Reading.MARK, Reading.PLACE)
"""Numbers the score has."""


@dataclass(frozen=True, slots=True)
class ScoreSight:
    """The score of one unit beside its division; places are whole and the same for equals, whatever the ties."""

    score: Fraction | None
    place: Fraction | None
    full_mark: Fraction

    def read(self, on: Reading, part: str | None = None) -> Fraction | None:
        """The number looked at; the score has no parts."""
        if part is not None or on not in READINGS:
            return None
        if on is Reading.PLACE:
            return self.place
        return self.score / self.full_mark if on is Reading.MARK and self.score is not None else self.score


def with_score(
    seen: Mapping[str, Readable], standing: Standing, shared: SharedPlaces, full_mark: Fraction
) -> dict[str, Readable]:
    """What is seen of a unit, and its score under the name `score`."""
    return {**seen, SCORE: ScoreSight(standing.score, shared[standing.unit], full_mark)}


def looks_at_score(requirements: Iterable[Requirement]) -> bool:
    """Whether any of them asks for the score."""
    return any(condition.indicator == SCORE for found in requirements for condition in conditions(found))


def conditions(found: Requirement) -> Iterable[Condition]:
    """Every single condition of a requirement."""
    if isinstance(found, AtLeast):
        for one in found.conditions:
            yield from conditions(one)
    else:
        yield found
