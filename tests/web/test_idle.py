"""Coming back after a while: the session is noted as in use without waiting for the page's own reading."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.models import REPORTER, UserSession
from leaderboard.db import Database
from leaderboard.instant import now
from tests.factories import small_race
from tests.people import enrol, signed_in

TWO_MINUTES = 120_000


@pytest.mark.parametrize("address", ["/boards/race/1/units/liuxi/", "/verify", "/my/", "/?x=1"])
def test_a_page_after_two_idle_minutes_notes_the_session_and_leaves_nothing_locked(
    app: Flask, database: Database, session: Session, address: str
):
    race = small_race(session)
    race.publish()
    session.commit()
    enrol(database, "liuxi", REPORTER, race.units["liuxi"].id)
    client = signed_in(app, "liuxi")
    with database.session() as writing:
        writing.execute(update(UserSession).values(seen_at=now() - TWO_MINUTES))
        writing.commit()
    assert client.get(address).status_code == 200
    with database.reading() as reading:
        assert now() - (reading.scalar(select(UserSession.seen_at)) or 0) < TWO_MINUTES / 2
    with database.session() as writing:
        writing.execute(update(UserSession).values(seen_at=now()))
        writing.commit()
