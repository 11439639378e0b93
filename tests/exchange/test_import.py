"""Importing records each fact once, corrects by reversal, and leaves alone what the file does not name."""

from __future__ import annotations

import time
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts.audit import broken_lines
from leaderboard.accounts.models import AuditLine
from leaderboard.boards.gather import gather_facts
from leaderboard.exchange.apply import apply
from leaderboard.exchange.importing import preview_workbook
from leaderboard.exchange.problems import Counts, ImportRefused
from leaderboard.ledger import record
from leaderboard.ledger.list_models import KeptLine
from leaderboard.ledger.models import (
    VERIFIED,
    CapitalArrival,
    Credit,
    Project,
    ProjectDecision,
    StageEvent,
    UnitReturn,
)
from leaderboard.ledger.project_facts import wrong_project_facts
from leaderboard.ledger.read import FOREVER, find_project, known_project_facts, known_unit_facts
from leaderboard.seasons.approval import awaiting_approval
from leaderboard.seasons.models import SUBMITTED, SchemeVersion, Season
from leaderboard.seasons.read import (
    find_season,
    roster,
    scheme_in_force,
    stage_names,
    targets_at,
)
from leaderboard.seasons.schemes import discard_scheme, draft_scheme
from scoring import facts as scored
from tests.exchange.books import (
    ARRIVALS,
    COVER,
    EVENTS,
    PROJECTS,
    RETURNS_SCHEME,
    SCHEME,
    UNITS,
    book,
    full_book,
    plan_for,
    refused,
    take_in,
)
from tests.factories import FOUR_RATES


def season_of(session: Session) -> Season:
    season = find_season(session, "race-2026")
    assert season is not None
    return season


def facts_of(session: Session) -> scored.Facts:
    season = season_of(session)
    return gather_facts(session, season, roster(session, season.id, FOREVER), FOREVER)


def project_of(session: Session, code: str) -> scored.Project:
    return next(project for project in facts_of(session).projects if project.code == code)


def rows_in(session: Session) -> list[int | None]:
    tables = (Project, Credit, StageEvent, CapitalArrival, UnitReturn, ProjectDecision)
    return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def event(code: str, stage: str, on: date, total: Any = None, inward: Any = None, *more: Any) -> list[Any]:
    evidence, outcome = (*more, None, None)[:2]
    return [code, stage, on, total, inward, evidence, outcome]


def test_a_season_is_set_up_from_nothing(session: Session) -> None:
    report = take_in(session, full_book())
    assert report.errors == ()
    assert report.warnings == ()
    assert report.summary is not None
    assert report.summary.sheets == {
        "单位": Counts(new=3),
        "考核方案": Counts(new=1),
        "目标": Counts(new=2),
        "项目": Counts(new=2),
        "节点": Counts(new=3),
        "到位资金": Counts(new=2),
        "加减分": Counts(new=1),
    }
    season = season_of(session)
    assert (season.title, season.starts_on, season.ends_on) == (
        "云溪县 2026 年赛马榜",
        date(2026, 1, 1),
        date(2026, 12, 31),
    )
    facts = facts_of(session)
    assert facts.units == (
        scored.Unit("liuxi", "柳溪镇", "towns", 1, competing=True),
        scored.Unit("qingshi", "青石镇", "towns", 2, competing=True),
        scored.Unit("jingxin", "经信局", "offices", 3, competing=False),
    )
    assert facts.targets == (
        scored.Target("liuxi", "signing", "count", 4, "basic"),
        scored.Target("qingshi", "signing", "amount", 100_005_000, "stretch"),
    )
    in_force = scheme_in_force(session, season.id, season.starts_on, FOREVER)
    assert in_force is not None
    assert (in_force.effective_on, in_force.approved_by) == (date(2026, 1, 1), "clerk")


def test_a_workbook_names_the_authority_that_holds_the_season(session: Session) -> None:
    take_in(session, book(cover=[*COVER, ["主办单位", "六安市"]]))
    assert season_of(session).authority == "六安市"
    report = take_in(session, book(cover=[*COVER, ["主办单位", "某县"]], scheme=None))
    assert season_of(session).authority == "六安市"
    [warning] = report.warnings
    assert (warning.column, "导入不修改" in warning.message) == ("主办单位", True)


def test_facts_are_recorded_exactly(session: Session) -> None:
    take_in(session, full_book())
    first, second = facts_of(session).projects
    assert (first.name, second.name) == ("柳溪光伏组件项目", "P-002")
    assert first.credits == (scored.Credit("liuxi", Fraction(1)),)
    assert second.credits == (
        scored.Credit("liuxi", Fraction(3, 10)),
        scored.Credit("qingshi", Fraction(7, 10)),
    )
    events = {
        (e.stage, e.on, e.verified, e.total_yuan, e.inward_yuan) for e in (*first.events, *second.events)
    }
    assert events == {
        ("signed", date(2026, 3, 5), True, 200_000_000, 123_456_789),
        ("started", date(2026, 6, 1), True, None, None),
        ("signed", date(2026, 4, 10), False, 50_000_000, 50_000_000),
    }
    assert {(a.on, a.yuan, a.kind, a.verified) for a in first.arrivals} == {
        (date(2026, 7, 1), 8_000_000, "domestic", True),
        (date(2026, 8, 1), 7_245_000, "foreign", True),
    }
    foreign = session.scalars(select(CapitalArrival).where(CapitalArrival.kind == "foreign")).one()
    assert (foreign.currency, foreign.foreign_cents, foreign.exchange_rate) == ("USD", 100_000_000, "7.245")
    (praise,) = facts_of(session).adjustments
    assert (praise.unit, praise.key, praise.times, praise.reason) == ("liuxi", "praise", 1, "获市通报表扬")


