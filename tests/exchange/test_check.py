"""Every error of a workbook is said at once, in the user's words and at its place; nothing is saved."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from leaderboard.accounts.models import AuditLine
from leaderboard.ledger.models import CapitalArrival, Project, StageEvent
from leaderboard.seasons.models import Season, Unit
from leaderboard.web.console.deeds import value_words
from leaderboard.web.facts import kind_words
from leaderboard.words import CHINESE, ENGLISH, speaking
from leaderboard.words import gettext as _
from tests.exchange.books import (
    COVER,
    PROJECTS,
    UNITS,
    book,
    full_book,
    plan_for,
    refused,
    take_in,
)
from tests.exchange.checked import errors, event, only, warnings
from tests.factories import FOUR_RATES

# A workbook is checked in memory; what is asked of the database is asked on both by the tests of imports.
pytestmark = pytest.mark.engines("sqlite")


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
        '单位 第 5 行 参赛: "也许" 应为 是 或 否 (yes 或 no、Y 或 N、TRUE 或 FALSE 也可)',
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


def test_words_are_taken_as_pages_show_them(session: Session) -> None:
    """Copied from a project's page, a form or the queue, in either language: 市外境内资金, 按个数, Verified."""
    for language in (CHINESE, ENGLISH):
        with speaking(language):
            kinds = kind_words()
            ways = {key: value_words()[key] for key in ("count", "amount")}
            outcomes = {"verified": _("已认定"), "awaiting": _("待认定")}
        for kind, shown in kinds.items():
            for (by, way), (outcome, said) in zip(ways.items(), outcomes.items(), strict=True):
                money: list[list[object]] = [
                    ["P-001", date(2026, 7, 1), 800, shown, None, None, None, "凭证 1", said]
                ]
                plan = plan_for(session, full_book(到位资金=money, 目标=[["柳溪镇", "签约率", way, None, 4]]))
                assert plan.errors == []
                [arrival] = [fact for fact in plan.facts if fact.table is CapitalArrival]
                assert (arrival.values["kind"], arrival.verified) == (kind, outcome == "verified")
                assert [target.by for target in plan.targets] == [by]
