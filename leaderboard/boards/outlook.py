"""How sure a board is under a scheme that is tried: places while weights vary, tipping points, warnings for authors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from leaderboard.boards.board import place_value
from leaderboard.boards.preview import Place, Trial
from leaderboard.boards.warning_words import warning_words
from scoring.guidance import warnings
from scoring.measures import Measures
from scoring.show import plain
from scoring.stability import COVERAGE, model_holds, under_varied_weights
from scoring.swaps import OneWeight, swaps
from scoring.weight_model import DivisionModel, division_models

PERCENT = Fraction(20)
"""By how much every weight is varied, up and down, to see which places hold."""
MOST_DRAWS, MOST_WORK = 1_000, 200_000
"""At most so many draws, and so many draws × units, for an answer while somebody waits."""
SEED = "desk"
DECIMALS = 2
OF_SINGLE_UNITS = {"small_denominator", "cohort_age"}
"""Warnings that are told after those about the scheme as a whole: there may be one for every unit."""


@dataclass(frozen=True, slots=True)
class Tipping:
    """A weight at which two neighbours on the board tried change places, the others' weights changed in proportion."""

    division: str
    ahead: str
    behind: str
    indicator: str
    way: str
    """`below` or `above` the level weight they have changed places."""
    level_at: str
    """To two decimals, rounded to the side on which it still holds."""
    place: Place
    """The place they change over."""
    change: Fraction


@dataclass(frozen=True, slots=True)
class Outlook:
    """What to know before a scheme is submitted."""

    intervals: Mapping[str, tuple[Place, Place]]
    """By unit: the places of nine draws in ten while all weights vary by ± 20 %; none where that cannot be said."""
    tipping: tuple[Tipping, ...]
    """The nearest first."""
    warnings: tuple[str, ...]


def outlook(trial: Trial, units: Mapping[str, str], divisions: Mapping[str, str]) -> Outlook:
    """Intervals, tipping points and warnings of a trial, in the names given by key."""
    models = division_models(trial.measures, trial.scheme, trial.result)
    told = _renamed(trial.measures, units)
    return Outlook(
        intervals={unit: ends for model in models for unit, ends in _intervals(model, trial).items()},
        tipping=tuple(sorted(_tipping(models), key=lambda found: abs(found.change))),
        warnings=tuple(
            warning_words(found, trial.scheme, units, divisions)
            for found in sorted(
                warnings(told, trial.scheme, trial.result), key=lambda found: found.key in OF_SINGLE_UNITS
            )
        ),
    )


def _renamed(measures: Measures, names: Mapping[str, str]) -> Measures:
    units = tuple(replace(u, unit=replace(u.unit, name=names[u.unit.key])) for u in measures.units)
    return replace(measures, units=units)


def _intervals(model: DivisionModel, trial: Trial) -> dict[str, tuple[Place, Place]]:
    if not model_holds(model, trial.measures, trial.scheme, PERCENT, SEED):
        return {}
    draws = max(min(MOST_DRAWS, MOST_WORK // len(model.rows)), 100)
    found = {}
    for spread in under_varied_weights(model, PERCENT, SEED, draws):
        best, worst = spread.interval(COVERAGE)
        found[spread.unit] = place_value(best), place_value(worst)
    return found


def _tipping(models: Sequence[DivisionModel]) -> Iterator[Tipping]:
    for model in models:
        places = {row.unit: row.place for row in model.rows}
        for found in swaps(model):
            if found.single is not None:
                way = "below" if found.single.change < 0 else "above"
                yield Tipping(
                    model.division,
                    found.ahead,
                    found.behind,
                    found.single.indicator,
                    way,
                    _outwards(found.single),
                    place_value(places[found.ahead]),
                    found.single.change,
                )


def _outwards(single: OneWeight) -> str:
    """The level weight to two decimals, away from the present one: beyond what is shown it surely holds."""
    unit = 10**DECIMALS
    whole = (ceil if single.change > 0 else floor)(single.level_at * unit)
    return plain(Fraction(whole, unit))
