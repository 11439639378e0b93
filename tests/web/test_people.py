"""The page of accounts: who keeps them, what it shows once, what it refuses."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from leaderboard.accounts.models import SYSTEM, Account
from leaderboard.db import Database
from tests.people import submit, visitor
from tests.visiting import Visit
from tests.web.races import committed_race


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    """A system administrator, with the running race."""
    committed_race(database)
    return visitor(app, database, SYSTEM, "chen")


def test_a_one_time_password_is_shown_once(app: Flask, client: FlaskClient, visit: Visit) -> None:
    answer = submit(
        client, "/console/people", name="zhao", display_name="赵", role="reporter", unit="liuxi"
    ).get_data(as_text=True)
    password = answer.split('class="secret">')[1].split("<")[0]
    assert password not in client.get("/console/people").get_data(as_text=True)
    assert submit(app.test_client(), "/sign-in", name="zhao", password=password).location == "/password"
    renewed = submit(client, "/console/people/zhao/renew", "/console/people").get_data(as_text=True)
    assert renewed.split('class="secret">')[1].split("<")[0] != password
    submit(client, "/console/people/zhao/deactivate", "/console/people")
    assert "已停用" in visit("/console/people", client=client).text()


@pytest.mark.engines("sqlite")
def test_accounts_that_cannot_be_are_refused(client: FlaskClient, database: Database) -> None:
    answer = submit(client, "/console/people", name="Z", display_name="", role="reporter", unit="")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "填报员须属于一个参赛单位" in text
    assert 'value="Z"' in text
    submit(client, "/console/people/chen/deactivate", "/console/people")
    with database.reading() as session:
        assert session.scalars(select(Account.is_active).where(Account.name == "chen")).one() == 1
