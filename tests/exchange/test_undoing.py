"""An import is reversed whole: what it recorded goes, what it changed comes back, what was decided later stays."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.exchange.models import ImportBatch
from leaderboard.exchange.read import changed_by, undone_of
from leaderboard.exchange.undoing import Undone, UndoRefused, undo_import, undo_of
from leaderboard.ledger.bulk_decisions import Decision, decide_facts
from leaderboard.ledger.models import REVERSED, VERIFIED, CapitalArrival, Credit, StageEvent, UnitReturn
from leaderboard.ledger.read import find_project, known_project_facts, known_unit_facts
from leaderboard.ledger.record import LedgerError, Source, add_stage_event
from leaderboard.ledger.unit_facts import add_return
from leaderboard.seasons.approval import approve_scheme, awaiting_approval
from leaderboard.seasons.models import APPROVED, DISCARDED, WITHDRAWN
from leaderboard.seasons.read import find_unit
from tests.exchange.books import (
    ARRIVALS,
    EVENTS,
    PROJECTS,
    RETURNS_SCHEME,
    SCHEME,
    UNITS,
    book,
    full_book,
    take_in,
)


def last_import(session: Session) -> ImportBatch:
    return session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc())).first() or pytest.fail("none")


def live(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """What a reader knows: the live facts by what they say, with their verification."""
    found = {
        "events": [
            (r.project_id, r.stage, r.occurred_on, r.total_yuan, r.inward_yuan, r.evidence, r.outcome)
            for r in session.execute(known_project_facts(StageEvent))
        ],
        "money": [
            (r.project_id, r.occurred_on, r.yuan, r.kind, r.evidence, r.outcome)
            for r in session.execute(known_project_facts(CapitalArrival))
        ],
        "shares": [
            (r.project_id, r.unit_id, r.share_num, r.share_den, r.outcome)
            for r in session.execute(known_project_facts(Credit))
        ],
    }
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def corrected_book() -> bytes:
    """The same season with a date and an amount corrected, a share divided anew, a signing verified, a sum added."""
    events = [[*EVENTS[0]], [*EVENTS[1]], [*EVENTS[2]]]
    events[0][3] = 21000
    events[1][2] = date(2026, 6, 2)
    events[2][6] = "已认定"
    projects = [PROJECTS[0], [*PROJECTS[1][:6], "柳溪镇 1;青石镇 1"]]
    return full_book(
        项目=projects, 节点=events, 到位资金=[*ARRIVALS, [*ARRIVALS[0][:2], 99, *ARRIVALS[0][3:]]]
    )


def test_reversing_the_first_import_leaves_nothing_alive(session: Session) -> None:
    """Two signings, a start, two sums, three shares and a commendation were recorded: nine facts."""
    take_in(session, full_book())
    assert changed_by(last_import(session)) > 0
    assert undo_import(session, "chief", last_import(session), "填错了赛季") == Undone(reversed=9)
    assert live(session) == {"events": [], "money": [], "shares": []}


def test_reversing_a_correction_brings_back_what_was(session: Session) -> None:
    """Two events corrected, one verified, two shares divided anew: five facts come back; a sum of money goes."""
    take_in(session, full_book())
    before = live(session)
    take_in(session, corrected_book())
    assert live(session) != before
    seen = undo_of(session, last_import(session))
    done = undo_import(session, "chief", last_import(session), "退回上次")
    assert done == seen == Undone(reversed=6, restored=5)
    assert live(session) == before
    assert undone_of(last_import(session)) == {"reversed": 6, "restored": 5, "left": 0, "gone": 0}


def imported(session: Session) -> list[ImportBatch]:
    return list(session.scalars(select(ImportBatch).order_by(ImportBatch.id)))


@pytest.mark.engines("sqlite", "postgresql")
@pytest.mark.parametrize("order", [(1, 0), (0, 1)])
def test_what_the_undoing_of_a_later_import_brought_back_goes_with_its_own(
    session: Session, order: tuple[int, int]
) -> None:
    """The second clears one of the first's two sums; undone both, in either order, nothing is left of either."""
    take_in(session, full_book())
    take_in(session, full_book(到位资金=ARRIVALS[:1]), manner="clear", reason="以此表为准")
    assert len(live(session)["money"]) == 1
    for number in order:
        undo_import(session, "chief", imported(session)[number], "错")
    assert live(session) == {"events": [], "money": [], "shares": []}


def test_what_somebody_decided_on_after_it_was_brought_back_stays(session: Session) -> None:
    take_in(session, full_book())
    take_in(session, full_book(到位资金=ARRIVALS[:1]), manner="clear", reason="以此表为准")
    undo_import(session, "chief", imported(session)[1], "错")
    back = max(session.execute(known_project_facts(CapitalArrival)), key=lambda row: row.occurred_on)
    verified = Decision(CapitalArrival, back.project_id, back.fact_id, VERIFIED)
    decide_facts(session, "judge", [verified], back.recorded_at + 1000)
    undo_import(session, "chief", imported(session)[0], "错")
    assert [row[1] for row in live(session)["money"]] == [date(2026, 8, 1)]


