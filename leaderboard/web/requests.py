"""What a request works with: the database session, the settings, the office, the language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import cast

from flask import Request, Response, after_this_request, current_app, g
from flask import session as cookie
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.exceptions import ServiceUnavailable

from config import Settings
from leaderboard.accounts.sessions import Limits, account_for_token
from leaderboard.boards.timekeeping import MOST_OFF_MS, behind_boards
from leaderboard.db import Database, take_turn
from leaderboard.instant import now
from leaderboard.office import Office
from leaderboard.turns import take_turn_after_boards
from leaderboard.words import CHINESE, LANGUAGES

PATIENCE, AGAIN = 1.0, 5
"""Seconds to wait for a place in the line, and after which to come again."""
SETTINGS, DATABASE, OFFICE = "saima_settings", "saima_database", "saima_office"
LINE = "saima_line"


class Behind(Exception):
    """The clock here is some seconds behind a board: nothing is written until it has passed that instant."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"{seconds} s")


class SessionEnded(Exception):
    """The session of whoever is signed in ended while their request waited for its turn to write."""


def line_of(settings: Settings) -> BoundedSemaphore:
    """The places for threads that wait for their turn to write: half of those that the server has."""
    return BoundedSemaphore(max(1, settings.threads // 2))


def settings() -> Settings:
    """The settings of the running application."""
    return cast(Settings, current_app.extensions[SETTINGS])


def database() -> Database:
    """The database of the running application."""
    return cast(Database, current_app.extensions[DATABASE])


def office() -> Office:
    """The office of the running application."""
    return cast(Office, current_app.extensions[OFFICE])


def reading() -> Session:
    """The request's session for reading; it never holds the write lock."""
    if "reading" not in g:
        held = g.reading = database().readers()

        @after_this_request
        def close_again(response: Response) -> Response:
            # A streamed answer is written when the request is over, and begins a closed session anew.
            response.call_on_close(held.close)
            return response

    return cast(Session, g.reading)


def writing() -> Session:
    """The request's session for changes; the door commits it, otherwise all is rolled back."""
    if "writing" not in g:
        # A read transaction left open would keep a snapshot from before the change.
        held = g.pop("reading", None)
        if held is not None:
            held.close()
        g.writing = database().writers()
        with in_line():
            take_turn_soon(g.writing)
        look_again(g.writing)
    return cast(Session, g.writing)


@contextmanager
def short_change() -> Iterator[Session]:
    """A session of its own for a short change beside the request's, such as counting an attempt to sign in."""
    with database().writers() as session:
        with in_line():
            take_turn(session)
        yield session


@contextmanager
def in_line() -> Iterator[None]:
    """Wait for one's turn to write among a few: were every thread to wait, nothing could be read meanwhile.

    Raises ServiceUnavailable where many wait already, as they do while a large import is stored.
    """
    line = cast(BoundedSemaphore, current_app.extensions[LINE])
    if not line.acquire(timeout=PATIENCE):
        raise ServiceUnavailable(retry_after=AGAIN)
    try:
        yield
    finally:
        line.release()


def take_turn_soon(session: Session) -> None:
    """Begin to write what is dated, after a wait no longer than others have patience with whoever is before them.

    Where the clock is further behind the boards, whoever waited for it would keep the others' place in the line all the
    while. Raises Behind with the seconds to wait, and ClockOff where a clock may not be so far off.
    """
    take_turn(session)
    behind = behind_boards(session)
    if PATIENCE * 1000 < behind <= MOST_OFF_MS:
        session.rollback()
        raise Behind(-(-behind // 1000))
    if behind:
        take_turn_after_boards(session)


def look_again(session: Session) -> None:
    """End the request where the session of whoever is signed in ended while they waited for their turn to write.

    The guards looked before the turn had come; sessions end with an account, an office or a password. Whoever commits in
    between asks once more. Raises SessionEnded.
    """
    if not current_user.is_authenticated:
        return
    if account_for_token(session, current_user.get_id(), Limits.of(settings()), now()) is None:
        session.rollback()
        raise SessionEnded


def close_sessions(_error: BaseException | None) -> None:
    """Close what the request opened; changes that no door committed are gone."""
    for name in ("reading", "writing"):
        held = g.pop(name, None)
        if held is not None:
            held.close()


def chosen_language(request: Request) -> str:
    """The language asked for in the address, else the one kept in a signed-in person's cookie, else Chinese."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return str(cookie.get("lang", CHINESE))
