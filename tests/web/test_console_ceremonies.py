"""Ceremonies at the desk and on the glass: led step by step, and nothing on any screen before its step."""

from __future__ import annotations

import re
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import Client

from config import Settings
from leaderboard.accounts.read import newest_lines
from leaderboard.airing import Node, tick
from leaderboard.boards.ceremonies import board_of
from leaderboard.boards.ceremony_models import Ceremony
from leaderboard.boards.ceremony_steps import revealed
from leaderboard.boards.clock import request_run
from leaderboard.boards.correct import withdraw
from leaderboard.boards.drafts import hold
from leaderboard.boards.models import Draft, Edition, Screen
from leaderboard.boards.publish import Due, score
from leaderboard.boards.screen_states import Report, keep_reports
from leaderboard.boards.screens import add_screen
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons.holding import freeze_season
from leaderboard.seasons.models import Season
from leaderboard.templating import render
from leaderboard.web.screen_lane import ScreenLane
from tests.factories import AS_OF, OFFICE, Race, published_race
from tests.people import enrol, signed_in, submit
from tests.visiting import Visit

LIST, DESK = "/console/ceremonies", "/console/ceremonies/1"


@pytest.fixture
def race(database: Database) -> Race:
    with database.session() as session:
        race = published_race(session)
        session.commit()
    return race


@pytest.fixture
def token(race: Race, database: Database) -> str:
    with database.session() as session:
        season = session.merge(race.season)
        _screen, token = add_screen(session, "li", name="会场左屏", season=season, secret="s" * 32)
        session.commit()
    return token


@pytest.fixture
def client(app: Flask, database: Database, token: str) -> FlaskClient:
    enrol(database)
    return signed_in(app)


@pytest.fixture
def lane(app: Flask, database: Database, settings: Settings) -> ScreenLane:
    return ScreenLane(app, database, settings)


def begin(client: FlaskClient, shows: str = "edition-1", screen: str = "1") -> None:
    answer = submit(client, LIST, shows=shows, together="10", screen=screen)
    assert answer.status_code == 302, answer.text


def press(client: FlaskClient, do: str = "next", seen: str | None = None) -> str:
    """The large button, pressed by somebody who saw a step; the page that comes."""
    shown = re.search(r'name="seen" value="(\d+)"', client.get(DESK).text)
    assert shown is not None
    answer = submit(client, f"{DESK}/step", DESK, do=do, seen=shown[1] if seen is None else seen)
    assert answer.status_code == 302
    return client.get(DESK).text


def glass(lane: ScreenLane, token: str) -> str:
    """What the screen gets of the ceremony."""
    lane.look()
    answer = Client(lane).get(f"/screens/{token}/ceremony")
    return answer.get_data(as_text=True) if answer.status_code == 200 else ""


def step_told(lane: ScreenLane, token: str) -> dict[str, int] | None:
    lane.look()
    told: dict[str, int] | None = Client(lane).get(f"/screens/{token}/state").get_json()["ceremony"]
    return told


def test_a_board_is_revealed_from_last_to_first(
    client: FlaskClient, lane: ScreenLane, token: str, visit: Visit
) -> None:
    """柳溪 is first, 青石 second, 南岸 third: each is on the glass with its step and no step sooner."""
    assert glass(lane, token) == ""
    begin(client)
    names = ("南岸街道", "青石镇", "柳溪镇")
    for step in range(4):
        assert step_told(lane, token) == {"id": 1, "step": step}
        seen = glass(lane, token)
        assert [name in seen for name in names] == [number < step for number in range(3)], step
        if step < 3:
            press(client)
    assert "已全部揭晓" in visit(DESK, client=client).text()
    press(client, "back")
    assert "柳溪镇" not in glass(lane, token)


def test_the_picture_of_a_screen_shows_the_step_it_shows(client: FlaskClient, database: Database) -> None:
    begin(client)
    press(client)
    with database.session() as session:
        # Reported in the dark, before the ceremony lit it.
        session.get_one(Screen, 1).hours_from = "08:00"
        keep_reports(session, {1: Report(now(), 1, "blank", 1920, 1080, "Chrome/68", 0)})
        session.commit()
    picture = client.get("/console/screens/1/picture").text
    stage = picture.partition('<div id="stage">')[2]
    assert 'data-mode="ceremony"' in picture
    assert ["南岸街道" in stage, "青石镇" in stage, "柳溪镇" in stage] == [True, False, False]


