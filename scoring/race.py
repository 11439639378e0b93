"""The whole method on one screen, in order: measure, weigh, sum, place, grade, list, total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from scoring.aggregate import Runner, weigh
from scoring.facts import Facts
from scoring.grades import with_grades
from scoring.headline import headline
from scoring.lights import lights
from scoring.lists import listed
from scoring.measures import Measures, measure_all
from scoring.progress import progress
from scoring.rank import places
from scoring.result import Headline, RaceResult, Standing
from scoring.rules import Scheme
from scoring.score_sight import SharedPlaces
from scoring.show import rounded

Key: TypeAlias = "tuple[Fraction, ...] | None"
"""What a unit is placed by; None has no place."""
HORS_CONCOURS = "hors_concours"


def score_race(facts: Facts, scheme: Scheme, as_of: date) -> RaceResult:
    """Score and place every unit as of a date; equal facts give an equal result whatever their order.

    Raises ValueError when the season ends before it starts.
    """
    return score_measured(measure_all(facts, scheme, as_of), scheme)


def score_measured(measures: Measures, scheme: Scheme) -> RaceResult:
    """Score and place what was measured, under a scheme with the same indicators and any weights."""
    divisions = list(dict.fromkeys(unit.unit.division for unit in measures.units))
    fields = {
        key: weigh([unit for unit in measures.units if unit.unit.division == key], measures, scheme)
        for key in divisions
    }
    keys = {division: [ranking_key(runner, scheme) for runner in field] for division, field in fields.items()}
    shared = _shared_places(fields, keys)
    standings = [
        standing
        for division, field in fields.items()
        for standing in _place(field, keys[division], shared, scheme)
    ]
    headlines = _headlines(None, [runner for field in fields.values() for runner in field], scheme)
    for division, field in fields.items():
        headlines += _headlines(division, field, scheme)
    runners = {runner.unit.key: runner for field in fields.values() for runner in field}
    return RaceResult(
        as_of=measures.as_of,
        schedule=measures.schedule,
        standings=tuple(standings),
        headlines=tuple(headlines),
        lists=tuple(listed(standings, runners, shared, measures, scheme)),
        lights=tuple(lights(standings, runners, measures, scheme)),
        progress=tuple(progress(standings, measures, scheme)),
    )


def _shared_places(fields: Mapping[str, Sequence[Runner]], keys: Mapping[str, Sequence[Key]]) -> SharedPlaces:
    """Each unit's place as rules read it: 1,2,2,4 whatever the board's ties, so that equals are never parted."""
    return {
        runner.unit.key: place
        for division, field in fields.items()
        for runner, place in zip(field, places(keys[division]), strict=True)
    }


def _place(
    runners: Sequence[Runner], keys: Sequence[Key], shared: SharedPlaces, scheme: Scheme
) -> list[Standing]:
    """Standings of one division: placed units, then hors concours, then unranked."""
    overall = places(keys, ties=scheme.ties)
    sharing = Counter(keys)
    standings = []
    for n, runner in enumerate(runners):
        standing = Standing(
            unit=runner.unit.key,
            division=runner.unit.division,
            place=overall[n],
            tied=keys[n] is not None and sharing[keys[n]] > 1,
            score=runner.score,
            indicators=runner.indicators,
            adjustments=runner.adjustments,
            unranked_reason=_unranked_reason(runner),
            members=runner.unit.members,
        )
        standings.append(standing)
    graded = with_grades(standings, [runner.sights for runner in runners], shared, scheme)
    return sorted(graded, key=_listing)


def ranking_key(runner: Runner, scheme: Scheme) -> Key:
    """Exact score (or the lead indicator's value), then the tie-breakers' rates, missing below all."""
    rows = {row.indicator.key: row for row in runner.rows}
    first = _shown_score(runner, scheme) if scheme.lead is None else rows[scheme.lead].upwards
    if first is None or _unranked_reason(runner) is not None:
        return None
    return (first, *(part for breaker in scheme.tie_breakers for part in rows[breaker].parting))


def _shown_score(runner: Runner, scheme: Scheme) -> Fraction | None:
    """The exact score; the rounded one only where the scheme places by what is shown."""
    if runner.score is None or "score" not in scheme.rounding.early:
        return runner.score
    return Fraction(rounded(runner.score, scheme.decimals.score, scheme.rounding.score))


def _unranked_reason(runner: Runner) -> str | None:
    return runner.unranked_reason or (None if runner.unit.competing else HORS_CONCOURS)


def _listing(standing: Standing) -> tuple[int, Fraction]:
    """Sorts stably, so that the office's order holds among equals."""
    if standing.place is not None:
        return 0, standing.place
    return (1 if standing.unranked_reason == HORS_CONCOURS else 2), Fraction(0)


def _headlines(division: str | None, runners: Sequence[Runner], scheme: Scheme) -> list[Headline]:
    competing = [runner for runner in runners if runner.unit.competing]
    return [
        headline(division, indicator.key, [runner.indicators[i] for runner in competing])
        for i, indicator in enumerate(scheme.indicators)
    ]
