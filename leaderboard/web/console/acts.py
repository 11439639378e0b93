"""One thing done at the console: kept and said, or refused in words, and either way back to where one stood."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from leaderboard.boards.drafts import DraftRefused
from leaderboard.boards.gather import NothingInForce
from leaderboard.boards.keys import KeyRefused
from leaderboard.boards.publish import Overtaken
from leaderboard.boards.timekeeping import ClockOff
from leaderboard.seasons.plan import PlanError
from leaderboard.seasons.schemes import DraftChanged
from leaderboard.web.requests import close_sessions, reading, writing

Found = TypeVar("Found")
REFUSALS = (DraftRefused, PlanError, DraftChanged, NothingInForce, Overtaken, ClockOff, KeyRefused)


def carry_out(act: Callable[[Session], str], back: str) -> ResponseReturnValue:
    """Do it in one transaction and say what was done; where a subject refuses, say why and keep nothing."""
    session = writing()
    try:
        said = act(session)
        session.commit()
    except REFUSALS as error:
        session.rollback()
        flash(str(error), "warning")
    else:
        flash(said)
    return redirect(back)


def carry_out_after(
    look: Callable[[Session], Found], act: Callable[[Session, Found], str], back: str
) -> ResponseReturnValue:
    """The same after a look that takes long: others go on writing meanwhile, and the act has to look at what they did."""
    try:
        found = look(reading())
        session = writing()
        said = act(session, found)
        session.commit()
    except REFUSALS as error:
        close_sessions(None)
        flash(str(error), "warning")
    else:
        flash(said)
    return redirect(back)


def try_out(act: Callable[[], str], back: str) -> ResponseReturnValue:
    """The same for what takes several transactions of its own."""
    # What the request has read until now must not keep them waiting.
    close_sessions(None)
    try:
        flash(act())
    except REFUSALS as error:
        flash(str(error), "warning")
    return redirect(back)