def test_a_division_that_is_done_is_not_the_whole_board(client: FlaskClient, database: Database) -> None:
    """Two divisions of three steps each: after three of them half the board is still to come."""
    begin(client)
    with database.reading() as session:
        board = board_of(session, session.scalars(select(Ceremony)).one())
    board["divisions"].append(board["divisions"][0] | {"key": "second"})
    board["standings"] += [row | {"division": "second"} for row in board["standings"]]
    step = partial(render, "components/scenes/ceremony.html", "zh", ceremony=1)
    said = [step(**revealed(board, None, 10, number)).decode() for number in (2, 3, 6)]
    assert "还有 1 家未揭晓" in said[0]
    assert "<p>本组已全部揭晓</p>" in said[1]
    assert "<p>已全部揭晓</p>" in said[2]


def test_the_masthead_of_a_board_without_a_number_ends_with_its_division(
    client: FlaskClient, database: Database
) -> None:
    begin(client)
    with database.reading() as session:
        board = board_of(session, session.scalars(select(Ceremony)).one())
    step = partial(render, "components/scenes/ceremony.html", "zh", ceremony=1)
    numbered, held = (
        step(**(revealed(board, None, 10, 1) | {"number": number})).decode() for number in (1, None)
    )
    said = [
        re.sub(r"<[^>]+>", "", re.findall(r'<p class="subtitle">(.*?)</p>', one, re.DOTALL)[0])
        for one in (numbered, held)
    ]
    division = board["divisions"][0]["name"]
    assert said == [f"{division} · 第 1 期", division]


def test_at_either_end_the_way_further_is_closed_with_its_reason(client: FlaskClient) -> None:
    """Three steps after the opening: there is no way back from the first page and none on from the last."""
    begin(client)
    closed = r'<button[^>]* value="(\w+)" disabled aria-describedby="no-\1">'
    pages = [client.get(DESK).text, *(press(client) for _ in range(3))]
    assert [re.findall(closed, text) for text in pages] == [["back"], [], [], ["next"]]
    assert "前面没有步骤" in pages[0]
    assert "已是最后一步" in pages[3]


def test_the_presenter_sees_what_comes_next_and_their_own_words(client: FlaskClient, visit: Visit) -> None:
    begin(client)
    assert "第 3 名" in visit(DESK, client=client).text()
    submit(client, f"{DESK}/note", DESK, seen="1", note="先谢各位")
    assert "先谢各位" in visit(DESK, client=client).text()
    text = press(client)
    assert "第 1/3 步" in text
    assert "分，" in text


