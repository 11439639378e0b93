"""The lane of screens: what each is told from memory, and what each says of itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import Client

from config import Settings
from leaderboard.boards import clock, screen_states
from leaderboard.boards.models import Edition, Screen, ScreenReport
from leaderboard.boards.screens import add_screen, list_screens, revoke_screen
from leaderboard.db import Database
from leaderboard.instant import from_local, now
from leaderboard.seasons import plan
from leaderboard.seasons.timetable import add_timetable, pause_timetable, skip_instant
from leaderboard.web import screen_memory
from leaderboard.web.fast_lane import FastLane
from leaderboard.web.screen_lane import ScreenLane, peer
from tests.factories import Race, published_race, start_race


def behind(_environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    """What stands behind the lane here: something that says it was asked."""
    start_response("418 I'm a teapot", [("Content-Type", "text/plain")])
    return [b"asked"]


@pytest.fixture
def race(database: Database) -> Race:
    with database.session() as session:
        race = published_race(session)
        session.commit()
    return race


def new_screen(database: Database, race: Race, **more: Any) -> tuple[int, str]:
    """A screen with this in its row; its id and the token of its address."""
    with database.session() as session:
        season = session.merge(race.season)
        name = f"大厅{len(list_screens(session))}"
        screen, token = add_screen(session, "li", name=name, season=season, secret="s")
        for key, value in more.items():
            setattr(screen, key, value)
        session.commit()
        return screen.id, token


@pytest.fixture
def lane(race: Race, database: Database, settings: Settings) -> ScreenLane:
    return ScreenLane(behind, database, settings)


def told(lane: ScreenLane, token: str, **more: Any) -> Any:
    """What a screen is told now."""
    lane.look()
    return Client(lane).get(f"/screens/{token}/state", **more)


def test_a_screen_is_told_everything_it_goes_by(lane: ScreenLane, database: Database, race: Race) -> None:
    _id, token = new_screen(database, race)
    answer = told(lane, token)
    state = answer.get_json()
    with database.reading() as session:
        hashed = session.execute(select(Screen.token_hash)).scalar_one()
    assert answer.status_code == 200
    assert set(state) == {
        "build", "revision", "look", "edition", "playlist", "hours", "utc_offset", "notice", "muted", "ceremony",
        "reload",
    }  # fmt: skip
    assert state["edition"]["number"] == 1
    assert len(state["edition"]["hash"]) == 64
    assert state["playlist"][0] == {"scene": "table", "seconds": 15, "from": None, "to": None}
    assert (state["hours"], state["notice"], state["muted"], state["ceremony"]) == (None, None, False, None)
    assert (state["utc_offset"], state["reload"], state["revision"]) == (480, 0, 0)
    assert token not in answer.text
    assert hashed not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_what_did_not_change_is_not_sent_again(lane: ScreenLane, database: Database, race: Race) -> None:
    _id, token = new_screen(database, race)
    tag = told(lane, token).headers["ETag"]
    again = told(lane, token, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    with database.session() as session:
        race.session, race.season = session, session.merge(race.season)
        race.publish()
        session.commit()
    fresh = told(lane, token, headers={"If-None-Match": tag})
    assert fresh.get_json()["edition"]["number"] == 2


def test_a_screen_just_made_is_known_before_the_next_look(
    lane: ScreenLane, database: Database, race: Race
) -> None:
    lane.look()
    for _screen in range(2):
        _id, token = new_screen(database, race)
        assert Client(lane).get(f"/screens/{token}/state").status_code == 200


def test_whoever_invents_addresses_waits(lane: ScreenLane, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each but the first until a tenth of a second has passed since the one before was answered."""
    lane.look()
    waits: list[float] = []
    monkeypatch.setattr(screen_memory, "sleep", waits.append)
    with time_machine.travel(datetime(2026, 11, 22, tzinfo=UTC), tick=False):
        answers = {Client(lane).get(f"/screens/{number:040}/state").status_code for number in range(20)}
    assert (answers, waits) == ({404}, [0.1] * 19)


