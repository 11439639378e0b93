"""The fast lane: public boards from memory, and nothing else."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import brotli
import pytest
from sqlalchemy import event
from werkzeug.test import Client, TestResponse

from config import Settings
from leaderboard.boards.models import Edition, PublicForm
from leaderboard.db import Database
from leaderboard.seasons import plan
from leaderboard.web.fast_lane import FastLane
from leaderboard.web.variants import best_encoding, download_name, is_unchanged
from tests.factories import Race, published_race, small_race, start_race

BOARD = "/boards/race/1.json"


def behind(_environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    """What stands behind the lane here: something that says it was asked."""
    start_response("418 I'm a teapot", [("Content-Type", "text/plain")])
    return [b"asked"]


@pytest.fixture
def race(database: Database) -> Race:
    """A race with one edition published."""
    with database.session() as session:
        race = published_race(session)
        session.commit()
    return race


@pytest.fixture
def lane(race: Race, database: Database, settings: Settings) -> Iterator[FastLane]:
    lane = FastLane(behind, database, settings.model_copy(update={"board_poll_ms": 50, "fast_editions": 2}))
    lane.start()
    yield lane
    lane.close()


@pytest.fixture
def browser(lane: FastLane) -> Client:
    return Client(lane)


def publish(database: Database, race: Race, times: int = 1) -> None:
    with database.session() as session:
        race.session = session
        race.season = session.merge(race.season)
        for _ in range(times):
            race.publish()
        session.commit()


def soon(look: Callable[[], bool]) -> bool:
    """Whether something comes true within a second."""
    end = time.monotonic() + 1
    while time.monotonic() < end:
        if look():
            return True
        time.sleep(0.02)
    return False


def stored(database: Database, path: str, lang: str) -> PublicForm:
    with database.reading() as session:
        return session.query(PublicForm).filter_by(path=path, lang=lang).one()


FORMS = [
    ("/boards/race/1/", "/boards/race/1/", "zh"),
    ("/boards/race/1/?lang=zh", "/boards/race/1/", "zh"),
    ("/boards/race/?lang=en", "/boards/race/1/", "en"),
    ("/boards/race/by/signing/", "/boards/race/1/by/signing/", "zh"),
    ("/boards/race/latest.json", BOARD, ""),
    ("/boards/race/latest.json?lang=en", BOARD, ""),
    ("/boards/race/latest.csv", "/boards/race/1.csv", ""),
    ("/boards/race/1.xlsx", "/boards/race/1.xlsx", ""),
    ("/boards/race/latest.package.json", "/boards/race/1.package.json", ""),
]
"""Address -> the path and language of the form it gives."""
BEHIND = [
    "/?lang=fr",
    "/?lang=zh&x=1",
    "/boards/race/1.json?x=1",
    "/boards/race/2.json",
    "/boards/race/1",
    "/boards/hidden/1.json",
    "/console/",
]
"""Addresses that are none of the lane's business."""


def test_each_address_gives_its_form_to_the_byte(browser: Client, database: Database):
    for address, path, lang in FORMS:
        answer, form = browser.get(address), stored(database, path, lang)
        assert (answer.status_code, answer.data) == (200, form.identity), address
        assert answer.headers["Content-Type"] == form.content_type, address
        assert answer.headers["ETag"] == f'"{form.etag}"', address


def test_the_list_of_boards_follows_every_season_that_is_opened_or_closed(
    browser: Client, database: Database, race: Race
):
    """Closing a season takes its title off the list within a second, and opening one puts it there."""
    assert "测试赛季" in browser.get("/").text
    assert '<html lang="en">' in browser.get("/?lang=en").text
    with database.session() as session:
        plan.show_season(session, "tester", session.merge(race.season), is_public=False, reason="复核中")
        session.commit()
    assert soon(lambda: "测试赛季" not in browser.get("/").text)
    with database.session() as session:
        plan.show_season(session, "tester", session.merge(race.season), is_public=True, reason="复核完毕")
        start_race(session, "fresh", title="新开赛季")
        session.commit()
    assert soon(lambda: "测试赛季" in browser.get("/").text and "新开赛季" in browser.get("/").text)


def test_everything_else_is_asked_behind_the_lane(browser: Client):
    assert {browser.get(address).status_code for address in BEHIND} == {418}


def test_what_is_sent_to_the_board_is_asked_behind_the_lane(browser: Client):
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert browser.open(BOARD, method=method).status_code == 418


def test_a_read_touches_no_table_and_never_enters_flask(browser: Client, lane: FastLane):
    statements: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            statements.append(statement)

    event.listen(lane.database.engine, "before_cursor_execute", count)
    for address in ("/", "/boards/race/", BOARD, "/boards/race/latest.csv"):
        for encoding in ("", "gzip", "br"):
            assert browser.get(address, headers={"Accept-Encoding": encoding}).status_code == 200
    assert statements == []


def test_each_encoding_holds_the_same_board(browser: Client, database: Database):
    plain = stored(database, BOARD, "").identity
    for accepted, sent in (
        ("", None),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("br;q=0, gzip;q=0", None),
    ):
        answer = browser.get(BOARD, headers={"Accept-Encoding": accepted})
        assert answer.headers.get("Content-Encoding") == sent, accepted
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(sent or "", bytes)
        assert unpack(answer.data) == plain, accepted