def test_the_rows_made_of_new_projects_are_what_their_facts_come_to(session: Session) -> None:
    """They are made from what was just written; a look at the ledger makes the same of them."""
    take_in(session, full_book())
    assert session.scalar(select(func.count()).select_from(KeptLine)) == len(PROJECTS)
    assert wrong_project_facts(session) == []


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


def test_a_season_has_stages_of_its_own(session: Session) -> None:
    tables: dict[str, Any] = {
        "自定节点": [["permit", "取得施工许可", "Permit"]],
        "单位": UNITS,
        "项目": PROJECTS,
    }
    tables["节点"] = [event("P-001", "取得施工许可", date(2026, 5, 1), None, None, None, "已认定")]
    take_in(session, book(tables))
    summary = take_in(session, book(tables)).summary
    assert summary is not None
    assert summary.changed == 0
    assert stage_names(season_of(session))["permit"] == "取得施工许可"
    assert [e.stage for e in project_of(session, "P-001").events] == ["permit"]


def test_a_unit_that_moves_is_warned_about(session: Session) -> None:
    take_in(session, full_book())
    units = [["liuxi", "柳溪镇", None, "offices", None, None, None, None]]
    report = take_in(session, full_book(单位=units))
    assert [str(warning) for warning in report.warnings] == [
        "单位 第 2 行: 该单位已在本赛季, 将由组别 towns 改到 offices, 请核对"
    ]
    assert {unit.key: unit.division for unit in facts_of(session).units}["liuxi"] == "offices"


def test_a_target_is_set_anew(session: Session) -> None:
    take_in(session, full_book())
    summary = take_in(session, full_book(目标=[["柳溪镇", "签约率", "个数", "基本", 6]])).summary
    assert summary is not None
    assert summary.sheets["目标"] == Counts(corrected=1)
    quantities = [target.quantity for target in targets_at(session, season_of(session).id, FOREVER)]
    assert quantities == [6, 100_005_000]


def test_a_changed_scheme_waits_for_a_second_person(session: Session) -> None:
    """Told before it is done; the scheme in force stays, and a second change finds the first one waiting."""
    take_in(session, full_book())
    other = SCHEME | {"name": "另一个方案"}
    report = take_in(session, full_book(scheme=other), reason="下半年加重到位资金")
    assert ["由另一位管理员批准后才生效" in str(warning) for warning in report.warnings] == [True]
    assert report.summary is not None
    assert report.summary.sheets["考核方案"] == Counts(new=1)
    ((_season, version, submission),) = awaiting_approval(session)
    assert (version.version_no, version.state, submission.submitted_by) == (2, SUBMITTED, "clerk")
    assert (submission.reason, report.notes) == ("下半年加重到位资金", ())
    assert "另一个方案" in version.document
    in_force = scheme_in_force(session, season_of(session).id, date(2026, 12, 31), FOREVER)
    assert in_force is not None
    assert in_force.version_no == 1
    assert refused(session, full_book(scheme=SCHEME | {"name": "第三个方案"})) == [
        "考核方案: 赛季已有未生效的方案草稿, 请先在控制台使它生效或作废"
    ]


def test_who_opens_a_season_by_a_workbook_brings_its_scheme_in_force_and_is_told(session: Session) -> None:
    report = take_in(session, full_book(), reason="年初领导小组会议")
    assert report.notes == (
        "本次导入新开赛季: 文件所带的考核方案自赛季第一天 2026-01-01 起直接生效, 不再经另一位管理员批准",
    )
    in_force = scheme_in_force(session, season_of(session).id, date(2026, 1, 1), FOREVER)
    assert in_force is not None
    assert (in_force.reason, awaiting_approval(session)) == ("年初领导小组会议", [])


def test_a_season_that_exists_without_a_scheme_is_not_given_one_by_one_person(session: Session) -> None:
    """It used to be founded at once, with a fixed reason and no word."""
    take_in(session, full_book(scheme=None, 目标=[], 加减分=[]))
    report = take_in(session, full_book(), reason="年初方案")
    assert ["赛季已开设而还没有生效的考核方案" in str(warning) for warning in report.warnings] == [True]
    ((_season, version, submission),) = awaiting_approval(session)
    assert (version.version_no, version.state) == (1, SUBMITTED)
    assert (submission.reason, submission.effective_on) == ("年初方案", date(2026, 1, 1))
    assert scheme_in_force(session, season_of(session).id, date(2026, 12, 31), FOREVER) is None


