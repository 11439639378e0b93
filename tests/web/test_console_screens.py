"""Screens at the desk: listed with their pictures, set one by one, and never seen by whoever may not."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.accounts.models import AuditLine
from leaderboard.boards.models import Screen, ScreenReport
from leaderboard.boards.playlists import Entry, entries_of
from leaderboard.boards.screens import add_screen
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.web.console.screen_words import seen_words
from tests.people import enrol, signed_in, submit
from tests.visiting import Visit
from tests.web.races import committed_race

MINUTE, HOUR = 60_000, 3_600_000
PAGE = "/console/screens/1"


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    """An administrator, with the running race and one screen of it."""
    race = committed_race(database)
    enrol(database)
    with database.session() as session:
        season = session.merge(race.season)
        add_screen(session, "li", name="一楼大厅", season=season, secret="s" * 32)
        session.commit()
    return signed_in(app)


def screen_of(database: Database) -> Screen:
    with database.reading() as session:
        return session.scalars(select(Screen)).one()


def report(database: Database, ago: int, **told: object) -> None:
    """What the screen said of itself some milliseconds ago."""
    with database.session() as session:
        session.scalars(select(Screen)).one().seen_at = now() - ago
        row = session.scalars(select(ScreenReport)).one()
        for name, value in told.items():
            setattr(row, name, value)
        session.commit()


def set_screen(database: Database, **values: object) -> None:
    """The screen with this in its row."""
    with database.session() as session:
        screen = session.scalars(select(Screen)).one()
        for name, value in values.items():
            setattr(screen, name, value)
        session.commit()


def in_sight(text: str) -> tuple[str, list[str]]:
    """What the glass is for in a picture, and the scenes that are not hidden in it."""
    mode = re.search(r'<body[^>]* data-mode="(\w+)"', text)
    sections = re.findall(r'<section class="scene[^>]*>', text)
    shown = [re.findall(r'data-scene="(\w+)"', one)[0] for one in sections if " hidden" not in one]
    return mode[1] if mode else "", shown


def test_the_picture_shows_what_is_on_the_glass(client: FlaskClient, database: Database) -> None:
    """The scene reported last; and over it what was set since: the time alone, a notice, darkness."""
    picture, list_ = f"{PAGE}/picture", "/console/screens"
    set_screen(database, playlist='[{"scene":"table","seconds":9},{"scene":"track","seconds":9}]')
    marks = {client.get(list_).text.partition('data-shows="')[2].partition('"')[0]}
    assert in_sight(client.get(picture).text) == ("board", ["table"])
    report(database, 0, scene="track")
    assert in_sight(client.get(picture).text) == ("board", ["track"])
    marks.add(client.get(list_).text.partition('data-shows="')[2].partition('"')[0])
    set_screen(database, is_muted=1, notice="会议室改在三楼", notice_until=now() + HOUR)
    text = client.get(picture).text
    assert in_sight(text)[0] == "muted"
    assert re.search(r'<p id="time">\d\d:\d\d</p>', text)
    assert '<p id="notice" role="status">会议室改在三楼</p>' in text
    set_screen(database, notice_until=now() - 1, hours_from="08:00", hours_to="18:00")
    assert "会议室" not in client.get(picture).text
    report(database, 0, scene="blank")
    assert in_sight(client.get(picture).text)[0] == "blank"
    marks.add(client.get(list_).text.partition('data-shows="')[2].partition('"')[0])
    assert len(marks) == 3


def test_the_picture_of_a_screen_that_does_not_report_is_not_taken_for_what_it_shows(
    client: FlaskClient, database: Database
) -> None:
    """Never opened, reported just now, four minutes silent: on the list and on its own page."""
    live = 'title="大屏“一楼大厅”现在的画面"'
    supposed = 'title="大屏“一楼大厅”应显示的画面"'

    def seen() -> set[tuple[bool, bool, bool]]:
        pages = [client.get(path).text for path in ("/console/screens", PAGE)]
        marks = [re.findall(r'<div class="picture ([\w ]+)"', text)[0].split() for text in pages]
        return {
            ("unknown" in mark, live in text, supposed in text)
            for mark, text in zip(marks, pages, strict=True)
        }

    assert seen() == {(True, False, True)}
    report(database, 0)
    assert seen() == {(False, True, False)}
    report(database, 4 * MINUTE)
    assert seen() == {(True, False, True)}


def test_how_long_ago_is_said_in_words() -> None:
    at = 10**12
    ages = (None, 0, 59_999, 2 * MINUTE, 3 * HOUR, 49 * HOUR)
    said = [seen_words(None if age is None else at - age, at) for age in ages]
    assert said == ["还没有打开过", "刚刚", "刚刚", "2 分钟前", "3 小时前", "2 天前"]
    assert seen_words(at + 5000, at) == "刚刚"


def test_the_list_says_how_each_screen_is_doing(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    page = visit("/console/screens", client=client)
    assert "离线 还没有打开过" in page.text()
    report(
        database,
        2 * MINUTE,
        edition_number=1,
        scene="track",
        width=1080,
        height=1920,
        engine="Chromium 68 <b>",
        failures=3,
    )
    page = visit("/console/screens", client=client)
    text = page.text()
    for words in ("在线 · 2 分钟前", "连接失败 3 次", "第 1 期", "赛道", "1080×1920 · Chromium 68 <b>"):
        assert words in text, words
    assert "不是最新一期" not in text
    assert page.all("div", class_="upright")
    report(database, 4 * MINUTE, edition_number=99, scene="muted")
    text = visit("/console/screens", client=client).text()
    assert "离线 4 分钟前" in text
    assert "不是最新一期静默中" in text
    assert "不是最新一期" in text


def test_the_picture_is_the_screens_own_page_in_a_frame_of_the_console(
    app: Flask, client: FlaskClient
) -> None:
    picture = client.get(f"{PAGE}/picture")
    assert picture.status_code == 200
    assert 'id="board"' in picture.text
    # Its frame runs none, and a page of twenty pictures would say so twenty times.
    assert "<script" not in picture.text
    assert "http-equiv" not in picture.text
    assert "frame-ancestors 'self'" in picture.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in picture.headers
    assert "frame-ancestors 'none'" in client.get(PAGE).headers["Content-Security-Policy"]
    assert app.test_client().get(f"{PAGE}/picture").status_code == 302
    frame = re.search(r"<iframe[^>]*>", client.get("/console/screens").text)
    assert frame is not None
    assert " sandbox " in frame[0]


def send(client: FlaskClient, to: str, **values: str) -> str:
    """A form of the screen's page as the browser sends it, with what it was filled in over."""
    page = client.get(PAGE).text
    what = values.get("what", "")
    after = page.split(f'name="what" value="{what}"')[-1] if what else page
    seen = re.search(r'name="seen" value="([^"]*)"', after)
    values.setdefault("seen", seen[1] if seen else "")
    answer = submit(client, f"{PAGE}/{to}", PAGE, **values)
    return str(answer.status_code)


