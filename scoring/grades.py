"""Grades 等次 of a division: by score or place, then up or down by what else holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from scoring.board_rules import Grades
from scoring.result import Standing
from scoring.rules import Scheme
from scoring.score_sight import SharedPlaces, looks_at_score, with_score
from scoring.sight import Readable, Sight, holds


def with_grades(
    standings: Sequence[Standing],
    sights: Sequence[Mapping[str, Sight]],
    shared: SharedPlaces,
    scheme: Scheme,
) -> list[Standing]:
    """The standings of one division with their grades; a unit without a place has none."""
    if scheme.grades is None:
        return list(standings)
    placed = sum(standing.place is not None for standing in standings)
    return [
        replace(standing, grade=_grade(standing, seen, placed, scheme.grades, scheme.full_mark))
        for standing, seen in zip(standings, _seen(standings, sights, shared, scheme), strict=True)
    ]


def _seen(
    standings: Sequence[Standing],
    sights: Sequence[Mapping[str, Sight]],
    shared: SharedPlaces,
    scheme: Scheme,
) -> Sequence[Mapping[str, Readable]]:
    """What conditions can see of each unit; its score as well where one of them asks for it."""
    rules = scheme.grades
    asked = (
        [move.when for move in rules.moves] + [one for g in rules.grades for one in g.also] if rules else []
    )
    if not looks_at_score(asked):
        return sights
    return [
        with_score(seen, standing, shared, scheme.full_mark)
        for standing, seen in zip(standings, sights, strict=True)
    ]


def _grade(
    standing: Standing, seen: Mapping[str, Readable], placed: int, rules: Grades, full_mark: Fraction
) -> str | None:
    x = _number(standing, placed, rules.by, full_mark)
    if x is None:
        return None
    found = next(
        (
            number
            for number, grade in enumerate(rules.grades)
            if grade.within.holds(x) and all(holds(needed, "", seen) for needed in grade.also)
        ),
        None,
    )
    if found is None:
        return None
    for move in rules.moves:
        if holds(move.when, "", seen):
            if move.by is None:
                return None
            found = min(max(found - move.by, 0), len(rules.grades) - 1)
    return rules.grades[found].name


def _number(standing: Standing, placed: int, by: str, full_mark: Fraction) -> Fraction | None:
    """The score, its share of the full mark, the place, or the place as a share of the units placed."""
    if standing.place is None:
        return None
    if by == "score":
        return standing.score
    if by == "mark":
        return None if standing.score is None else standing.score / full_mark
    return standing.place if by == "place" else standing.place / placed