def test_a_workbook_with_a_scheme_says_why(session: Session) -> None:
    told = ["文件带有考核方案, 导入须写明理由"]
    assert refused(session, full_book(), reason=" ") == told
    take_in(session, full_book())
    assert refused(session, full_book(scheme=SCHEME | {"name": "另一个"}), reason=None) == told
    take_in(session, full_book(), reason=None)


def test_a_draft_is_not_put_in_force_by_an_import(session: Session) -> None:
    take_in(session, full_book(scheme=None, 目标=[], 加减分=[]))
    draft = draft_scheme(session, "author", season_of(session), FOUR_RATES)
    assert refused(session, full_book(加减分=[])) == [
        "考核方案: 赛季已有未生效的方案草稿, 请先在控制台使它生效或作废"
    ]
    discard_scheme(session, "author", draft)
    take_in(session, full_book())
    assert session.scalar(select(func.count()).select_from(SchemeVersion)) == 2


def test_an_import_stands_in_the_trail(session: Session) -> None:
    take_in(session, full_book(), file_name="十一月.xlsx")
    lines = session.scalars(select(AuditLine).order_by(AuditLine.seq_no)).all()
    assert (lines[0].actor, lines[0].action, lines[0].subject) == ("clerk", "workbook.import", "十一月.xlsx")
    assert "sha256" in lines[0].detail
    assert {line.action for line in lines} >= {
        "season.open",
        "scheme.approve",
        "project.add_many",
        "fact.add_many",
    }
    assert list(broken_lines(session)) == []


def test_a_preview_writes_nothing(session: Session) -> None:
    plan = preview_workbook(session, full_book(), Settings())
    assert plan.summary.changed == 14
    assert session.scalar(select(func.count()).select_from(AuditLine)) == 0
    assert find_season(session, "race-2026") is None


def test_a_plan_with_errors_cannot_be_applied(session: Session) -> None:
    plan = plan_for(session, full_book(节点=[event("P-404", "签约", date(2026, 3, 5))]))
    with pytest.raises(ImportRefused, match="P-404"):
        apply(session, plan, "clerk")
    assert session.scalar(select(func.count()).select_from(AuditLine)) == 0


def test_the_ledger_has_the_last_word(session: Session) -> None:
    """A plan made before someone else recorded the same event is refused by the ledger, not doubled."""
    take_in(session, full_book(节点=[]))
    plan = plan_for(session, full_book())
    project = find_project(session, "P-001")
    assert project is not None
    record.add_stage_event(
        session, record.Source("other"), project, stage="signed", occurred_on=date(2026, 3, 1)
    )
    with pytest.raises(record.LedgerError, match="P-001 已有节点 signed"):
        apply(session, plan, "clerk")


def test_shares_over_one_in_all_are_refused_by_the_ledger(session: Session) -> None:
    take_in(session, full_book(项目=[[*PROJECTS[1][:6], "柳溪镇 1/2"]], 节点=[], 到位资金=[]))
    plan = plan_for(
        session, full_book(项目=[[*PROJECTS[1][:6], "柳溪镇 1/2;青石镇 1/2"]], 节点=[], 到位资金=[])
    )
    project, unit = find_project(session, "P-002"), roster(session, season_of(session).id, FOREVER)[2]
    assert project is not None
    shares = [(unit.unit_id, Fraction(1, 4))]
    record.add_credits(session, record.Source("other"), project, shares=shares, occurred_on=date(2026, 3, 1))
    with pytest.raises(record.LedgerError, match="分成合计应不超过 1, 现为 5/4"):
        apply(session, plan, "clerk")


def test_a_county_is_imported_in_seconds(session: Session) -> None:
    """24 units, 400 projects, 2,500 events and 1,500 arrivals; the bound is generous for a busy machine."""
    stages = ["洽谈", "签约", "注册", "落地", "开工", "入库", "投产"]
    start = date(2026, 1, 1)
    tables = {
        "单位": [[f"u{i}", f"单位{i}镇", None, "towns", "乡镇组", None, i, "是"] for i in range(24)],
        "项目": [
            [f"P{i:04}", f"项目{i}", None, "某公司", "新能源", "是", f"单位{i % 24}镇"] for i in range(400)
        ],
        "节点": [
            [
                f"P{i % 400:04}",
                stages[i // 400],
                start + timedelta(days=i // 400 * 20),
                5000,
                3000,
                None,
                "已认定",
            ]
            for i in range(2500)
        ],
        "到位资金": [
            [
                f"P{i % 400:04}",
                start + timedelta(days=i % 300),
                100 + i,
                None,
                None,
                None,
                None,
                f"凭证{i}",
                "已认定",
            ]
            for i in range(1500)
        ],
    }
    data = book(tables, cover=COVER)
    started = time.monotonic()
    summary = take_in(session, data).summary
    assert time.monotonic() - started < 20
    assert summary is not None
    assert summary.sheets["节点"] == Counts(new=2500)
    assert summary.sheets["到位资金"] == Counts(new=1500)
