"""The table of who may ask for what, against the guards before each view and against what each role is really answered."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from leaderboard.accounts.models import ADMINISTRATOR, ROLES
from leaderboard.accounts.permissions import POLICY, Action, Reach
from leaderboard.db import Database
from leaderboard.jobs import queue
from leaderboard.jobs.models import MADE
from leaderboard.web.guards import guards_of
from leaderboard.workbook_jobs import LOOK
from tests.people import signed_in
from tests.test_doors import contents
from tests.web.real_things import SAFE, Things, everything
from tests.web.who_may import ANYONE, READERS, STRANGER, WHO

pytestmark = pytest.mark.engines("sqlite")  # nothing here depends on the engine

TO_THE_FIRST_STEP = frozenset({"sign_in.code"})
"""Opens to anyone, and leads whoever has not given a password yet back to the first step."""

LEADS_HOME = frozenset({"console.overview"})
"""Everyone is told this address: it leads whoever may not see it to the first page of their own."""


def let_in(guards: list[str]) -> frozenset[str]:
    """Whom the guards before a view let in, by their names; a guard that nobody knows lets nobody in."""
    found = ANYONE
    for name in guards:
        kind, _, what = name.partition(": ")
        if kind == "action":
            found &= {role for role in ROLES if POLICY[role].get(Action(what)) is Reach.EVERYWHERE}
        elif kind == "role":
            found &= set(what.split(", "))
        elif name.startswith("signed in"):
            found -= {STRANGER}
        else:
            found = frozenset()
    return found


def test_the_table_names_every_endpoint_and_no_other(app: Flask) -> None:
    assert set(app.view_functions) == set(WHO)


def test_the_guards_before_each_view_are_those_of_the_table(app: Flask) -> None:
    """A console page that any of its readers may open, or a new page at a public door, has to be written down first."""
    really = {endpoint: let_in(guards) for endpoint, guards in guards_of(app).items()}
    assert {e: (sorted(found), sorted(WHO[e])) for e, found in really.items() if found != WHO[e]} == {}


@pytest.fixture
def things(database: Database) -> Things:
    return everything(database)


def visitors(app: Flask) -> dict[str, FlaskClient]:
    return {STRANGER: app.test_client()} | {role: signed_in(app, role) for role in ROLES}


def is_led_to_sign_in(answer: TestResponse) -> bool:
    return answer.status_code == 302 and (answer.location or "").startswith("/sign-in")


def is_refused(answer: TestResponse, role: str) -> bool:
    """A stranger is sent to sign in, everyone else to a page that is not there."""
    return is_led_to_sign_in(answer) if role == STRANGER else answer.status_code == 404


def is_shown(answer: TestResponse, endpoint: str) -> bool:
    led_back = is_led_to_sign_in(answer) and endpoint not in TO_THE_FIRST_STEP
    return answer.status_code in {200, 302, 303} and not led_back


def test_each_role_is_shown_what_the_table_says_and_nothing_changes(
    app: Flask, database: Database, things: Things
) -> None:
    """At addresses of things that are there: what is shown to nobody would pass as refused to everybody."""
    clients, otherwise = visitors(app), {}
    before = contents(database)
    for role, client in clients.items():
        for endpoint, method, path in things.addresses(app):
            if method != "GET":
                continue
            answer = client.get(path, buffered=True)
            may = role in WHO[endpoint]
            if not may and role != STRANGER and endpoint in LEADS_HOME:
                assert answer.location in {"/my/", "/console/people"}, role
            elif not (is_shown(answer, endpoint) if may else is_refused(answer, role)):
                otherwise[role, path] = (may, answer.status_code, answer.location)
        assert contents(database) == before, role
    assert otherwise == {}


def test_each_role_is_refused_every_change_that_is_not_its_own(app: Flask, things: Things) -> None:
    """With the token of a form or without it: a refusal comes before anything is looked at."""
    app.config["WTF_CSRF_ENABLED"] = False
    asked = [found for found in things.addresses(app) if found[1] not in SAFE]
    let_through = {}
    for role, client in visitors(app).items():
        for endpoint, method, path in asked:
            if role not in WHO[endpoint] and not is_refused(answer := client.open(path, method=method), role):
                let_through[role, path] = answer.status_code
    assert len(asked) > 80
    assert let_through == {}


def test_the_file_that_an_import_made_is_for_who_may_import(
    app: Flask, database: Database, things: Things
) -> None:
    """One address for two kinds of work: a season written out is for its readers, a clerk's own file for the office."""
    with database.session() as session:
        job = queue.ask(session, "li", LOOK, {"name": "台账.xlsx"})
        queue.keep_file(session, job.id, MADE, [b"PK"])
        job.state, job.result = "done", "{}"
        session.commit()
    written, looked = (
        f"/console/work/{number}/file" for number in (things.of["console.work"]["number"], job.id)
    )
    answers = {
        role: (client.get(written).status_code, client.get(looked, buffered=True).status_code)
        for role, client in visitors(app).items()
        if role in READERS
    }
    assert answers == dict.fromkeys(READERS, (200, 404)) | {ADMINISTRATOR: (200, 200)}