def test_addresses_that_open_nothing_answer_alike(lane: ScreenLane, database: Database, race: Race) -> None:
    """One revoked, one never given, one of a season no longer public, one outside its networks."""
    revoked_id, revoked = new_screen(database, race)
    _id, elsewhere = new_screen(database, race, address_range="10.0.0.0/8,2001:db8::/32")
    with database.session() as session:
        revoke_screen(session, "li", session.get_one(Screen, revoked_id))
        other = start_race(session, "other")
        _hidden, hidden = add_screen(session, "li", name="暗", season=other.season, secret="s")
        plan.show_season(session, "li", other.season, is_public=False, reason="复核中")
        session.commit()
    answers = [told(lane, token) for token in (revoked, "0" * 40, hidden, elsewhere)]
    assert {(answer.status_code, answer.data) for answer in answers} == {(404, b"Not Found")}
    assert len({str(answer.headers) for answer in answers}) == 1
    assert told(lane, elsewhere, environ_base={"REMOTE_ADDR": "10.9.9.9"}).status_code == 200
    assert told(lane, elsewhere, environ_base={"REMOTE_ADDR": "::ffff:10.9.9.9"}).status_code == 200
    assert told(lane, elsewhere, environ_base={"REMOTE_ADDR": "2001:db8::5"}).status_code == 200
    assert told(lane, elsewhere, environ_base={"REMOTE_ADDR": "not an address"}).status_code == 404


def test_the_address_behind_proxies_is_the_one_that_the_outermost_saw() -> None:
    seen = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 10.0.0.1, 10.0.0.2"}
    assert [peer(seen, proxies) for proxies in (0, 1, 2, 4)] == [
        "127.0.0.1",
        "10.0.0.2",
        "10.0.0.1",
        "127.0.0.1",
    ]


def test_before_anything_is_known_a_screen_is_told_to_wait(lane: ScreenLane) -> None:
    answer = Client(lane).get("/screens/x/state")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_other_addresses_of_screens_go_on_to_what_stands_behind(lane: ScreenLane) -> None:
    assert [Client(lane).get(path).status_code for path in ("/screens/x", "/screens/x/scenes")] == [418, 418]


def test_a_look_at_nothing_new_is_one_query(lane: ScreenLane, database: Database, race: Race) -> None:
    new_screen(database, race)
    lane.look()
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    lane.look()
    assert [line for line in asked if not line.startswith("BEGIN")] == [asked[-1]]
    assert "audit_head" in asked[-1]


def report(lane: ScreenLane, token: str, body: object, **more: Any) -> int:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client(lane).post(f"/screens/{token}/report", data=data, **more).status_code


SAID = {
    "edition": 7,
    "scene": "track",
    "width": 1920,
    "height": 1080,
    "engine": "Chromium 68",
    "failures": 2,
}


def test_what_screens_say_is_kept_and_written_together(
    lane: ScreenLane, database: Database, race: Race
) -> None:
    screens = [new_screen(database, race) for _ in range(3)]
    lane.look()
    assert [report(lane, token, SAID | {"failures": n}) for n, (_id, token) in enumerate(screens)] == [
        204
    ] * 3
    assert report(lane, screens[0][1], SAID | {"failures": 9}) == 204
    with database.reading() as session:
        assert set(session.scalars(select(Screen.seen_at))) == {None}
    lane.write()
    with database.reading() as session:
        rows = {row.screen_id: row for row in session.scalars(select(ScreenReport))}
        assert [rows[screen_id].failures for screen_id, _token in screens] == [9, 1, 2]
        first = rows[screens[0][0]]
        told = (first.edition_number, first.scene, first.width, first.height, first.engine)
        assert told == (7, "track", 1920, 1080, "Chromium 68")
        assert None not in set(session.scalars(select(Screen.seen_at)))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 411),
        (b"[1]", 400),
        (b"null", 400),
        (b"{", 400),
        (b"\xff\xfe{}", 400),
        (b"[" * 900, 400),
        ({"width": -1}, 400),
        ({"width": 1e9}, 400),
        ({"failures": True}, 400),
        ({"edition": "7"}, 400),
        ({"edition": 10**30}, 400),
        ({"scene": ["x"]}, 400),
        (b" " * 1001, 413),
        ({}, 204),
    ],
)
def test_a_report_that_is_none_is_refused(
    lane: ScreenLane, database: Database, race: Race, body: object, status: int
) -> None:
    _id, token = new_screen(database, race)
    lane.look()
    assert report(lane, token, body) == status


def test_words_of_a_report_are_cut_and_cleaned(lane: ScreenLane, database: Database, race: Race) -> None:
    _id, token = new_screen(database, race)
    lane.look()
    assert report(lane, token, {"engine": "<b>\x00\n\ud800" + "x" * 99, "scene": "y" * 99}) == 204
    lane.write()
    with database.reading() as session:
        row = session.scalars(select(ScreenReport)).one()
        assert (row.engine, row.scene) == ("<b>" + "x" * 57, "y" * 40)


