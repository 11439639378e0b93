"""A season's first scheme: nobody had a place before, so the verdict says who comes first, not who moves."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leaderboard.db import Database
from leaderboard.seasons.taking_part import place_unit
from tests.factories import race_of
from tests.people import enrol, signed_in
from tests.visiting import Visit, Visited
from tests.web.races import TODAY, unruled_race
from tests.web.test_console_scheme import DESK, send

pytestmark = pytest.mark.engines("sqlite")
APPROVAL = f"{DESK}/approval"


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    """An administrator, with three towns that have no scheme yet."""
    enrol(database)
    with database.session() as session:
        unruled_race(session)
        session.commit()
    return signed_in(app)


def verdict(page: Visited) -> str:
    return page.text(page.all("h2", id="verdict-title")[0])


def test_the_desk_and_the_second_person_read_who_comes_first(
    app: Flask, client: FlaskClient, database: Database, visit: Visit
) -> None:
    assert verdict(visit(DESK, client=client)) == "首次排名：3 家有名次，青石镇居首"
    send(client, "submit", reason="首个方案", effective_on=str(TODAY))
    enrol(database, "li")
    li = signed_in(app, "li")
    assert verdict(visit(APPROVAL, client=li)) == "首次排名：3 家有名次，青石镇居首"
    english = verdict(visit(f"{APPROVAL}?lang=en", client=li))
    assert english == "First ranking: 3 units have a place; Qingshi comes first"


def test_each_division_has_its_own_first(client: FlaskClient, database: Database, visit: Visit) -> None:
    """Two parks without a project share the first place of theirs."""
    with database.session() as session:
        race = race_of(session, "now")
        race.unit("east", division="parks", name="东园")
        race.unit("west", division="parks", name="西园")
        session.commit()
    page = visit(DESK, client=client)
    assert verdict(page) == "首次排名：5 家有名次，towns组：青石镇居首"
    assert page.text(page.all("ul", id="movers")[0]) == "parks组：东园等 2 家并列居首"


def test_where_nobody_competes_nobody_is_said_to_stay(
    client: FlaskClient, database: Database, visit: Visit
) -> None:
    with database.session() as session:
        race = race_of(session, "now")
        for unit in race.units.values():
            place_unit(
                session, "t", race.season, unit, race.divisions["towns"], competing=False, reason="只展示"
            )
        session.commit()
    assert verdict(visit(DESK, client=client)) == "还没有单位有名次"
