"""Drafts, windows, corrections and reveals from the command line, and what is refused."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from leaderboard.airing import Node, tick
from leaderboard.boards.countersign import want_two
from leaderboard.boards.models import Draft, DueRun
from leaderboard.db import Database
from leaderboard.seasons.models import Season, Unit
from leaderboard.seasons.rename import rename_unit
from tests.boards.lives import reverse_starts
from tests.commanding import Command, Done, Trail
from tests.factories import OFFICE, Race
from tests.scorings import BEFOREHAND, noted_scorings


def test_a_board_lies_open_and_is_published_when_it_may_be(
    done: Done, leaderboard: Command, race: str, database: Database
) -> None:
    made = done("draft-make", race)
    assert made.startswith("测试赛季 公示稿 1, 截至 ")
    opened = done("draft-open", "1", "--days", "3", "--contact", "0571-8888")
    assert opened.startswith("公示稿 1 公示至 ")
    assert "年的放假安排尚未导入" in opened
    assert "年的放假安排尚未导入" in done("draft-extend", "1", "--days", "5")
    assert "\t公示中\t" in done("draft-list", race)
    early = leaderboard("draft-release", "1")
    assert (early.exit_code, "期满之后才能发布" in early.stderr) == (1, True)
    assert done("draft-revise", "1", "--reason", "补齐材料") == "公示稿 1 已重出为公示稿 2\n"
    assert done("draft-release", "2") == "测试赛季 第 1 期已发布: /boards/race/1/\n"
    assert done("draft-list", race) == ""
    assert [line.split("\t")[2] for line in done("draft-list", race, "--all").splitlines()] == [
        "已发布",
        "已重出",
    ]


def test_a_correction_of_a_name_alone_says_which(done: Done, race: str, database: Database) -> None:
    done("publish", race)
    with database.session() as session:
        unit = session.scalars(select(Unit).where(Unit.key == "qingshi")).one()
        rename_unit(session, "li", unit, name="青石街道", reason="撤镇设街道")
        session.commit()
    told = done("edition-correct", race, "1", "--note", "青石镇已改称青石街道")
    assert told == "更正稿 1: 更正第 1 期, 变化 0 家单位\n名称变化: 青石镇 → 青石街道\n"


def test_an_edition_is_corrected_and_withdrawn(
    done: Done, race: str, database: Database, trail: Trail
) -> None:
    done("publish", race)
    with database.session() as session:
        reverse_starts(Race(session, session.scalars(select(Season)).one()))
        session.commit()
    told = done("edition-correct", race, "1", "--note", "青石镇开工误报")
    # 41.25 with the project that was said to have started, 295/12 without: the second place either way.
    assert told == "更正稿 1: 更正第 1 期, 变化 1 家单位\nqingshi\t青石镇\t2 → 2\t41.25 → 24.58\n"
    assert done("draft-release", "1") == "测试赛季 第 2 期已发布: /boards/race/2/\n"
    assert done("edition-withdraw", race, "2", "--reason", "来源有误") == "race 第 2 期已撤回\n"
    assert ("edition.withdraw", "race 第 2 期") in trail()


def test_what_is_gone_or_never_was_says_so(done: Done, leaderboard: Command, race: str) -> None:
    """A withdrawn number is told apart from one that never was, with the way that is left."""
    done("publish", race)
    done("edition-withdraw", race, "1", "--reason", "来源有误")
    again = leaderboard("edition-withdraw", race, "1", "--reason", "来源有误")
    assert (again.exit_code, again.stderr) == (1, "第 1 期已被更正或撤回\n")
    late = leaderboard("edition-correct", race, "1", "--note", "更正")
    assert late.exit_code == 1
    assert late.stderr.startswith("第 1 期已撤回, 截至 ")
    assert late.stderr.endswith("立即发布一期 (leaderboard publish)\n")
    never = leaderboard("edition-correct", race, "7", "--note", "更正")
    assert (never.exit_code, never.stderr) == (
        1,
        "赛季 race 没有第 7 期; 用 leaderboard editions race 查看\n",
    )


def test_a_season_is_frozen_and_revealed(done: Done, leaderboard: Command, race: str) -> None:
    done("season-freeze", race, "--reason", "年终")
    assert done("publish", race).startswith("测试赛季 已存为公示稿, 尚未发布")
    assert done("season-reveal", race, "--reason", "揭榜") == "测试赛季 已揭榜, 发布 1 期: 1\n"
    again = leaderboard("season-reveal", race, "--reason", "揭榜")
    assert (again.exit_code, again.stderr) == (1, "赛季 测试赛季 没有封榜\n")


def test_a_window_is_set_and_every_mistake_told(
    done: Done, leaderboard: Command, race: str, database: Database
) -> None:
    wrong = leaderboard("season-window", race, "99")
    assert (wrong.exit_code, len(wrong.stderr.splitlines())) == (1, 3)
    done("season-window", race, "3", "--contact", "0571-8888", "--reason", "试行")
    done("publish", race)
    with database.reading() as session:
        assert session.scalars(select(Draft.state)).all() == ["window"]
    done("draft-drop", "1", "--reason", "数据未齐")
    missing = leaderboard("draft-drop", "9", "--reason", "无")
    assert (missing.exit_code, "没有编号为 9 的公示稿" in missing.stderr) == (1, True)


def test_where_two_persons_publish_a_shell_is_refused_before_anything_is_queued(
    leaderboard: Command, race: str, database: Database, trail: Trail
) -> None:
    """It used to be queued, to fail there, and to alarm the office."""
    with database.session() as session:
        season = session.scalars(select(Season)).one()
        failed = DueRun(season_id=season.id, once_key="earlier", due_at=1, state="failed")
        session.add(failed)
        session.flush()
        want_two(session, "li", season, reason="两人发布")
        session.commit()
    for command in (("publish", race), ("run-again", race, failed.id)):
        refused = leaderboard(*command)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert refused.stderr == "本赛季须两人发布: 请用账号在控制台办理\n"
    with database.reading() as session:
        assert [run.state for run in session.scalars(select(DueRun))] == ["failed"]
    assert trail() == []


@pytest.mark.engines("sqlite")  # the other one writes its triggers otherwise
def test_a_reveal_says_what_it_could_not_publish_and_the_runs_say_what_stopped_it(
    done: Done, leaderboard: Command, race: str, database: Database
) -> None:
    done("season-freeze", race, "--reason", "年终")
    done("publish", race)
    with database.engine.begin() as connection:
        boom = "CREATE TRIGGER boom BEFORE INSERT ON edition BEGIN SELECT raise(abort, 'boom'); END"
        connection.execute(text(boom))
    told = leaderboard("season-reveal", race, "--reason", "揭榜")
    assert told.exit_code == 1
    assert told.stderr.startswith("已揭榜, 但公示稿 1 尚未发布: 发布时出错: IntegrityError boom。")
    assert leaderboard("draft-release", "1").stderr == "发布时出错: IntegrityError boom\n"
    for _ in range(3):
        tick(database, Node("here", OFFICE, 30_000, 3))
    assert "\t公示稿 1 未能发布: 发布时出错: IntegrityError boom\n" in done("runs", race)


@pytest.mark.engines("sqlite", "postgresql")
def test_boards_made_by_hand_are_scored_before_the_turn_to_write(
    done: Done, leaderboard: Command, race: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    done("publish", race)
    scored = noted_scorings(monkeypatch)
    done("draft-make", race)
    done("draft-revise", "1", "--reason", "补齐材料")
    done("draft-open", "2", "--days", "3", "--contact", "0571-8888")
    done("objection-file", "2", "liuxi", "--about", "qingshi", "--text", "青石项目未开工")
    with database.session() as session:
        reverse_starts(Race(session, session.scalars(select(Season)).one()))
        session.commit()
    assert "公示稿 3" in done("objection-answer", "1", "--uphold", "--answer", "属实")
    assert "更正稿 4" in done("edition-correct", race, "1", "--note", "青石镇开工误报")
    assert scored == [BEFOREHAND] * 4
    refused = leaderboard("draft-revise", "2", "--reason", "再来")
    assert (refused.exit_code, "已被处理" in refused.stderr) == (1, True)