def test_an_unknown_screen_says_nothing_and_a_get_is_no_report(
    lane: ScreenLane, database: Database, race: Race
) -> None:
    _id, token = new_screen(database, race)
    lane.look()
    assert report(lane, "0" * 40, SAID) == 404
    browser = Client(lane)
    assert browser.get(f"/screens/{token}/report").status_code == 405
    assert browser.post(f"/screens/{token}/state").status_code == 405
    head = browser.head(f"/screens/{token}/state")
    assert (head.status_code, head.data) == (200, b"")


def test_the_older_of_two_reports_changes_nothing(lane: ScreenLane, database: Database, race: Race) -> None:
    """Two web processes write in any order: the one that heard last is right."""
    screen_id, token = new_screen(database, race)
    lane.look()
    report(lane, token, SAID)
    with database.session() as session:
        session.get_one(Screen, screen_id).seen_at = 9_999_999_999_999
        session.commit()
    lane.write()
    with database.reading() as session:
        assert session.scalars(select(ScreenReport)).one().scene == ""
        assert session.get_one(Screen, screen_id).seen_at == 9_999_999_999_999


@pytest.fixture
def whole_lane(race: Race, database: Database, settings: Settings) -> Iterator[FastLane]:
    lane = FastLane(behind, database, settings.model_copy(update={"board_poll_ms": 60_000}))
    lane.start()
    yield lane
    lane.close()


def test_the_fast_lane_answers_screens_and_writes_their_last_words(
    whole_lane: FastLane, database: Database, race: Race
) -> None:
    _id, token = new_screen(database, race)
    whole_lane.screens.look()
    browser = Client(whole_lane)
    assert browser.get(f"/screens/{token}/state").status_code == 200
    assert browser.post(f"/screens/{token}/report", data=json.dumps(SAID)).status_code == 204
    whole_lane.close()
    with database.reading() as session:
        assert session.scalars(select(ScreenReport.scene)).one() == "track"


def test_an_edition_is_awaited_from_shortly_before_its_due_instant_until_it_is_long_overdue(
    lane: ScreenLane, database: Database, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen_states, "promised", lambda _session, _season, _after: 1_000_000)
    new_screen(database, race)
    lane.look()
    asked = {at: lane.awaits_edition(at) for at in (996_999, 997_000, 1_000_000, 1_030_000, 1_030_001)}
    assert list(asked.values()) == [False, True, True, True, False]


def next_due_told(lane: ScreenLane, token: str) -> str | None:
    """When a screen is told that the next edition is due."""
    due: str | None = told(lane, token).get_json()["edition"]["next_due_at"]
    return due


def test_a_changed_timetable_is_told_at_the_next_look(
    lane: ScreenLane, database: Database, race: Race, client: FlaskClient
) -> None:
    """Added, one instant taken out, paused: each without waiting for what depends on the clock alone."""
    _id, token = new_screen(database, race)
    assert next_due_told(lane, token) is None
    with database.session() as session:
        once = {"kind": "daily", "time": "09:00"}
        start = from_local(datetime(2099, 1, 1), "Asia/Shanghai")  # noqa: DTZ001
        timetable = add_timetable(
            session,
            "li",
            session.merge(race.season),
            name="日榜",
            rule=once,
            zone="Asia/Shanghai",
            starts_at=start,
        )
        session.commit()
        assert next_due_told(lane, token) == "2099-01-01T09:00:00+08:00"
        assert 'data-due="2099-01-01T09:00:00+08:00"' in client.get(f"/screens/{token}").text
        skip_instant(session, "li", timetable, start + 9 * 3_600_000, reason="放假", at=now())
        session.commit()
        assert next_due_told(lane, token) == "2099-01-02T09:00:00+08:00"
        pause_timetable(session, "li", timetable)
        session.commit()
    assert next_due_told(lane, token) is None
    assert 'data-due=""' in client.get(f"/screens/{token}").text


def test_an_edition_that_did_not_come_is_told_by_its_own_instant(
    lane: ScreenLane, database: Database, race: Race
) -> None:
    """Eleven minutes late: told of the one after it, the glass could not say that its figures may be old."""
    _id, token = new_screen(database, race)
    with database.session() as session:
        season = session.merge(race.season)
        edition = session.scalars(select(Edition)).one()
        edition.due_at = 1_000_000
        late = now() - 11 * 60_000
        clock.request_run(session, season, "late", "li", late)
        session.commit()
    due = next_due_told(lane, token)
    assert due is not None
    assert datetime.fromisoformat(due).timestamp() == late // 1000
