"""Project facts are always what the ledger comes to, whatever was recorded, verified, returned or reversed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import column, delete, insert, select, update
from sqlalchemy import table as sa_table
from sqlalchemy.orm import Session

from leaderboard.db import alembic_config, migrate, open_database
from leaderboard.ledger import bulk, bulk_decisions, record
from leaderboard.ledger.models import CapitalArrival, Credit, KeptArrival, KeptProject, Project, StageEvent
from leaderboard.ledger.project_facts import WrongFacts, wrong_project_facts
from leaderboard.ledger.wanted import Order, Wanted, find_page
from tests.factories import PENDING, VERIFIED, Race, start_race

MARCH, MAY, JUNE = date(2026, 3, 1), date(2026, 5, 4), date(2026, 6, 1)


@pytest.fixture
def race(session: Session) -> Race:
    race = start_race(session)
    race.unit("liuxi")
    race.unit("qingshi")
    return race


def rows_of(session: Session, project: Project) -> list[KeptProject]:
    of_project = select(KeptProject).where(KeptProject.project_id == project.id)
    return list(session.scalars(of_project.order_by(KeptProject.unit_id)))


def test_a_row_for_each_share_says_what_is_verified(session: Session, race: Race):
    project = race.project("liuxi", "qingshi", signed=MARCH, yuan=900, started=JUNE)
    record.add_arrival(session, VERIFIED, project, occurred_on=date(2026, 2, 1), amount_yuan=5)
    record.add_arrival(session, VERIFIED, project, occurred_on=MAY, amount_yuan=70)
    record.add_arrival(session, VERIFIED, project, occurred_on=MAY, amount_yuan=30)
    record.add_arrival(session, PENDING, project, occurred_on=JUNE, amount_yuan=1_000)
    first, second = rows_of(session, project)
    assert [(row.unit_id, row.share_num, row.share_den) for row in (first, second)] == [
        (race.units["liuxi"].id, 1, 2),
        (race.units["qingshi"].id, 1, 2),
    ]
    assert (first.signed_on, first.started_on, first.registered_on) == (MARCH, JUNE, None)
    assert (first.total_yuan, first.inward_yuan) == (900, 900)
    # The 5 yuan of February came before the contract; the 1,000 of June await their verification.
    assert (first.since_signing_yuan, first.arrived_yuan) == (100, 105)
    assert (first.first_arrival_on, first.last_arrival_on) == (date(2026, 2, 1), MAY)
    days = session.execute(
        select(KeptArrival.occurred_on, KeptArrival.yuan).order_by(KeptArrival.occurred_on)
    )
    assert [tuple(row) for row in days] == [(date(2026, 2, 1), 5), (MAY, 100)]


def test_decisions_move_what_is_kept(session: Session, race: Race):
    project = record.add_project(session, PENDING, code="P-1", name="一号项目")
    shares = [(race.units["liuxi"].id, Fraction(1))]
    (share,) = record.add_credits(session, PENDING, project, shares=shares, occurred_on=MARCH)
    signing = record.add_stage_event(
        session, PENDING, project, stage="signed", occurred_on=MARCH, inward_yuan=80
    )
    assert rows_of(session, project) == []
    record.decide(session, "chief", share, "verified")
    (row,) = rows_of(session, project)
    assert (row.signed_on, row.awaited_on, row.inward_yuan) == (None, MARCH, None)
    record.decide(session, "chief", signing, "verified")
    session.expire_all()
    (row,) = rows_of(session, project)
    assert (row.signed_on, row.awaited_on, row.inward_yuan) == (MARCH, None, 80)
    record.decide(session, "chief", signing, "returned", "缺合同")
    session.expire_all()
    (row,) = rows_of(session, project)
    assert (row.signed_on, row.awaited_on, row.inward_yuan) == (None, None, None)
    record.decide(session, "chief", share, "reversed", "记错单位")
    assert rows_of(session, project) == []


def test_what_was_written_past_the_ledger_is_found(session: Session, race: Race):
    altered, emptied, whole = (race.project("liuxi", arrived=9) for _ in range(3))
    assert wrong_project_facts(session) == []
    session.execute(update(KeptProject).where(KeptProject.project_id == altered.id).values(arrived_yuan=10))
    session.execute(delete(KeptArrival).where(KeptArrival.project_id == emptied.id))
    assert wrong_project_facts(session) == [
        WrongFacts(altered.code, ("project_fact",)),
        WrongFacts(emptied.code, ("arrival_fact",)),
    ]
    assert whole.code not in {wrong.code for wrong in wrong_project_facts(session)}


def test_a_project_entered_in_bulk_without_facts_stands_in_the_lists(session: Session, race: Race):
    ids = bulk.add_projects(session, VERIFIED, [bulk.Head("B-1", "一号"), bulk.Head("B-2", "二号")])
    found = find_page(session, Wanted(text="B-"), Order("units"), 10)
    assert set(found.ids) == set(ids.values())
    assert wrong_project_facts(session) == []


STAGES = ("signed", "registered", "started", "in_production")
days = st.dates(date(2025, 11, 1), date(2027, 2, 1))
steps = st.one_of(
    st.tuples(st.just("event"), st.sampled_from(STAGES), days, st.none() | st.integers(0, 10**12)),
    st.tuples(st.just("arrival"), days, st.integers(1, 10**12)),
    st.tuples(
        st.just("credit"), st.sampled_from(["liuxi", "qingshi"]), st.sampled_from(["1/2", "1/3", "1/7"])
    ),
    st.tuples(st.just("decide"), st.integers(0, 30), st.sampled_from(["verified", "returned", "reversed"])),
    st.tuples(st.just("decide many"), st.integers(0, 30), st.sampled_from(["verified", "reversed"])),
)


def take(session: Session, race: Race, project: Project, step: tuple[Any, ...], verified: bool) -> None:
    source = VERIFIED if verified else PENDING
    match step:
        case "event", stage, day, yuan:
            amounts = {"total_yuan": yuan, "inward_yuan": yuan} if stage == "signed" else {}
            record.add_stage_event(session, source, project, stage=stage, occurred_on=day, **amounts)
        case "arrival", day, yuan:
            fact = bulk.Fact(
                CapitalArrival, project.id, day, {"yuan": yuan, "kind": "domestic"}, None, verified
            )
            bulk.add_facts(session, source, [fact])
        case "credit", unit, share:
            shares = [(race.units[unit].id, Fraction(share))]
            record.add_credits(session, source, project, shares=shares, occurred_on=MARCH)
        case kind, number, outcome:
            decide(session, number, outcome, at_once=kind == "decide many")


def decide(session: Session, number: int, outcome: str, *, at_once: bool) -> None:
    tables = (StageEvent, CapitalArrival, Credit)
    facts = [fact for table in tables for fact in session.scalars(select(table).order_by(table.fact_id))]
    if not facts:
        return
    fact = facts[number % len(facts)]
    if at_once:
        bulk_decisions.decide_facts(
            session,
            "chief",
            [bulk_decisions.Decision(type(fact), fact.project_id, fact.fact_id, outcome, "理由")],
        )
    else:
        record.decide(session, "chief", fact, outcome, "理由")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(history=st.lists(st.tuples(st.integers(0, 1), steps, st.booleans()), max_size=14))
def test_whatever_happens_they_are_what_the_facts_come_to(
    session: Session, race: Race, history: list[tuple[int, tuple[Any, ...], bool]]
):
    with session.begin_nested() as undo:
        projects = [record.add_project(session, VERIFIED, code=f"P-{n}", name="项目") for n in range(2)]
        for number, step, verified in history:
            try:
                with session.begin_nested():
                    take(session, race, projects[number], step, verified)
            except record.LedgerError:
                continue
            assert wrong_project_facts(session) == []
        undo.rollback()


def test_the_migration_makes_the_rows_of_a_database_of_an_earlier_release(blank_url: Callable[[], str]):
    url = blank_url()
    command.upgrade(alembic_config(url), "0002")
    database = open_database(url)
    recorded = {"occurred_on": "2026-03-01", "recorded_at": 5, "recorded_by": "a"}
    decided = {"decision_no": 1, "outcome": "verified", "decided_at": 5, "decided_by": "a"}
    rows: list[tuple[str, dict[str, Any]]] = [
        (
            "project",
            {"id": 1, "code": "P-1", "name": "一号", "is_public": 0, "recorded_at": 5, "recorded_by": "a"},
        ),
        ("unit", {"id": 1, "key": "liuxi", "name": "柳溪镇", "sort_no": 1}),
        (
            "credit",
            {"project_id": 1, "fact_id": 11, "unit_id": 1, "share_num": 1, "share_den": 1, **recorded},
        ),
        ("stage_event", {"project_id": 1, "fact_id": 12, "stage": "signed", "inward_yuan": 80, **recorded}),
        ("project_decision", {"project_id": 1, "fact_id": 11, **decided}),
        ("project_decision", {"project_id": 1, "fact_id": 12, **decided}),
    ]
    with database.engine.begin() as connection:
        for table, row in rows:
            connection.execute(insert(sa_table(table, *map(column, row))), row)
    migrate(url)
    with database.reading() as session:
        (row,) = session.scalars(select(KeptProject))
        assert (row.unit_id, row.signed_on, row.inward_yuan, row.arrived_yuan) == (1, MARCH, 80, 0)
        assert wrong_project_facts(session) == []
    database.engine.dispose()
