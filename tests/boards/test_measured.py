"""What is read off the project facts is exactly what scoring measures from every fact."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from leaderboard.boards.disclosure import disclosed
from leaderboard.boards.gather import gather_facts
from leaderboard.boards.measured import is_read_off, measures_now, nothing_since
from leaderboard.boards.preview import compare
from leaderboard.instant import now
from leaderboard.ledger import record
from leaderboard.ledger.chronicle import (
    Decision,
    NewArrival,
    NewCredit,
    NewEvent,
    NewProject,
    Told,
    record_projects,
)
from leaderboard.seasons.read import roster
from scoring.measure import Measured
from scoring.measures import Measures, measure_all
from scoring.result import Count
from scoring.rules import Scheme
from scoring.scheme_document import parse_scheme
from tests.factories import AS_OF, ENDS, FOUR_RATES, PENDING, STARTS, Race, small_race, start_race

FIRST, UNITS = date(2025, 10, 1), ("a", "b", "c", "d")


def scheme(*measures: dict[str, Any]) -> Scheme:
    indicators = [
        {"key": f"i{n}", "name": f"i{n}", "weight": f"100/{len(measures)}", "measure": measure}
        for n, measure in enumerate(measures)
    ]
    return parse_scheme({"format": "saima-scheme/1", "name": "s", "full_mark": 100, "indicators": indicators})


FOUR = parse_scheme(FOUR_RATES)
VARIANTS = scheme(
    {"preset": "signing", "by": {"by": "mix", "count_share": "1/2"}, "floor_yuan": 50},
    {"preset": "signing", "by": "amount"},
    {"preset": "groundbreaking", "since": "2025-11-15"},
    {"preset": "landing", "since": "2026-02-01"},
    {"preset": "arrival", "since": "2025-11-15", "floor_yuan": 30},
    {"preset": "arrival", "over": "task"},
)


def told(dice: Random) -> Told:
    outcomes = dice.choice([["verified"]] * 5 + [[], ["returned"], ["returned", "verified"], ["reversed"]])
    return Told(
        1, "t", None, tuple(Decision(outcome, 2 + n, "t", "理由") for n, outcome in enumerate(outcomes))
    )


def day(dice: Random) -> date:
    return FIRST + timedelta(days=dice.randrange(480))


def project(dice: Random, race: Race, code: str) -> NewProject:
    share = dice.choice([Fraction(1), Fraction(1, 2), Fraction(3, 7), Fraction(1, 3)])
    credited = dice.sample(UNITS, int(1 / share))
    yuan = dice.choice([None, dice.randrange(100)])
    stages = dice.sample(
        ["registered", "landed", "started", "in_statistics", "in_production"], dice.randrange(4)
    )
    signings = [NewEvent("signed", day(dice), told(dice), yuan, yuan)] if dice.random() < 0.9 else []
    return NewProject(
        code=code,
        name=code,
        recorded_at=1,
        recorded_by="t",
        credits=tuple(NewCredit(race.units[unit].id, share, FIRST, told(dice)) for unit in credited),
        events=(*signings, *(NewEvent(stage, day(dice), told(dice)) for stage in stages)),
        arrivals=tuple(
            NewArrival(day(dice), dice.randrange(1, 50), told(dice)) for _ in range(dice.randrange(4))
        ),
    )


def random_race(session: Session, seed: int) -> Race:
    dice = Random(seed)
    race = start_race(session)
    for unit in UNITS:
        race.unit(unit)
    count = dice.choice([4, 12, 30])
    record_projects(session, "t", [project(dice, race, f"P-{seed}-{n}") for n in range(count)])
    return race


def without_facts(measures: Measures) -> list[dict[str, Measured]]:
    return [{key: bare(found) for key, found in unit.indicators.items()} for unit in measures.units]


def bare(measured: Measured) -> Measured:
    def of(count: Count) -> Count:
        return replace(count, counted=(), left_out=())

    parts = (
        replace(p, numerator=of(p.numerator), denominator=p.denominator and of(p.denominator))
        for p in measured.parts
    )
    return replace(measured, parts=tuple(parts))


@pytest.mark.engines("sqlite", "postgresql")
@pytest.mark.parametrize("seed", range(6))
def test_they_equal_what_is_measured_from_every_fact(session: Session, seed: int):
    race = random_race(session, seed)
    lines = roster(session, race.season.id, now())
    facts = gather_facts(session, race.season, lines, now())
    for rules in (FOUR, VARIANTS):
        assert is_read_off(rules)
        for as_of in (
            date(2025, 12, 1),
            STARTS,
            date(2026, 3, 9),
            date(2026, 8, 31),
            ENDS,
            date(2027, 1, 20),
        ):
            read = measures_now(session, race.season, lines, rules, as_of, now())
            whole = measure_all(disclosed(facts, as_of, rules), rules, as_of)
            assert without_facts(read) == without_facts(whole), (as_of, rules.name)
            assert read.schedule == whole.schedule


def test_shares_are_exact_and_a_cut_falls_on_any_day(session: Session):
    race = start_race(session)
    for unit in ("a", "b", "c"):
        race.unit(unit)
    shared = race.project("a", "b", "c", signed=date(2026, 3, 1), yuan=100)
    for on, yuan in ((date(2026, 5, 10), 10), (date(2026, 5, 11), 40)):
        record.add_arrival(
            session, record.Source("t", verified=True), shared, occurred_on=on, amount_yuan=yuan
        )
    rules = scheme({"preset": "arrival"})
    lines = roster(session, race.season.id, now())
    before = (
        measures_now(session, race.season, lines, rules, date(2026, 5, 10), now()).units[0].indicators["i0"]
    )
    after = measures_now(session, race.season, lines, rules, AS_OF, now()).units[0].indicators["i0"]
    assert (before.parts[0].numerator.value, before.rate) == (Fraction(10, 3), Fraction(1, 10))
    assert (after.parts[0].numerator.value, after.rate) == (Fraction(50, 3), Fraction(1, 2))


def test_what_project_facts_do_not_hold_is_gathered():
    bonus = {"key": "big", "name": "大项目", "kind": "bonus", "each": "1", "per": {"stage": "started"}}
    assert not is_read_off(parse_scheme(FOUR_RATES | {"adjustments": [bonus]}))
    assert not is_read_off(scheme({"preset": "landing", "stages": ["own_stage"]}))
    assert is_read_off(scheme({"preset": "landing", "stages": ["in_statistics"]}))


def test_a_preview_of_now_reads_no_fact_and_one_of_then_does(session: Session):
    race = small_race(session)
    rules = parse_scheme(FOUR_RATES | {"name": "other"})
    then = now()
    asked: list[str] = []

    def listen(*told: Any) -> None:
        asked.append(told[2])

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", listen)
    present = compare(session, race.season, rules, AS_OF, then)
    assert [
        statement for statement in asked if "stage_event" in statement or "capital_arrival" in statement
    ] == []
    while now() == then:
        pass
    race.project("liuxi", source=PENDING)
    asked.clear()
    assert not nothing_since(session, then)
    past = compare(session, race.season, rules, AS_OF, then)
    assert any("stage_event" in statement for statement in asked)
    event.remove(connection, "before_cursor_execute", listen)
    assert past == present
