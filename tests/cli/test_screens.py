"""Screens and ceremonies from the command line."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from leaderboard.boards.models import Screen
from leaderboard.db import Database
from tests.commanding import Command, Done, Trail
from tests.factories import published_race


@pytest.fixture
def screen(database: Database, done: Done) -> int:
    """A screen of a race with one edition; 柳溪, 青石 and 南岸 stand one after the other."""
    with database.session() as session:
        published_race(session)
        session.commit()
    done("screen-add", "race", "大厅")
    with database.reading() as session:
        return session.scalars(select(Screen.id)).one()


def of(database: Database) -> Screen:
    with database.reading() as session:
        return session.scalars(select(Screen)).one()


def test_a_screen_is_set_to_what_the_console_can_set(
    done: Done, screen: int, database: Database, trail: Trail
) -> None:
    done("screen-rename", screen, "一楼大厅")
    done("screen-look", screen, "--theme", "light", "--shame")
    assert done("screen-playlist", screen, "table 20", "track 15 08:00-18:00") == (
        "table 20\ntrack 15 08:00-18:00\n"
    )
    done("screen-hours", screen, "07:30-19:00")
    done("screen-notice", screen, "会议室改在三楼", "--until", "2099-01-01 18:00")
    done("screen-mute", screen)
    done("screen-range", screen, "10.2.0.0/16")
    found = of(database)
    assert (found.name, found.theme, found.lang, found.shows_shame) == ("一楼大厅", "light", "zh", 1)
    assert (found.hours_from, found.hours_to, found.notice) == ("07:30", "19:00", "会议室改在三楼")
    # 18:00 in China is 10:00 of UTC.
    assert found.notice_until == 4_070_944_800_000
    assert (found.is_muted, found.address_range) == (1, "10.2.0.0/16")
    done("screen-undo", screen)
    assert of(database).address_range == ""
    done("screen-mute", screen, "--off")
    done("screen-hours", screen, "--always")
    done("screen-notice", screen)
    done("screen-reload", screen)
    found = of(database)
    assert (found.is_muted, found.hours_from, found.notice, found.reload_count) == (0, None, None, 1)
    assert done("screen-rotate", screen).startswith("http")
    assert of(database).token_hash != found.token_hash
    assert trail()[-1] == ("screen.rotate", "一楼大厅")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("screen-mute", 99), "没有编号为 99 的大屏"),
        (("screen-look", 1, "--lang", "fr", "--theme", "pink"), "大屏的配色应为"),
        (("screen-playlist", 1, "table", "track soon"), "table: 应写成"),
        (("screen-playlist", 1, "table 2"), "时长应为"),
        (("screen-hours", 1), "请写出时段"),
        (("screen-hours", 1, "07:30"), "应写成 07:30-19:00"),
        (("screen-notice", 1, "x", "--until", "soon"), "应为日期和时刻"),
        (("screen-range", 1, "everywhere"), "everywhere"),
        (("ceremony-begin", "race", 1, "--edition", 9), "请选择要揭晓的一期"),
        (("ceremony-step", "race"), "没有正在进行的揭榜"),
        (("ceremony-end", "race"), "没有正在进行的揭榜"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_changed(
    leaderboard: Command, screen: int, database: Database, line: tuple[object, ...], said: str
) -> None:
    refused = leaderboard(*line)
    assert refused.exit_code == 1
    assert said in refused.output
    assert of(database).revision == 0


def test_a_ceremony_is_led_by_command(done: Done, screen: int, trail: Trail) -> None:
    assert done("ceremony-begin", "race", screen) == "1\t0/3\n"
    assert done("ceremony-step", "race") == "1\t1/3\n"
    assert done("ceremony-step", "race", "--back") == "1\t0/3\n"
    assert done("ceremonies").endswith("\t0/3\t正在揭榜\n")
    assert done("ceremony-end", "race") == ""
    assert done("ceremonies").endswith("\t0/3\t已结束\n")
    assert [action for action, _subject in trail()][-4:] == [
        "ceremony.begin",
        "ceremony.move",
        "ceremony.move",
        "ceremony.end",
    ]
