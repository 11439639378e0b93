"""Whole numbers in addresses: one that no database holds is an unknown address, on every door."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from leaderboard.accounts.models import AUDITOR
from leaderboard.db import Database
from leaderboard.web.numbers import LARGEST
from tests.people import enrol, signed_in, token_in, visitor
from tests.web.races import committed_race

pytestmark = pytest.mark.engines(
    "sqlite", "postgresql"
)  # each engine has numbers that its columns cannot hold

BEYOND = [*map(str, (2**31, 2**53, 2**63 - 1, 2**63, 10**30)), "9" * 5000]
PAGES = [
    "/boards/now/{n}/",
    "/boards/now/{n}.json",
    "/boards/now/{n}.csv",
    "/boards/now/{n}.package.json",
    "/boards/now/{n}/by/signing/",
    "/boards/now/{n}/units/liuxi/",
    "/boards/now/{n}/units/liuxi.json",
    "/api/v1/seasons/now/editions/{n}",
    "/api/v1/seasons/now/editions/{n}/units/liuxi",
    "/console/seasons/now/scheme/{n}.json",
    "/console/seasons/now/published/{n}",
    "/console/seasons/now/timetables/{n}/edit",
]
FORMS = [
    "/console/seasons/now/runs/{n}/again",
    "/console/projects/L-1/facts/event/{n}",
    "/console/seasons/now/units/{n}/facts/return/1",
    "/console/seasons/now/units/1/facts/return/{n}",
    "/console/seasons/now/timetables/{n}",
    "/console/seasons/now/timetables/{n}/pause",
    "/console/seasons/now/timetables/{n}/skip",
    "/console/screens/{n}/revoke",
]


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    """An administrator, while a race is under way."""
    committed_race(database)
    enrol(database)
    return signed_in(app)


@pytest.mark.parametrize("number", [str(LARGEST), *BEYOND], ids=lambda number: f"{number[:20]}")
def test_a_number_beyond_every_table_is_an_unknown_address(client: FlaskClient, number: str):
    for path in PAGES:
        assert client.get(path.format(n=number)).status_code == 404, path
    token = token_in(client.get("/console/projects/new").get_data(as_text=True))
    for path in FORMS:
        answer = client.post(path.format(n=number), data={"csrf_token": token, "outcome": "verified"})
        assert answer.status_code == 404, path


def test_the_trail_before_a_line_that_cannot_be_is_an_unknown_address(app: Flask, database: Database):
    client = visitor(app, database, AUDITOR)
    for number in BEYOND[:-1]:
        assert client.get(f"/console/audit?before={number}").status_code == 404
        assert client.get(f"/console/audit?before=-{number}").status_code == 404
    # What is no number at all is left out, as everywhere in the list's address.
    for asked in ("", "x", 1, 2, LARGEST, BEYOND[-1]):
        assert client.get(f"/console/audit?before={asked}").status_code == 200


def test_pages_of_lists_stop_at_the_last(client: FlaskClient):
    for number in BEYOND:
        assert client.get(f"/console/projects?page={number}").status_code == 200
