"""What is likely wrong, though it can be read: amounts, dates, stages, rows that contradict each other."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.exchange.books import (
    ARRIVALS,
    PROJECTS,
    RETURNS_SCHEME,
    UNITS,
    book,
    full_book,
    plan_for,
    take_in,
)
from tests.exchange.checked import errors, event, only, warnings

# A workbook is checked in memory; what is asked of the database is asked on both by the tests of imports.
pytestmark = pytest.mark.engines("sqlite")


def test_yuan_typed_as_wan_is_warned_about_with_the_figure_spelled_out(session: Session) -> None:
    """50,000,000 typed in a column of 万元 is 5,000 亿元; the clerk meant 5,000 万元."""
    data = full_book(节点=[event(total=50_000_000, inward=1_000_000), event("P-002", total=1_000_001)])
    assert warnings(session, data) == [
        (
            "节点 第 2 行 总投资(万元): 50000000 万元即 5000 亿元 (500,000,000,000 元), 是否把元当成了万元? "
            "若原为 50000000 元, 请改为 5000"
        ),
        (
            "节点 第 3 行 总投资(万元): 1000001 万元即 100.0001 亿元 (10,000,010,000 元), 是否把元当成了万元? "
            "若原为 1000001 元, 请改为 100.0001"
        ),
    ]


def test_far_more_money_than_contracted_is_warned_about(session: Session) -> None:
    data = full_book(到位资金=[["P-002", date(2026, 7, 1), 60_000, None, None, None, None, None, None]])
    assert warnings(session, data) == [
        "到位资金 第 2 行 金额(万元): 项目 P-002 到位资金共 600,000,000 元, 超过合同引资额的 10 倍, 请核对单位是否为万元"
    ]


def test_more_money_than_the_ledger_knows_as_contracted_is_warned_about(session: Session) -> None:
    """The file brings arrivals alone; the contract of 5,000 万元 was imported before."""
    take_in(session, full_book())
    data = full_book(节点=[], 到位资金=[["P-002", date(2026, 7, 1), 60_000]])
    assert [w for w in warnings(session, data) if "倍" in w] == [
        "到位资金 第 2 行 金额(万元): 项目 P-002 到位资金共 600,000,000 元, 超过合同引资额的 10 倍, 请核对单位是否为万元"
    ]


@pytest.mark.parametrize(
    ("contract", "arrivals", "place"),
    [
        ((950_000, 900_000), [300_000, 600_000], "到位资金 第 2 行 金额(万元)"),
        ((950_000, 950_000), [900_000], "到位资金 第 2 行 金额(万元)"),
        ((None, None), [100_000], "到位资金 第 2 行 金额(万元)"),
        ((950_000, None), [], "节点 第 2 行 总投资(万元)"),
        ((950_000, 500_000), [], "节点 第 2 行 合同引资额(万元)"),
    ],
)
def test_a_project_all_of_whose_amounts_are_large_is_asked_about(
    session: Session, contract: tuple[Any, Any], arrivals: list[int], place: str
) -> None:
    """A contract of 95 万元 with 90 万元 arrived, all typed in yuan, would be read as 95 and 90 亿元."""
    received = [["P-001", date(2026, 7, n), yuan] for n, yuan in enumerate(arrivals, start=1)]
    data = full_book(节点=[event(total=contract[0], inward=contract[1])], 到位资金=received)
    least = min(yuan for yuan in (*contract, *arrivals) if yuan)
    assert warnings(session, data) == [
        (
            f"{place}: 项目 P-001 在文件中的金额最小也有 {least // 10_000} 亿元, "
            f"是否把元当成了万元? 若原为 {least} 元, 请改为 {least // 10_000}"
        )
    ]


@pytest.mark.parametrize(
    ("contract", "arrivals"),
    [
        ((100_000, 80_000), []),
        ((100_000, 100_000), [99_999]),
        ((250_000, 250_000), []),
        ((499_999, 499_999), []),
        ((900_000, 900_000), [150_000, 20_000]),
        ((None, None), [99_999]),
    ],
)
def test_large_projects_are_not_asked_about(
    session: Session, contract: tuple[Any, Any], arrivals: list[int]
) -> None:
    """10 亿, 25 亿 and 90 亿 with a receipt of 2 亿 among others are what they say."""
    received = [["P-001", date(2026, 7, n), yuan] for n, yuan in enumerate(arrivals, start=1)]
    data = full_book(节点=[event(total=contract[0], inward=contract[1])], 到位资金=received)
    assert warnings(session, data) == []


def test_what_has_not_happened_yet_is_refused(session: Session) -> None:
    data = full_book(节点=[event(on=date(2026, 11, 23))])
    assert only(session, data) == (
        "节点 第 2 行 日期: 2026-11-23 在今天 (2026-11-22) 之后, 尚未发生的事不能入账, 请核对年份"
    )
    assert errors(session, data, today=date(2026, 11, 23)) == []


def test_stages_out_of_order_are_warned_about(session: Session) -> None:
    data = full_book(
        节点=[event(), event(stage="开工", on=date(2026, 3, 1)), event("P-002", on=date(1926, 3, 5))]
    )
    assert warnings(session, data) == [
        "节点 第 3 行 日期: 开工日期 2026-03-01 早于签约日期 2026-03-05, 请核对",
        "节点 第 4 行 日期: 1926-03-05 早于 2000-01-01, 请核对年份",
    ]


def test_rows_that_contradict_each_other_are_refused(session: Session) -> None:
    data = full_book(
        目标=[["柳溪镇", "签约率", "个数", "基本", 4], ["liuxi", "signing", "个数", None, 5]],
        项目=[*PROJECTS, ["P-001", "另一个项目", None, None, None, None, None]],
        节点=[event(), event(on=date(2026, 3, 6))],
    )
    assert errors(session, data) == [
        "目标 第 3 行: 与第 2 行是同一单位、指标、方式和口径的目标, 请只留一行",
        '项目 第 4 行 项目编号: 项目编号 "P-001" 与第 2 行重复',
        "节点 第 3 行 节点: 与第 2 行是同一项目的同一节点, 每个节点只能有一行",
    ]


def test_equal_rows_of_money_are_two_sums_and_warned_about(session: Session) -> None:
    plan = plan_for(session, full_book(到位资金=[ARRIVALS[0], ARRIVALS[0]]))
    assert plan.counts["到位资金"].new == 2
    assert [str(warning) for warning in plan.warnings] == [
        "到位资金 第 3 行: 与第 2 行完全相同, 按两笔资金记录, 请核对是否重复"
    ]


def test_foreign_money_must_fit_its_rate(session: Session) -> None:
    """1,000,000.00 USD at 7.245 is 7,245,000 yuan; 800 万元 is far from it."""
    data = full_book(到位资金=[["P-001", date(2026, 8, 1), 800, "外资", "USD", 1_000_000, 7.245, None, None]])
    assert warnings(session, data) == [
        "到位资金 第 2 行 外币金额: 外币金额按汇率折合 7,245,000 元, 与金额 8,000,000 元相差超过百分之一, 请核对"
    ]


def test_overlapping_periods_are_refused(session: Session) -> None:
    rows = [
        ["柳溪镇", "signed", date(2026, 1, 1), date(2026, 3, 31), 12, None, None],
        ["柳溪镇", "signed", date(2026, 3, 31), date(2026, 4, 30), 3, None, None],
        ["柳溪镇", "started", date(2026, 3, 31), date(2026, 3, 1), 3, None, None],
        ["柳溪镇", "外出招商次数", date(2026, 1, 1), date(2026, 12, 31), 3, None, None],
    ]
    plan = plan_for(session, book({"单位": UNITS, "报表": rows}, scheme=RETURNS_SCHEME))
    assert [str(error) for error in plan.errors] == [
        "报表 第 3 行 截止日: 与第 2 行是同一单位同一指标, 期间重叠",
        "报表 第 4 行 截止日: 截止日 2026-03-01 早于起始日 2026-03-31",
    ]
    assert [str(warning) for warning in plan.warnings] == ["报表 截止日: 截止日在今天之后, 请核对 (第 5 行)"]
    assert [fact.values["measure"] for fact in plan.facts] == ["signed", "leader_trips"]
