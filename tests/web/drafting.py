"""The desk of what is not public yet, as a person works at it: its buttons, a board made and opened."""

from __future__ import annotations

from dataclasses import replace

from flask.testing import FlaskClient

from leaderboard.boards.drafts import find_draft, list_drafts
from leaderboard.boards.models import Draft
from leaderboard.db import Database
from leaderboard.ledger.read import find_project
from leaderboard.ledger.record import add_stage_event
from leaderboard.objections.file import file_objection
from leaderboard.objections.models import Objection
from leaderboard.seasons.read import find_season
from tests.factories import VERIFIED, Race
from tests.people import submit
from tests.visiting import Visited
from tests.web.races import TODAY

DESK = "/console/seasons/now/drafts"


def press(client: FlaskClient, path: str, form: str = DESK, **fields: str) -> int:
    """Send a form of the desk and return the status."""
    return submit(client, path, form, **fields).status_code


def newest(database: Database) -> Draft:
    with database.reading() as session:
        season = find_season(session, "now")
        assert season is not None
        return list_drafts(session, season.id)[0]


def started(database: Database, code: str = "L-0", recorded_at: int | None = None) -> None:
    """A groundbreaking of a project is verified today: 柳溪 then has 30 + 25/4 + 20/4 = 41.25."""
    with database.session() as session:
        project = find_project(session, code)
        assert project is not None
        source = replace(VERIFIED, recorded_at=recorded_at)
        add_stage_event(session, source, project, stage="started", occurred_on=TODAY)
        session.commit()


def opened(client: FlaskClient, database: Database) -> Draft:
    """A draft of the next board, open for objections."""
    assert press(client, DESK) == 302
    made = newest(database)
    assert press(client, f"{DESK}/{made.id}/open", days="3", contact="0571-8888") == 302
    return made


def objected(database: Database, race: Race, draft_id: int) -> int:
    with database.session() as session:
        draft = find_draft(session, draft_id)
        assert draft is not None
        unit = race.units["liuxi"]
        made = file_objection(
            session, "li", draft, unit, about=unit, indicator="groundbreaking", text="漏计开工"
        )
        session.commit()
        return made.id


def objection(database: Database, objection_id: int) -> Objection:
    with database.reading() as session:
        return session.get_one(Objection, objection_id)


def notices(page: Visited) -> str:
    return " ".join(page.text(notice) for notice in page.all("p", class_="notice"))
