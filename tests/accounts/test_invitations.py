"""Links that open an account once, and the way back in when everything else is lost."""

from __future__ import annotations

import pytest
from pyotp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.invitations import accept, invite, invited, recover
from leaderboard.accounts.models import VIEWER, Account, AuditLine, Invitation, SecondFactor
from leaderboard.accounts.passwords import matches
from leaderboard.accounts.people import add_without_password, deactivate
from leaderboard.accounts.second_factor import enrol, new_secret
from leaderboard.accounts.sign_in import SignInRefused, account_behind
from leaderboard.instant import now

SETTINGS = Settings()
GOOD, OTHER = "Plum-tree-7", "Pear-tree-88"
HOUR, AT = 3_600_000, 1_800_000_000_000


@pytest.fixture
def chen(session: Session) -> Account:
    return add_without_password(session, "boss", name="chen", display_name="陈", role=VIEWER)


def test_no_password_opens_an_account_before_its_link_does(session: Session, chen: Account):
    for word in ("", "chen", chen.password_hash):
        with pytest.raises(SignInRefused):
            account_behind(session, "chen", word)


def test_a_link_opens_its_account_once_within_its_time(session: Session, chen: Account):
    token = invite(session, "boss", chen, 72, AT)
    assert invited(session, token, AT + 72 * HOUR - 1) is chen
    assert invited(session, token, AT + 72 * HOUR) is None
    assert invited(session, "made up", AT) is None
    assert accept(session, token, GOOD, SETTINGS, AT) is chen
    assert (chen.must_change, matches(chen.password_hash, GOOD)) == (0, True)
    with pytest.raises(AccountError, match="已用过或已过期"):
        accept(session, token, OTHER, SETTINGS, AT)


def test_a_new_link_replaces_the_one_before(session: Session, chen: Account):
    first, second = (invite(session, "boss", chen, 72, AT) for _ in range(2))
    assert invited(session, first, AT) is None
    assert invited(session, second, AT) is chen
    assert len(session.scalars(select(Invitation)).all()) == 1


def test_a_closed_account_gets_no_link_and_its_link_opens_nothing(session: Session, chen: Account):
    token = invite(session, "boss", chen, 72, AT)
    deactivate(session, "boss", chen, "离任")
    assert invited(session, token, AT) is None
    with pytest.raises(AccountError, match="已停用"):
        invite(session, "boss", chen, 72, AT)


def test_neither_table_nor_trail_tells_the_token(session: Session, chen: Account):
    token = invite(session, "boss", chen, 72, AT)
    assert session.scalars(select(Invitation.token_hash)).one() != token
    assert token not in " ".join(line.detail for line in session.scalars(select(AuditLine)))


def test_a_weak_password_leaves_the_link_good(session: Session, chen: Account):
    token = invite(session, "boss", chen, 72, AT)
    with pytest.raises(AccountError, match="太短"):
        accept(session, token, "short", SETTINGS, AT)
    assert invited(session, token, AT) is chen


def test_recovery_gets_anyone_back_in_whatever_happened(session: Session, chen: Account):
    token = invite(session, "boss", chen, 72, AT)
    accept(session, token, GOOD, SETTINGS, AT)
    secret = new_secret()
    enrol(session, chen, secret, TOTP(secret).at(now() // 1000), "key", now())
    deactivate(session, "boss", chen, "离任")
    again = recover(session, "命令行 root", chen, 72, AT)
    assert not matches(chen.password_hash, GOOD)
    assert session.scalars(select(SecondFactor)).all() == []
    assert accept(session, again, OTHER, SETTINGS, AT).is_active == 1
    actions = [line.action for line in session.scalars(select(AuditLine).order_by(AuditLine.seq_no))]
    assert actions[-4:] == ["account.deactivate", "account.recover", "account.invite", "account.accept"]