def test_everything_on_the_page_can_be_changed(client: FlaskClient, database: Database, visit: Visit) -> None:
    sent = [
        send(client, "settings", what="name", name="二楼"),
        send(client, "settings", what="look", division="towns", lang="both", theme="light", shows_shame="1"),
        send(client, "settings", what="hours", hours_from="07:30", hours_to="22:00"),
        send(client, "settings", what="notice", notice="十点开会", notice_until="2099-10-31T18:00"),
        send(client, "settings", what="mute", is_muted="1"),
        send(client, "settings", what="range", address_range="10.2.0.0/16"),
        send(client, "act", do="reload"),
    ]
    assert sent == ["302"] * 7
    screen = screen_of(database)
    assert (screen.name, screen.division, screen.lang, screen.theme) == ("二楼", "towns", "both", "light")
    assert (screen.hours_from, screen.hours_to, screen.notice, screen.is_muted) == (
        "07:30", "22:00", "十点开会", 1,
    )  # fmt: skip
    # 2099-10-31 18:00 in Asia/Shanghai is 10:00 UTC.
    assert screen.notice_until == 4_097_124_000_000
    assert (screen.address_range, screen.reload_count, screen.shows_shame) == ("10.2.0.0/16", 1, 1)
    assert 'value="2099-10-31T18:00"' in visit(PAGE, client=client).source


