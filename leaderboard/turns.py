"""Turns: when a door may begin to write what is dated, which is after every board by its own machine's clock."""

from __future__ import annotations

import time

from sqlalchemy.orm import Session

from leaderboard.boards.timekeeping import MOST_OFF_MS, ClockOff, behind_boards, check_clock, far_behind
from leaderboard.db import take_turn


def take_turn_after_boards(session: Session) -> None:
    """Begin a transaction that writes, once this machine's clock has passed every edition and every live draft.

    A node may be some seconds behind another one. What it dated before a board that lacks it would be known by that
    board whenever it is composed again: an edition would be said to be altered, a draft could not be released. It waits
    without its turn, so that others go on. Raises ClockOff where an edition is further ahead than any clock may be.
    """
    take_turn(session)
    while behind := behind_boards(session):
        if behind > MOST_OFF_MS:
            check_clock(session)
            raise ClockOff(far_behind(behind))
        session.rollback()
        time.sleep(behind / 1000)
        take_turn(session)
