"""People for tests: accounts with a known password, and clients that are signed in."""

from __future__ import annotations

import re
from functools import cache

from flask import Flask
from flask import session as cookie
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from leaderboard.accounts.audit import record_act
from leaderboard.accounts.models import ADMINISTRATOR, Account
from leaderboard.accounts.passwords import hashed
from leaderboard.accounts.people import add_account
from leaderboard.accounts.read import find_account
from leaderboard.accounts.sessions import new_token
from leaderboard.db import Database
from leaderboard.instant import now
from leaderboard.web import requests
from leaderboard.web.entering import enter, origin

PASSWORD = "Plum-tree-7"
SEEN = re.compile(r'name="(seen)" value="([^"]*)"')
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@cache
def known_hash() -> str:
    """The hash of PASSWORD, made once: making it is meant to be slow."""
    return hashed(PASSWORD)


def enrol(
    database: Database, name: str = "chen", role: str = ADMINISTRATOR, unit_id: int | None = None
) -> Account:
    """An account that has chosen PASSWORD, committed."""
    with database.session() as session:
        account = Account(
            name=name,
            display_name=f"{name}同志",
            role=role,
            unit_id=unit_id,
            password_hash=known_hash(),
            must_change=0,
            created_at=now(),
        )
        session.add(account)
        session.commit()
    return account


def visitor(
    app: Flask, database: Database, role: str, name: str | None = None, unit_id: int | None = None
) -> FlaskClient:
    """A browser of someone of this role, who is called like the role unless named; a reporter needs a unit."""
    enrol(database, name or role, role, unit_id)
    return signed_in(app, name or role)


def enrol_newcomer(database: Database, name: str = "newcomer") -> str:
    """An administrator who never signed in, committed; returns the one-time password."""
    with database.session() as session:
        _, password = add_account(session, "tester", name=name, display_name="新同志", role=ADMINISTRATOR)
        session.commit()
    return password


def token_in(page: str) -> str:
    """The form token of a page."""
    found = TOKEN.search(page)
    assert found, "the page has no form token"
    return found[1]


def submit(client: FlaskClient, path: str, form: str | None = None, **fields: str) -> TestResponse:
    """Fill in the form of a page (at `form`, or at the path itself) and send it to the path.

    As a browser does, what the form says it is filled in over goes with it.
    """
    page = client.get(form or path).get_data(as_text=True)
    own = page.partition(f' action="{path}"')[2].partition("</form>")[0]
    return client.post(path, data={"csrf_token": token_in(page), **dict(SEEN.findall(own)), **fields})


def signed_in(app: Flask, name: str = "chen") -> FlaskClient:
    """A client that holds a session of this account as signing in leaves it; what the form does is tested by itself."""
    client = app.test_client()
    with app.test_request_context(environ_base=client.environ_base), requests.database().session() as session:
        account = find_account(session, name)
        assert account, f"nobody is called {name}"
        record_act(session, account.name, "session.begin", origin().address)
        token = new_token(session, account, now(), origin())
        session.commit()
        enter(account, token)
        left = dict(cookie)
    with client.session_transaction() as kept:
        kept.update(left)
    return client


def come_in(app: Flask, name: str = "chen") -> FlaskClient:
    """A client signed in as this account by the form."""
    client = app.test_client()
    answer = submit(client, "/sign-in", name=name, password=PASSWORD)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client
