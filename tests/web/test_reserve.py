"""The reserve: however many requests hang in Flask, boards from memory are answered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import Client

from config import Settings
from leaderboard.db import Database
from leaderboard.web.fast_lane import FastLane
from leaderboard.web.reserve import Reserve, admitted
from tests.factories import small_race

pytestmark = pytest.mark.engines("sqlite")  # nothing here depends on the engine


class Hanging:
    """What stands behind the lane here: it waits for a body that comes when the test says so."""

    def __init__(self) -> None:
        self.inside = threading.Semaphore(0)
        self.come = threading.Event()

    def __call__(self, _environ: dict[str, Any], start_response: Callable[..., object]) -> Iterator[bytes]:
        start_response("418 I'm a teapot", [("Content-Type", "text/plain")])
        self.inside.release()
        # The wait is in the answer, as with an answer that is made while it is read.
        assert self.come.wait(20)
        yield b"asked"


@pytest.mark.parametrize(
    ("threads", "most"), [(1, 1), (2, 1), (3, 1), (4, 2), (8, 6), (12, 9), (16, 12), (64, 48)]
)
def test_a_quarter_and_at_least_two_threads_are_kept_free(threads: int, most: int):
    assert admitted(threads) == most


def test_boards_are_read_while_flask_is_full(database: Database, settings: Settings):
    with database.session() as session:
        small_race(session).publish()
        session.commit()
    hanging = Hanging()
    lane = FastLane(hanging, database, settings.model_copy(update={"threads": 4}))
    lane.start()
    stuck = [threading.Thread(target=Client(lane).post, args=("/sign-in",)) for _ in range(2)]
    try:
        for thread in stuck:
            thread.start()
        assert all(hanging.inside.acquire(timeout=20) for _ in stuck)
        refused = Client(lane).post("/sign-in")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert "系统正忙" in refused.text
        assert "busy" in refused.text
        assert refused.headers["X-Content-Type-Options"] == "nosniff"
        assert Client(lane).head("/sign-in").data == b""
        assert Client(lane).get("/boards/race/1.json").status_code == 200
    finally:
        hanging.come.set()
        for thread in stuck:
            thread.join()
        lane.close()
    assert [Client(lane).get("/console/").status_code for _ in range(3)] == [418] * 3


def test_a_place_is_given_back_when_flask_fails():
    def fail(_environ: dict[str, Any], _start_response: Callable[..., object]) -> list[bytes]:
        raise RuntimeError("broken")

    reserve = Reserve(fail, 1)
    for _ in range(3):
        with pytest.raises(RuntimeError, match="broken"):
            Client(reserve).get("/")


def test_every_request_let_in_finds_a_connection(database: Database):
    with ExitStack() as requests:
        for _ in range(admitted(64)):
            session = requests.enter_context(database.reading())
            assert session.scalar(text("select 1")) == 1


class Closing:
    """An answer that goes wrong while it is read, and wants to be closed all the same."""

    def __init__(self) -> None:
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        yield b"so far"
        raise RuntimeError("broken")

    def close(self) -> None:
        self.closed += 1


def test_an_answer_is_closed_once_and_its_place_given_back():
    answers = [Closing(), Closing()]
    waiting = iter(answers)
    reserve = Reserve(lambda _environ, _start: next(waiting), 1)
    for _ in answers:
        with pytest.raises(RuntimeError, match="broken"):
            Client(reserve).get("/")
    assert [answer.closed for answer in answers] == [1, 1]