def test_what_was_decided_later_stays_and_is_told(session: Session) -> None:
    """The second project's signing waited and was verified by a person; the first project's start was reversed by one."""
    take_in(session, full_book())
    events = session.execute(known_project_facts(StageEvent).order_by(StageEvent.occurred_on)).all()
    signed, awaited, started = events
    decide_facts(
        session,
        "judge",
        [Decision(StageEvent, awaited.project_id, awaited.fact_id, VERIFIED)],
        later(session),
    )
    reversal = Decision(StageEvent, started.project_id, started.fact_id, REVERSED, "未开工")
    decide_facts(session, "judge", [reversal], later(session))
    assert undo_import(session, "chief", last_import(session), "整批退回") == Undone(
        reversed=7, left=1, gone=1
    )
    [left] = live(session)["events"]
    assert left[:3] == (awaited.project_id, "signed", date(2026, 4, 10))
    assert signed.fact_id != awaited.fact_id


def later(session: Session) -> int:
    return last_import(session).taken_at + 1000


def test_what_was_cannot_stand_beside_what_came_later(session: Session) -> None:
    """The start was cleared by the import and recorded anew by a person: bringing it back would make two."""
    take_in(session, full_book())
    take_in(session, full_book(节点=[EVENTS[0], EVENTS[2]]), manner="clear", reason="以此表为准")
    project = find_project(session, "P-001")
    assert project is not None
    add_stage_event(session, Source("judge"), project, stage="started", occurred_on=date(2026, 6, 9))
    with pytest.raises(UndoRefused, match="P-001 已有节点 started 的记录"):
        undo_import(session, "chief", last_import(session), "退回")
    assert issubclass(LedgerError, ValueError)


def test_an_import_is_reversed_once_and_with_a_reason(session: Session) -> None:
    take_in(session, full_book())
    with pytest.raises(UndoRefused, match="理由"):
        undo_import(session, "chief", last_import(session), " ")
    undo_import(session, "chief", last_import(session), "错")
    with pytest.raises(UndoRefused, match="撤销过"):
        undo_import(session, "chief", last_import(session), "错")


def test_the_same_import_can_be_taken_in_again(session: Session) -> None:
    take_in(session, full_book())
    before = live(session)
    undo_import(session, "chief", last_import(session), "错")
    take_in(session, full_book())
    assert live(session) == before


def returns_book(*quantities: int) -> bytes:
    """A return of Liuxi for each month from January on."""
    rows = [
        ["柳溪镇", "signed", date(2026, month, 1), date(2026, month, 28), quantity, None, "已认定"]
        for month, quantity in enumerate(quantities, start=1)
    ]
    return book({"单位": UNITS, "报表": rows}, scheme=RETURNS_SCHEME)


def test_returns_go_together_but_not_from_under_a_later_one(session: Session) -> None:
    """Two months corrected at once go back at once; once a third stands on them, neither goes, as at the console."""
    take_in(session, returns_book(10, 20))
    take_in(session, returns_book(11, 21))
    corrected = last_import(session)
    assert undo_import(session, "chief", corrected, "填错") == Undone(reversed=2, restored=2)
    assert sorted(row.quantity for row in session.execute(known_unit_facts(UnitReturn))) == [10, 20]
    take_in(session, returns_book(12, 22))
    corrected = last_import(session)
    unit = find_unit(session, "liuxi")
    assert unit is not None
    march = (date(2026, 3, 1), date(2026, 3, 31))
    add_return(
        session, Source("judge"), unit_id=unit.id, measure="signed", starts_on=march[0], ends_on=march[1],
        quantity=5,
    )  # fmt: skip
    with pytest.raises(UndoRefused, match="至 2026-03-31 的报表，以前的累计已锁定"):
        undo_import(session, "chief", corrected, "填错")


def test_the_scheme_that_an_import_submitted_is_withdrawn_with_it(session: Session) -> None:
    take_in(session, full_book())
    take_in(session, full_book(scheme=SCHEME | {"name": "另一个"}))
    [(_season, version, submission)] = awaiting_approval(session)
    undo_import(session, "chief", last_import(session), "方案不对")
    assert (version.state, submission.outcome, submission.answer) == (DISCARDED, WITHDRAWN, "方案不对")
    assert awaiting_approval(session) == []


def test_a_scheme_that_somebody_decided_on_stays_so(session: Session) -> None:
    take_in(session, full_book())
    take_in(session, full_book(scheme=SCHEME | {"name": "另一个"}))
    [(_season, version, submission)] = awaiting_approval(session)
    approve_scheme(session, "second", version, today=submission.effective_on)
    undo_import(session, "chief", last_import(session), "方案不对")
    assert (version.state, submission.outcome) == (APPROVED, APPROVED)
