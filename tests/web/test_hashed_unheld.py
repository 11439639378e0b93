"""Passwords are hashed and compared while others may write: it is meant to take long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts import own_password
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.invitations import accept, invite
from leaderboard.accounts.models import VIEWER, Account
from leaderboard.accounts.own_password import Weighed, change_password, weigh
from leaderboard.accounts.passwords import hashed, matches
from leaderboard.db import Database, open_database
from leaderboard.instant import now
from tests.people import PASSWORD, enrol, signed_in, submit

pytestmark = pytest.mark.engines("sqlite", "postgresql")
NEW = "Pear-tree-91"


@pytest.fixture
def impatient(database: Database) -> Iterator[Database]:
    """The same database, seen by somebody who waits for a moment only."""
    opened = open_database(database.url, busy_timeout_ms=50)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def hashing(impatient: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """For each password hashed or compared, whether somebody else could write."""
    found: list[str] = []

    def noting(act: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any) -> Any:
            try:
                with impatient.session():
                    found.append("free")
            except OperationalError:
                found.append("held")
            return act(*args)

        return noted

    monkeypatch.setattr(own_password, "hashed", noting(hashed))
    monkeypatch.setattr(own_password, "matches", noting(matches))
    return found


@pytest.fixture
def client(app: Flask, database: Database) -> FlaskClient:
    enrol(database)
    return signed_in(app)


def chen_in(session: Session) -> Account:
    return session.scalars(select(Account).where(Account.name == "chen")).one()


def opens(database: Database, password: str, name: str = "chen") -> bool:
    with database.reading() as session:
        account = session.scalars(select(Account).where(Account.name == name)).one()
        return matches(account.password_hash, password)


def test_a_password_is_changed(client: FlaskClient, database: Database, hashing: list[str]) -> None:
    assert submit(client, "/password", old=PASSWORD, new=NEW, again=NEW).status_code == 302
    assert hashing == ["free"] * 2, "the present one compared, the new one hashed"
    assert opens(database, NEW)
    assert submit(client, "/password", old=NEW, new=PASSWORD, again=PASSWORD).status_code == 302
    assert hashing == ["free"] * 5, "and compared with the last one besides"


def test_a_wrong_password_is_refused(client: FlaskClient, database: Database, hashing: list[str]) -> None:
    assert submit(client, "/password", old="wrong", new=NEW, again=NEW).status_code == 422
    assert hashing == ["free"]
    assert opens(database, PASSWORD)


def test_a_link_is_followed(app: Flask, database: Database, hashing: list[str]) -> None:
    enrol(database, "zhao", VIEWER)
    with database.session() as session:
        account = session.scalars(select(Account).where(Account.name == "zhao")).one()
        link = f"/welcome/{invite(session, 'li', account, 24, now())}"
        session.commit()
    assert submit(app.test_client(), link, new=NEW, again=NEW).status_code == 302
    assert hashing == ["free"]
    assert opens(database, NEW, "zhao")


def weighed_before(database: Database, old: str | None = PASSWORD) -> Weighed:
    enrol(database)
    with database.reading() as session:
        return weigh(session, chen_in(session), NEW, Settings(), old=old)


def test_what_was_weighed_beside_another_password_is_weighed_again(database: Database) -> None:
    """While the new one was hashed, somebody else changed the present one: the old one is wrong by now."""
    before = weighed_before(database)
    with database.session() as session:
        change_password(session, chen_in(session), PASSWORD, "Plum-tree-92", Settings())
        session.commit()
    with database.session() as session, pytest.raises(own_password.WrongPassword):
        change_password(session, chen_in(session), PASSWORD, NEW, Settings(), before)
    assert opens(database, "Plum-tree-92")


def test_a_link_does_not_lead_back_to_a_password_that_was_chosen_meanwhile(database: Database) -> None:
    before = weighed_before(database, old=None)
    with database.session() as session:
        change_password(session, chen_in(session), PASSWORD, NEW, Settings())
        link = invite(session, "li", chen_in(session), 24, now())
        session.commit()
    with database.session() as session, pytest.raises(AccountError, match="用过的相同"):
        accept(session, link, NEW, Settings(), now(), before)
