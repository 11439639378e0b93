"""Whole races drawn at random: facts with every kind of gap, and schemes with every kind of rule."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from scoring.facts import (
    STANDARD_STAGES,
    Adjustment,
    Arrival,
    Credit,
    Facts,
    Project,
    Return,
    StageEvent,
    Target,
    Unit,
)
from tests.scoring.build import YEAR, scheme_of

UNITS = ("a", "b", "c", "d")
MEASURES = ("done", "due")
INDICATORS = ("signing", "landing", "groundbreaking", "arrival", "reported")
days = st.integers(-60, 420).map(lambda n: YEAR[0] + timedelta(days=n))
yuan = st.integers(0, 5_000)
often = st.sampled_from([True, True, True, False])
as_of_dates = st.sampled_from([date(2026, 3, 31), date(2026, 10, 31), date(2027, 1, 31)])


@st.composite
def credits_of(draw: st.DrawFn) -> tuple[Credit, ...]:
    """One unit alone, or two by shares of a tenth."""
    first, second = draw(st.permutations(UNITS))[:2]
    tenths = draw(st.integers(1, 10))
    if tenths == 10:
        return (Credit(first, Fraction(1)),)
    return Credit(first, Fraction(tenths, 10)), Credit(second, Fraction(10 - tenths, 10))


@st.composite
def projects(draw: st.DrawFn) -> tuple[Project, ...]:
    found = []
    for n in range(draw(st.integers(0, 6))):
        events = tuple(
            StageEvent(
                f"e{n}-{i}", stage, draw(days), draw(often), draw(st.none() | yuan), draw(st.none() | yuan)
            )
            for i, stage in enumerate(draw(st.lists(st.sampled_from(STANDARD_STAGES), max_size=4)))
        )
        arrivals = tuple(
            Arrival(f"a{n}-{i}", draw(days), draw(yuan), verified=draw(often))
            for i in range(draw(st.integers(0, 2)))
        )
        found.append(Project(f"P{n}", f"项目{n}", draw(credits_of()), events, arrivals))
    return tuple(found)


@st.composite
def races(draw: st.DrawFn) -> Facts:
    """Facts of four units in two divisions."""
    some_units = st.sampled_from(UNITS)
    returns = [
        Return(
            f"r{i}", draw(some_units), draw(st.sampled_from(MEASURES)), draw(days), draw(yuan), draw(often)
        )
        for i in range(draw(st.integers(0, 8)))
    ]
    targets = {
        (draw(some_units), draw(st.sampled_from(INDICATORS)), draw(st.sampled_from(["count", "amount"])))
        for _ in range(draw(st.integers(0, 8)))
    }
    adjustments = [
        Adjustment(f"x{i}", draw(some_units), "blamed", draw(days), draw(st.integers(0, 3)), "", draw(often))
        for i in range(draw(st.integers(0, 2)))
    ]
    units = tuple(
        Unit(key, key, draw(st.sampled_from(["towns", "soe"])), draw(st.integers(0, 1)), draw(often))
        for key in UNITS
    )
    return Facts(
        *YEAR,
        units,
        draw(projects()),
        tuple(returns),
        tuple(Target(*key, draw(st.integers(0, 9))) for key in sorted(targets)),
        tuple(adjustments),
    )


missing_rules = st.sampled_from(
    ["zero", "leave_out", "redistribute", "full", "fixed:3.5", "fixed:1/7", "unranked"]
)
bounds = st.sampled_from([{}, {"cap": "1"}, {"cap": "1.2", "floor": "1/3"}, {"floor": "0.1"}])
cohorts = st.sampled_from([{}, {"floor_yuan": 1000}, {"since": "2025-12-01"}])


@st.composite
def indicators(draw: st.DrawFn, key: str, weight: int, rules: st.SearchStrategy[str]) -> dict[str, Any]:
    measures: dict[str, dict[str, Any]] = {
        "signing": {
            "preset": "signing",
            "by": draw(st.sampled_from(["count", "amount", {"by": "mix", "count_share": "1/3"}])),
            **draw(cohorts),
        },
        "landing": {"preset": "landing", **draw(cohorts)},
        "groundbreaking": {"preset": "groundbreaking", **draw(cohorts)},
        "arrival": {"preset": "arrival", **draw(st.sampled_from([{"over": "task"}, {"over": "contract"}]))},
        "reported": {"ratio": {"numerator": "done", "denominator": "due"}},
    }
    states = ("not_reported", "no_denominator", "not_applicable", "under_verification")
    return {
        "key": key,
        "name": key,
        "weight": str(weight),
        "measure": measures[key],
        "missing": {state: draw(rules) for state in states},
        **draw(bounds),
    }


@st.composite
def scheme_documents(draw: st.DrawFn, rules: st.SearchStrategy[str] = missing_rules) -> dict[str, Any]:
    """A scheme of two to five indicators with weights summing to 100."""
    keys = draw(st.lists(st.sampled_from(INDICATORS), min_size=2, unique=True))
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(keys) - 1, max_size=len(keys) - 1)))
    weights = [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    big = {
        "key": "big",
        "name": "大项目",
        "kind": "bonus",
        "each": "2",
        "ceiling": "3",
        "per": {"stage": "signed"},
    }
    blamed = {"key": "blamed", "name": "通报", "kind": "deduction", "each": "1/3", "ceiling": "1"}
    return scheme_of(
        *(draw(indicators(key, weight, rules)) for key, weight in zip(keys, weights, strict=True)),
        ties=draw(st.sampled_from(["competition", "dense", "modified", "fractional"])),
        tie_breakers=draw(st.sampled_from([[], keys[:1], keys[:2]])),
        adjustments=draw(st.sampled_from([[], [big], [blamed, big]])),
        divisions=draw(st.sampled_from([{}, {"soe": {"weights": {keys[0]: "100"}}}])),
    )