def test_of_two_operators_one_moves_on_and_the_other_is_told(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    begin(client)
    enrol(database, "wang")
    other = signed_in(app, "wang")
    press(client, seen="0")
    assert "另一位操作员已经动过，现在是第 1 步" in press(other, seen="0")
    with database.reading() as session:
        assert session.scalars(select(Ceremony.step)).one() == 1


@pytest.mark.parametrize("seen", ["", "-1", "٣", "9" * 30, "x"])
def test_a_step_that_nobody_saw_moves_nothing(client: FlaskClient, database: Database, seen: str) -> None:
    begin(client)
    press(client, seen=seen)
    with database.reading() as session:
        assert session.scalars(select(Ceremony.step)).one() == 0


def test_one_that_cannot_begin_is_refused_in_words(client: FlaskClient) -> None:
    answer = submit(client, LIST, shows="edition-1", together="10")
    assert answer.status_code == 422
    assert "请至少选择一块大屏" in answer.text
    answer = submit(client, LIST, shows="edition-99", together="0", screen="1")
    assert answer.status_code == 422
    assert "请从列表中选择" in answer.text


def test_everything_wrong_is_told_at_once_and_ticks_stay(client: FlaskClient) -> None:
    answer = submit(client, LIST, shows="edition-1", together="0")
    assert answer.status_code == 422
    assert "请至少选择一块大屏" in answer.text
    assert 'aria-invalid="true"' in answer.text
    answer = submit(client, LIST, shows="edition-1", together="many", screen="1")
    assert re.search(r'name="screen" value="1" checked', answer.text)


def test_the_desk_says_which_screens_do_not_show_it(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    """会场左屏 has not been opened, then shows the board still, then the ceremony."""
    begin(client)
    assert "会场左屏 离线 ·" in visit(DESK, client=client).text()
    for scene, words in (("table", "会场左屏 还没有显示揭榜 ·"), ("ceremony", "会场左屏 ·")):
        with database.session() as session:
            keep_reports(session, {1: Report(now(), 1, scene, 1920, 1080, "", 0)})
            session.commit()
        assert words in visit(DESK, client=client).text()


def test_an_ended_one_says_so_whatever_is_pressed(client: FlaskClient) -> None:
    begin(client)
    for _step in range(3):
        press(client)
    assert "已经到头了" in press(client)
    submit(client, f"{DESK}/end", DESK)
    answer = submit(client, f"{DESK}/step", DESK, do="next", seen="3")
    assert answer.status_code == 302
    told = client.get(DESK).text
    assert "已经结束" in told
    assert "已经到头了" not in told


def test_its_end_gives_the_screens_back(client: FlaskClient, lane: ScreenLane, token: str) -> None:
    begin(client)
    submit(client, f"{DESK}/end", DESK)
    assert step_told(lane, token) is None
    assert glass(lane, token) == ""
    assert "已结束" in client.get(DESK).text
    assert "已结束" in client.get(LIST).text


def test_no_screen_and_no_desk_goes_on_with_an_edition_that_is_withdrawn(
    client: FlaskClient, lane: ScreenLane, token: str, database: Database
) -> None:
    begin(client)
    press(client)
    assert "南岸街道" in glass(lane, token)
    with database.session() as session:
        withdraw(session, "wang", session.scalars(select(Edition)).one(), reason="口径有误")
        session.commit()
    assert glass(lane, token) == ""
    assert step_told(lane, token) is None
    desk = client.get(DESK).text
    assert "第 1 期已撤回" in desk
    assert "青石镇" not in desk
    assert "下一步" not in desk
    submit(client, f"{DESK}/step", LIST, do="next", seen="1")
    assert "这场揭榜已经结束" in client.get(DESK).text


def hold_back(database: Database, race: Race) -> int:
    """A board that a freeze holds back, of the same day; its number."""
    at = now()
    with database.session() as session:
        season = session.get_one(Season, race.season.id)
        if season.frozen_at is None:
            freeze_season(session, "li", season, reason="年终")
        run = request_run(session, season, str(at), "li", at)
        draft = hold(session, score(session, season, Due(AS_OF, at, at)), OFFICE, "clock", run.id)
        session.commit()
        return draft.id


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return [*session.scalars(select(Draft.state).order_by(Draft.id))]


def test_what_the_meeting_saw_is_published_and_nothing_else(
    client: FlaskClient, lane: ScreenLane, race: Race, token: str, database: Database, visit: Visit
) -> None:
    """Of two boards held back the meeting sees the newest: with it, edition 2, the ceremony and the freeze are over."""
    hold_back(database, race)
    begin(client, f"draft-{hold_back(database, race)}")
    assert "更早压下的 1 期不再发布" in visit(DESK, client=client).text()
    submit(client, f"{DESK}/publish", DESK, reason="会议揭榜")
    assert states(database) == ["dropped", "released"]
    with database.reading() as session:
        assert session.get_one(Season, race.season.id).frozen_at is None
        assert session.scalars(select(Ceremony.ended_by)).one() == "chen"
    lane.look()
    told = Client(lane).get(f"/screens/{token}/state").get_json()
    assert (told["edition"]["number"], told["ceremony"]) == (2, None)


def test_a_board_overtaken_in_the_freeze_is_not_published_by_itself(
    client: FlaskClient, race: Race, database: Database
) -> None:
    begin(client, f"draft-{hold_back(database, race)}")
    hold_back(database, race)
    assert "台上的这一期不能单独公布" in client.get(DESK).text
    submit(client, f"{DESK}/publish", DESK, reason="会议揭榜")
    assert "已压下更新的一期" in client.get(DESK).text
    assert states(database) == ["draft", "draft"]
    with database.reading() as session:
        assert session.get_one(Season, race.season.id).frozen_at is not None
        assert session.scalars(select(Ceremony.ended_at)).one() is None


def test_the_clock_ends_one_that_nobody_leads(client: FlaskClient, database: Database) -> None:
    begin(client)
    with database.session() as session:
        session.execute(update(Ceremony).values(moved_at=now() - 4 * 3_600_000))
        session.commit()
    for _again in range(2):
        tick(database, Node("here", OFFICE, 30_000, 3))
    with database.reading() as session:
        assert session.scalars(select(Ceremony.ended_by)).one() == "clock"
        assert [line.action for line in newest_lines(session, 9)].count("ceremony.lapse") == 1
