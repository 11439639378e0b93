"""Workbooks that are not quite of the format: covers, sheets, titles, merged cells, formulas, signs."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from leaderboard.ledger.models import StageEvent
from tests.exchange.books import (
    ARRIVALS,
    COVER,
    EVENTS,
    TITLES,
    UNITS,
    Rows,
    book,
    full_book,
    plan_for,
    refused,
)
from tests.exchange.checked import errors, event, only

# A workbook is checked in memory; what is asked of the database is asked on both by the tests of imports.
pytestmark = pytest.mark.engines("sqlite")


def test_the_wrong_workbook_is_told_from_the_right_one(session: Session) -> None:
    assert refused(session, book(cover=[["姓名", "电话"]])) == [
        '说明 格式版本: "" 应为 saima-workbook/1, 请下载新的模板'
    ]
    older = [["格式版本", "saima-workbook/0"], *COVER[1:]]
    assert refused(session, book(cover=older)) == [
        '说明 第 1 行 格式版本: "saima-workbook/0" 应为 saima-workbook/1, 请下载新的模板'
    ]
    assert refused(session, book(season_slug_only()), season_slug="other") == [
        '说明 第 2 行 赛季代号: 工作簿是赛季 "race-2026" 的, 当前要导入的是赛季 "other"'
    ]


def season_slug_only() -> dict[str, Rows]:
    return {"单位": UNITS}


def test_a_workbook_without_a_cover_is_refused_with_what_it_has(session: Session) -> None:
    def rename(workbook: Workbook) -> None:
        workbook.worksheets()[0].name = "Sheet1"

    assert refused(session, full_book(touch=rename)) == [
        (
            "Sheet1: 不认识的工作表, 应为 说明、自定节点、单位、目标、项目、节点、到位资金、报表、加减分、考核方案; "
            "不需要导入的工作表请删除"
        ),
        "说明: 缺少工作表 说明 (文件中有: 单位、目标、项目、节点、到位资金、加减分、考核方案), 请使用模板",
    ]


def test_a_misnamed_sheet_is_not_passed_over(session: Session) -> None:
    def rename(workbook: Workbook) -> None:
        workbook.get_worksheet_by_name("节点").name = "节点表"

    assert only(session, full_book(touch=rename)).startswith("节点表: 不认识的工作表")


def test_blanks_in_names_of_sheets_and_titles_do_no_harm(session: Session) -> None:
    def rename(workbook: Workbook) -> None:
        workbook.get_worksheet_by_name("节点").name = " 节点　"
        workbook.add_worksheet("Sheet1")

    titles = TITLES | {
        "节点": ["项目 编号", "节点", " 日期", "总投资（万元）", "合同引资额\n（万元）", "证明材料", "认定"]
    }
    plan = plan_for(session, full_book(touch=rename, titles=titles))
    assert plan.errors == []
    assert plan.counts["节点"].new == 3


@pytest.mark.parametrize(
    ("titles", "words"),
    [
        (
            ["项目编号", "节点", "日期", "总投资(元)"],
            "节点 第 1 行 总投资(元): 列名应为 总投资(万元); 请核对单位并修改列名",
        ),
        (["项目编号", "节点", "日期", "总投资(亿元)"], "节点 第 1 行 总投资(亿元): 列名应为 总投资(万元)"),
        (
            ["项目编号", "节点", "日期", "负责人"],
            "节点 第 1 行 负责人: 不认识的列, 可用的列有 项目编号、节点、日期",
        ),
        (["项目编号", "节点"], "节点 第 1 行: 缺少列 日期; 表头应为 项目编号、节点、日期"),
        (["项目编号", "节点", "日期", "日期"], "节点 第 1 行 日期: 这一列出现了两次"),
    ],
)
def test_columns_are_known_by_their_titles(session: Session, titles: list[str], words: str) -> None:
    data = full_book(titles=TITLES | {"节点": titles}, 节点=[event()[: len(titles)]])
    assert only(session, data).startswith(words)


def test_columns_stand_in_any_order_and_a_remark_is_not_read(session: Session) -> None:
    titles = TITLES | {"节点": ["备注", "日期", "项目编号", "节点"]}
    plan = plan_for(session, full_book(titles=titles, 节点=[["随便写", date(2026, 3, 5), "P-001", "签约"]]))
    assert plan.errors == []
    (draft,) = [fact for fact in plan.facts if fact.table is StageEvent]
    assert (draft.holder, draft.values["stage"], draft.occurred_on) == ("P-001", "signed", date(2026, 3, 5))


def test_merged_data_is_named_by_its_range(session: Session) -> None:
    def merge(workbook: Workbook) -> None:
        workbook.get_worksheet_by_name("节点").merge_range("A2:A3", "P-001")

    assert only(session, full_book(touch=merge)) == (
        "节点 第 2 行: 单元格 A2:A3 是合并的, 请取消合并并在每一格填上内容"
    )


def test_a_merged_title_above_the_header_is_no_harm(session: Session) -> None:
    rows = [["云溪县项目节点表"], TITLES["节点"], *EVENTS]
    titles = TITLES | {"节点": rows[0]}

    def merge(workbook: Workbook) -> None:
        workbook.get_worksheet_by_name("节点").merge_range("A1:G1", "云溪县项目节点表")
        workbook.get_worksheet_by_name("说明").merge_range("A9:C9", "填表说明")

    plan = plan_for(session, full_book(titles=titles, 节点=rows[1:], touch=merge))
    assert plan.errors == []
    assert plan.counts["节点"].new == 3


def test_errors_of_formulas_are_named(session: Session) -> None:
    def spoil(workbook: Workbook) -> None:
        sheet = workbook.get_worksheet_by_name("节点")
        sheet.write_formula("D2", "=1/0", None, "#DIV/0!")
        sheet.write_formula("E2", "=D2*2", None, "")
        sheet.write_formula("D3", "=2*100", None, 200)
        sheet.write_formula("H2", "=1/0", None, "#DIV/0!")

    assert errors(session, full_book(touch=spoil)) == [
        "节点 第 2 行 总投资(万元): 显示为错误值 (如 #DIV/0!), 请改填数值",
        "节点 第 2 行 合同引资额(万元): 是没有算出结果的公式, 请在 Excel 或 WPS 中打开并保存后再导入, 或直接填写内容",
    ]


def test_full_width_digits_are_read_and_told(session: Session) -> None:
    data = full_book(节点=[event("Ｐ－００１", on="２０２６年３月５日", total="２，０００．５")])
    plan = plan_for(session, data)
    (draft,) = [fact for fact in plan.facts if fact.table is StageEvent]
    assert (draft.holder, draft.occurred_on, draft.values["total_yuan"]) == (
        "P-001",
        date(2026, 3, 5),
        20_005_000,
    )
    assert [str(warning) for warning in plan.warnings] == [
        "节点 项目编号: 全角字符已按半角读取 (第 2 行)",
        "节点 日期: 全角字符已按半角读取 (第 2 行)",
        "节点 总投资(万元): 全角字符已按半角读取 (第 2 行)",
        "节点 总投资(万元): 带千分位逗号的数字已按数值读取 (第 2 行)",
    ]


def test_signs_that_nobody_sees_are_left_out_and_told(session: Session) -> None:
    """Zero width, byte-order mark, and what turns the line round; a line's end within a name is a blank, as ever."""
    code, name, investor = "P-\u200b001", "柳溪\u202e光伏\ufeff", "某新\u2028能源"
    data = full_book(
        项目=[[code, name, None, investor, None, "是", "柳溪\u200b镇"]], 节点=[event("P-001")], 到位资金=[]
    )
    plan = plan_for(session, data)
    (head,) = plan.projects
    assert (head.code, head.name, head.investor) == ("P-001", "柳溪光伏", "某新 能源")
    assert [str(warning) for warning in plan.warnings] == [
        "项目 项目编号: 不可见字符 U+200B 已删去 (第 2 行)",
        "项目 项目名称: 不可见字符 U+202E U+FEFF 已删去 (第 2 行)",
        "项目 分成: 不可见字符 U+200B 已删去 (第 2 行)",
    ]


def test_no_error_is_turned_round_by_the_cell_it_quotes(session: Session) -> None:
    data = full_book(节点=[event(on="明天\u202e起")])
    assert refused(session, data) == ['节点 第 2 行 日期: "明天起" 不是日期, 请写成 2026-03-05 的样子']


def test_codes_keep_their_zeros(session: Session) -> None:
    data = full_book(
        项目=[["00123", "某项目", None, None, None, None, "柳溪镇"]], 节点=[event("00123")], 到位资金=[]
    )
    assert [head.code for head in plan_for(session, data).projects] == ["00123"]


def test_rows_of_totals_are_passed_over_and_told(session: Session) -> None:
    data = full_book(到位资金=[*ARRIVALS, ["合 计", None, 1524.5]])
    plan = plan_for(session, data)
    assert plan.errors == []
    assert plan.counts["到位资金"].new == 2
    assert [str(warning) for warning in plan.warnings] == ["到位资金: 合计行不导入, 已跳过 (第 4 行)"]
