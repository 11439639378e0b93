"""Recording and deciding from the command line: what the ledger holds afterwards, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sqlalchemy import func, select

from leaderboard.db import Database
from leaderboard.ledger.models import (
    Adjustment,
    CapitalArrival,
    ProjectDecision,
    StageEvent,
    UnitReturn,
)
from leaderboard.ledger.read import find_project, live_credits, live_events
from tests.commanding import Command, Done, Trail
from tests.factories import start_race

SIGNED = ("event-add", "P-1", "signed", "--on", "2026-03-01", "--total", "1.94亿元", "--inward", "12000万元")

COUNTED_RETURNS = {
    "format": "saima-scheme/1",
    "name": "报表与加减分",
    "full_mark": "100",
    "indicators": [
        {
            "key": "tax",
            "name": "税收",
            "weight": "100",
            "measure": {"ratio": {"numerator": "tax_paid", "denominator": "tax_due"}},
        }
    ],
    "adjustments": [{"key": "visits", "name": "外出招商", "kind": "bonus", "each": "0.5"}],
}


def facts_in(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def project(done: Done, race: str) -> str:
    done("project-add", "P-1", "氢能装备", "--unit", "liuxi", "--investor", "甲公司")
    return "P-1"


def test_a_project_is_entered_recorded_and_decided_on(
    done: Done, project: str, database: Database, trail: Trail
):
    assert "氢能装备 于 2026-03-01 签约" in done(*SIGNED)
    done("arrival-add", "P-1", "1200万元", "--on", "2026-04-01", "--evidence", "银行回单")
    done("arrival-add", "P-1", "500", "--on", "2026年4月2日", "--verified", "--sure")
    waiting = done("facts", "--unit", "liuxi").splitlines()
    assert [line.split("\t")[4] for line in waiting] == [
        "签约 总投资 1.94 亿元 外来资金 1.2 亿元",
        "市外境内资金 12,000,000 元",
    ]
    assert "已认定 2 条" in done("fact-verify", *(line.split("\t")[0] for line in waiting))
    assert done("facts", "--unit", "liuxi") == ""
    with database.reading() as session:
        event = session.scalars(select(StageEvent).where(StageEvent.total_yuan == 194_000_000)).one()
        arrivals = session.scalars(select(CapitalArrival.yuan).order_by(CapitalArrival.yuan)).all()
    assert (str(event.occurred_on), event.inward_yuan) == ("2026-03-01", 120_000_000)
    assert arrivals == [500, 12_000_000, 50_000_000]
    assert event.recorded_by.startswith("命令行 ")
    assert [action for action, _ in trail()] == [
        "project.add",
        "credit.add",
        "stage_event.add",
        "arrival.add",
        "arrival.add",
        "fact.verified",
        "fact.verified",
    ]


def test_a_fact_is_returned_and_reversed_with_its_reason(done: Done, leaderboard: Command, project: str):
    done(*SIGNED)
    fact = done("facts", "--kind", "event").split("\t")[0]
    assert leaderboard("fact-return", fact).exit_code == 1
    done("fact-return", fact, "--reason", "缺合同")
    assert "已退回" in done("project-show", "P-1")
    done("fact-reverse", fact, "--reason", "重复录入")
    told = done("project-show", "P-1")
    assert "已冲销" in told
    assert "重复录入" in told
    again = leaderboard("fact-verify", fact)
    assert again.exit_code == 1
    assert "已冲销" in again.output


def test_of_several_facts_all_are_decided_or_none(
    done: Done, leaderboard: Command, project: str, database: Database
):
    done(*SIGNED)
    fact = done("facts", "--kind", "event").split("\t")[0]
    before = facts_in(database, ProjectDecision)
    for unknown in ("event.1.7", "nonsense", "credit.999999.1"):
        refused = leaderboard("fact-verify", fact, unknown)
        assert refused.exit_code == 1
        assert f"{unknown}: 没有这条记录" in refused.output
    assert facts_in(database, ProjectDecision) == before


def test_everything_wrong_with_an_event_is_told_at_once_and_nothing_is_saved(
    leaderboard: Command, project: str, database: Database
):
    before = facts_in(database, StageEvent)
    refused = leaderboard(
        "event-add", "P-1", "signd", "--on", "2999-01-01", "--total", "3,2", "--inward", "-5"
    )
    assert refused.exit_code == 1
    lines = refused.stderr.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "--on",
        "--total",
        "--inward",
        "--total, --inward",
        "STAGE",
    ]
    assert leaderboard("event-add", "P-9", "signed", "--on", "2026-01-01").exit_code == 1
    assert facts_in(database, StageEvent) == before


def test_signs_that_nobody_sees_are_refused_by_their_numbers(leaderboard: Command, race: str) -> None:
    refused = leaderboard("project-add", "P-1", "氢\u200b能\u202e装备", "--unit", "liuxi")
    assert (refused.exit_code, "不能有不可见字符 U+200B U+202E" in refused.stderr) == (1, True)


def test_a_day_is_needed_and_a_second_signing_is_refused(leaderboard: Command, done: Done, project: str):
    missing = leaderboard("event-add", "P-1", "signed")
    assert (missing.exit_code, "--on: 应为日期" in missing.output) == (1, True)
    done(*SIGNED)
    second = leaderboard(*SIGNED)
    assert (second.exit_code, "已有该节点的记录" in second.output) == (1, True)


def test_unlikely_amounts_and_orders_ask_for_confirmation(leaderboard: Command, done: Done, project: str):
    done(*SIGNED)
    # Ten times the contract's 1.2 亿元 would be 12 亿元.
    arrival = ("arrival-add", "P-1", "13亿元", "--on", "2026-04-01")
    doubted = leaderboard(*arrival)
    assert doubted.exit_code == 1
    assert "13 亿元 (1,300,000,000 元): 到位资金合计超过合同外来资金的 10 倍" in doubted.output
    assert "--sure" in doubted.output
    assert leaderboard(*arrival, "--sure").exit_code == 0
    early = ("event-add", "P-1", "started", "--on", "2026-02-01")
    assert "开工早于签约" in leaderboard(*early).output
    assert leaderboard(*early, "--sure").exit_code == 0


def test_foreign_money_keeps_its_currency_and_rate(
    leaderboard: Command, done: Done, project: str, database: Database
):
    arrival = ("arrival-add", "P-1", "1200万元", "--on", "2026-04-01", "--kind", "foreign", "--foreign")
    wrong = leaderboard(*arrival, "usd", "1.005", "0")
    assert len(wrong.stderr.splitlines()) == 3
    done(*arrival, "USD", "1,700,000.50", "7.05")
    with database.reading() as session:
        kept = session.scalars(select(CapitalArrival).where(CapitalArrival.currency == "USD")).one()
    assert (kept.foreign_cents, kept.exchange_rate, kept.yuan) == (170_000_050, "7.05", 12_000_000)


def test_shares_of_a_project_are_recorded_together_or_not_at_all(
    leaderboard: Command, done: Done, race: str, database: Database
):
    done("project-add", "P-2", "储能")
    too_much = leaderboard("credit-add", "P-2", "liuxi=60%", "qingshi=1/2", "--on", "2026-03-01")
    assert (too_much.exit_code, "1.1" in too_much.output or "11/10" in too_much.output) == (1, True)
    assert leaderboard("credit-add", "P-2", "liuxi=all", "--on", "2026-03-01").exit_code == 1
    assert leaderboard("credit-add", "P-2", "liuxi=50", "liuxi=50", "--on", "2026-03-01").exit_code == 1
    done("credit-add", "P-2", "liuxi=50", "qingshi=1/3", "--on", "2026-03-01")
    with database.reading() as session:
        found = find_project(session, "P-2")
        assert found is not None
        shares = sorted(Fraction(c.share_num, c.share_den) for c in live_credits(session, found.id))
    assert shares == [Fraction(1, 3), Fraction(1, 2)]


def test_a_project_is_found_and_put_right(leaderboard: Command, done: Done, project: str, database: Database):
    assert done("projects", "--text", "氢能").startswith("P-1\t氢能装备\t柳溪镇")
    assert done("projects", "--unit", "nanan", "--text", "氢能") == ""
    assert leaderboard("projects", "--stage", "nowhere").exit_code == 1
    assert leaderboard("project-amend", "P-1", "--name", "氢能电池").exit_code == 1
    done("project-amend", "P-1", "--name", "氢能电池", "--investor", "", "--public", "--reason", "更名")
    with database.reading() as session:
        found = find_project(session, "P-1")
        assert found is not None
        assert (found.name, found.investor, found.is_public) == ("氢能电池", None, 1)
        assert live_events(session, found.id) == []
    unchanged = leaderboard("project-amend", "P-1", "--reason", "更名")
    assert (unchanged.exit_code, "没有变化" in unchanged.output) == (1, True)


def test_a_code_is_taken_once_and_without_half_a_project(
    leaderboard: Command, project: str, database: Database
):
    assert "已存在" in leaderboard("project-add", "P-1", "另一个").output
    assert leaderboard("project-add", "P-3", "无主", "--unit", "nowhere").exit_code == 1
    with database.reading() as session:
        assert find_project(session, "P-3") is None


def test_returns_and_adjustments_are_those_the_scheme_knows(
    leaderboard: Command, done: Done, database: Database, trail: Trail
):
    with database.session() as session:
        race = start_race(session)
        race.unit("liuxi", name="柳溪镇")
        race.scheme(COUNTED_RETURNS)
        session.commit()
    period = ("--from", "2026-01-01", "--on", "2026-03-31")
    assert "tax_paid" in leaderboard("return-add", "race", "liuxi", "tax", "5", *period).output
    assert leaderboard("return-add", "race", "nowhere", "tax_paid", "five", *period).exit_code == 1
    done("return-add", "race", "liuxi", "tax_paid", "1,200", *period, "--verified")
    assert "已有报表" in leaderboard("return-add", "race", "liuxi", "tax_paid", "1", *period).output
    done(
        "adjustment-add",
        "race",
        "liuxi",
        "visits",
        "--times",
        "2",
        "--on",
        "2026-02-01",
        "--reason",
        "赴沪招商",
    )
    assert leaderboard("adjustment-add", "race", "liuxi", "visits", "--on", "2026-02-01").exit_code == 1
    listed = done("returns", "race")
    assert "报表 tax_paid 2026-01-01 至 2026-03-31: 1,200\t已认定" in listed
    assert "加减分 visits 2 次: 赴沪招商\t待认定" in listed
    done("fact-verify", next(word for word in listed.split() if word.startswith("adjustment.")))
    assert (facts_in(database, UnitReturn), facts_in(database, Adjustment)) == (1, 1)
    assert [action for action, _ in trail()] == ["return.add", "adjustment.add", "fact.verified"]
