"""What tests of reach ask of a race, and how they read the answer."""

from __future__ import annotations

from scoring.facts import Facts
from scoring.measures import Measures, measure_all
from scoring.reach import Reach
from scoring.reach_search import Answer
from scoring.rules import Scheme
from tests.scoring.build import AS_OF


def measured(rules: Scheme, known: Facts) -> Measures:
    return measure_all(known, rules, AS_OF)


def answers(found: Reach) -> dict[str, Answer]:
    return {answer.column.key: answer for answer in found.answers}


def steps(found: Reach) -> dict[str, int | str | None]:
    """Steps of each column, or the reason."""
    return {key: answer.reason or answer.steps for key, answer in answers(found).items()}
