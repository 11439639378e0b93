"""Two people at one season's card: the second sees what differs and can still be chosen, and nothing else."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from leaderboard.accounts.models import ADMINISTRATOR
from leaderboard.db import Database
from leaderboard.web.console.season_card import values_of
from tests.people import submit, token_in, visitor
from tests.visiting import Visit
from tests.web.races import committed_race, unruled_race

CARD = "/console/seasons/now/card"


@pytest.fixture
def chief(app: Flask, database: Database) -> FlaskClient:
    return visitor(app, database, ADMINISTRATOR, "chen")


def after_another(
    chief: FlaskClient, visit: Visit, theirs: dict[str, str], mine: dict[str, str]
) -> TestResponse:
    """What follows on a form that was open while another one was saved; both were filled in over the same card."""
    page = visit(CARD, client=chief)
    fields = {
        field.get("name", ""): field.get("value", "")
        for field in page.all("input")
        if field.get("type") in {"text", "date", "hidden"}
        and field.get("name") not in {"is_public", "reason"}
    }
    assert submit(chief, CARD, **fields | {"reason": "统一叫法"} | theirs).status_code == 302
    token = {"csrf_token": token_in(chief.get(CARD).text)}
    return chief.post(CARD, data=fields | {"reason": "统一叫法"} | mine | token)


@pytest.mark.engines("sqlite")
def test_once_something_is_announced_the_days_are_not_among_what_differs(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    committed_race(database)
    told = after_another(chief, visit, {"title": "新名称"}, {"title": "另一个名称"})
    assert told.status_code == 409
    assert "名称: 现为“新名称”，您填的是“另一个名称”" in told.text
    assert told.text.count("您填的是") == 1
    assert "开始日" not in told.text


@pytest.mark.engines("sqlite")
def test_before_the_first_edition_the_days_are_told_where_they_differ(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    with database.session() as session:
        was = values_of(unruled_race(session).season)
        session.commit()
    told = after_another(chief, visit, {"ends_on": "2098-12-31"}, {"ends_on": "2099-12-31"})
    assert told.status_code == 409
    assert "结束日: 现为“2098-12-31”，您填的是“2099-12-31”" in told.text
    assert told.text.count("您填的是") == 1
    assert f'value="{was["starts_on"]}"' in told.text


@pytest.mark.engines("sqlite")
def test_who_typed_the_same_as_the_other_goes_on(
    chief: FlaskClient, database: Database, visit: Visit
) -> None:
    committed_race(database)
    assert after_another(chief, visit, {"title": "新名称"}, {"title": "新名称"}).status_code == 302
