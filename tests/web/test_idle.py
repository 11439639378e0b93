"""Coming back after a while: the session is noted as in use without waiting for the page's own reading."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.models import REPORTER, UserSession
from leaderboard.db import Database
from leaderboard.instant import now
from tests.factories import published_race, small_race
from tests.people import enrol, signed_in, token_in

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # each engine locks in its own way

TWO_MINUTES = 120_000


@pytest.mark.parametrize("address", ["/boards/race/1/units/liuxi/", "/verify", "/my/", "/?x=1"])
def test_a_page_after_two_idle_minutes_notes_the_session_and_leaves_nothing_locked(
    app: Flask, database: Database, session: Session, address: str
):
    race = published_race(session)
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


@pytest.mark.parametrize(
    ("named", "next_"),
    [
        ("/console/seasons/race/units/liuxi?lang=en", "/console/seasons/race/units/liuxi?lang%3Den"),
        # A page that came back with complaints cannot be opened again: the one above it can.
        ("/console/seasons/race/units/liuxi/place", "/console/seasons/race/units/liuxi"),
        ("", "/console/seasons/race/units/liuxi"),
    ],
)
def test_a_form_sent_after_the_session_ended_is_found_again(
    app: Flask, database: Database, session: Session, named: str, next_: str
):
    small_race(session)
    session.commit()
    enrol(database)
    client = signed_in(app)
    form = "/console/seasons/race/units/liuxi"
    token = token_in(client.get(form).get_data(as_text=True))
    with database.session() as writing:
        writing.execute(update(UserSession).values(ended_at=now()))
        writing.commit()
    referer = {"Referer": f"http://localhost{named}"} if named else {}
    answer = client.post(f"{form}/place", data={"csrf_token": token}, headers=referer)
    assert answer.location == f"/sign-in?next={next_}&expired=1"
    assert "登录已到期" in client.get(answer.location).get_data(as_text=True)
