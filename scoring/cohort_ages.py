"""Cohorts of different age ranked together: whose projects were signed long ago had longer to get further."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from scoring.author_warning import AuthorWarning, Names
from scoring.result import IndicatorLine, RaceResult
from scoring.rules import Scheme
from scoring.show import round_half_up
from scoring.sums import exact_sum

LEAST_DAYS = 90
LEAST_TIMES = 2


def cohort_ages(result: RaceResult, scheme: Scheme, names: Names) -> Iterator[AuthorWarning]:
    """Where the oldest cohort of a division is on average twice as old as the youngest, and 90 days older.

    Age = mean days from signing to the cut-off over the projects in the denominator, each by its amount.
    """
    for division in dict.fromkeys(standing.division for standing in result.standings):
        placed = [s for s in result.standings if s.division == division and s.place is not None]
        for number, indicator in enumerate(scheme.indicators):
            ages = [(_age(s.indicators[number], result.as_of), s.unit) for s in placed]
            known = [(age, unit) for age, unit in ages if age is not None]
            if len(known) < 2:
                continue
            (young, younger), (old, older) = min(known), max(known)
            if old - young < LEAST_DAYS or old < LEAST_TIMES * young:
                continue
            yield AuthorWarning(
                "cohort_age",
                division,
                f"{names.division(division)}“{indicator.name}”把签约早晚不同的项目放在一起比："
                f"{names.unit(older)}的项目平均已签约{round_half_up(old, 0)}天，"
                f"{names.unit(younger)}只有{round_half_up(young, 0)}天；可按签约时间分段或限定同期项目。",
                indicators=(indicator.key,),
                units=(older, younger),
                numbers=(("oldest_days", old), ("youngest_days", young)),
            )


def _age(line: IndicatorLine, as_of: date) -> Fraction | None:
    """Mean age in days of the projects below the line; None where it does not consist of dated projects."""
    below = [part.denominator for part in line.parts if part.denominator is not None]
    facts = [fact for count in below for fact in count.counted if fact.kind == "project" and fact.amount > 0]
    whole = exact_sum(fact.amount for fact in facts)
    if not whole or any(fact.on is None for fact in facts):
        return None
    return exact_sum(fact.amount * (as_of - fact.on).days for fact in facts if fact.on) / whole
