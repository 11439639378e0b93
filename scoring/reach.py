"""What would get a unit to a place: each column alone, the cheapest mixed path, and who is about to get past it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.facts import Facts
from scoring.measures import Measures
from scoring.race import score_measured
from scoring.reach_change import Cell, Column, together
from scoring.reach_columns import TYPICAL, columns
from scoring.reach_deeds import Supposed
from scoring.reach_effort import Efforts, usual_efforts
from scoring.reach_path import Path, cheapest, efforts_of
from scoring.reach_search import Answer, single
from scoring.reach_trial import Trials
from scoring.result import Standing
from scoring.rules import Scheme


@dataclass(frozen=True, slots=True)
class Supposing:
    """What is known and taken for granted when looking for ways."""

    facts: Facts | None = None
    """With facts, projects are taken one by one with their shares and partners; else numbers as stated."""
    new: Supposed = TYPICAL
    efforts: Efforts = usual_efforts
    most_cost: Fraction = Fraction(64)
    """Dearer mixed paths are not looked for."""
    most_tries: int = 5_000
    """So many places are worked out at most for a mixed path; if that cuts it short, it is not proven."""


USUAL = Supposing()


@dataclass(frozen=True, slots=True)
class Reach:
    """All ways of one unit to a place, from the place it has; empty of answers where it is already there."""

    unit: str
    place: Fraction | None
    wanted: Fraction
    answers: tuple[Answer, ...]
    path: Path | None

    @property
    def already(self) -> bool:
        """Whether nothing needs doing."""
        return self.place is not None and self.place <= self.wanted


@dataclass(frozen=True, slots=True)
class Pursuer:
    """A unit behind and the least that brings it to the place of the one ahead."""

    unit: str
    place: Fraction
    cost: Fraction
    answer: Answer


def reach(
    measures: Measures,
    scheme: Scheme,
    unit: str,
    wanted: Fraction | int,
    supposing: Supposing = USUAL,
) -> Reach:
    """`reach_among` for one question alone; raises KeyError for a unit that was not measured."""
    return reach_among(Trials(measures, scheme), unit, wanted, supposing)


def reach_among(trials: Trials, unit: str, wanted: Fraction | int, supposing: Supposing = USUAL) -> Reach:
    """The smallest change of every single column, and the cheapest mix, after which the place is `wanted` or better.

    Reaching means: after scoring the division again, with everything that moves along, place <= wanted; where ties
    share a place, a tie reaches. Raises KeyError for a unit that was not measured.
    """
    trial = trials.of(unit)
    target = Fraction(wanted)
    place = trial.before.place
    if place is not None and place <= target:
        return Reach(unit, place, target, (), None)
    found = columns(trials.measures, trials.scheme, unit, supposing.facts, supposing.new)
    answers = tuple(single(trial, column, target) for column in found)
    priced = efforts_of(found, supposing.efforts)
    path = cheapest(trial, priced, target, answers, supposing.most_cost, supposing.most_tries)
    return Reach(unit, place, target, answers, path)


def next_place(standings: Sequence[Standing], unit: str) -> Fraction | None:
    """The place of the nearest unit above in the division; None for the first, and for a unit without a place."""
    own = next(standing for standing in standings if standing.unit == unit)
    if own.place is None:
        return None
    places = [s.place for s in standings if s.division == own.division and s.place is not None]
    return max((place for place in places if place < own.place), default=None)


def pursuers_among(
    trials: Trials, unit: str, supposing: Supposing = USUAL, nearest: int = 3
) -> list[Pursuer]:
    """Who is about to get past: of the nearest units behind, those that one column alone brings to the unit's place.

    The least effort first. Units that no single column brings there are not in the list.
    """
    standings = trials.division(unit).standings
    own = next(standing for standing in standings if standing.unit == unit)
    if own.place is None:
        return []
    behind = [s for s in standings if s.place is not None and s.place > own.place][:nearest]
    found = [_pursuer(trials, standing, own.place, supposing) for standing in behind]
    return sorted((pursuer for pursuer in found if pursuer), key=lambda p: (p.cost, p.place, p.unit))


def _pursuer(trials: Trials, standing: Standing, wanted: Fraction, supposing: Supposing) -> Pursuer | None:
    """The unit with its least single effort to get there."""
    trial = trials.of(standing.unit)
    found = columns(trials.measures, trials.scheme, standing.unit, supposing.facts, supposing.new)
    least: Pursuer | None = None
    for column, effort in efforts_of(found, supposing.efforts):
        answer = single(trial, column, wanted)
        if answer.steps is not None and standing.place is not None:
            cost = effort.of(answer.steps)
            if least is None or cost < least.cost:
                least = Pursuer(standing.unit, standing.place, cost, answer)
    return least


def verify(
    measures: Measures, scheme: Scheme, unit: str, steps: Sequence[tuple[Column, int]]
) -> Fraction | None:
    """The unit's place when its whole division is scored again with so many steps of each column."""
    change: Mapping[Cell, Fraction] = together([column.change(number) for column, number in steps])
    division = Trials(measures, scheme).of(unit).division_measures(change)
    result = score_measured(division, scheme)
    return next(standing.place for standing in result.standings if standing.unit == unit)
