"""The ledger adds and reverses; it never edits, and it says why it refuses."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import broken_lines
from leaderboard.accounts.models import AuditLine
from leaderboard.ledger import record, unit_facts
from leaderboard.ledger.models import CapitalArrival, Project, ProjectDecision, StageEvent, UnitReturn
from leaderboard.ledger.read import (
    known_project_facts,
    known_unit_facts,
    live_arrivals,
    live_credits,
    live_events,
    live_shares,
    outcome_of,
)
from leaderboard.seasons import plan
from leaderboard.words import ENGLISH, speaking
from tests.factories import PENDING, STARTS, VERIFIED

MARCH = date(2026, 3, 1)


@pytest.fixture
def project(session: Session) -> Project:
    return record.add_project(session, VERIFIED, code="P-1", name="一号项目")


def test_a_fact_keeps_when_it_occurred_and_who_recorded_it_on_what_evidence(
    session: Session, project: Project
):
    source = record.Source("clerk", evidence="合同第 7 号", recorded_at=1_000)
    event = record.add_stage_event(
        session, source, project, stage="signed", occurred_on=MARCH, total_yuan=200, inward_yuan=150
    )
    row = live_events(session, project.id)[0]
    assert (row.occurred_on, row.recorded_at, row.recorded_by, row.evidence) == (
        MARCH,
        1_000,
        "clerk",
        "合同第 7 号",
    )
    assert (row.total_yuan, row.inward_yuan, row.outcome) == (200, 150, "awaiting")
    assert outcome_of(session, event) == "awaiting"


def test_a_correction_is_a_reversal_and_a_new_fact(session: Session, project: Project):
    wrong = record.add_stage_event(session, VERIFIED, project, stage="started", occurred_on=MARCH)
    with pytest.raises(record.LedgerError, match="请先冲销原记录"):
        record.add_stage_event(session, VERIFIED, project, stage="started", occurred_on=date(2026, 4, 1))
    record.decide(session, "chief", wrong, "reversed", "日期有误")
    record.add_stage_event(session, VERIFIED, project, stage="started", occurred_on=date(2026, 4, 1))
    assert [row.occurred_on for row in live_events(session, project.id)] == [date(2026, 4, 1)]
    assert session.scalar(select(func.count()).select_from(StageEvent)) == 2
    decision = session.scalars(select(ProjectDecision).where(ProjectDecision.outcome == "reversed")).one()
    assert (decision.decided_by, decision.reason) == ("chief", "日期有误")


def test_what_was_reversed_stays_reversed(session: Session, project: Project):
    event = record.add_stage_event(session, VERIFIED, project, stage="started", occurred_on=MARCH)
    record.decide(session, "chief", event, "reversed", "误报")
    with pytest.raises(record.LedgerError, match="已冲销"):
        record.decide(session, "chief", event, "verified")


@pytest.mark.parametrize("outcome", ["returned", "reversed"])
def test_returning_and_reversing_need_a_reason(session: Session, project: Project, outcome: str):
    event = record.add_stage_event(session, PENDING, project, stage="started", occurred_on=MARCH)
    with pytest.raises(record.LedgerError, match="理由"):
        record.decide(session, "chief", event, outcome, "  ")
    assert outcome_of(session, event) == "awaiting"


def test_a_returned_fact_may_be_verified_later(session: Session, project: Project):
    event = record.add_stage_event(session, PENDING, project, stage="started", occurred_on=MARCH)
    record.decide(session, "chief", event, "returned", "缺照片")
    record.decide(session, "chief", event, "verified")
    assert live_events(session, project.id)[0].outcome == "verified"


def test_facts_are_told_as_they_were_known_at_an_instant(session: Session, project: Project):
    source = record.Source("clerk", recorded_at=1_000)
    arrival = record.add_arrival(session, source, project, occurred_on=MARCH, amount_yuan=5)
    record.decide(session, "chief", arrival, "verified", at=2_000)
    record.decide(session, "chief", arrival, "reversed", "退汇", at=3_000)

    def known(at: int) -> list[str]:
        return [row.outcome for row in session.execute(known_project_facts(CapitalArrival, at))]

    assert [known(at) for at in (999, 1_000, 2_000, 3_000)] == [[], ["awaiting"], ["verified"], []]


def test_shares_of_a_project_never_pass_the_whole(session: Session, project: Project):
    units = [plan.add_unit(session, "t", key=k, name=k, sort_no=n) for n, k in enumerate("ab")]
    record.add_credits(session, VERIFIED, project, shares=[(units[0].id, Fraction(3, 10))], occurred_on=MARCH)
    with pytest.raises(record.LedgerError, match="不超过 1"):
        record.add_credits(
            session, VERIFIED, project, shares=[(units[1].id, Fraction(8, 10))], occurred_on=MARCH
        )
    record.add_credits(session, VERIFIED, project, shares=[(units[1].id, Fraction(7, 10))], occurred_on=MARCH)
    assert live_shares(session, project.id) == 1
    assert [(c.share_num, c.share_den) for c in live_credits(session, project.id)] == [(3, 10), (7, 10)]


@pytest.mark.parametrize("amount", [0, -5])
def test_money_that_is_no_money_is_refused(session: Session, project: Project, amount: int):
    with pytest.raises(record.LedgerError, match="大于零"):
        record.add_arrival(session, VERIFIED, project, occurred_on=MARCH, amount_yuan=amount)
    assert live_arrivals(session, project.id) == []


def test_foreign_money_keeps_its_currency_cents_and_rate(session: Session, project: Project):
    record.add_arrival(
        session,
        VERIFIED,
        project,
        occurred_on=MARCH,
        amount_yuan=7_123_456,
        kind="foreign",
        currency="USD",
        foreign_cents=100_000_000,
        exchange_rate="7.123456",
    )
    row = live_arrivals(session, project.id)[0]
    assert (row.yuan, row.currency, row.foreign_cents, row.exchange_rate) == (
        7_123_456,
        "USD",
        100_000_000,
        "7.123456",
    )


def test_returns_of_overlapping_periods_are_refused_until_the_first_is_reversed(session: Session):
    unit = plan.add_unit(session, "t", key="huoqiu", name="霍邱县", sort_no=1)

    def report(last: date, quantity: int) -> UnitReturn:
        return unit_facts.add_return(
            session,
            VERIFIED,
            unit_id=unit.id,
            measure="signed_100m",
            starts_on=STARTS,
            ends_on=last,
            quantity=quantity,
        )

    first = report(date(2026, 9, 30), 52)
    with pytest.raises(record.LedgerError, match="请先冲销原报表"):
        report(date(2026, 6, 30), 30)
    record.decide(session, "chief", first, "reversed", "口径有误")
    report(date(2026, 9, 30), 53)
    assert [row.quantity for row in session.execute(known_unit_facts(UnitReturn))] == [53]


def test_every_act_leaves_a_line_in_a_chain_that_shows_any_change(session: Session, project: Project):
    event = record.add_stage_event(session, PENDING, project, stage="started", occurred_on=MARCH)
    record.decide(session, "chief", event, "verified")
    session.flush()
    lines = session.scalars(select(AuditLine).order_by(AuditLine.seq_no)).all()
    assert [line.action for line in lines] == ["project.add", "stage_event.add", "fact.verified"]
    assert list(broken_lines(session)) == []
    lines[1].detail = lines[1].detail.replace("started", "signed")
    session.flush()
    assert list(broken_lines(session)) == [2]


def test_a_large_amount_is_kept_to_the_yuan(session: Session, project: Project):
    record.add_arrival(session, VERIFIED, project, occurred_on=MARCH, amount_yuan=9_007_199_254_740_993)
    assert live_arrivals(session, project.id)[0].yuan == 9_007_199_254_740_993


def test_a_refusal_speaks_the_readers_language(session: Session, project: Project):
    with speaking(ENGLISH), pytest.raises(record.LedgerError) as refusal:
        record.add_project(session, VERIFIED, code="P-1", name="又一个")
    assert str(refusal.value) == "Project code P-1 is taken; please choose another"
