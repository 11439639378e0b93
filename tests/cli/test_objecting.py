"""Objections from the command line: filed, listed, their effect, and answered once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from leaderboard.db import Database
from leaderboard.seasons.models import Season
from tests.boards.lives import reverse_starts
from tests.commanding import Command, Done, Trail
from tests.factories import Race


@pytest.fixture
def window(done: Done, race: str) -> str:
    """A draft of the race, number 1, that lies open for three working days."""
    done("draft-make", race)
    return done("draft-open", "1", "--days", "3", "--contact", "0571-8888")


def test_an_objection_is_filed_seen_and_upheld(
    done: Done, window: str, race: str, database: Database, trail: Trail
) -> None:
    filed = done(
        "objection-file", 1, "liuxi", "--about", "qingshi", "--text", "青石\u202e项目\n没有\u200b开工"
    )
    assert filed == "异议 1 已登记, 答复前公示稿 1 不发布\n"
    assert done("objection-list", race) == "1\t稿 1\t待答复\tliuxi\tqingshi\t整行\t青石项目 没有开工\t—\n"
    assert done("objection-answer", 1) == "榜单没有任何变化\n"
    with database.session() as session:
        reverse_starts(Race(session, session.scalars(select(Season)).one()))
        session.commit()
    # 41.25 with the project that was said to have started, 295/12 without: the second place either way.
    assert done("objection-answer", 1) == (
        "变化 1 家单位; 补计 0 条, 剔除 1 条\nqingshi\t青石镇\t2 → 2\t41.25 → 24.58\n"
    )
    said = done("objection-answer", 1, "--uphold", "--answer", "现场核实未开工")
    assert said == f"异议 1 成立; 公示稿 2 公示至 {window.split('公示至 ')[1][:16]}\n"
    assert done("objection-list", race) == ""
    assert "\t成立\t" in done("objection-list", race, "--all")
    assert ("objection.uphold", "race 稿 1") in trail()
    assert done("draft-extend", 2, "--days", 9).startswith("公示稿 2 公示延长到 ")


def test_an_objection_is_dismissed_once(done: Done, leaderboard: Command, window: str, race: str) -> None:
    done("objection-file", 1, "liuxi", "--indicator", "signing", "--text", "漏计一个")
    done("objection-answer", 1, "--dismiss", "--answer", "合同未备案")
    again = leaderboard("objection-answer", 1, "--uphold", "--answer", "属实")
    assert (again.exit_code, again.stderr) == (1, "这件异议已经办结, 请刷新后再看\n")


def test_an_objection_to_a_dropped_board_is_upheld_and_what_to_do_is_said(
    done: Done, window: str, race: str
) -> None:
    done("objection-file", 1, "liuxi", "--text", "漏计一个")
    done("draft-drop", 1, "--reason", "数据未齐")
    todo = (
        "公示稿已作废, 没有可重出的榜单: 请在台账中更正, 再出新稿 (draft-make) 或起草更正 (edition-correct)\n"
    )
    assert done("objection-answer", 1) == todo
    assert done("objection-answer", 1, "--uphold", "--answer", "属实, 下稿计入") == f"异议 1 成立; {todo}"
    assert "\t成立\t" in done("objection-list", race, "--all")


def test_every_mistake_is_told_and_nothing_is_kept(
    done: Done, leaderboard: Command, window: str, race: str
) -> None:
    wrong = leaderboard("objection-file", 1, "liuxi", "--indicator", "speed")
    assert (wrong.exit_code, wrong.stderr.splitlines()) == (
        1,
        ["榜上没有 speed 这一项", "请写明异议的内容和依据"],
    )
    for line in (("objection-file", 9, "liuxi"), ("objection-answer", 9), ("draft-extend", 9, "--days", 3)):
        assert leaderboard(*line).exit_code == 1
    assert done("objection-list", race, "--all") == ""
