"""Blank workbooks: of the format, with what may be chosen, taken in once they are filled."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from leaderboard.exchange.exporting import season_template, template_workbook
from leaderboard.exchange.workbook import read_workbook
from leaderboard.ledger.models import StageEvent
from leaderboard.seasons.read import find_season
from tests.exchange.books import (
    COVER,
    TITLES,
    TODAY,
    UNITS,
    full_book,
    plan_for,
    refused,
    take_in,
)


@pytest.mark.engines("sqlite")
def test_the_template_is_blank_and_of_the_format(session: Session) -> None:
    sheets = read_workbook(template_workbook())
    assert {name: sheets[name].rows[1] for name in TITLES} == {n: [*t, "备注"] for n, t in TITLES.items()}
    assert [name for name, sheet in sheets.items() if name in TITLES and len(sheet.rows) > 1] == []
    assert refused(session, template_workbook()) == ["说明 第 2 行 赛季代号: 此格必填, 不能空白"]


def test_the_template_offers_what_may_be_chosen() -> None:
    opened = load_workbook(io.BytesIO(template_workbook()))
    assert opened["选项"].sheet_state == "hidden"
    offered = {cell.value for column in opened["选项"].iter_cols() for cell in column}
    assert offered >= {"签约", "开工", "已认定", "待认定", "市外", "外资", "个数", "金额", "是", "否"}
    rules = opened["节点"].data_validations.dataValidation
    validated = {str(rule.sqref).partition(":")[0] for rule in rules}
    assert validated == {"B2", "C2", "D2", "E2", "G2"}
    kinds = {str(rule.sqref).partition(":")[0]: (rule.type, rule.errorStyle) for rule in rules}
    assert (kinds["C2"], kinds["D2"]) == (("date", "warning"), ("decimal", "warning"))
    assert opened["节点"].freeze_panes == "B2"


@pytest.mark.engines("sqlite")
def test_a_filled_template_is_taken_in(session: Session) -> None:
    """The template's own titles, with a row filled in under each, are what the reader expects."""
    opened = load_workbook(io.BytesIO(template_workbook()))
    for number, (_, value) in enumerate(COVER, start=1):
        opened["说明"].cell(number, 2, value)
    opened["说明"].cell(5, 2, "2026-01-01")
    opened["说明"].cell(6, 2, "2026-12-31")
    opened["说明"].cell(4, 2, None)
    opened["单位"].append(list(UNITS[0]))
    opened["项目"].append(["P-001", "某项目", None, None, None, "是", "柳溪镇"])
    opened["节点"].append(["P-001", "签约", date(2026, 3, 5), 20000, 10000, None, "已认定"])
    buffer = io.BytesIO()
    opened.save(buffer)
    found = plan_for(session, buffer.getvalue())
    assert found.errors == []
    assert [fact.table for fact in found.facts][1:] == [StageEvent]


def test_the_head_of_the_template_is_locked_and_nothing_else() -> None:
    """A sheet is protected with its head and its version locked; the columns below may be filled, sorted, added to."""
    opened = load_workbook(io.BytesIO(template_workbook()))
    for name in TITLES:
        sheet = opened[name]
        assert sheet.protection.sheet
        barred = (sheet.protection.insertRows, sheet.protection.sort, sheet.protection.formatCells)
        assert not any(barred)
        assert all(cell.protection.locked for cell in sheet[1])
    unlocked = {index: style for index, style in enumerate(opened._cell_styles) if style.protectionId}
    assert all(opened["节点"].column_dimensions[letter]._style in unlocked.values() for letter in "ABCDEFG")
    cover = opened["说明"]
    assert (cover["B1"].value, cover["B1"].protection.locked) == ("saima-workbook/1", True)


@pytest.mark.engines("sqlite")
def test_a_seasons_template_offers_its_units_divisions_and_stages(session: Session) -> None:
    take_in(session, full_book(自定节点=[["permitted", "取得施工许可", None]]))
    season = find_season(session, "race-2026")
    assert season is not None
    data = season_template(session, season, TODAY)
    assert take_in(session, data).errors == ()
    opened = load_workbook(io.BytesIO(data))
    lists = {
        column[0].value: [cell.value for cell in column[1:] if cell.value]
        for column in opened["选项"].iter_cols()
    }
    assert lists["单位"] == ["柳溪镇", "青石镇", "经信局"]
    assert lists["组别编码"] == ["towns", "offices"]
    assert lists["组别"] == ["乡镇组", "部门组"]
    assert "取得施工许可" in lists["节点"]
    assert lists["加减分项"] == ["通报表扬"]
    assert opened["说明"]["B2"].value == "race-2026"
    assert "考核方案" not in opened.sheetnames
