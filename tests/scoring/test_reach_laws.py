"""Whatever the race: answers hold, one less does not do, nothing smaller does, and no mixed path is cheaper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.facts import Arrival, Credit, Facts, Project, StageEvent
from scoring.ladder import Ladder
from scoring.measures import Measures, measure_all
from scoring.race import score_measured, score_race
from scoring.rank import places
from scoring.reach import Supposing, pursuers_among, reach, reach_among, verify
from scoring.reach_change import Column
from scoring.reach_effort import Effort
from scoring.reach_search import Answer
from scoring.reach_trial import Trials
from scoring.rules import Scheme, Ties
from scoring.scheme_document import parse_scheme
from scoring.score_document import score_document
from tests.scoring.build import scheme_of
from tests.scoring.strategies import UNITS, as_of_dates, races, scheme_documents

WORTHS = st.integers(0, 6).map(lambda n: str(10 * n))


@st.composite
def shapes(draw: st.DrawFn) -> dict[str, Any]:
    """Proportional with a cap, min-max, best, bands up or down, slopes by whole steps, knots, points."""
    low, middle, high = draw(WORTHS), draw(WORTHS), draw(WORTHS)
    bands = [
        {"from": "0.7", "points": high},
        {"from": "0.4", "below": "0.7", "points": middle},
        {"below": "0.4", "points": low},
    ]
    knots = [{"at": "0", "points": low}, {"at": "0.5", "points": middle}, {"at": "1", "points": high}]
    return draw(
        st.sampled_from(
            [
                {"cap": "1"},
                {"cap": "0.6", "floor": "0.2"},
                {"shape": {"kind": "minmax"}},
                {"shape": {"kind": "minmax", "base": "0.6"}},
                {"shape": {"kind": "proportional", "on": "of_best"}},
                {"shape": {"kind": "bands", "bands": bands}},
                {"shape": {"kind": "interpolated", "knots": knots}},
            ]
        )
    )


@st.composite
def stated_races(draw: st.DrawFn) -> tuple[Measures, Scheme]:
    """Three units with tenths of two indicators and a deduction."""
    rows = [
        {"key": key, "name": key, "weight": weight, "measure": {"given": "any"}, **draw(shapes())}
        for key, weight in (("x", "60"), ("y", "40"))
    ]
    blame = {"key": "blame", "name": "通报", "kind": "deduction", "each": "7", "ceiling": "10"}
    document = {
        "scheme": scheme_of(
            *rows,
            adjustments=[blame],
            ties=draw(st.sampled_from([tie.value for tie in Ties])),
            tie_breakers=draw(st.sampled_from([[], ["y"]])),
            rounding={"early": ["score"]} if draw(st.booleans()) else {},
        ),
        "units": [
            {
                "key": key,
                "measures": {name: f"{draw(st.integers(0, 10))}/10" for name in "xy"},
                "adjustments": {"blame": draw(st.integers(0, 2))},
            }
            for key in "abc"
        ],
    }
    scored = score_document(document)
    return scored.measures, scored.scheme


def placed(measures: Measures, rules: Scheme, steps: list[tuple[Column, int]], wanted: Fraction) -> bool:
    place = verify(measures, rules, "a", steps)
    return place is not None and place <= wanted


@given(race=stated_races(), wanted=st.integers(1, 2))
def test_the_first_step_that_reaches_is_found(race: tuple[Measures, Scheme], wanted: int) -> None:
    measures, rules = race
    found = reach(measures, rules, "a", wanted)
    for answer in found.answers:
        looked = 40 if answer.steps is None else answer.steps
        most = looked if answer.column.most is None else min(looked, answer.column.most)
        first = next(
            (n for n in range(1, most + 1) if placed(measures, rules, [(answer.column, n)], found.wanted)),
            None,
        )
        assert first == answer.steps
        assert (answer.steps is None) == (answer.reason is not None)
        assert answer.proven
        if answer.steps is not None:
            assert answer.place == verify(measures, rules, "a", [(answer.column, answer.steps)])


@given(race=stated_races(), wanted=st.integers(1, 2), costs=st.tuples(*[st.integers(1, 5)] * 3))
def test_no_mixed_path_is_cheaper(
    race: tuple[Measures, Scheme], wanted: int, costs: tuple[int, int, int]
) -> None:
    measures, rules = race
    prices = dict(zip("xyb", costs, strict=True))
    supposing = Supposing(
        efforts=lambda column: Effort(Fraction(prices[column.what[0]])), most_cost=Fraction(12)
    )
    found = reach(measures, rules, "a", wanted, supposing)
    columns = [answer.column for answer in found.answers]
    if found.already:
        return
    ranges = [range(min(13, 1 + (13 if c.most is None else c.most))) for c in columns]
    cheapest = None
    for counts in product(*ranges):
        cost = sum(n * prices[c.what[0]] for c, n in zip(columns, counts, strict=True))
        if cost > 12 or (cheapest is not None and cost >= cheapest):
            continue
        if placed(measures, rules, list(zip(columns, counts, strict=True)), found.wanted):
            cheapest = cost
    assert (found.path.cost if found.path else None) == cheapest
    if found.path:
        assert found.path.proven
        assert placed(measures, rules, list(found.path.steps), found.wanted)
        assert sum(n * prices[c.what[0]] for c, n in found.path.steps) == found.path.cost


@given(facts=races(), document=scheme_documents(), as_of=as_of_dates, key=st.sampled_from(UNITS))
def test_answers_from_facts_hold_and_one_less_does_not_do(
    facts: Facts, document: dict[str, Any], as_of: date, key: str
) -> None:
    rules = parse_scheme(document)
    measures = measure_all(facts, rules, as_of)
    found = reach(measures, rules, key, 1, Supposing(facts, most_tries=300))
    for answer in found.answers:
        if answer.steps is not None:
            there = verify(measures, rules, key, [(answer.column, answer.steps)])
            assert there == answer.place
            assert there is not None
            assert there <= 1
        if answer.proven:
            near = 12 if answer.column.most is None else min(12, answer.column.most)
            tried = {*range(1, near + 1), (answer.steps or near) - 1}
            for steps in sorted(n for n in tried if n < (answer.steps or 13)):
                place = verify(measures, rules, key, [(answer.column, steps)])
                assert place is None or place > 1
    if found.path:
        assert verify(measures, rules, key, list(found.path.steps)) == found.path.place


def happened(facts: Facts, as_of: date, unit: str, answer: Answer) -> Facts | None:
    """The facts after the answer's steps were really taken; None for what is no project's affair."""
    column, steps = answer.column, answer.steps or 0
    on = min(as_of, facts.ends_on)
    total, inward = column.yuan
    contract = StageEvent("new", "signed", on, total_yuan=total, inward_yuan=inward)
    if column.deed == "stage":
        further = StageEvent("new", column.what, on)
        chosen = column.projects[:steps]
        rows = tuple(
            replace(p, events=(*p.events, further)) if p.code in chosen else p for p in facts.projects
        )
        return None if column.what == "signed" else replace(facts, projects=rows)
    if column.deed == "new_project":
        events = (contract, *([] if column.what == "signed" else [StageEvent("far", column.what, on)]))
        new = [Project(f"N{n}", "", (Credit(unit, column.share),), events) for n in range(steps)]
        return replace(facts, projects=(*facts.projects, *new))
    if column.deed == "arrival":
        money = Arrival("new", on, steps, column.what)
        rows = tuple(
            replace(p, arrivals=(*p.arrivals, money)) if p.code in column.projects else p
            for p in facts.projects
        )
        return replace(facts, projects=rows)
    return None


@given(facts=races(), document=scheme_documents(), as_of=as_of_dates, key=st.sampled_from(UNITS))
def test_an_answer_comes_true_when_the_facts_do(
    facts: Facts, document: dict[str, Any], as_of: date, key: str
) -> None:
    rules = parse_scheme(document)
    found = reach(measure_all(facts, rules, as_of), rules, key, 1, Supposing(facts, most_tries=1))
    for answer in found.answers:
        few = answer.steps is not None and (answer.steps < 50 or answer.column.deed == "arrival")
        after = happened(facts, as_of, key, answer) if few else None
        if after is not None:
            standings = score_race(after, rules, as_of).standings
            assert next(s.place for s in standings if s.unit == key) == answer.place


@given(facts=races(), document=scheme_documents(), as_of=as_of_dates)
def test_scoring_without_a_change_gives_the_places_of_the_race(
    facts: Facts, document: dict[str, Any], as_of: date
) -> None:
    rules = parse_scheme(document)
    measures = measure_all(facts, rules, as_of)
    race = {found.unit: found.place for found in score_race(facts, rules, as_of).standings}
    assert race == {found.unit: found.place for found in score_measured(measures, rules).standings}
    assert race == {key: Trials(measures, rules).of(key).before.place for key in UNITS}


@settings(max_examples=8)  # each asks three times, and what is shared is the same for every race
@given(facts=races(), document=scheme_documents(), as_of=as_of_dates, pair=st.permutations(UNITS))
def test_what_one_question_has_left_behind_changes_no_other_answer(
    facts: Facts, document: dict[str, Any], as_of: date, pair: list[str]
) -> None:
    """A question over trials that another unit's question has used is answered as it is alone."""
    rules = parse_scheme(document)
    measures = measure_all(facts, rules, as_of)
    few = Supposing(most_tries=1)
    trials = Trials(measures, rules)
    pursuers_among(trials, pair[0], few)
    assert reach_among(trials, pair[1], 1, few) == reach(measures, rules, pair[1], 1, few)
    assert pursuers_among(trials, pair[1], few) == pursuers_among(Trials(measures, rules), pair[1], few)


keys = st.none() | st.integers(0, 4).map(lambda n: (Fraction(n), Fraction(0)))


@given(
    rows=st.lists(keys, min_size=1, max_size=8),
    ties=st.sampled_from(list(Ties)),
    index=st.integers(0, 7),
    key=keys,
)
def test_the_ladder_says_the_place_that_ranking_all_again_would(
    rows: list[tuple[Fraction, ...] | None], ties: Ties, index: int, key: tuple[Fraction, ...] | None
) -> None:
    index %= len(rows)
    again = [*rows[:index], key, *rows[index + 1 :]]
    assert Ladder(rows, ties).place(key, index) == places(again, ties=ties)[index]
