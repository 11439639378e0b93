"""A workbook taken in: a season set up from nothing, facts recorded exactly, all of it in the trail or none."""

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
from leaderboard.exchange.apply import apply
from leaderboard.exchange.importing import preview_workbook
from leaderboard.exchange.problems import Counts, ImportRefused
from leaderboard.ledger import record
from leaderboard.ledger.list_models import KeptLine
from leaderboard.ledger.models import (
    CapitalArrival,
)
from leaderboard.ledger.project_facts import wrong_project_facts
from leaderboard.ledger.read import FOREVER, find_project
from leaderboard.seasons.read import (
    find_season,
    roster,
    scheme_in_force,
    stage_names,
    targets_at,
)
from scoring import facts as scored
from tests.exchange.books import (
    COVER,
    PROJECTS,
    UNITS,
    book,
    full_book,
    plan_for,
    take_in,
)
from tests.exchange.imported import event, facts_of, project_of, season_of

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # rows by the thousand


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
