"""Pasted cells are read as a sheet of the format, by the same rules as a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from leaderboard.exchange.check import Asked, check
from leaderboard.exchange.pasted import MOST_CHARACTERS, read_pasted
from leaderboard.exchange.plan import Plan
from leaderboard.exchange.problems import FileRefused
from tests.exchange.books import TODAY, full_book, take_in


def pasted(session: Session, text: str, sheet: str = "节点") -> Plan:
    return check(session, read_pasted(text, sheet, "race-2026"), Asked(TODAY, season_slug="race-2026"))


def test_pasted_rows_are_checked_like_those_of_a_file(session: Session) -> None:
    take_in(session, full_book())
    plan = pasted(
        session,
        "项目编号\t节点\t日期\nP-002\t开工\t2026/9/1\nP-001\t签约\t2026-3-6\nP-001\t开工\t2026-06-01\n",
    )
    assert plan.errors == []
    counts = plan.counts["节点"]
    assert (counts.new, counts.corrected, counts.unchanged) == (1, 1, 1)


def test_without_a_head_cells_stand_as_in_the_template(session: Session) -> None:
    take_in(session, full_book())
    plan = pasted(session, "P-002\t开工\t2026-09-01\t\t\t许可证\t已认定\r\n")
    assert [(fact.values["stage"], fact.evidence, fact.verified) for fact in plan.facts] == [
        ("started", "许可证", True)
    ]


def test_errors_name_the_line_of_the_paste(session: Session) -> None:
    take_in(session, full_book())
    plan = pasted(session, "P-002\t开工\t2026-09-01\n\nP-009\t开工\t2026-02-30\n")
    assert [(error.sheet, error.row, error.column) for error in plan.errors] == [
        ("节点", 3, "项目编号"),
        ("节点", 3, "日期"),
    ]


def test_a_cell_of_several_lines_is_one_cell(session: Session) -> None:
    """As spreadsheet programs copy it: in quotation marks, doubled within."""
    take_in(session, full_book())
    plan = pasted(session, 'P-002\t开工\t2026-09-01\t\t\t"许可证 ""甲""\n第二页"\t\n')
    assert plan.facts[0].evidence == '许可证 "甲"\n第二页'


def test_a_formula_is_text_and_refused_as_such(session: Session) -> None:
    take_in(session, full_book())
    plan = pasted(session, "P-002\t签约\t2026-04-10\t=1+1\t@SUM(A1)\n")
    assert ["不是数字" in str(error) for error in plan.errors] == [True, True]


@pytest.mark.parametrize(
    ("text", "sheet", "words"),
    [
        ("", "节点", "没有粘贴任何内容"),
        (" \n\t\n", "节点", "没有粘贴任何内容"),
        ("P-001", "考核方案", "请选择粘贴到哪张工作表"),
        ("x" * (MOST_CHARACTERS + 1), "节点", "请改为导入文件"),
        ("a\t" * 64 + "b", "节点", "64 列"),
        ("a\n" * 10_001, "节点", "10000 行"),
        ("x" * 40_000, "节点", "超过 32767 字"),
        ("a\x00b", "节点", None),
    ],
)
def test_a_paste_that_is_no_table_is_refused_in_words(text: str, sheet: str, words: str | None) -> None:
    if words is None:
        assert read_pasted(text, sheet, "race")
        return
    with pytest.raises(FileRefused, match=words):
        read_pasted(text, sheet, "race")


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        sheets = read_pasted(text, "节点", "race")
    except FileRefused:
        return
    assert set(sheets) == {"说明", "节点"}
