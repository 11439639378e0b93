"""A formula is read by its result; one that was never computed is an error with its place, never a blank cell."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from leaderboard.exchange.workbook import read_workbook
from tests.exchange.books import full_book, plan_for
from tests.exchange.test_hostile import SHEET, rebuilt, sheet_xml

NOT_COMPUTED = "是没有算出结果的公式, 请在 Excel 或 WPS 中打开并保存后再导入, 或直接填写内容"
FORMULA = "<f>5000*2</f>"


def unsaved(sheet: str, cell: str) -> Callable[[Workbook], None]:
    """A formula as a library writes it that computes nothing: `<f>…</f><v></v>`."""

    def write(workbook: Workbook) -> None:
        workbook.get_worksheet_by_name(sheet).write_formula(cell, "=5000*2", None, "")

    return write


@pytest.mark.parametrize(
    ("sheet", "cell", "place"),
    [
        ("节点", "D2", "节点 第 2 行 总投资(万元)"),
        ("节点", "C3", "节点 第 3 行 日期"),
        ("到位资金", "C2", "到位资金 第 2 行 金额(万元)"),
        ("到位资金", "C9", "到位资金 第 9 行 金额(万元)"),
        ("项目", "D2", "项目 第 2 行 投资方"),
        ("说明", "B3", "说明 第 3 行 赛季名称"),
        ("说明", "B2", "说明 第 2 行 赛季代号"),
    ],
)
def test_a_formula_without_a_result_is_the_one_error_of_its_cell(
    session: Session, sheet: str, cell: str, place: str
) -> None:
    """In a cell that may be blank as in one that must be filled, and where nothing else stands in the row."""
    plan = plan_for(session, full_book(touch=unsaved(sheet, cell)), season_slug="race-2026")
    assert [str(problem) for problem in plan.errors] == [f"{place}: {NOT_COMPUTED}"]


def test_a_scheme_without_a_result_is_not_a_missing_scheme(session: Session) -> None:
    data = full_book(目标=[], 加减分=[], touch=unsaved("考核方案", "B1"))
    plan = plan_for(session, data)
    assert [str(problem) for problem in plan.errors] == [f"考核方案 第 1 行 方案文档: {NOT_COMPUTED}"]


def test_a_remark_may_hold_any_formula(session: Session) -> None:
    assert plan_for(session, full_book(touch=unsaved("节点", "H2"))).errors == []


@pytest.mark.parametrize(
    ("cell", "faults"),
    [
        (f'<c r="B2">{FORMULA}</c>', ((2, 2, "formula"),)),
        (f'<c r="B2">{FORMULA}<v/></c>', ((2, 2, "formula"),)),
        (f'<c r="B2">{FORMULA}<v> </v></c>', ((2, 2, "formula"),)),
        (f"<c/><c>{FORMULA}<v/></c>", ((2, 2, "formula"),)),
        (f'<c r="B2" t="e">{FORMULA}<v>#DIV/0!</v></c>', ((2, 2, "error"),)),
        (f'<c r="B2">{FORMULA}<v>10000</v></c>', ()),
        (f'<c r="B2" t="str">{FORMULA}<v></v></c>', ()),
        ('<c r="B2"><v/></c>', ()),
    ],
)
def test_what_counts_as_computed(cell: str, faults: tuple[tuple[int, int, str], ...]) -> None:
    """A result that is the empty text says so by its type; a cell without a formula may be empty."""
    data = rebuilt({SHEET: sheet_xml(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2">{cell}</row>')})
    assert read_workbook(data)["说明"].faults == faults
