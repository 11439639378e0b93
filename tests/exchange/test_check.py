"""What is wrong with a workbook is said all at once: sheet, row, column, what was found, what is expected."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from leaderboard.accounts.models import AuditLine
from leaderboard.ledger.models import Project, StageEvent
from leaderboard.seasons.models import Season, Unit
from tests.exchange.books import (
    ARRIVALS,
    COVER,
    EVENTS,
    PROJECTS,
    RETURNS_SCHEME,
    TITLES,
    UNITS,
    Rows,
    book,
    full_book,
    plan_for,
    refused,
    take_in,
)
from tests.factories import FOUR_RATES

# A workbook is checked in memory; what is asked of the database is asked on both by the tests of imports.
pytestmark = pytest.mark.engines("sqlite")


def errors(session: Session, data: bytes, **asked: Any) -> list[str]:
    return [str(problem) for problem in plan_for(session, data, **asked).errors]


def warnings(session: Session, data: bytes, **asked: Any) -> list[str]:
    plan = plan_for(session, data, **asked)
    assert plan.errors == []
    return [str(problem) for problem in plan.warnings]


def only(session: Session, data: bytes, **asked: Any) -> str:
    """The one error of a workbook."""
    (found,) = errors(session, data, **asked)
    return found


def event(code: Any = "P-001", stage: Any = "签约", on: Any = date(2026, 3, 5), **more: Any) -> list[Any]:
    amounts = [more.pop("total", None), more.pop("inward", None)]
    return [code, stage, on, *amounts, more.pop("evidence", None), more.pop("outcome", "已认定")]


def test_a_sound_workbook_has_nothing_to_say(session: Session) -> None:
    plan = plan_for(session, full_book())
    assert (plan.errors, plan.warnings) == ([], [])


def test_every_error_of_every_sheet_is_said_at_once(session: Session) -> None:
    data = full_book(
        单位=[*UNITS, ["liuxi", "柳西镇", None, "towns", "街道组", None, "四", "也许"]],
        目标=[["柳北镇", "签约率", "个数", None, 4], ["柳溪镇", "成交率", "件数", None, 4.5]],
        项目=[*PROJECTS, ["P-003", None, None, None, None, None, "柳北镇 5;青石镇 5"]],
        节点=[event(on="2026-02-30"), event("P-009", "动工"), event("P-002", total="五千万", outcome="认可")],
        到位资金=[["P-001", None, 12.34567, "国资", None, None, None, None, None]],
        加减分=[["青石镇", "扣分", date(2026, 5, 1), 0, " ", None, None]],
    )
    names = "柳溪镇、青石镇、经信局"
    assert refused(session, data) == [
        '单位 第 5 行 序号: "四" 不是数字, 请只填数字, 不要带单位或文字',
        '单位 第 5 行 编码: "liuxi" 与第 2 行重复',
        '单位 第 5 行 参赛: "也许" 应为 是 或 否',
        '单位 第 5 行 组别: 组别编码 towns 是 "乡镇组", 此行写的是 "街道组", 请核对',
        f'目标 第 2 行 单位: 没有名为 "柳北镇" 的单位; 是否应为 "柳溪镇"? 已有单位: {names}',
        '目标 第 3 行 指标: 考核方案中没有指标 "成交率"; 可用的指标: 签约率、开工率、落地率、资金到位率',
        '目标 第 3 行 方式: "件数" 应为 个数、金额 之一',
        '目标 第 3 行 目标值(个或万元): "4.5" 不是整数, 请填整数',
        "项目 第 4 行 项目名称: 此格必填, 不能空白",
        (
            f'项目 第 4 行 分成: "柳北镇 5" 中没有已知的单位; 是否应为 "柳溪镇"? 已有单位: {names}; '
            "请写成 柳溪镇, 或 柳溪镇 5;青石镇 5, 或 柳溪镇 1/2"
        ),
        '节点 第 2 行 日期: "2026-02-30" 不是存在的日期, 请改为 2026-02-28 之类的日期',
        '节点 第 3 行 项目编号: 没有编号为 "P-009" 的项目, 请先在 项目 工作表中列出',
        '节点 第 3 行 节点: 没有名为 "动工" 的节点; 可用的节点: 洽谈、签约、注册、落地、开工、入库、投产',
        '节点 第 4 行 总投资(万元): "五千万" 不是数字, 请只填数字, 不要带单位或文字',
        '节点 第 4 行 认定: "认可" 应为 已认定、待认定、已退回 之一',
        "到位资金 第 2 行 日期: 此格必填, 不能空白",
        '到位资金 第 2 行 金额(万元): "12.34567" 万元不是整元, 请精确到元 (万元后最多四位小数)',
        '到位资金 第 2 行 类别: "国资" 应为 市外、外资、省外、内资、市外资金、省外资金、境外 之一',
        '加减分 第 2 行 项目: 考核方案中没有加减分项 "扣分"; 可用的有: 通报表扬',
        "加减分 第 2 行 事由: 此格必填, 不能空白",
        "加减分 第 2 行 次数: 0 不是合理的次数, 应为大于零的整数",
    ]


def test_a_refused_workbook_saves_nothing(session: Session) -> None:
    refused(session, full_book(节点=[event(on="2026-02-30")]))
    session.rollback()
    for table in (Season, Unit, Project, StageEvent, AuditLine):
        assert session.scalar(select(func.count()).select_from(table)) == 0


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


def test_a_scheme_with_mistakes_is_refused_with_every_one(session: Session) -> None:
    wrong = FOUR_RATES | {"full_mark": "90", "ties": "luck"}
    found = errors(session, full_book(scheme=wrong, 加减分=[], 目标=[]))
    assert len(found) == 2
    assert all(line.startswith("考核方案 第 1 行 方案文档: ") for line in found)


def test_a_scheme_that_is_no_json_is_refused(session: Session) -> None:
    def spoil(workbook: Workbook) -> None:
        workbook.get_worksheet_by_name("考核方案").write_string("B1", '{"format": ')

    found = errors(session, full_book(touch=spoil, 目标=[], 加减分=[]))
    assert found == [
        "考核方案 第 1 行 方案文档: 不是完整的 JSON 文本 (第 1 行第 12 字附近), 请从控制台或导出的文件复制"
    ]


def test_a_new_season_needs_its_dates(session: Session) -> None:
    cover = [["格式版本", "saima-workbook/1"], ["赛季代号", "race-2026"], ["结束日期", "2026-02-30"]]
    assert errors(session, book({"单位": UNITS}, cover=cover)) == [
        '说明 第 3 行 结束日期: "2026-02-30" 不是存在的日期, 请改为 2026-02-28 之类的日期',
        "说明 赛季名称: 新赛季此格必填, 不能空白",
        "说明 开始日期: 新赛季此格必填, 不能空白",
    ]


def test_a_unit_that_does_not_take_part_is_told(session: Session) -> None:
    units = [*UNITS, ["kaifaqu", "开发区", None, None, None, None, 9, None]]
    data = full_book(单位=units, 目标=[["开发区", "签约率", "个数", None, 4]])
    assert warnings(session, data) == ["目标 单位: 该单位没有参加本赛季, 记录不会计入榜单 (第 2 行)"]


def test_beyond_a_thousand_errors_only_their_number_is_told(session: Session) -> None:
    data = full_book(节点=[event("P-404") for _ in range(1200)])
    found = errors(session, data)
    assert len(found) == 1001
    assert found[-1] == "另有 200 处错误未列出"


def test_a_reader_without_permission_verifies_nothing(session: Session) -> None:
    plan = plan_for(session, full_book(), may_verify=False)
    assert {fact.verified for fact in plan.facts} == {False}
    assert [str(warning) for warning in plan.warnings] == [
        "项目 分成: 您没有认定权限, 分成按待认定入账 (第 2、3 行)",
        "节点 认定: 您没有认定权限, 标为已认定的记录按待认定入账 (第 2、3 行)",
        "到位资金 认定: 您没有认定权限, 标为已认定的记录按待认定入账 (第 2、3 行)",
        "加减分 认定: 您没有认定权限, 标为已认定的记录按待认定入账 (第 2 行)",
    ]


def test_known_things_are_not_renamed_by_an_import(session: Session) -> None:
    take_in(session, full_book())
    units = [["liuxi", "柳西镇", None, "towns", "乡镇组", None, 1, "是"], ["qs", "青石镇", *[None] * 6]]
    cover = [*COVER[:2], ["赛季名称", "另一个名称"], ["开始日期", "2026-01-02"], COVER[4]]
    projects = [["P-001", "改名项目", None, None, None, "否", None]]
    plan = plan_for(session, book({"单位": units, "项目": projects}, cover=cover, scheme=None))
    assert [str(error) for error in plan.errors] == [
        "说明 第 4 行 开始日期: 2026-01-02 与系统中赛季 race-2026 的 2026-01-01 不同, 请核对是否填错了赛季代号",
        '单位 第 2 行 单位名称: 编码 liuxi 在系统中是 "柳溪镇", 文件中是 "柳西镇", 请核对',
        '单位 第 3 行 编码: 系统中 "青石镇" 的编码是 qingshi, 请改为该编码',
    ]
    kept = "导入不修改已有项目, 请核对编号; 确需修改请在控制台的项目页修改项目资料"
    assert [str(warning) for warning in plan.warnings] == [
        "说明 第 3 行 赛季名称: 与系统中的不同, 导入不修改赛季的名称和说明",
        f'项目 第 2 行 项目名称: 系统中该项目为 "柳溪光伏组件项目", 文件中为 "改名项目"; {kept}',
        f"项目 第 2 行 公开: 与系统中的不同; {kept}",
    ]


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("青石", "青石镇"),
        ("县经信局", "经信局"),
        ("liuxii", "柳溪镇"),
        ("LIU XI town", "柳溪镇"),
        ("财政所", None),
    ],
)
def test_an_unknown_unit_is_met_with_the_nearest_name(
    session: Session, typed: str, nearest: str | None
) -> None:
    question = f'是否应为 "{nearest}"? ' if nearest else ""
    assert only(session, full_book(目标=[[typed, "签约率", "个数", None, 4]])) == (
        f'目标 第 2 行 单位: 没有名为 "{typed}" 的单位; {question}已有单位: 柳溪镇、青石镇、经信局'
    )


def test_the_workbooks_own_units_are_listed_before_those_of_other_seasons(session: Session) -> None:
    """Twenty units of another season come first in the database; the list of twelve begins with the file's three."""
    others = [[f"other-{n}", f"外乡{n}", None, "towns", "乡镇组", None, n, None] for n in range(10, 30)]
    take_in(session, book({"单位": others}, cover=[COVER[0], ["赛季代号", "earlier-2026"], *COVER[2:]]))
    told = only(session, full_book(目标=[["财政所", "签约率", "个数", None, 4]]))
    listed = told.partition("已有单位: ")[2].partition(" 等 ")
    assert listed[0].split("、") == ["柳溪镇", "青石镇", "经信局", *(f"外乡{n}" for n in range(10, 19))]
    assert listed[2] == "23 个"
