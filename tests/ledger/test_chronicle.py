"""Recording whole projects at once keeps every rule of recording one by one, and records all or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.ledger.chronicle import (
    Decision,
    NewArrival,
    NewCredit,
    NewEvent,
    NewProject,
    Told,
    record_projects,
)
from leaderboard.ledger.models import REVERSED, VERIFIED, CapitalArrival, Project, StageEvent
from leaderboard.ledger.read import (
    find_project,
    known_project_facts,
    live_arrivals,
    live_credits,
    live_events,
)
from leaderboard.ledger.record import LedgerError
from leaderboard.seasons.plan import add_unit

MARCH = date(2026, 3, 1)
TOLD = Told(1000, "clerk", "合同", (Decision(VERIFIED, 2000, "office"),))
WAITING = Told(1000, "clerk")
REVERSED_LATER = replace(TOLD, decisions=(*TOLD.decisions, Decision(REVERSED, 3000, "office", "录错")))
RECORDED_ANEW = Told(3000, "clerk", None, (Decision(VERIFIED, 3000, "office"),))


def project(code: str = "P-1", **more: object) -> NewProject:
    return replace(NewProject(code, "一号项目", 1000, "clerk", ()), **more)  # type: ignore[arg-type]


def test_everything_told_of_a_project_is_recorded(session: Session) -> None:
    """Credits, events and arrivals come back as they were told, each with its last decision."""
    unit = add_unit(session, "tester", key="liuxi", name="柳溪镇", sort_no=1)
    whole = project(
        credits=(NewCredit(unit.id, Fraction(3, 10), MARCH, TOLD),),
        events=(NewEvent("signed", MARCH, TOLD, 90, 60), NewEvent("started", MARCH, WAITING)),
        arrivals=(NewArrival(MARCH, 7_000, TOLD, "foreign", "USD", 100_000, "7.0000"),),
        investor="某公司",
        is_public=True,
    )
    record_projects(session, "tester", [whole])
    found = find_project(session, "P-1")
    assert found is not None
    assert (found.name, found.investor, found.is_public, found.recorded_by) == (
        "一号项目",
        "某公司",
        1,
        "clerk",
    )
    credit = live_credits(session, found.id)[0]
    assert (credit.unit_id, credit.share_num, credit.share_den, credit.outcome) == (unit.id, 3, 10, VERIFIED)
    events = {event.stage: event for event in live_events(session, found.id)}
    assert (events["signed"].total_yuan, events["signed"].inward_yuan) == (90, 60)
    assert (events["signed"].outcome, events["started"].outcome) == (VERIFIED, "awaiting")
    arrival = live_arrivals(session, found.id)[0]
    assert (arrival.yuan, arrival.kind, arrival.currency) == (7_000, "foreign", "USD")
    assert (arrival.foreign_cents, arrival.exchange_rate, arrival.evidence) == (100_000, "7.0000", "合同")


def test_what_was_known_at_an_instant_stays_known(session: Session) -> None:
    """A reversed arrival and the one recorded in its place are each known in their own time."""
    arrivals = (NewArrival(MARCH, 70_000, REVERSED_LATER), NewArrival(MARCH, 7_000, RECORDED_ANEW))
    record_projects(session, "tester", [project(arrivals=arrivals)])

    def known(at: int) -> list[tuple[int, str]]:
        rows = session.execute(known_project_facts(CapitalArrival, at)).all()
        return [(row.yuan, row.outcome) for row in rows]

    assert known(999) == []
    assert known(1000) == [(70_000, "awaiting")]
    assert known(2500) == [(70_000, VERIFIED)]
    assert known(3000) == [(7_000, VERIFIED)]


def test_one_act_leaves_one_line_in_the_trail(session: Session) -> None:
    record_projects(session, "tester", [project("P-1"), project("P-2")])
    line = session.scalars(select(AuditLine)).one()
    assert (line.actor, line.action, line.subject) == ("tester", "project.record_many", "2 projects")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (project(events=(NewEvent("signed", MARCH, TOLD), NewEvent("signed", MARCH, WAITING))), "只能有一条"),
        (project(events=(NewEvent("signed", MARCH, TOLD, -1),)), "不能为负数"),
        (project(arrivals=(NewArrival(MARCH, 0, TOLD),)), "须大于零"),
        (project(arrivals=(NewArrival(MARCH, 1, TOLD, "gift"),)), "资金类别"),
        (
            project(
                credits=(NewCredit(1, Fraction(2, 3), MARCH, TOLD), NewCredit(2, Fraction(2, 3), MARCH, TOLD))
            ),
            "4/3",
        ),
        (project(credits=(NewCredit(1, Fraction(0), MARCH, TOLD),)), "大于零"),
        (
            project(
                events=(NewEvent("signed", MARCH, Told(1000, "c", None, (Decision("liked", 2000, "o"),))),)
            ),
            "认定结果",
        ),
        (
            project(
                events=(NewEvent("signed", MARCH, Told(1000, "c", None, (Decision(REVERSED, 2000, "o"),))),)
            ),
            "写明理由",
        ),
        (project(events=(NewEvent("signed", MARCH, replace(TOLD, recorded_at=2001)),)), "早于"),
        (project(recorded_at=1001, events=(NewEvent("signed", MARCH, TOLD),)), "早于"),
        (
            project(
                events=(
                    NewEvent(
                        "signed",
                        MARCH,
                        replace(
                            REVERSED_LATER,
                            decisions=(*REVERSED_LATER.decisions, Decision(VERIFIED, 4000, "o")),
                        ),
                    ),
                )
            ),
            "冲销后又作认定",
        ),
    ],
)
def test_a_broken_rule_is_named_and_nothing_is_recorded(
    session: Session, wrong: NewProject, message: str
) -> None:
    with pytest.raises(LedgerError, match=message):
        record_projects(session, "tester", [project("P-0"), wrong])
    assert session.scalar(select(func.count()).select_from(Project)) == 0


def test_all_problems_are_named_at_once(session: Session) -> None:
    record_projects(session, "tester", [project("P-1")])
    with pytest.raises(LedgerError) as caught:
        record_projects(
            session,
            "tester",
            [
                project("P-1"),
                project("P-2"),
                project("P-2"),
                project("P-3", arrivals=(NewArrival(MARCH, 0, TOLD),)),
            ],
        )
    for told in ("P-1 已存在", "P-2 在本批中重复", "P-3 的到位资金须大于零"):
        assert told in str(caught.value)


def test_a_reversed_event_makes_room_for_another(session: Session) -> None:
    events = (
        NewEvent("started", MARCH, REVERSED_LATER),
        NewEvent("started", date(2026, 4, 1), RECORDED_ANEW),
    )
    record_projects(session, "tester", [project(events=events)])
    assert session.scalar(select(func.count()).select_from(StageEvent)) == 2
    found = find_project(session, "P-1")
    assert found is not None
    assert [event.occurred_on for event in live_events(session, found.id)] == [date(2026, 4, 1)]
