"""What holds for every race whatever its facts and its scheme."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scoring.document import facts_document, result_document
from scoring.explain import contributions, formula
from scoring.facts import Arrival, Facts, Project, Unit
from scoring.race import score_race
from scoring.result import State
from scoring.rules import MissingKind
from scoring.scheme_document import parse_scheme, scheme_document
from tests.scoring.build import YEAR, standing
from tests.scoring.strategies import UNITS, as_of_dates, races, scheme_documents

schemes = scheme_documents().map(parse_scheme)
PRESENT = (State.COUNTED, State.ZERO)


def shuffled(facts: Facts, seed: int) -> Facts:
    """The same facts in another order, down to events and credits."""
    dice = random.Random(seed)

    def mixed(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(dice.sample(rows, len(rows)))

    projects = tuple(
        replace(p, credits=mixed(p.credits), events=mixed(p.events), arrivals=mixed(p.arrivals))
        for p in facts.projects
    )
    return Facts(
        facts.starts_on,
        facts.ends_on,
        mixed(facts.units),
        mixed(projects),
        mixed(facts.returns),
        mixed(facts.targets),
        mixed(facts.adjustments),
    )


@given(facts=races(), scheme=schemes, as_of=as_of_dates, seed=st.integers(0, 99))
def test_the_order_of_input_never_matters(facts: Facts, scheme: Any, as_of: date, seed: int) -> None:
    other = shuffled(facts, seed)
    assert score_race(other, scheme, as_of) == score_race(facts, scheme, as_of)
    assert facts_document(other) == facts_document(facts)


@given(facts=races(), scheme=schemes, as_of=as_of_dates)
def test_contributions_sum_exactly_and_formulas_print(facts: Facts, scheme: Any, as_of: date) -> None:
    for found in score_race(facts, scheme, as_of).standings:
        given_points = contributions(found)
        assert formula(found, scheme).startswith("得分 = ")
        if found.score is None:
            assert given_points == []
            assert found.place is None
        else:
            assert sum((points for _, points in given_points), Fraction(0)) == found.score


@given(facts=races(), scheme=schemes, as_of=as_of_dates)
def test_places_follow_scores_and_equals_share_them(facts: Facts, scheme: Any, as_of: date) -> None:
    scheme = replace(scheme, tie_breakers=())
    fields = defaultdict(list)
    for found in score_race(facts, scheme, as_of).standings:
        fields[found.division].append(found)
        assert (found.place is None) == (found.unranked_reason is not None)
    for field in fields.values():
        placed = [s for s in field if s.place is not None]
        for one in placed:
            for other in placed:
                assert one.score is not None
                assert other.score is not None
                assert one.place is not None
                assert other.place is not None
                assert (one.score > other.score) == (one.place < other.place)
            assert one.tied == (sum(s.score == one.score for s in placed) > 1)


@given(facts=races(), scheme=schemes, as_of=as_of_dates)
def test_every_rate_is_its_counted_facts(facts: Facts, scheme: Any, as_of: date) -> None:
    for found in score_race(facts, scheme, as_of).standings:
        for line in found.indicators:
            assert (line.rate is not None) == (line.state in PRESENT)
            for part in line.parts:
                for count in (part.numerator, part.denominator):
                    if count is not None and count.value is not None:
                        assert count.value == sum(f.amount for f in count.counted)
                        assert all(f.on is None or f.on <= as_of for f in count.counted)


@given(facts=races(), scheme=schemes, as_of=as_of_dates)
def test_the_same_facts_give_the_same_place(facts: Facts, scheme: Any, as_of: date) -> None:
    """A twin with copies of all facts of unit `a` stands beside it."""
    twin = Unit("twin", "twin", standing_unit(facts).division, 9, standing_unit(facts).competing)
    copies = tuple(
        Project(
            f"twin-{p.code}",
            p.name,
            tuple(replace(c, unit="twin") for c in p.credits if c.unit == "a"),
            p.events,
            p.arrivals,
        )
        for p in facts.projects
    )
    doubled = replace(
        facts,
        units=(*facts.units, twin),
        projects=facts.projects + copies,
        returns=facts.returns
        + tuple(replace(r, id=f"twin-{r.id}", unit="twin") for r in facts.returns if r.unit == "a"),
        targets=facts.targets + tuple(replace(t, unit="twin") for t in facts.targets if t.unit == "a"),
        adjustments=facts.adjustments
        + tuple(replace(x, id=f"twin-{x.id}", unit="twin") for x in facts.adjustments if x.unit == "a"),
    )
    result = score_race(doubled, scheme, as_of)
    one, other = standing(result, "a"), standing(result, "twin")
    assert (one.score, one.place, one.tied) == (other.score, other.place, other.tied)
    assert one.tied == (one.place is not None)


def standing_unit(facts: Facts) -> Unit:
    return next(unit for unit in facts.units if unit.key == "a")


@given(
    facts=races(),
    document=scheme_documents(st.just("zero")),
    as_of=as_of_dates,
    which=st.integers(0, 5),
    more=st.integers(0, 10_000),
)
def test_more_capital_never_lowers_a_score(
    facts: Facts, document: dict[str, Any], as_of: date, which: int, more: int
) -> None:
    if not facts.projects:
        return
    scheme = parse_scheme(document)
    lucky = facts.projects[which % len(facts.projects)]
    richer = replace(lucky, arrivals=(*lucky.arrivals, Arrival("new", date(2026, 3, 30), more)))
    others = tuple(p for p in facts.projects if p.code != lucky.code)
    before = score_race(facts, scheme, as_of)
    after = score_race(replace(facts, projects=(*others, richer)), scheme, as_of)
    for key in UNITS:
        old, new = standing(before, key).score, standing(after, key).score
        assert old is not None
        assert new is not None
        assert new >= old


@given(
    facts=races(),
    document=scheme_documents(st.sampled_from(["redistribute", "zero", "full"])),
    as_of=as_of_dates,
)
def test_redistribution_keeps_the_full_mark(facts: Facts, document: dict[str, Any], as_of: date) -> None:
    scheme = parse_scheme(document)
    for found in score_race(facts, scheme, as_of).standings:
        kept = [line for line in found.indicators if line.note != "redistributed"]
        assert all(line.weight == 0 for line in found.indicators if line.note == "redistributed")
        if found.unranked_reason != "nothing_measured":
            assert sum(line.weight for line in kept) == scheme.full_mark


@given(facts=races(), document=scheme_documents(st.just("leave_out")), as_of=as_of_dates)
def test_weights_move_only_when_the_scheme_says_so(
    facts: Facts, document: dict[str, Any], as_of: date
) -> None:
    scheme = parse_scheme(document)
    for found in score_race(facts, scheme, as_of).standings:
        stated = scheme.weights(found.division)
        assert {line.key: line.weight for line in found.indicators if line.key in stated} == stated


@given(facts=races(), scheme=schemes, as_of=as_of_dates)
def test_unverified_facts_count_for_nothing(facts: Facts, scheme: Any, as_of: date) -> None:
    """Where missing numbers are worth nothing, the verified facts alone give the same scores."""
    flat = parse_scheme(
        {
            **scheme_document(scheme),
            "indicators": [
                {**row, "missing": dict.fromkeys(row["missing"], "zero")}
                for row in scheme_document(scheme)["indicators"]
            ],
        }
    )
    assert all(i.missing.not_reported.kind is MissingKind.ZERO for i in flat.indicators)
    verified = Facts(
        *YEAR,
        facts.units,
        tuple(
            replace(
                p,
                events=tuple(e for e in p.events if e.verified),
                arrivals=tuple(a for a in p.arrivals if a.verified),
            )
            for p in facts.projects
        ),
        tuple(r for r in facts.returns if r.verified),
        facts.targets,
        tuple(a for a in facts.adjustments if a.verified),
    )
    whole, part = score_race(facts, flat, as_of), score_race(verified, flat, as_of)
    assert {s.unit: (s.score, s.place) for s in whole.standings} == {
        s.unit: (s.score, s.place) for s in part.standings
    }


@given(facts=races(), scheme=schemes, as_of=as_of_dates)
def test_headlines_are_the_sums_of_competing_units(facts: Facts, scheme: Any, as_of: date) -> None:
    result = score_race(facts, scheme, as_of)
    competing = {unit.key for unit in facts.units if unit.competing}
    for headline in result.headlines:
        lines = [
            line
            for s in result.standings
            for line in s.indicators
            if s.unit in competing and line.key == headline.key and headline.division in (None, s.division)
        ]
        numerators = [line.numerator for line in lines if line.numerator is not None]
        assert headline.numerator == (sum(numerators, Fraction(0)) if numerators else None)
    assert result_document(result)["headlines"][0]["division"] is None
