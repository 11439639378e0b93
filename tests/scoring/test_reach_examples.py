"""Reach on every construct of docs/scheme.md: answers hold, and nothing smaller does."""

from __future__ import annotations

import pytest

from scoring.facts_document import parse_facts
from scoring.measures import Measures
from scoring.plain_facts import filled_facts
from scoring.reach import Reach, Supposing, next_place, reach, verify
from scoring.reach_words import sentence
from scoring.rules import Scheme
from scoring.score_document import score_document
from tests.scoring.examples import Example, examples

EXAMPLES = list(examples())


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.title for example in EXAMPLES])
def test_answers_hold_for_every_unit_of_an_example(example: Example) -> None:
    scored = score_document(example.document)
    known = None
    if "facts" in example.document:
        known = parse_facts(filled_facts(example.document["facts"], scored.measures.as_of))
    for standing in scored.result.standings:
        wanted = next_place(scored.result.standings, standing.unit)
        if wanted is not None:
            found = reach(
                scored.measures, scored.scheme, standing.unit, wanted, Supposing(known, most_tries=200)
            )
            check(scored.measures, scored.scheme, found)


def check(measures: Measures, scheme: Scheme, found: Reach) -> None:
    """The answer reaches; up to a few steps and just below it nothing does."""
    for answer in found.answers:
        assert sentence(answer, found.wanted, scheme)
        end = 4 if answer.steps is None else answer.steps
        most = end if answer.column.most is None else min(end, answer.column.most)
        if answer.steps is not None:
            there = verify(measures, scheme, found.unit, [(answer.column, answer.steps)])
            assert there == answer.place
            assert there is not None
            assert there <= found.wanted
        for steps in {*range(1, min(5, most + 1)), most - 1} - {0, answer.steps}:
            place = verify(measures, scheme, found.unit, [(answer.column, steps)])
            assert place is None or place > found.wanted
    if found.path is not None:
        assert verify(measures, scheme, found.unit, found.path.steps) == found.path.place
