"""The window boards lie open for: who may set it to what."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from leaderboard.boards.countersign import want_two
from leaderboard.seasons.holding import set_window
from leaderboard.seasons.plan import PlanError
from tests.factories import start_race


def test_under_two_persons_one_alone_only_lengthens_the_window(session: Session) -> None:
    season = start_race(session).season
    set_window(session, "chen", season, days=3, contact="0571-8888", reason="按办法")
    want_two(session, "chen", season, reason="重要")
    set_window(session, "chen", season, days=5, contact="0571-8888", reason="节后")
    for days in (4, 0):
        with pytest.raises(PlanError, match="一人只能延长公示期"):
            set_window(session, "chen", season, days=days, contact="0571-8888", reason="赶时间")
    assert season.window_days == 5
    set_window(session, "chen", season, days=5, contact="0571-9999", reason="换人")
    assert season.window_contact == "0571-9999"
