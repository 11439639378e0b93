"""Timetables of the console as an administrator works at them: where their pages are, and what is kept."""

from __future__ import annotations

import re

from sqlalchemy import select
from werkzeug.test import TestResponse

from leaderboard.db import Database
from leaderboard.seasons.models import Season, Timetable
from leaderboard.seasons.timetable import add_timetable

NEW, TABLE = "/console/seasons/now/timetables/new", "/console/seasons/now/timetables"
PUBLISH = "/console/seasons/now/publish"


def only(database: Database) -> Timetable:
    with database.reading() as session:
        return session.scalars(select(Timetable)).one()


def kept(database: Database, rule: dict[str, str | int]) -> Timetable:
    """A timetable that is there before the page is opened."""
    with database.session() as session:
        season = session.scalars(select(Season).where(Season.slug == "now")).one()
        table = add_timetable(session, "li", season, name="通报", rule=rule, zone="Asia/Shanghai")
        session.commit()
        return table


def seal(looked: TestResponse) -> str:
    """What the button under the dates sends: which rule they were the dates of."""
    [found] = re.findall(r'name="confirmed" value="([0-9a-f]+)"', looked.get_data(as_text=True))
    return str(found)
