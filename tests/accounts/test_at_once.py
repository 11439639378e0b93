"""Two people at the same moment with accounts, links and codes, on the engine that would let both write."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts.audit import broken_lines
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.invitations import accept, invite
from leaderboard.accounts.models import SYSTEM, Account, RecoveryCode
from leaderboard.accounts.people import add_account, deactivate
from leaderboard.accounts.second_factor import PAPER_CODES, renew_paper
from leaderboard.db import Database
from leaderboard.instant import now
from tests.at_once import Act, at_once

pytestmark = pytest.mark.engines("postgresql")


def flaws(database: Database) -> list[int]:
    with database.still() as session:
        return list(broken_lines(session))


def test_two_who_close_each_others_account_leave_one(database: Database) -> None:
    with database.session() as session:
        for name in ("zhao", "qian"):
            add_account(session, "li", name=name, display_name=name, role=SYSTEM)
        session.commit()

    def closing(actor: str, name: str) -> Act:
        def act(session: Session) -> None:
            found = session.scalars(select(Account).where(Account.name == name)).one()
            deactivate(session, actor, found, "离岗")

        return act

    refused = at_once(database, closing("zhao", "qian"), closing("qian", "zhao"))
    assert isinstance(refused, AccountError)
    assert "最后一个" in str(refused)
    assert flaws(database) == []


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_link_opens_once_and_not_after_another_took_its_place(
    database: Database, settings: Settings, is_replaced: bool
) -> None:
    with database.session() as session:
        account, _password = add_account(session, "li", name="zhang", display_name="张某", role="viewer")
        link = invite(session, "li", account, 72, now())
        session.commit()

    def followed(session: Session) -> None:
        accept(session, link, "Plum-tree-71", settings, now())

    def replaced(session: Session) -> None:
        found = session.scalars(select(Account).where(Account.name == "zhang")).one()
        invite(session, "li", found, 72, now())

    refused = at_once(database, replaced if is_replaced else followed, followed)
    assert isinstance(refused, AccountError)
    assert flaws(database) == []


def test_of_codes_on_paper_that_are_renewed_twice_only_the_last_open(database: Database) -> None:
    with database.session() as session:
        add_account(session, "li", name="zhang", display_name="张某", role="viewer")
        session.commit()

    def renewed(session: Session) -> None:
        renew_paper(session, session.scalars(select(Account).where(Account.name == "zhang")).one())

    assert at_once(database, renewed, renewed) is None
    with database.reading() as session:
        assert len(session.scalars(select(RecoveryCode)).all()) == PAPER_CODES
    assert flaws(database) == []
