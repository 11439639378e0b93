"""Workbooks for the tests, written cell by cell with the titles a clerk sees: the format is pinned here."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from config import Settings
from leaderboard.exchange import reading_child
from leaderboard.exchange.archive import Limits, check_archive
from leaderboard.exchange.check import Asked, check
from leaderboard.exchange.importing import import_workbook
from leaderboard.exchange.plan import Plan
from leaderboard.exchange.problems import FileRefused, ImportRefused, Report
from leaderboard.exchange.raw_parts import Refused
from leaderboard.exchange.workbook import Sheets, read_workbook, sheets_in
from tests.factories import FOUR_RATES

Rows = Sequence[Sequence[Any]]
TODAY = date(2026, 11, 22)
MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - the writer takes no zone
"""When every workbook says it was made, so that equal ones are equal bytes."""

TITLES = {
    "自定节点": ["代号", "节点名称", "英文名"],
    "单位": ["编码", "单位名称", "英文名", "组别编码", "组别", "组别英文名", "序号", "参赛", "捆绑到"],
    "目标": ["单位", "指标", "方式", "口径", "目标值(个或万元)"],
    "项目": ["项目编号", "项目名称", "英文名", "投资方", "产业", "公开", "分成"],
    "节点": ["项目编号", "节点", "日期", "总投资(万元)", "合同引资额(万元)", "证明材料", "认定"],
    "到位资金": ["项目编号", "日期", "金额(万元)", "类别", "币种", "外币金额", "汇率", "证明材料", "认定"],
    "报表": ["单位", "指标", "起始日", "截止日", "本期数", "证明材料", "认定"],
    "加减分": ["单位", "项目", "日期", "次数", "事由", "证明材料", "认定"],
}
SCHEME = FOUR_RATES | {
    "adjustments": [{"key": "praise", "name": "通报表扬", "kind": "bonus", "each": "1", "ceiling": "3"}]
}
RETURNS_SCHEME = {
    "format": "saima-scheme/1",
    "name": "报表考核",
    "composite": False,
    "lead": "start",
    "indicators": [
        {
            "key": "start",
            "name": "开工率",
            "measure": {"ratio": {"numerator": "started", "denominator": "signed"}},
        },
        {"key": "trips", "name": "外出招商次数", "measure": {"quantity": "leader_trips"}},
    ],
}
COVER: Rows = [
    ["格式版本", "saima-workbook/1"],
    ["赛季代号", "race-2026"],
    ["赛季名称", "云溪县 2026 年赛马榜"],
    ["开始日期", "2026-01-01"],
    ["结束日期", "2026-12-31"],
]
UNITS: Rows = [
    ["liuxi", "柳溪镇", "Liuxi", "towns", "乡镇组", "Towns", 1, "是"],
    ["qingshi", "青石镇", None, "towns", "乡镇组", None, 2, "是"],
    ["jingxin", "经信局", None, "offices", "部门组", None, 3, "否"],
]
PROJECTS: Rows = [
    ["P-001", "柳溪光伏组件项目", "Solar", "某新能源公司", "新能源", "是", "柳溪镇"],
    ["P-002", "青石食品加工项目", None, None, None, "否", "柳溪镇 3;青石镇 7"],
]
EVENTS: Rows = [
    ["P-001", "签约", date(2026, 3, 5), 20000, 12345.6789, "合同 2026-01 号", "已认定"],
    ["P-001", "开工", date(2026, 6, 1), None, None, None, "已认定"],
    ["P-002", "签约", date(2026, 4, 10), 5000, 5000, None, "待认定"],
]
ARRIVALS: Rows = [
    ["P-001", date(2026, 7, 1), 800, "市外", None, None, None, "凭证 1", "已认定"],
    ["P-001", date(2026, 8, 1), 724.5, "外资", "USD", 1000000, 7.245, "凭证 2", "已认定"],
]


def book(
    tables: Mapping[str, Rows] | None = None,
    *,
    cover: Rows = COVER,
    scheme: Mapping[str, Any] | None = SCHEME,
    titles: Mapping[str, list[str]] = TITLES,
    touch: Callable[[Workbook], None] | None = None,
) -> bytes:
    """A workbook of the sheets given, each with its usual titles; `touch` may spoil it before it is closed."""
    buffer = io.BytesIO()
    workbook = Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    workbook.set_properties({"created": MADE})
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    sheets: dict[str, Rows] = {"说明": cover}
    sheets |= {name: [titles[name], *rows] for name, rows in (tables or {}).items()}
    if scheme is not None:
        sheets["考核方案"] = [["方案文档", json.dumps(scheme, ensure_ascii=False)]]
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        for number, row in enumerate(rows):
            for position, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, position, value, day)
                elif value is not None:
                    sheet.write(number, position, value)
    if touch:
        touch(workbook)
    workbook.close()
    return buffer.getvalue()


def full_book(**changed: Any) -> bytes:
    """A sound workbook with something on every sheet; name a sheet to give it other rows."""
    extra = {key: changed.pop(key) for key in ("cover", "scheme", "titles", "touch") if key in changed}
    tables: dict[str, Rows] = {
        "单位": UNITS,
        "目标": [["柳溪镇", "签约率", "个数", "基本", 4], ["青石镇", "signing", "金额", "挑战", 10000.5]],
        "项目": PROJECTS,
        "节点": EVENTS,
        "到位资金": ARRIVALS,
        "加减分": [["柳溪镇", "通报表扬", date(2026, 5, 1), 1, "获市通报表扬", None, "已认定"]],
    }
    return book(tables | changed, **extra)


@cache
def read_once(data: bytes, limits: Limits) -> Sheets:
    """What the reader finds, by its own words in this very process; what it stumbles over, the real one is to refuse."""
    try:
        check_archive(data, limits)
        lines = b"".join(reading_child.read(data, limits.rows, limits.columns))
    except (FileRefused, Refused, *reading_child.UNREADABLE):
        return read_workbook(data, limits)
    return sheets_in(io.BytesIO(lines + reading_child.line_of(end=True)))


def take_in(session: Session, data: bytes, **more: Any) -> Report:
    """Import as the administrator does."""
    return import_workbook(
        session, data, "clerk", Settings(), **({"reason": "年初方案", "founds": True} | more)
    )


def plan_for(session: Session, data: bytes, **asked: Any) -> Plan:
    """Check alone, on a fixed day."""
    return check(session, read_once(data, Limits()), Asked(asked.pop("today", TODAY), **asked))


def refused(session: Session, data: bytes, **more: Any) -> list[str]:
    """The errors for which the import is refused, as a person reads them."""
    with pytest.raises(ImportRefused) as refusal:
        take_in(session, data, **more)
    return [str(problem) for problem in refusal.value.report.errors]
