"""The lane of screens: scenes and ceremonies from memory, there before any screen is told of them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.test import Client, TestResponse

from config import Settings
from leaderboard.boards.ceremonies import begin, move
from leaderboard.boards.correct import withdraw
from leaderboard.boards.models import Edition, Screen
from leaderboard.boards.read import latest_edition
from leaderboard.boards.screens import add_screen, list_screens, revoke_screen
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.seasons import plan
from leaderboard.web import newest_scenes, screen_memory
from leaderboard.web.screen_lane import ScreenLane
from tests.factories import Race, published_race

pytestmark = pytest.mark.engines("sqlite", "postgresql")


@pytest.fixture
def race(database: Database) -> Race:
    """A race with one edition published."""
    with database.session() as session:
        race = published_race(session)
        session.commit()
    return race


@pytest.fixture
def lane(race: Race, app: Flask, database: Database, settings: Settings) -> ScreenLane:
    """The lane in front of the pages, as it is served."""
    return ScreenLane(app, database, settings)


@pytest.fixture
def asked(database: Database) -> Iterator[list[str]]:
    """Statements that reach the database."""
    statements: list[str] = []

    def note(*args: Any) -> None:
        statements.append(args[2])

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def new_screen(database: Database, race: Race, **more: Any) -> str:
    """A screen with this in its row; the token of its address."""
    with database.session() as session:
        season = session.merge(race.season)
        name = f"大厅{len(list_screens(session))}"
        screen, token = add_screen(session, "li", name=name, season=season, secret="s")
        for key, value in more.items():
            setattr(screen, key, value)
        session.commit()
    return token


def publish(database: Database, race: Race) -> None:
    with database.session() as session:
        race.session, race.season = session, session.merge(race.season)
        race.publish()
        session.commit()


def scenes(lane: ScreenLane, token: str, **more: Any) -> TestResponse:
    return Client(lane).get(f"/screens/{token}/scenes", **more)


def number_shown(answer: TestResponse) -> str:
    """The number of the edition that a fragment is of."""
    return answer.text.partition('data-number="')[2].partition('"')[0]


def number_told(lane: ScreenLane, token: str) -> int:
    """The number of the edition that a screen is told of."""
    number: int = Client(lane).get(f"/screens/{token}/state").get_json()["edition"]["number"]
    return number


def test_scenes_come_from_memory_and_are_what_the_page_has(
    lane: ScreenLane, app: Flask, database: Database, race: Race, asked: list[str]
) -> None:
    token = new_screen(database, race)
    lane.look()
    behind = app.test_client().get(f"/screens/{token}/scenes")
    asked.clear()
    answer = scenes(lane, token)
    assert (asked, answer.status_code, answer.data) == ([], 200, behind.data)
    assert number_shown(answer) == "1"
    kept = ("ETag", "Content-Type", "Content-Length", "Cache-Control", "Content-Security-Policy")
    assert [answer.headers[name] for name in kept] == [behind.headers[name] for name in kept]
    assert "Set-Cookie" not in answer.headers
    assert answer.text in Client(lane).get(f"/screens/{token}").text


def test_scenes_are_packed_and_not_sent_again(lane: ScreenLane, database: Database, race: Race) -> None:
    token = new_screen(database, race)
    lane.look()
    plain = scenes(lane, token)
    packed = scenes(lane, token, headers={"Accept-Encoding": "gzip"})
    assert (packed.headers["Content-Encoding"], gzip.decompress(packed.data)) == ("gzip", plain.data)
    tag = packed.headers["ETag"]
    again = scenes(lane, token, headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    head = Client(lane).head(f"/screens/{token}/scenes")
    assert (head.status_code, head.data) == (200, b"")


def test_no_screen_is_told_of_an_edition_whose_scenes_are_not_there(
    lane: ScreenLane, database: Database, race: Race, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the scenes of one language are drawn the others have theirs already, and it is told the former edition."""
    tokens = {lang: new_screen(database, race, lang=lang) for lang in ("en", "zh")}
    tokens["too"] = new_screen(database, race)
    lane.look()
    publish(database, race)
    seen: list[dict[str, tuple[int, str]]] = []
    drawn = newest_scenes.draw_edition

    def told(token: str) -> tuple[int, str]:
        return number_told(lane, token), number_shown(scenes(lane, token))

    def draw_and_look(*args: Any) -> Any:
        seen.append({lang: told(token) for lang, token in tokens.items()})
        return drawn(*args)

    monkeypatch.setattr(newest_scenes, "draw_edition", draw_and_look)
    lane.look()
    asked.clear()
    old, new = (1, "1"), (2, "2")
    # The scenes that two screens show come before those of one.
    assert seen == [{"en": old, "zh": old, "too": old}, {"en": old, "zh": new, "too": new}]
    assert {told(token) for token in tokens.values()} == {new}
    assert asked == []


