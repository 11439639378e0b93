"""Deadlines of stages from the command line."""

from __future__ import annotations

import pytest

from tests.commanding import Command, Done, Trail


def test_deadlines_are_set_listed_and_taken_away(done: Done, race: str, trail: Trail) -> None:
    assert done("deadlines", race) == ""
    given = ("started=110", "in_production=400/started", "--reason", "考核办法")
    told = "started\t开工\t110 天\t自 signed\t签约\nin_production\t投产\t400 天\t自 started\t开工\n"
    assert done("deadlines-set", race, *given) == told
    assert done("deadlines", race) == told
    assert ("season.deadlines", race) in trail()
    assert done("deadlines-set", race, "--none", "--reason", "改由县里另行通知") == ""
    assert done("deadlines", race) == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ((), ["请写出全部时限", "--reason: 请填写"]),
        (("started=many", "landed", "--reason", "x"), ["started: 应为 1 到 3650", "DEADLINES: 应写成"]),
        (("started=10", "--none", "--reason", "x"), ["全部取消用 --none"]),
        (("signed=10/started", "--reason", "x"), ["签约 的时限应从更早的节点算起"]),
        (("nowhere=10", "--reason", "x"), ["赛季没有这个节点: nowhere"]),
    ],
)
def test_what_is_wrong_is_said_at_once_and_nothing_is_set(
    leaderboard: Command, done: Done, race: str, line: tuple[str, ...], said: list[str]
) -> None:
    refused = leaderboard("deadlines-set", race, *line)
    assert refused.exit_code == 1
    assert all(words in refused.output for words in said), refused.output
    assert done("deadlines", race) == ""