@pytest.mark.parametrize(
    ("accepted", "best"),
    [
        # RFC 9110 12.5.3, and what its examples mean for us.
        ("", "identity"),
        ("compress, gzip", "gzip"),
        ("*", "br"),
        ("compress;q=0.5, gzip;q=1.0", "gzip"),
        ("gzip;q=1.0, identity; q=0.5, *;q=0", "gzip"),
        ("br;q=0.8, gzip;q=0.9", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("identity;q=1, gzip;q=0.5", "identity"),
        ("*;q=0", "identity"),
        ("br;q=0, *", "gzip"),
        ("gzip;q=junk", "gzip"),
        ("br;foo=1;q=0, gzip", "gzip"),
        ("br;foo=1;q=0", "identity"),
        ("gzip;foo=1, br;q=0.5;foo=1", "gzip"),
        (",,;q=", "identity"),
    ],
)
def test_the_best_encoding_is_the_one_liked_best(accepted: str, best: str):
    assert best_encoding(accepted) == best


def test_tags_differ_by_encoding_and_a_known_tag_is_not_sent_again(browser: Client):
    tags = set()
    for encoding in ("identity", "gzip", "br"):
        first = browser.get(BOARD, headers={"Accept-Encoding": encoding})
        tags.add(tag := first.headers["ETag"])
        again = browser.get(BOARD, headers={"Accept-Encoding": encoding, "If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
        assert "Content-Length" not in again.headers
        assert "Content-Encoding" not in again.headers
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert len(tags) == 3


@pytest.mark.parametrize(
    ("condition", "unchanged"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ('"b",W/"a"', True),
        ("*", True),
        ('"b"', False),
        ('"ab"', False),
        ("a", False),
    ],
)
def test_conditions_are_read_as_the_standard_says(condition: str, unchanged: bool):
    assert is_unchanged(condition, '"a"') is unchanged


def test_a_head_request_gets_the_headers_alone(browser: Client):
    get, head = browser.get(BOARD), browser.head(BOARD)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers == get.headers


def test_headers_keep_a_page_safe_and_fresh(browser: Client):
    latest, numbered = browser.get("/boards/race/"), browser.get("/boards/race/1/")
    assert latest.headers["Cache-Control"] == "no-cache"
    assert numbered.headers["Cache-Control"] == "public, max-age=300"
    for answer in (latest, numbered):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert "Set-Cookie" not in answer.headers


def test_tables_are_saved_under_the_name_of_their_edition(browser: Client):
    for address in ("/boards/race/latest.csv", "/boards/race/1.csv"):
        assert browser.get(address).headers["Content-Disposition"] == 'attachment; filename="race-1.csv"'
    assert download_name("/boards/luan-2022/12.xlsx") == "luan-2022-12.xlsx"
    assert "Content-Disposition" not in browser.get(BOARD).headers


def test_a_new_edition_is_there_within_a_second(browser: Client, database: Database, race: Race):
    before = browser.get("/boards/race/latest.json")
    publish(database, race)
    assert soon(lambda: browser.get("/boards/race/latest.json").json["number"] == 2)
    assert browser.get(BOARD).data == before.data
    assert browser.get("/boards/race/latest.json").headers["ETag"] != before.headers["ETag"]
    assert "第 2 期" in browser.get("/").text


def test_only_the_newest_editions_stay_in_memory(browser: Client, database: Database, race: Race):
    publish(database, race, 2)
    assert soon(lambda: browser.get("/boards/race/3.json").status_code == 200)
    assert browser.get("/boards/race/2.json").status_code == 200
    assert browser.get("/boards/race/1.json").status_code == 418


def test_what_is_not_public_is_never_there(browser: Client, database: Database, race: Race):
    """A season closed to the public is gone within a second, and one that never was open never appears."""
    with database.session() as session:
        hidden = small_race(session, "hidden")
        hidden.season.is_public = 0
        hidden.publish()
        session.merge(race.season).is_public = 0
        session.commit()
    assert soon(lambda: browser.get(BOARD).status_code == 418)
    for address in ("/boards/race/", "/boards/race/latest.json", "/boards/hidden/", "/boards/hidden/1.json"):
        assert browser.get(address).status_code == 418


def test_what_is_not_announced_is_never_there(browser: Client, database: Database, race: Race):
    with database.session() as session:
        race.session, race.season = session, session.merge(race.season)
        race.publish()
        session.flush()
        time.sleep(0.2)
        if database.engine.dialect.name == "postgresql":
            assert browser.get("/boards/race/2.json").status_code == 418
    assert browser.get("/boards/race/2.json").status_code == 418


def test_an_edition_in_another_state_is_not_served(database: Database, settings: Settings, race: Race):
    with database.session() as session:
        session.query(Edition).update({"state": "draft"})
        session.commit()
    lane = FastLane(behind, database, settings)
    lane.look()
    assert Client(lane).get(BOARD).status_code == 418
    lane.close()


def test_boards_stay_when_the_database_goes(
    lane: FastLane, browser: Client, caplog: pytest.LogCaptureFixture
):
    """The old boards are served, and the log says so once, not five times a second."""
    lane.database = Broken()  # type: ignore[assignment]
    time.sleep(0.3)
    assert browser.get(BOARD).status_code == 200
    assert len([record for record in caplog.records if "cannot be read" in record.message]) == 1


class Broken:
    """A database that is gone."""

    def reading(self) -> None:
        raise ConnectionError("gone")


def test_the_first_request_starts_the_lane(race: Race, database: Database, settings: Settings):
    lane = FastLane(behind, database, settings)
    answer: TestResponse = Client(lane).get(BOARD)
    assert answer.status_code == 200
    lane.close()