def test_each_kind_of_scenes_is_drawn_once_for_all_who_show_it(
    lane: ScreenLane, database: Database, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = [new_screen(database, race) for _ in range(3)] + [new_screen(database, race, lang="both")]
    drawn: list[str] = []
    draw = newest_scenes.draw_edition

    def count(*args: Any) -> Any:
        drawn.append(args[2].lang)
        return draw(*args)

    monkeypatch.setattr(newest_scenes, "draw_edition", count)
    lane.look()
    with database.session() as session:
        plan.add_division(session, "li", session.merge(race.season), key="late", name="新组")
        session.commit()
    lane.look()
    assert drawn == ["zh", "both"]
    assert len({scenes(lane, token).data for token in tokens}) == 2


def test_a_new_edition_is_told_without_reading_the_screens_again(
    lane: ScreenLane, database: Database, race: Race, asked: list[str]
) -> None:
    """Reading five thousand of them would keep every one of them waiting."""
    token = new_screen(database, race)
    lane.look()
    publish(database, race)
    asked.clear()
    lane.look()
    assert [one for one in asked if "screen.token_hash" in one] == []
    assert number_told(lane, token) == 2
    later = new_screen(database, race, notice="今晚停电")
    publish(database, race)
    lane.look()
    assert (number_told(lane, token), number_told(lane, later)) == (3, 3)
    told = Client(lane).get(f"/screens/{later}/state").get_json()
    assert told["notice"] == {"text": "今晚停电", "until": None}


def test_a_season_that_closes_with_an_edition_is_told_to_no_screen(
    lane: ScreenLane, database: Database, race: Race
) -> None:
    token = new_screen(database, race)
    lane.look()
    with database.session() as session:
        race.session, race.season = session, session.merge(race.season)
        race.publish()
        race.season.is_public = 0
        session.commit()
    lane.look()
    assert Client(lane).get(f"/screens/{token}/state").status_code == 404


def test_what_the_clock_alone_ends_is_noticed_however_many_editions_come(
    lane: ScreenLane, database: Database, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Editions every twenty seconds: half a minute after the screens were read they are read again."""
    began = now()
    token = new_screen(database, race, notice="茶歇", notice_until=began + 25_000)
    seen = {}
    for seconds in (0, 20, 40):
        monkeypatch.setattr(screen_memory, "now", lambda at=began + seconds * 1000: at)
        publish(database, race)
        lane.look()
        seen[seconds] = Client(lane).get(f"/screens/{token}/state").get_json()["notice"] is not None
    assert seen == {0: True, 20: True, 40: False}


def test_addresses_that_open_nothing_are_answered_as_the_page_itself(
    lane: ScreenLane, app: Flask, database: Database, race: Race
) -> None:
    """Unknown, revoked, out of its networks, of a season that was closed: the very bytes of an unknown page."""
    revoked, near = new_screen(database, race), new_screen(database, race, address_range="10.0.0.0/8")
    lane.look()
    assert scenes(lane, revoked).status_code == 200
    with database.session() as session:
        revoke_screen(session, "li", session.query(Screen).order_by(Screen.id).first() or Screen())
        session.commit()
    lane.look()
    unknown = app.test_client().get(f"/screens/{'0' * 40}/scenes")
    answers = [scenes(lane, token) for token in (revoked, near, "0" * 40)]
    assert {(answer.status_code, answer.data) for answer in answers} == {(404, unknown.data)}
    inside = scenes(lane, near, environ_base={"REMOTE_ADDR": "10.9.9.9"})
    assert (inside.status_code, number_shown(inside)) == (200, "1")
    with database.session() as session:
        plan.show_season(session, "li", session.merge(race.season), is_public=False, reason="复核中")
        session.commit()
    lane.look()
    closed = scenes(lane, near, environ_base={"REMOTE_ADDR": "10.9.9.9"})
    assert (closed.status_code, closed.data) == (404, unknown.data)
    assert Client(lane).post(f"/screens/{near}/scenes").status_code in {400, 404, 405}


def withdraw_newest(database: Database, race: Race) -> None:
    with database.session() as session:
        newest = latest_edition(session, race.season.id)
        assert isinstance(newest, Edition)
        withdraw(session, "li", newest, reason="含不应公开的内容")
        session.commit()


def test_what_was_withdrawn_is_gone_from_memory(lane: ScreenLane, database: Database, race: Race) -> None:
    token = new_screen(database, race)
    publish(database, race)
    lane.look()
    assert number_shown(scenes(lane, token)) == "2"
    withdraw_newest(database, race)
    lane.look()
    assert number_shown(scenes(lane, token)) == "1"
    withdraw_newest(database, race)
    lane.look()
    assert "data-number" not in scenes(lane, token).text
    assert "首期榜单尚未发布" in scenes(lane, token).text


def test_what_an_earlier_edition_told_goes_with_it(
    lane: ScreenLane, database: Database, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest edition stays as it is, and is drawn anew without the one before it."""
    new_screen(database, race)
    publish(database, race)
    lane.look()
    drawn: list[int] = []
    draw = newest_scenes.draw_edition

    def count(*args: Any) -> Any:
        drawn.append(args[1].number)
        return draw(*args)

    monkeypatch.setattr(newest_scenes, "draw_edition", count)
    with database.session() as session:
        first = session.query(Edition).filter_by(number=1).one()
        withdraw(session, "li", first, reason="含不应公开的内容")
        session.commit()
    lane.look()
    assert drawn == [2]


def test_scenes_that_cannot_be_drawn_keep_no_screen_from_what_it_is_told(
    lane: ScreenLane, database: Database, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = new_screen(database, race)

    def fail(*_args: Any) -> Any:
        raise KeyError("standings")

    monkeypatch.setattr(newest_scenes, "draw_edition", fail)
    lane.look()
    assert Client(lane).get(f"/screens/{token}/state").get_json()["edition"]["number"] == 1
    # The page behind draws them in its own way, or says what is wrong.
    assert number_shown(scenes(lane, token)) == "1"


def test_beyond_so_many_kinds_scenes_are_drawn_where_they_are_asked_for(
    lane: ScreenLane, database: Database, race: Race, monkeypatch: pytest.MonkeyPatch, asked: list[str]
) -> None:
    monkeypatch.setattr(newest_scenes, "MOST", 1)
    ahead, later = (new_screen(database, race), new_screen(database, race, lang="en"))
    new_screen(database, race)
    lane.look()
    asked.clear()
    assert (number_shown(scenes(lane, ahead)), asked) == ("1", [])
    assert number_shown(scenes(lane, later)) == "1"
    assert asked != []


def test_a_step_of_a_ceremony_is_there_before_it_is_told(
    lane: ScreenLane, database: Database, race: Race, asked: list[str]
) -> None:
    token = new_screen(database, race)
    with database.session() as session:
        edition = latest_edition(session, race.season.id)
        assert edition is not None
        screens = session.query(Screen).all()
        ceremony = begin(session, "li", session.merge(race.season), edition=edition, screens=screens)
        session.commit()
    browser = Client(lane)
    address, packed = f"/screens/{token}/ceremony", {"Accept-Encoding": "gzip"}
    lane.look()
    asked.clear()
    title = browser.get(address, headers=packed)
    assert (title.status_code, title.headers["Content-Encoding"], asked) == (200, "gzip", [])
    assert title.headers["Cache-Control"] == "no-store"
    with database.session() as session:
        move(session, "li", session.merge(ceremony), seen=0, by=1)
        session.commit()
    lane.look()
    asked.clear()
    step = browser.get(address, headers=packed)
    assert (step.status_code, asked) == (200, [])
    assert step.data != title.data
