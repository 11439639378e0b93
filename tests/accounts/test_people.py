"""Accounts: names, one-time passwords, passwords of one's own, closing."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import (
    ADMINISTRATOR,
    REPORTER,
    ROLES,
    SYSTEM,
    VIEWER,
    Account,
    AuditLine,
    UserSession,
)
from leaderboard.accounts.own_password import change_password, renew_password
from leaderboard.accounts.passwords import (
    dummy_hash,
    hashed,
    is_outdated,
    kinds_in,
    matches,
    one_time_password,
    weaknesses,
)
from leaderboard.accounts.people import add_account, add_without_password, assign, deactivate, reopen
from leaderboard.accounts.policy import PasswordPolicy
from leaderboard.accounts.read import find_account, list_accounts
from leaderboard.accounts.sessions import new_token
from leaderboard.words import speaking
from tests.factories import start_race

SETTINGS = Settings()
POLICY = PasswordPolicy.of(SETTINGS)
GOOD = "Plum-tree-7"


def test_a_new_account_has_a_one_time_password_that_only_its_hash_remembers(session: Session):
    account, password = add_account(
        session, "tester", name=" Chen.Wei ", display_name="陈伟", role=ADMINISTRATOR
    )
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", password)
    assert (account.name, account.must_change, account.is_active) == ("chen.wei", 1, 1)
    assert account.password_hash.startswith("$argon2id$")
    assert password not in account.password_hash
    assert matches(account.password_hash, password)
    assert find_account(session, "CHEN.WEI ") is account


def test_no_account_exists_before_someone_makes_one(session: Session):
    """There is no default account."""
    assert list_accounts(session) == []


def test_one_time_passwords_do_not_repeat():
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert not set("".join(made)) & set("il1o0")


def test_every_reason_against_an_account_is_told_at_once(session: Session):
    with pytest.raises(AccountError) as refused:
        add_account(session, "tester", name="陈", display_name=" ", role="king", unit_id=7)
    assert refused.value.problems == (
        "账号名只能用小写字母、数字、点、连字符和下划线，2 到 40 个字符",
        "请写明姓名或岗位，最多 120 个字",
        "没有“king”这种角色",
        "只有填报员属于参赛单位",
    )


def test_a_role_that_was_not_chosen_is_asked_for(session: Session):
    with pytest.raises(AccountError) as refused:
        add_account(session, "tester", name="chen", display_name="陈", role="")
    assert refused.value.problems == ("请选择角色",)


def test_a_name_is_taken_whatever_its_capitals(session: Session):
    add_account(session, "tester", name="chen", display_name="陈", role=VIEWER)
    with pytest.raises(AccountError, match="账号 chen 已存在"):
        add_account(session, "tester", name="CHEN", display_name="陈", role=VIEWER)


@pytest.mark.parametrize("role", ROLES)
def test_reporters_and_only_they_belong_to_a_unit(session: Session, role: str):
    unit = start_race(session).unit("liuxi")
    right, wrong = (unit.id, None) if role == REPORTER else (None, unit.id)
    with pytest.raises(AccountError, match="填报员"):
        add_account(session, "tester", name="one", display_name="一", role=role, unit_id=wrong)
    account, _ = add_account(session, "tester", name="one", display_name="一", role=role, unit_id=right)
    assert account.unit_id == right


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Aa1-Aa1-A", ["太短"]),
        ("A1-" + "a" * 126, ["太长"]),
        ("abcdefghij1", ["太简单"]),
        ("ABCDEFGHIJK", ["太简单"]),
        ("my-Chen-2026", ["不能包含账号名"]),
        ("chen", ["太短", "太简单", "不能包含账号名"]),
        ("", ["太短", "太简单"]),
        ("Aa1bcdefgh", []),
        ("梅花ab123456", []),
        ("abc-defgh1", []),
    ],
)
def test_weak_passwords_are_told_why(password: str, words: list[str]):
    found = weaknesses(password, "chen", POLICY)
    assert len(found) == len(words)
    assert all(word in reason for word, reason in zip(words, found, strict=True))


def test_reasons_are_told_in_english_too():
    with speaking("en"):
        assert weaknesses("Aa1", "chen", POLICY) == ["The new password is too short: at least 10 characters"]


@pytest.mark.parametrize(("password", "kinds"), [("", 0), ("aB", 2), ("aB3", 3), ("aB3-", 4), ("梅 é", 1)])
def test_kinds_of_characters(password: str, kinds: int):
    assert kinds_in(password) == kinds


def test_a_password_of_ones_own_replaces_the_one_time_password_and_ends_sessions(session: Session):
    account, password = add_account(session, "tester", name="chen", display_name="陈", role=VIEWER)
    new_token(session, account, at=1)
    change_password(session, account, password, GOOD, SETTINGS)
    assert account.must_change == 0
    assert matches(account.password_hash, GOOD)
    assert not matches(account.password_hash, password)
    assert session.scalars(select(UserSession.ended_at)).one() is not None


def test_a_refused_change_tells_everything_and_changes_nothing(session: Session):
    account, _ = add_account(session, "tester", name="chen", display_name="陈", role=VIEWER)
    before = account.password_hash
    with pytest.raises(AccountError) as refused:
        change_password(session, account, "wrong", "chen", SETTINGS)
    assert [problem[:5] for problem in refused.value.problems] == [
        "原密码不对",
        "新密码太短",
        "新密码太简",
        "新密码不能",
    ]
    assert account.password_hash == before


def test_the_old_password_cannot_be_the_new_one(session: Session):
    account, password = add_account(session, "tester", name="chen", display_name="陈", role=VIEWER)
    change_password(session, account, password, GOOD, SETTINGS)
    with pytest.raises(AccountError, match="不能与原密码相同"):
        change_password(session, account, GOOD, GOOD, SETTINGS)


def test_a_lost_password_is_replaced_by_a_one_time_one(session: Session):
    account, first = add_account(session, "tester", name="chen", display_name="陈", role=VIEWER)
    change_password(session, account, first, GOOD, SETTINGS)
    second = renew_password(session, "boss", account)
    assert account.must_change == 1
    assert [matches(account.password_hash, word) for word in (GOOD, first, second)] == [False, False, True]


def test_what_was_done_is_in_the_trail_without_any_password(session: Session):
    account, first = add_account(session, "tester", name="chen", display_name="陈", role=VIEWER)
    change_password(session, account, first, GOOD, SETTINGS)
    second = renew_password(session, "boss", account)
    deactivate(session, "boss", account, "离任")
    lines = session.scalars(select(AuditLine).order_by(AuditLine.seq_no)).all()
    assert [(line.actor, line.action) for line in lines] == [
        ("tester", "account.add"),
        ("chen", "password.change"),
        ("boss", "password.renew"),
        ("boss", "account.deactivate"),
    ]
    written = " ".join(line.detail for line in lines)
    assert not any(word in written for word in (first, GOOD, second))


def test_damaged_hashes_and_endless_passwords_match_nothing():
    assert not matches("", "x")
    assert not matches("$argon2id$broken", "x")
    assert not matches(hashed("a" * 129), "a" * 129)
    assert not matches(dummy_hash(), "")


def test_a_hash_of_other_cost_is_outdated():
    cheap = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$A4f3YTb2QmY"
    assert is_outdated(cheap)
    assert not is_outdated(hashed(GOOD))


def test_a_real_hash_costs_what_the_standard_recommends():
    """RFC 9106's second choice: 64 MiB, three passes, four lanes; asked of a process without the tests' settings."""
    source = "from leaderboard.accounts.passwords import hashed; print(hashed('x'))"
    made = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert made.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def keeper(session: Session, name: str) -> Account:
    return add_without_password(session, "tester", name=name, display_name=name, role=SYSTEM)


def test_the_last_open_system_administrator_stays_one(session: Session):
    one, other = keeper(session, "one"), keeper(session, "other")
    deactivate(session, "other", one, "离任")
    with pytest.raises(AccountError, match="最后一个启用的系统管理员"):
        deactivate(session, "命令行 root", other, "离任")
    with pytest.raises(AccountError, match="最后一个启用的系统管理员"):
        assign(session, "命令行 root", other, role=VIEWER, unit_id=None, reason="调岗")
    reopen(session, "other", one)
    assign(session, "one", other, role=VIEWER, unit_id=None, reason="调岗")
    assert (one.is_active, other.role) == (1, VIEWER)


def test_nobody_changes_or_closes_themselves(session: Session):
    keeper(session, "one")
    other = keeper(session, "other")
    with pytest.raises(AccountError, match="不能改自己的角色"):
        assign(session, "other", other, role=VIEWER, unit_id=None, reason="x")
    with pytest.raises(AccountError, match="不能停用自己"):
        deactivate(session, "other", other, "离任")


def test_every_reason_against_another_role_is_told_at_once(session: Session):
    account, _ = add_account(session, "tester", name="chen", display_name="陈", role=VIEWER)
    with pytest.raises(AccountError) as refused:
        assign(session, "boss", account, role=REPORTER, unit_id=None, reason=" ")
    assert refused.value.problems == ("填报员须属于一个参赛单位", "请写明理由，最多 500 字")
    with pytest.raises(AccountError, match="没有变化"):
        assign(session, "boss", account, role=VIEWER, unit_id=None, reason="x")


def test_another_role_ends_the_sessions_and_is_in_the_trail_with_what_was(session: Session):
    unit = start_race(session).unit("liuxi")
    account, _ = add_account(session, "tester", name="chen", display_name="陈", role=VIEWER)
    new_token(session, account, at=1)
    assign(session, "boss", account, role=REPORTER, unit_id=unit.id, reason="下派")
    assert session.scalars(select(UserSession.ended_at)).one() is not None
    line = session.scalars(select(AuditLine).where(AuditLine.action == "account.assign")).one()
    detail = json.loads(line.detail)
    assert (detail["was"]["role"], detail["now"]["role"], detail["why"]) == (VIEWER, REPORTER, "下派")
