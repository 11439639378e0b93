"""Setting up from the command line: a season like the last one, its order, bundles, and a total spread."""

from __future__ import annotations

from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.read import find_season, roster
from tests.commanding import Command, Done

PERIOD = ("--period", "2027-01-01", "2027-12-31")


def test_a_season_is_copied_ordered_bundled_and_given_its_targets(
    done: Done, leaderboard: Command, database: Database, race: str
) -> None:
    """7 over the two that are left with a place of their own: 4 and 3."""
    told = done("season-copy", race, "r27", "--title", "2027 年", *PERIOD, "--without-targets")
    assert told == "赛季 r27 已照 race 开设: 3 家单位, 0 项任务, 方案草稿第 1 版待提交审批, 0 张时间表停着\n"
    assert done("unit-order", "nanan", "qingshi") == "已排列, 2 家换了位置\n"
    done("unit-enter", "r27", "liuxi", "towns", "--into", "nanan", "--reason", "片区合并")
    refused = leaderboard("unit-enter", "r27", "liuxi", "towns", "--hors-concours")
    assert (refused.exit_code, "请加 --reason" in refused.stderr) == (1, True)
    told = done("target-spread", "r27", "signing", "7", "--dry-run")
    assert told == "nanan\t南岸街道\t4\t加一\nqingshi\t青石镇\t3\n合计 7, 没有保存\n"
    assert done("targets", "r27") == ""
    done(
        "target-spread",
        "r27",
        "signing",
        "1亿元",
        "--by",
        "amount",
        "--share",
        "nanan=2",
        "--share",
        "qingshi=1",
    )
    assert done("targets", "r27") == (
        "qingshi\t青石镇\tsigning\tbasic\tamount\t3333 万元\nnanan\t南岸街道\tsigning\tbasic\tamount\t6667 万元\n"
    )
    done("target-set", "r27", "liuxi", "signing", "9")
    done("target-spread", "r27", "signing", "5", "--like-before")
    assert "liuxi" not in done("targets", "r27")
    done("unit-leave", "r27", "qingshi", "--reason", "撤并")
    with database.reading() as session:
        season = find_season(session, "r27")
        assert season is not None
        lines = roster(session, season.id, now())
    assert [(line.key, line.bundle) for line in lines] == [("liuxi", "nanan"), ("nanan", None)]


def test_what_cannot_be_spread_is_refused_in_words(leaderboard: Command, race: str) -> None:
    for line, said in (
        (("7", "--share", "x=1"), "x 不在赛季 race"),
        (("7", "--share", "liuxi=no"), "应为不小于零的数"),
        (("7", "--share", "liuxi=0"), "份额合计为零"),
        (("7", "--like-before"), "之前没有"),
        (("10001", "--by", "amount"), "最小单位的整数倍"),
    ):
        refused = leaderboard("target-spread", race, "signing", *line)
        assert (refused.exit_code, said in refused.stderr) == (1, True), (line, refused.stderr)