@pytest.mark.parametrize(
    ("what", "values", "words"),
    [
        ("name", {"name": " "}, "大屏需要一个名称"),
        ("hours", {"hours_from": "07:30", "hours_to": ""}, "08:30"),
        ("notice", {"notice": "x", "notice_until": "2020-01-01T00:00"}, "已经过去"),
        ("notice", {"notice": "x", "notice_until": "soon"}, "应为日期和时刻"),
        ("range", {"address_range": "10.2.0.1/16"}, "不是网络地址"),
        ("look", {"division": "", "lang": "fr", "theme": "dark"}, "语言"),
    ],
)
def test_what_cannot_be_is_refused_in_words_with_all_that_was_typed(
    client: FlaskClient, database: Database, what: str, values: dict[str, str], words: str
) -> None:
    page = client.get(PAGE).text
    seen = re.search(r'name="seen" value="([^"]*)"', page.split(f'name="what" value="{what}"')[-1])
    assert seen is not None
    answer = submit(client, f"{PAGE}/settings", PAGE, what=what, seen=seen[1], **values)
    assert answer.status_code == 422
    assert words in answer.text
    assert screen_of(database).revision == 0


def test_what_somebody_else_saved_meanwhile_is_shown_beside(client: FlaskClient, database: Database) -> None:
    assert send(client, "settings", what="name", name="二楼") == "302"
    answer = submit(client, f"{PAGE}/settings", PAGE, what="name", seen="of before", name="三楼")
    assert answer.status_code == 409
    assert "二楼" in answer.text
    assert screen_of(database).name == "二楼"


ROWS = {"scene-1": "table", "seconds-1": "15", "scene-2": "track", "seconds-2": "20"}


@pytest.mark.parametrize(
    ("pressed", "expected"),
    [
        ("save", [Entry("table", 15), Entry("track", 20)]),
        ("up-2", [Entry("track", 20), Entry("table", 15)]),
        ("down-1", [Entry("track", 20), Entry("table", 15)]),
        ("drop-1", [Entry("track", 20)]),
        ("add", [Entry("table", 15), Entry("track", 20), Entry("rates", 15)]),
        ("up-99", [Entry("table", 15), Entry("track", 20)]),
        ("drop-x", [Entry("table", 15), Entry("track", 20)]),
    ],
)
def test_a_playlist_is_changed_without_a_script(
    client: FlaskClient, database: Database, pressed: str, expected: list[Entry]
) -> None:
    seen = client.get(PAGE).text.split('id="playlist"')[1].split('name="seen" value="')[1].split('"')[0]
    answer = submit(client, f"{PAGE}/playlist", PAGE, **ROWS, do=pressed, new="rates", seen=seen)
    assert answer.status_code == 302
    assert list(entries_of(screen_of(database).playlist)) == expected


