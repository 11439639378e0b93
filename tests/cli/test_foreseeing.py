"""Reckoning an edition through from the command line."""

from __future__ import annotations

from tests.commanding import Command, Done, Trail


def test_the_newest_edition_is_reckoned_and_again(done: Done, leaderboard: Command, race: str, trail: Trail):
    nothing = leaderboard("foresee", race)
    assert (nothing.exit_code, nothing.output) == (1, f"赛季 {race} 还没有发布过\n")
    done("publish", race)
    told = done("foresee", race)
    assert told.endswith("第 1 期的前景已测算: 3 家单位\n")
    assert done("foresee", race) == told
    assert trail()[-1] == ("edition.foresee", f"{race} 第 1 期")
