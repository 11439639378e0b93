"""Where signing in leads when the page that was asked for is not this account's to see."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leaderboard.accounts.models import REPORTER, SYSTEM, VIEWER
from leaderboard.db import Database
from leaderboard.seasons.read import find_unit
from tests.people import PASSWORD, enrol, submit
from tests.web.races import committed_race

SAID = "登录前要打开的那一页不向您的账号开放，或者已经不在；这里是您的首页。"


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    committed_race(database)
    return app.test_client()


def led(client: FlaskClient, database: Database, role: str, wanted: str) -> tuple[str, str]:
    """Where a browser stands after signing in to open a page, and what it shows there."""
    with database.reading() as session:
        unit = find_unit(session, "qingshi")
        assert unit is not None
        unit_id = unit.id if role == REPORTER else None
    enrol(database, role=role, unit_id=unit_id)
    path = f"/sign-in?{urlencode({'next': wanted})}"
    answer = submit(client, path, name="chen", password=PASSWORD)
    arrived = client.get(str(answer.location), follow_redirects=True)
    assert arrived.status_code == 200
    return arrived.request.path, arrived.text


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("role", "wanted", "home"),
    [
        (REPORTER, "/my/projects/L-0", "/my/"),
        (REPORTER, "/my/projects/没有", "/my/"),
        (REPORTER, "/my/projects/%E6%B2%A1%E6%9C%89?from=mail", "/my/"),
        (REPORTER, "/console/seasons/now/publish", "/my/"),
        (VIEWER, "/console/projects/NO-1", "/console/"),
        (VIEWER, "/console/people/wang", "/console/"),
        (SYSTEM, "/console/seasons/now/publish", "/console/people"),
        (VIEWER, "/no/such/page", "/console/"),
        (VIEWER, "/boards/nothing", "/console/"),
    ],
)
def test_what_an_account_may_not_see_leads_to_its_own_first_page_with_a_word(
    client: FlaskClient, database: Database, role: str, wanted: str, home: str
) -> None:
    path, text = led(client, database, role, wanted)
    assert (path, SAID in text) == (home, True)
    assert SAID not in client.get(home).text


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("role", "wanted", "there"),
    [
        (REPORTER, "/my/projects/Q-0", "/my/projects/Q-0"),
        (SYSTEM, "/console/", "/console/people"),
        (REPORTER, "/console/", "/my/"),
        (VIEWER, "/console/projects", "/console/projects"),
    ],
)
def test_what_an_account_may_see_is_opened_without_a_word(
    client: FlaskClient, database: Database, role: str, wanted: str, there: str
) -> None:
    path, text = led(client, database, role, wanted)
    assert (path, SAID in text) == (there, False)


@pytest.mark.engines("sqlite")
def test_an_unknown_address_that_is_typed_later_says_so(client: FlaskClient, database: Database) -> None:
    """Only where signing in led is anyone led on."""
    led(client, database, REPORTER, "/my/projects/Q-0")
    for path in ("/my/projects/L-0", "/my/projects/L-0"):
        assert client.get(path).status_code == 404