def test_a_playlist_that_cannot_be_is_refused_and_stays_as_typed(
    client: FlaskClient, database: Database
) -> None:
    seen = client.get(PAGE).text.split('id="playlist"')[1].split('name="seen" value="')[1].split('"')[0]
    for seconds, words in (("soon", "应为秒数"), ("4", "收到 4")):
        wrong = ROWS | {"seconds-2": seconds}
        answer = submit(client, f"{PAGE}/playlist", PAGE, **wrong, do="save", seen=seen)
        assert answer.status_code == 422
        assert words in answer.text
        assert f'value="{seconds}"' in answer.text
    wrong = ROWS | {"seconds-2": "soon", "from-1": "08:00", "to-1": "08:00"}
    told = submit(client, f"{PAGE}/playlist", PAGE, **wrong, do="save", seen=seen).text
    assert "应为秒数" in told
    assert "播放单第 1 项：时段的起止不能相同" in told
    assert submit(client, f"{PAGE}/playlist", PAGE, **ROWS, do="save", seen="x").status_code == 409
    assert screen_of(database).revision == 0


def test_the_last_change_is_put_back(client: FlaskClient, database: Database) -> None:
    send(client, "settings", what="hours", hours_from="07:30", hours_to="22:00")
    with database.reading() as session:
        line = session.scalars(select(AuditLine.seq_no).where(AuditLine.action == "screen.hours")).one()
    assert send(client, "act", do="undo", seen=str(line)) == "302"
    assert screen_of(database).hours_from is None
    send(client, "act", do="undo", seen="٣")
    assert screen_of(database).hours_from is None


def test_a_new_address_is_shown_once_and_ends_the_former(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    page = submit(client, f"{PAGE}/rotate", PAGE).text
    first = "/screens/" + page.split('class="secret">')[1].split("<")[0].rsplit("/", 1)[1]
    assert app.test_client().get(first).status_code == 200
    assert first not in client.get(PAGE).text
    submit(client, f"{PAGE}/rotate", PAGE)
    assert app.test_client().get(first).status_code == 404


def test_acts_on_screens_are_told_in_words(client: FlaskClient, app: Flask, database: Database) -> None:
    enrol(database, "auditor", "auditor")
    seen = client.get(PAGE).text.split('id="playlist"')[1].split('name="seen" value="')[1].split('"')[0]
    submit(client, f"{PAGE}/playlist", PAGE, **ROWS, do="save", seen=seen)
    send(client, "settings", what="mute", is_muted="1")
    text = signed_in(app, "auditor").get("/console/audit").text
    for words in ("改大屏的播放单", "赛道 20 秒", "设定大屏的静默", "由 否 改为 是"):
        assert words in text, words


def test_readers_see_and_change_nothing(client: FlaskClient, app: Flask, database: Database) -> None:
    enrol(database, "viewer", "viewer")
    reader = signed_in(app, "viewer")
    page = reader.get(PAGE)
    assert page.status_code == 200
    assert "<form" not in page.text.split("<main")[1]
    assert "榜单，15 秒" in page.text
    assert submit(reader, f"{PAGE}/act", "/console/screens", do="reload").status_code == 404
    assert screen_of(database).reload_count == 0


def test_a_playlist_refused_after_a_press_shows_what_it_came_to(
    client: FlaskClient, database: Database
) -> None:
    """The first of three rows is taken away and the third lasts too short: the two others stand as they were typed."""
    seen = client.get(PAGE).text.split('id="playlist"')[1].split('name="seen" value="')[1].split('"')[0]
    rows = ROWS | {"scene-3": "rates", "seconds-3": "4"}
    answer = submit(client, f"{PAGE}/playlist", PAGE, **rows, do="drop-1", seen=seen)
    assert answer.status_code == 422
    assert "第 2 项：时长应为" in answer.text
    shown = re.findall(r'name="(seconds-\d)"[^>]* value="(\d+)"', answer.text)
    assert shown == [("seconds-1", "20"), ("seconds-2", "4")]
    assert screen_of(database).revision == 0


def test_the_scene_of_who_rose_and_fell_has_a_name_in_both_languages(client: FlaskClient) -> None:
    assert ">名次升降</option>" in client.get(PAGE).text
    assert ">Movers</option>" in client.get(f"{PAGE}?lang=en").text
