"""A workbook bundles units 捆绑, leaves bundles as they are where it says nothing, and frees a member when told to."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from leaderboard.exchange.exporting import export_workbook
from leaderboard.ledger.read import FOREVER
from leaderboard.seasons.models import Season
from leaderboard.seasons.read import find_season, roster
from tests.exchange.books import UNITS, Rows, book, full_book, plan_for, take_in

LIUXI, QINGSHI, JINGXIN = ("liuxi", "柳溪镇"), ("qingshi", "青石镇"), ("jingxin", "经信局")
TOWNS, OFFICES = ("towns", "乡镇组"), ("offices", "部门组")


def row(unit: tuple[str, str], division: tuple[str, str] | None, into: str | None = None) -> list[Any]:
    key, name = division or (None, None)
    return [*unit, None, key, name, None, None, None, into]


BUNDLED: Rows = [row(LIUXI, TOWNS, "青石镇"), row(QINGSHI, TOWNS), row(JINGXIN, OFFICES)]
"""The member stands above its head."""


def season_of(session: Session) -> Season:
    season = find_season(session, "race-2026")
    assert season is not None
    return season


def places(session: Session) -> dict[str, tuple[str, str | None]]:
    lines = roster(session, season_of(session).id, FOREVER)
    return {line.key: (line.division, line.bundle) for line in lines}


def test_a_new_season_has_its_bundles_from_the_workbook(session: Session) -> None:
    report = take_in(session, full_book(单位=BUNDLED))
    assert not report.warnings
    assert places(session) == {
        "liuxi": ("towns", "qingshi"),
        "qingshi": ("towns", None),
        "jingxin": ("offices", None),
    }


def test_a_member_needs_no_division_of_its_own(session: Session) -> None:
    take_in(session, full_book(单位=[row(LIUXI, None, "qingshi"), *BUNDLED[1:]]))
    assert places(session)["liuxi"] == ("towns", "qingshi")


def test_a_blank_cell_leaves_a_unit_in_its_bundle_and_a_word_frees_it(session: Session) -> None:
    take_in(session, full_book(单位=BUNDLED))
    take_in(session, full_book(单位=[row(LIUXI, TOWNS)]))
    assert places(session)["liuxi"] == ("towns", "qingshi")
    report = take_in(session, full_book(单位=[row(LIUXI, OFFICES, "单独")]))
    assert places(session)["liuxi"] == ("offices", None)
    assert [str(warning) for warning in report.warnings] == [
        "单位 第 2 行: 该单位已在本赛季, 将单独排名 (现捆绑到 青石镇), 请核对"
    ]


def test_known_units_are_bundled_and_their_head_takes_them_along(session: Session) -> None:
    take_in(session, full_book())
    report = take_in(session, full_book(单位=[row(LIUXI, TOWNS, "青石镇")]))
    assert [str(warning) for warning in report.warnings] == [
        "单位 第 2 行: 该单位已在本赛季, 将捆绑到 青石镇, 请核对"
    ]
    take_in(session, full_book(单位=[row(LIUXI, None), row(QINGSHI, OFFICES)]))
    assert places(session)["liuxi"] == ("offices", "qingshi")
    assert places(session)["qingshi"] == ("offices", None)


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ([row(LIUXI, TOWNS, "柳溪镇"), *BUNDLED[1:]], "单位 第 2 行 捆绑到: 单位不能捆绑到自己"),
        (
            [row(LIUXI, TOWNS, "青石镇"), row(QINGSHI, None)],
            '单位 第 2 行 捆绑到: "青石镇" 没有参加本赛季, 不能捆绑到它',
        ),
        (
            [*BUNDLED[:2], row(JINGXIN, None, "liuxi")],
            '单位 第 4 行 捆绑到: "liuxi" 自己已捆绑到别的单位, 不能再捆绑到它',
        ),
        (
            [row(LIUXI, OFFICES, "青石镇"), *BUNDLED[1:]],
            "单位 第 2 行 组别编码: 捆绑到 青石镇 的单位与它同在组别 towns, 此行写的是 offices; 要分开请在 捆绑到 列填 单独",
        ),
    ],
)
def test_what_is_no_bundle_is_refused(session: Session, units: Rows, expected: str) -> None:
    data = book({"单位": units})
    assert expected in [str(error) for error in plan_for(session, data).errors]


def test_an_unknown_head_is_met_with_the_units_there_are(session: Session) -> None:
    errors = plan_for(session, book({"单位": [row(LIUXI, TOWNS, "青石真"), *BUNDLED[1:]]})).errors
    assert [str(error) for error in errors] == [
        '单位 第 2 行 捆绑到: 没有名为 "青石真" 的单位; 是否应为 "青石镇"? 已有单位: 柳溪镇、青石镇、经信局'
    ]


def test_a_unit_with_members_is_not_bundled_and_does_not_leave_them_behind(session: Session) -> None:
    take_in(session, full_book(单位=BUNDLED))
    for division, into, expected in (
        (TOWNS, "经信局", "单位 第 2 行 捆绑到: 该单位之下已捆绑 柳溪镇, 不能再捆绑到别的单位"),
        (OFFICES, None, "单位 第 2 行 组别编码: 柳溪镇 捆绑在该单位之下, 换组别时请把它也列在表中"),
    ):
        plan = plan_for(session, full_book(单位=[row(QINGSHI, division, into)]))
        assert [str(error) for error in plan.errors] == [expected]


def test_appending_puts_a_new_member_where_its_head_is(session: Session) -> None:
    """The head's move is a change, which appending leaves alone."""
    take_in(session, full_book(单位=UNITS[1:], 项目=[], 节点=[], 到位资金=[], 目标=[], 加减分=[]))
    take_in(session, book({"单位": [row(QINGSHI, OFFICES), row(LIUXI, None, "青石镇")]}), manner="append")
    assert (places(session)["liuxi"], places(session)["qingshi"]) == (("towns", "qingshi"), ("towns", None))


def test_bundles_are_exported_and_come_back(session: Session) -> None:
    take_in(session, full_book(单位=BUNDLED))
    data = export_workbook(session, season_of(session), date(2026, 11, 22))
    plan = plan_for(session, data)
    assert (plan.errors, plan.entries, plan.warnings) == ([], [], [])
    assert plan.counts["单位"].unchanged == len(BUNDLED)
