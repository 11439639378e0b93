"""Passwords of one's own: the two rulebooks, the last few that do not come back, and their age."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import Account, ChosenPassword
from leaderboard.accounts.own_password import change_password, last_chosen_at, renew_password
from leaderboard.accounts.passwords import policy_words, weaknesses
from leaderboard.accounts.policy import PasswordPolicy
from leaderboard.db import Database
from tests.people import PASSWORD, enrol

DJCP, ASVS = Settings(password_policy="djcp"), Settings(password_policy="asvs")
DAY = 86_400_000


@pytest.fixture
def chen(database: Database, session: Session) -> Account:
    enrolled = enrol(database, "chen")
    return session.get_one(Account, enrolled.id)


@pytest.mark.parametrize(
    ("password", "djcp", "asvs"),
    [
        ("Plum-tree-7", "", ""),
        ("plum tree seven rivers", "太简单", ""),  # long and hard to guess, but of one kind and a blank
        ("Password123!", "容易被猜中", "容易被猜中"),
        ("Qwer1234!@", "容易被猜中", "容易被猜中"),
        ("1234567890", "太简单", "容易被猜中"),
        ("Aa1bcdefgh", "", "容易被猜中"),  # three kinds satisfy the one, a row of letters not the other
        ("Ab1-x", "太短", "太短"),
    ],
)
def test_the_two_rulebooks_differ_as_they_say(password: str, djcp: str, asvs: str):
    for settings, expected in ((DJCP, djcp), (ASVS, asvs)):
        found = weaknesses(password, "chen", PasswordPolicy.of(settings))
        assert bool(found) is bool(expected)
        assert all(expected in reason for reason in found), found


def test_the_rules_are_told_beside_the_field():
    assert policy_words(PasswordPolicy.of(DJCP)) == (
        "至少 10 个字符；大写字母、小写字母、数字、其他符号至少用三种；不含账号名，不用容易猜中的；"
        "不用最近 5 次用过的；每 90 天更换一次。"
    )
    assert policy_words(PasswordPolicy.of(ASVS)) == "至少 10 个字符；不含账号名，不用容易猜中的。"


def chosen(number: int) -> str:
    return f"Plum-tree-7{number}"


def test_the_last_five_passwords_do_not_come_back_and_the_sixth_does(session: Session, chen: Account):
    old = PASSWORD
    for number in range(5):
        change_password(session, chen, old, chosen(number), DJCP)
        old = chosen(number)
    for number in range(4):
        with pytest.raises(AccountError, match="最近 5 次用过"):
            change_password(session, chen, old, chosen(number), DJCP)
    with pytest.raises(AccountError, match="不能与原密码相同"):
        change_password(session, chen, old, old, DJCP)
    change_password(session, chen, old, chosen(5), DJCP)
    change_password(session, chen, chosen(5), chosen(0), DJCP)
    assert len(session.scalars(select(ChosenPassword)).all()) == 5


def test_who_does_not_know_the_password_learns_nothing_of_the_last_ones(session: Session, chen: Account):
    change_password(session, chen, PASSWORD, chosen(0), DJCP)
    with pytest.raises(AccountError) as refused:
        change_password(session, chen, "wrong", PASSWORD, DJCP)
    assert refused.value.problems == ("原密码不对",)


def test_a_password_is_dated_from_its_choice_and_a_one_time_one_not_at_all(session: Session, chen: Account):
    assert last_chosen_at(session, chen) is None
    change_password(session, chen, PASSWORD, chosen(0), DJCP)
    assert last_chosen_at(session, chen) is not None
    renew_password(session, "boss", chen)
    assert last_chosen_at(session, chen) is None


@pytest.mark.parametrize(
    ("settings", "days", "old"), [(DJCP, 89, False), (DJCP, 90, True), (ASVS, 90, False), (ASVS, 9000, False)]
)
def test_how_long_a_password_may_stay(settings: Settings, days: int, old: bool):
    assert PasswordPolicy.of(settings).is_old(1000, 1000 + days * DAY) is old
