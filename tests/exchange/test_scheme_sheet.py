"""The sheet 考核方案: its text may stand right of or under its key, and nothing on it is passed over in silence."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from leaderboard.exchange.exporting import template_workbook
from leaderboard.ledger.models import StageEvent
from leaderboard.seasons.models import SchemeVersion
from leaderboard.seasons.read import find_season, list_schemes
from tests.exchange.books import COVER, UNITS, book, plan_for, take_in
from tests.factories import FOUR_RATES

TEXT = json.dumps(FOUR_RATES, ensure_ascii=False)
ADOPTED = "考核方案: 将以模板自带的四率考核方案作为首个方案, 请核对"
ELSEWHERE = '不会导入, 请删除; 方案的 JSON 文本应填在 "方案文档" 右边或下面的一格'


def laid(cells: Mapping[str, str]) -> bytes:
    """A workbook whose sheet 考核方案 holds these cells."""

    def touch(workbook: Workbook) -> None:
        sheet = workbook.add_worksheet("考核方案")
        for place, text in cells.items():
            sheet.write_string(place, text)

    return book({"单位": UNITS}, scheme=None, touch=touch)


@pytest.mark.parametrize(
    "cells",
    [
        {"A1": "方案文档", "B1": TEXT},
        {"A1": "方案文档", "A2": TEXT},
        {"A3": "方案文档", "A4": TEXT},
        {"A1": "方案文档", "B1": TEXT[:200], "A2": "方案文档", "B2": TEXT[200:]},
    ],
)
def test_the_text_stands_right_of_its_key_or_under_it(session: Session, cells: dict[str, str]) -> None:
    plan = plan_for(session, laid(cells))
    assert plan.errors == []
    assert plan.scheme is not None
    assert plan.scheme["name"] == FOUR_RATES["name"]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (
            {"A1": "方案文档", "B1": TEXT, "A2": TEXT},
            ["第 2 行: B1 和 A2 都有内容, 方案的 JSON 文本只能填在其中一格"],
        ),
        ({"A1": "方案文档", "B1": TEXT, "C1": "见附件"}, [f'第 1 行: 单元格 C1 的内容 "见附件" {ELSEWHERE}']),
        ({"A1": "方案文档", "A3": "另附", "B2": "x"},
            [f'第 2 行: 单元格 B2 的内容 "x" {ELSEWHERE}', f'第 3 行: 单元格 A3 的内容 "另附" {ELSEWHERE}'],
        ),
    ],
)  # fmt: skip
def test_what_stands_elsewhere_is_named_with_its_cell(
    session: Session, cells: dict[str, str], told: list[str]
) -> None:
    errors = plan_for(session, laid(cells)).errors
    assert [str(problem) for problem in errors] == [f"考核方案 {line}" for line in told]


def test_a_key_without_a_text_is_no_scheme(session: Session) -> None:
    plan = plan_for(session, laid({"A1": "方案文档"}))
    assert (plan.errors, plan.scheme) == ([], None)


@pytest.fixture
def filled() -> Callable[..., bytes]:
    """The template with a season filled in by hand, one unit, its target and a project."""

    def fill(**more: Any) -> bytes:
        opened = load_workbook(io.BytesIO(template_workbook()))
        known = dict(COVER) | more
        for row in opened["说明"].iter_rows(max_col=2):
            row[1].value = known.get(row[0].value)
        opened["单位"].append(list(UNITS[0]))
        opened["目标"].append(["柳溪镇", "签约率", "个数", None, 4])
        opened["项目"].append(["P-001", "某项目", None, None, None, "是", "柳溪镇"])
        opened["节点"].append(["P-001", "签约", date(2026, 3, 5), 20000, 10000, None, "已认定"])
        buffer = io.BytesIO()
        opened.save(buffer)
        return buffer.getvalue()

    return fill


def test_a_season_with_targets_is_filled_in_from_the_template_alone(
    session: Session, filled: Callable[..., bytes]
) -> None:
    """Its own scheme is the four rates of 25 points each, and it is said that this one is taken."""
    report = take_in(session, filled())
    assert [str(warning) for warning in report.warnings] == [ADOPTED]
    season = find_season(session, "race-2026")
    assert season is not None
    [version] = list_schemes(session, season.id)
    indicators = json.loads(version.document)["indicators"]
    assert [(i["name"], i["weight"]) for i in indicators] == [
        ("签约率", "25"),
        ("开工率", "25"),
        ("落地率", "25"),
        ("资金到位率", "25"),
    ]
    assert session.scalar(select(func.count()).select_from(StageEvent)) == 1
    again = take_in(session, filled())
    assert again.summary is not None
    assert (again.summary.changed, again.warnings) == (0, ())


def test_the_templates_scheme_does_not_disturb_a_season_with_its_own(
    session: Session, filled: Callable[..., bytes]
) -> None:
    """Left in its cell it is passed over and told; changed by hand it is another scheme, for a second person."""
    take_in(session, book({"单位": UNITS}, scheme=FOUR_RATES))
    report = take_in(session, filled())
    assert [str(warning) for warning in report.warnings] == [
        "考核方案: 赛季已有自己的考核方案, 模板自带的方案没有采用"
    ]
    assert session.scalar(select(func.count()).select_from(SchemeVersion)) == 1
    changed = book({"单位": UNITS}, scheme=FOUR_RATES | {"name": "另一个"})
    report = take_in(session, changed)
    assert ["将存为新的一版并提交审批" in str(warning) for warning in report.warnings] == [True]
