"""The step of the schedule among those of setting up: what is due by when, and the way to where it is changed."""

from __future__ import annotations

from flask import Flask

from leaderboard.accounts.models import ADMINISTRATOR
from leaderboard.db import Database
from leaderboard.seasons.schemes import draft_scheme
from tests.factories import FOUR_RATES, start_race
from tests.people import visitor
from tests.visiting import Visit


def test_the_schedule_is_said_among_the_steps_and_leads_to_its_form(
    app: Flask, database: Database, visit: Visit
) -> None:
    """Without days of its own it runs month by month; with a curve each day and its share is told."""
    with database.session() as session:
        season = start_race(session, "r26").season
        session.commit()
    client = visitor(app, database, ADMINISTRATOR, "chen")
    steps = visit("/console/seasons/r26/setup", client=client)
    assert "按月均分；到今天应完成" in steps.text()
    [link] = [one for one in steps.all("a") if "改时序进度" in steps.text(one)]
    path, _hash, place = (link.get("href") or "").partition("#")
    assert visit(path, client=client).all("div", id=place)
    with database.session() as session:
        curve = {"curve": {"2026-01-02": "40%", "2026-12-31": "1"}}
        draft_scheme(session, "chen", session.merge(season), {**FOUR_RATES, "schedule": curve})
        session.commit()
    assert (
        "2026-01-02 40%、2026-12-31 100%；到今天应完成"
        in visit("/console/seasons/r26/setup", client=client).text()
    )
