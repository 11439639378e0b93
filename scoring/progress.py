"""The progress board 争先进位: how far each unit moved since the previous result, ranked in its division."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from scoring.measures import Measures
from scoring.rank import places
from scoring.result import Moved, Standing
from scoring.rules import ProgressRule, Scheme


def progress(standings: Sequence[Standing], measures: Measures, scheme: Scheme) -> list[Moved]:
    """Units with a place before and now, best mover first; gained = previous place - place, or score - previous.

    Empty without a rule; a unit new to the race is not on it.
    """
    rule = scheme.progress
    if rule is None:
        return []
    found: list[Moved] = []
    for division in dict.fromkeys(standing.division for standing in standings):
        field = [standing for standing in standings if standing.division == division]
        numbers = [(standing, *_numbers(standing, measures, rule)) for standing in field]
        known = [(s, before, now) for s, before, now in numbers if before is not None and now is not None]
        gains = [before - now if rule.by == "place" else now - before for _, before, now in known]
        ranked = places(gains, ties=scheme.ties)
        rows = [
            Moved(standing.unit, division, before, now, gain, place)
            for (standing, before, now), gain, place in zip(known, gains, ranked, strict=True)
            if place is not None
        ]
        found += sorted(rows, key=lambda row: row.place)
    return found


def _numbers(
    standing: Standing, measures: Measures, rule: ProgressRule
) -> tuple[Fraction | None, Fraction | None]:
    before = measures.before.get(standing.unit)
    if rule.by == "place":
        return (before.place if before else None), standing.place
    return (before.score if before else None), standing.score
