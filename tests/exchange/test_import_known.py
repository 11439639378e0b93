"""What is known meets what a workbook says of it: corrected by a reversal, verified, left alone, locked."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.boards.gather import gather_facts
from leaderboard.exchange.problems import Counts
from leaderboard.ledger.models import (
    VERIFIED,
    CapitalArrival,
    ProjectDecision,
    StageEvent,
    UnitReturn,
)
from leaderboard.ledger.read import FOREVER, known_project_facts, known_unit_facts
from leaderboard.seasons.read import (
    roster,
)
from scoring import facts as scored
from tests.exchange.books import (
    ARRIVALS,
    EVENTS,
    PROJECTS,
    RETURNS_SCHEME,
    UNITS,
    book,
    full_book,
    plan_for,
    refused,
    take_in,
)
from tests.exchange.imported import event, facts_of, project_of, rows_in, season_of


def test_importing_the_same_file_twice_changes_nothing(session: Session) -> None:
    take_in(session, full_book())
    facts, rows = facts_of(session), rows_in(session)
    summary = take_in(session, full_book()).summary
    assert summary is not None
    assert summary.changed == 0
    assert summary.sheets["节点"] == Counts(unchanged=3)
    assert (facts_of(session), rows_in(session)) == (facts, rows)


def test_a_changed_value_is_a_reversal_and_a_new_fact(session: Session) -> None:
    take_in(session, full_book())
    changed = [event("P-001", "签约", date(2026, 3, 5), 20000, 12000, None, "已认定"), *EVENTS[1:]]
    summary = take_in(session, full_book(节点=changed), file_name="更正.xlsx").summary
    assert summary is not None
    assert summary.sheets["节点"] == Counts(corrected=1, unchanged=2)
    signed = [e for e in project_of(session, "P-001").events if e.stage == "signed"]
    assert [(e.inward_yuan, e.verified) for e in signed] == [(120_000_000, True)]
    assert session.scalar(select(func.count()).select_from(StageEvent)) == 4
    reversal = session.scalars(select(ProjectDecision).where(ProjectDecision.outcome == "reversed")).one()
    assert (reversal.reason, reversal.decision_no) == ("更正: 导入文件 更正.xlsx 节点 第 2 行", 2)
    kept = session.execute(known_project_facts(StageEvent).where(StageEvent.inward_yuan == 120_000_000)).one()
    assert kept.evidence == "合同 2026-01 号"


def test_the_board_before_a_correction_can_still_be_gathered(session: Session) -> None:
    take_in(session, full_book(), recorded_at=1_000)
    season = season_of(session)
    before = gather_facts(session, season, roster(session, season.id, FOREVER), 1_500)
    changed = [event("P-001", "签约", date(2026, 3, 6)), *EVENTS[1:]]
    take_in(session, full_book(节点=changed), recorded_at=2_000)
    assert gather_facts(session, season, roster(session, season.id, FOREVER), 1_500) == before
    signed = next(e for e in project_of(session, "P-001").events if e.stage == "signed")
    assert (signed.on, signed.inward_yuan) == (date(2026, 3, 6), 123_456_789)


def test_a_blank_cell_takes_nothing_away(session: Session) -> None:
    take_in(session, full_book())
    blank = [event("P-001", "签约", date(2026, 3, 5), None, None, None, "已认定")]
    summary = take_in(session, full_book(节点=blank, 目标=[], 项目=[], 到位资金=[])).summary
    assert summary is not None
    assert summary.changed == 0


def test_what_the_file_does_not_name_is_left_alone(session: Session) -> None:
    take_in(session, full_book())
    facts = facts_of(session)
    take_in(session, book({"单位": UNITS[:1]}, scheme=None))
    assert facts_of(session) == facts


def test_facts_without_their_projects_are_added_to_known_projects(session: Session) -> None:
    take_in(session, full_book())
    take_in(
        session,
        book({"节点": [event("P-002", "开工", date(2026, 9, 1), None, None, None, "已认定")]}, scheme=None),
    )
    assert {e.stage for e in project_of(session, "P-002").events} == {"signed", "started"}


def test_money_is_a_multiset(session: Session) -> None:
    """Two equal rows are two sums; the same two again are no more; a third is one more."""
    take_in(session, full_book(到位资金=[ARRIVALS[0]] * 2))
    for rows, new in ((2, 0), (3, 1), (1, 0)):
        summary = take_in(session, full_book(到位资金=[ARRIVALS[0]] * rows)).summary
        assert summary is not None
        # What the file does not name is left alone, and nothing is said to be cleared.
        assert summary.sheets["到位资金"] == Counts(new=new, unchanged=rows - new)


def test_details_of_money_are_corrected_in_place(session: Session) -> None:
    """Another rate for the same sum corrects it; which of two equal sums is meant is told by its evidence."""
    other = [*ARRIVALS[0][:7], "凭证 9", "已认定"]
    take_in(session, full_book(到位资金=[*ARRIVALS, other]))
    corrected = [*ARRIVALS[1][:6], 7.25, "凭证 2", "已认定"]
    summary = take_in(session, full_book(到位资金=[other, corrected, ARRIVALS[0]])).summary
    assert summary is not None
    assert summary.sheets["到位资金"] == Counts(unchanged=2, corrected=1)
    rates = session.execute(known_project_facts(CapitalArrival).where(CapitalArrival.kind == "foreign")).all()
    assert [row.exchange_rate for row in rates] == ["7.25"]


def test_another_sum_of_the_same_day_is_warned_about(session: Session) -> None:
    take_in(session, full_book())
    more = [ARRIVALS[1], ["P-001", date(2026, 7, 1), 900, "市外", None, None, None, None, None]]
    plan = plan_for(session, full_book(到位资金=more))
    assert [str(warning) for warning in plan.warnings] == [
        "到位资金 第 3 行: 系统中该项目当日另有 8,000,000 元, 此行将另记一笔; 若是更正, 请先在控制台冲销原记录"
    ]


def test_shares_are_corrected_as_a_whole(session: Session) -> None:
    take_in(session, full_book())
    projects = [PROJECTS[0], [*PROJECTS[1][:6], "柳溪镇 3/10;经信局 1/2"]]
    summary = take_in(session, full_book(项目=projects)).summary
    assert summary is not None
    assert summary.sheets["项目"] == Counts(corrected=1, unchanged=1)
    assert project_of(session, "P-002").credits == (
        scored.Credit("jingxin", Fraction(1, 2)),
        scored.Credit("liuxi", Fraction(3, 10)),
    )


def test_what_awaited_verification_is_verified(session: Session) -> None:
    take_in(session, full_book(), may_verify=False)
    assert project_of(session, "P-001").credits == ()
    summary = take_in(session, full_book()).summary
    assert summary is not None
    assert summary.sheets["节点"] == Counts(verified=2, unchanged=1)
    assert summary.sheets["到位资金"] == Counts(verified=2)
    assert summary.sheets["项目"] == Counts(corrected=2)
    assert [e.verified for e in project_of(session, "P-001").events] == [True, True]
    assert len(project_of(session, "P-002").credits) == 2


def test_what_is_verified_stays_so(session: Session) -> None:
    take_in(session, full_book())
    waiting = [[*row[:6], "待认定"] for row in EVENTS]
    report = take_in(session, full_book(节点=waiting))
    assert [str(warning) for warning in report.warnings] == ["节点 认定: 系统中已认定, 保持不变 (第 2、3 行)"]
    assert [e.verified for e in project_of(session, "P-001").events] == [True, True]


def test_returns_are_known_by_unit_measure_and_period(session: Session) -> None:
    first = ["柳溪镇", "signed", date(2026, 1, 1), date(2026, 3, 31), 52, None, "已认定"]
    tables = {"单位": UNITS, "报表": [first]}
    take_in(session, book(tables, scheme=RETURNS_SCHEME))
    tables["报表"] = [[*first[:4], 53, None, "已认定"], ["青石镇", *first[1:]]]
    summary = take_in(session, book(tables, scheme=RETURNS_SCHEME)).summary
    assert summary is not None
    assert summary.sheets["报表"] == Counts(new=1, corrected=1)
    live = session.execute(known_unit_facts(UnitReturn)).all()
    assert sorted((row.quantity, row.outcome) for row in live) == [(52, VERIFIED), (53, VERIFIED)]
    tables["报表"] = [["柳溪镇", "signed", date(2026, 3, 1), date(2026, 4, 30), 60, None, "已认定"]]
    assert refused(session, book(tables, scheme=RETURNS_SCHEME)) == [
        "报表 第 2 行 截止日: 系统中已有 2026-01-01 至 2026-03-31 的报表, 期间重叠, 请先冲销原报表"
    ]


def test_what_was_reported_before_a_later_return_is_locked(session: Session) -> None:
    """As at the console: the later one is reversed first, or corrected in the same file."""
    march = ["柳溪镇", "signed", date(2026, 3, 1), date(2026, 3, 31), 10, None, "已认定"]
    april = ["柳溪镇", "signed", date(2026, 4, 1), date(2026, 4, 30), 20, None, "已认定"]
    february = ["柳溪镇", "signed", date(2026, 2, 1), date(2026, 2, 28), 5, None, "已认定"]
    take_in(session, book({"单位": UNITS, "报表": [march, april]}, scheme=RETURNS_SCHEME))
    locked = "这项指标已有至 2026-04-30 的报表，以前的累计已锁定；请先冲销较晚的报表"
    for rows in ([[*march[:4], 11, None, "已认定"]], [[*march[:4], 11, None, "已认定"], april]):
        data = book({"单位": UNITS, "报表": rows}, scheme=RETURNS_SCHEME)
        assert "已锁定" in str(plan_for(session, data).warnings)
        with session.begin_nested() as undone:
            assert refused(session, data) == [locked]
            undone.rollback()
    with session.begin_nested() as undone:
        told = refused(session, book({"单位": UNITS, "报表": [february]}, scheme=RETURNS_SCHEME))
        assert told == [locked.replace("04-30", "03-31")]
        undone.rollback()
    both = [[*march[:4], 11, None, "已认定"], [*april[:4], 21, None, "已认定"]]
    report = take_in(session, book({"单位": UNITS, "报表": both}, scheme=RETURNS_SCHEME))
    assert report.warnings == ()
    live = session.execute(known_unit_facts(UnitReturn)).all()
    assert sorted(row.quantity for row in live) == [11, 21]
