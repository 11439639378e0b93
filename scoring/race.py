"""The whole method on one screen, in order: measure, weigh, sum, place, total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from scoring.aggregate import Assembled, Weighed, assemble, comparable
from scoring.facts import Facts, Unit
from scoring.headline import headline
from scoring.measure import NOT_APPLICABLE
from scoring.measures import Measures, UnitMeasures, measure_all
from scoring.rank import places
from scoring.result import Headline, RaceResult, Standing
from scoring.rules import Scheme

HORS_CONCOURS = "hors_concours"


@dataclass(frozen=True, slots=True)
class Runner:
    """A unit with everything it earned, before places."""

    unit: Unit
    rows: tuple[Weighed, ...]
    earned: Assembled


def score_race(facts: Facts, scheme: Scheme, as_of: date) -> RaceResult:
    """Score and place every unit as of a date; equal facts give an equal result whatever their order.

    Raises ValueError when the season ends before it starts.
    """
    return score_measured(measure_all(facts, scheme, as_of), scheme)


def score_measured(measures: Measures, scheme: Scheme) -> RaceResult:
    """Score and place what was measured, under a scheme with the same indicators and any weights."""
    runners = [_run(measured, scheme) for measured in measures.units]
    divisions = list(dict.fromkeys(runner.unit.division for runner in runners))
    fields = {key: [runner for runner in runners if runner.unit.division == key] for key in divisions}
    standings = [standing for field in fields.values() for standing in _place(field, scheme)]
    headlines = _headlines(None, runners, scheme)
    for division, field in fields.items():
        headlines += _headlines(division, field, scheme)
    return RaceResult(
        as_of=measures.as_of,
        schedule=measures.schedule,
        standings=tuple(standings),
        headlines=tuple(headlines),
    )


def _run(measured: UnitMeasures, scheme: Scheme) -> Runner:
    """Weigh every indicator of one unit; what has no weight in its division does not apply."""
    weights = scheme.weights(measured.unit.division)
    rows = tuple(
        Weighed(
            indicator,
            weights.get(indicator.key, Fraction(0)),
            measured.measured(indicator.key) if indicator.key in weights else NOT_APPLICABLE,
        )
        for indicator in scheme.indicators
    )
    return Runner(measured.unit, rows, assemble(measured, scheme, rows))


def _place(runners: Sequence[Runner], scheme: Scheme) -> list[Standing]:
    """Standings of one division: placed units, then hors concours, then unranked."""
    keys = [_ranking_key(runner, scheme) for runner in runners]
    overall = places(keys, ties=scheme.ties)
    sharing = Counter(keys)
    by_indicator = [_indicator_places(runners, i, scheme) for i in range(len(scheme.indicators))]
    standings = []
    for n, runner in enumerate(runners):
        lines = [
            replace(line, place=column[n])
            for line, column in zip(runner.earned.indicators, by_indicator, strict=True)
        ]
        standing = Standing(
            unit=runner.unit.key,
            division=runner.unit.division,
            place=overall[n],
            tied=keys[n] is not None and sharing[keys[n]] > 1,
            score=runner.earned.score,
            indicators=tuple(lines),
            adjustments=runner.earned.adjustments,
            unranked_reason=_unranked_reason(runner),
        )
        standings.append(standing)
    return sorted(standings, key=_listing)


def _ranking_key(runner: Runner, scheme: Scheme) -> tuple[Fraction, ...] | None:
    """Exact score (or the lead indicator's value), then the tie-breakers' rates, missing below all."""
    values = {row.indicator.key: comparable(row) for row in runner.rows}
    first = runner.earned.score if scheme.lead is None else values[scheme.lead]
    if first is None or _unranked_reason(runner) is not None:
        return None
    key = [first]
    for breaker in scheme.tie_breakers:
        value = values[breaker]
        key += [Fraction(value is not None), value or Fraction(0)]
    return tuple(key)


def _indicator_places(runners: Sequence[Runner], index: int, scheme: Scheme) -> list[Fraction | None]:
    """Places on one indicator's own board, among competing units of the division."""
    values = [comparable(runner.rows[index]) if runner.unit.competing else None for runner in runners]
    return places(values, ties=scheme.ties)


def _unranked_reason(runner: Runner) -> str | None:
    return runner.earned.unranked_reason or (None if runner.unit.competing else HORS_CONCOURS)


def _listing(standing: Standing) -> tuple[int, Fraction]:
    """Sorts stably, so that the office's order holds among equals."""
    if standing.place is not None:
        return 0, standing.place
    return (1 if standing.unranked_reason == HORS_CONCOURS else 2), Fraction(0)


def _headlines(division: str | None, runners: Sequence[Runner], scheme: Scheme) -> list[Headline]:
    competing = [runner for runner in runners if runner.unit.competing]
    return [
        headline(division, indicator.key, [runner.earned.indicators[i] for runner in competing])
        for i, indicator in enumerate(scheme.indicators)
    ]
