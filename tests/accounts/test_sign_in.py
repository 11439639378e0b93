"""Signing in: right and wrong, locked out, idle and old sessions, sessions that were ended."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts.models import Account, AuditLine, SignInFailure, UserSession
from leaderboard.accounts.own_password import renew_password
from leaderboard.accounts.passwords import is_outdated
from leaderboard.accounts.people import deactivate
from leaderboard.accounts.sessions import (
    Limits,
    Origin,
    account_for_token,
    end_sessions,
    new_token,
    sign_out,
    token_hash,
    touch_session,
)
from leaderboard.accounts.sign_in import (
    LockedOut,
    SignInRefused,
    account_behind,
    begin_session,
    count_attempt,
    note_refusal,
)
from leaderboard.db import Database
from tests.people import PASSWORD, enrol

MINUTE = 60_000
LIMITS = Limits(failures=3, lock=15 * MINUTE, idle=30 * MINUTE, age=12 * 60 * MINUTE)
HERE, THERE = "10.0.0.1", "10.0.0.2"
START = 1_800_000_000_000
MONTH = 30 * 24 * 60 * MINUTE


@pytest.fixture
def chen(database: Database) -> Account:
    return enrol(database, "chen")


def attempt(session: Session, name: str, password: str, address: str = HERE, at: int = START) -> str:
    """One whole attempt, as the door makes it."""
    count_attempt(session, name, address, LIMITS, at)
    account = account_behind(session, name, password)
    token, _awaits = begin_session(session, account, password, Origin(address), LIMITS, at)
    return token


def fail(session: Session, times: int, name: str = "chen", address: str = HERE, at: int = START) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            attempt(session, name, "wrong", address, at)


def fail_everywhere(session: Session, times: int, at: int = START) -> None:
    """Failures for chen, each from another address."""
    for number in range(times):
        fail(session, 1, address=f"10.0.1.{number}", at=at)


def test_limits_are_those_of_the_settings():
    settings = Settings(lockout_failures=4, lockout_minutes=2, session_idle_minutes=3, session_hours=5)
    assert Limits.of(settings) == Limits(4, 120_000, 180_000, 18_000_000)
    assert Limits.of(settings).touch == 18_000
    assert LIMITS.touch == MINUTE


def test_the_right_password_opens_a_session_whose_token_only_the_cookie_knows(
    session: Session, chen: Account
):
    token = attempt(session, "Chen", PASSWORD)
    assert len(token) >= 43
    row = session.scalars(select(UserSession)).one()
    assert (row.token_hash, row.started_at, row.seen_at) == (token_hash(token), START, START)
    assert token not in row.token_hash
    found = account_for_token(session, token, LIMITS, START + 1)
    assert found is not None
    assert found[0].name == "chen"


def test_tokens_differ_each_time(session: Session, chen: Account):
    assert len({attempt(session, "chen", PASSWORD) for _ in range(3)}) == 3


@pytest.mark.parametrize(
    ("name", "password"), [("chen", "wrong"), ("nobody", PASSWORD), ("", ""), ("chen", PASSWORD + " ")]
)
def test_wrong_is_wrong_and_says_the_same(session: Session, chen: Account, name: str, password: str):
    with pytest.raises(SignInRefused, match=r"^账号或密码不对$"):
        attempt(session, name, password)


def test_a_closed_account_says_the_same(session: Session, chen: Account):
    deactivate(session, "boss", session.get_one(Account, chen.id), "离任")
    with pytest.raises(SignInRefused, match=r"^账号或密码不对$"):
        attempt(session, "chen", PASSWORD)


def test_an_unknown_name_costs_a_hash_like_a_known_one(
    session: Session, chen: Account, monkeypatch: pytest.MonkeyPatch
):
    verified = []
    real = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher,
        "verify",
        lambda self, kept, word: verified.append(kept.split("$")[1:4]) or real(self, kept, word),
    )
    for name in ("chen", "nobody"):
        with pytest.raises(SignInRefused):
            account_behind(session, name, "wrong")
    assert len(verified) == 2
    assert verified[0] == verified[1]  # the same kind of hash at the same cost


def test_an_account_is_locked_after_the_failures_allowed_from_anywhere(session: Session, chen: Account):
    fail_everywhere(session, 11)
    assert attempt(session, "chen", PASSWORD, THERE)
    fail_everywhere(session, 12)
    with pytest.raises(LockedOut, match="15 分钟"):
        attempt(session, "chen", PASSWORD, "10.0.0.99")


def test_strangers_however_many_never_shut_the_owner_out_of_a_familiar_address(
    session: Session, chen: Account
):
    """The owner was there within thirty days: whatever fails elsewhere, only failures from there lock it."""
    assert attempt(session, "chen", PASSWORD, THERE)
    for round_ in range(4):
        at = START + (round_ + 1) * 20 * MINUTE
        fail_everywhere(session, 12, at=at)
        assert attempt(session, "chen", PASSWORD, THERE, at=at)
        fail_everywhere(session, 12, at=at)
        with pytest.raises(LockedOut):
            attempt(session, "chen", PASSWORD, "10.0.0.99", at=at)
    fail_everywhere(session, 12, at=START + MONTH)
    assert attempt(session, "chen", PASSWORD, THERE, at=START + MONTH)
    fail_everywhere(session, 12, at=START + 3 * MONTH)
    with pytest.raises(LockedOut):
        attempt(session, "chen", PASSWORD, THERE, at=START + 3 * MONTH)


def test_a_familiar_address_locks_itself_like_any_other(session: Session, chen: Account):
    assert attempt(session, "chen", PASSWORD, THERE)
    fail(session, 3, address=THERE)
    with pytest.raises(LockedOut):
        attempt(session, "chen", PASSWORD, THERE)


def test_one_address_locks_itself_and_not_the_name(session: Session, chen: Account):
    """A stranger who knows a name must not keep its owner out, however long they go on."""
    for window in range(8):
        fail(session, 3, at=START + window * 15 * MINUTE)
        with pytest.raises(LockedOut):
            attempt(session, "chen", PASSWORD, at=START + window * 15 * MINUTE)
    assert attempt(session, "chen", PASSWORD, THERE, at=START + 7 * 15 * MINUTE)


def test_an_address_is_locked_whatever_the_names(session: Session, chen: Account):
    for name in ("a1", "b2", "c3"):
        fail(session, 1, name=name)
    with pytest.raises(LockedOut):
        attempt(session, "chen", PASSWORD, HERE)
    assert attempt(session, "chen", PASSWORD, THERE)


def test_a_lock_says_whether_it_is_the_address_that_is_locked(session: Session, chen: Account):
    fail(session, 3)
    with pytest.raises(LockedOut, match=f"地址 {HERE} .*不是您的账号.* 15 分钟后再试.*系统管理员.*解除"):
        attempt(session, "chen", PASSWORD)
    fail_everywhere(session, 9)
    for address in (HERE, THERE):
        with pytest.raises(LockedOut, match=r"^失败次数过多，请 15 分钟后再试$"):
            attempt(session, "chen", PASSWORD, address)


def test_the_lock_opens_when_its_time_is_over_and_trying_does_not_prolong_it(session: Session, chen: Account):
    fail(session, 3)
    for minutes, words in ((1, "14 分钟"), (14, "1 分钟")):
        with pytest.raises(LockedOut, match=words):
            attempt(session, "chen", PASSWORD, at=START + minutes * MINUTE)
    assert attempt(session, "chen", PASSWORD, at=START + 15 * MINUTE)


def test_after_a_lock_the_count_begins_anew(session: Session, chen: Account):
    fail(session, 3)
    fail(session, 2, at=START + 15 * MINUTE)
    assert attempt(session, "chen", PASSWORD, at=START + 15 * MINUTE)


def test_old_failures_are_forgotten(session: Session, chen: Account):
    fail(session, 2)
    fail(session, 2, at=START + 15 * MINUTE)
    assert attempt(session, "chen", PASSWORD, at=START + 15 * MINUTE)


def test_success_clears_the_name_but_of_the_address_only_itself(session: Session, chen: Account):
    fail(session, 2)
    attempt(session, "chen", PASSWORD)
    left = {row.source: (row.failures, row.locked_until) for row in session.scalars(select(SignInFailure))}
    assert left == {f"address {HERE}": (2, None)}
    fail(session, 1, name="other")
    with pytest.raises(LockedOut):
        attempt(session, "chen", PASSWORD)


def test_a_new_password_lifts_the_lock_of_the_name(session: Session, chen: Account):
    fail_everywhere(session, 12)
    password = renew_password(session, "boss", session.get_one(Account, chen.id))
    assert attempt(session, "chen", password, THERE)


def test_the_count_is_exact_when_many_try_at_once(database: Database):
    """Eight at the same instant from as many addresses, four let through, whoever they are."""
    limits = replace(LIMITS, failures=1)
    together = Barrier(8)

    def one(number: int) -> bool:
        together.wait()
        with database.session() as session:
            try:
                count_attempt(session, "chen", f"10.0.2.{number}", limits, START)
            except LockedOut:
                return False
            session.commit()
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(8))) == 4


def test_a_session_ends_when_idle(session: Session, chen: Account):
    token = new_token(session, chen, START)
    assert account_for_token(session, token, LIMITS, START + 30 * MINUTE - 1)
    assert account_for_token(session, token, LIMITS, START + 30 * MINUTE) is None
    touch_session(session, token, START + 29 * MINUTE)
    assert account_for_token(session, token, LIMITS, START + 58 * MINUTE)


def test_a_session_ends_by_age_however_busy(session: Session, chen: Account):
    token = new_token(session, chen, START)
    for minutes in range(0, 12 * 60, 20):
        touch_session(session, token, START + minutes * MINUTE)
    assert account_for_token(session, token, LIMITS, START + 12 * 60 * MINUTE - 1)
    assert account_for_token(session, token, LIMITS, START + 12 * 60 * MINUTE) is None


def test_signing_out_ends_this_session_only(session: Session, chen: Account):
    one, other = (new_token(session, chen, START) for _ in range(2))
    sign_out(session, chen, one, START + 1)
    touch_session(session, one, START + 2)
    assert account_for_token(session, one, LIMITS, START + 3) is None
    assert account_for_token(session, other, LIMITS, START + 3)


def test_all_sessions_of_an_account_can_be_ended_and_nobody_elses(
    session: Session, database: Database, chen: Account
):
    mine, theirs = new_token(session, chen, START), new_token(session, enrol_in(session), START)
    end_sessions(session, chen, START + 1)
    assert account_for_token(session, mine, LIMITS, START + 2) is None
    assert account_for_token(session, theirs, LIMITS, START + 2)


def enrol_in(session: Session) -> Account:
    other = Account(name="wang", display_name="王", role="viewer", password_hash="x", created_at=START)
    session.add(other)
    session.flush()
    return other


@pytest.mark.parametrize("token", ["", "x", "' or 1=1 --", "令牌"])
def test_a_made_up_token_opens_nothing(session: Session, chen: Account, token: str):
    new_token(session, chen, START)
    assert account_for_token(session, token, LIMITS, START) is None


def test_a_closed_accounts_session_opens_nothing(session: Session, chen: Account):
    token = new_token(session, chen, START)
    deactivate(session, "boss", session.get_one(Account, chen.id), "离任")
    assert account_for_token(session, token, LIMITS, START) is None


def test_a_hash_of_other_cost_is_renewed_on_the_way_in(session: Session, chen: Account):
    account = session.get_one(Account, chen.id)
    account.password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    session.flush()
    attempt(session, "chen", PASSWORD)
    assert not is_outdated(account.password_hash)
    assert attempt(session, "chen", PASSWORD)


def test_refusals_are_in_the_trail_but_never_what_was_typed_as_an_unknown_name(
    session: Session, chen: Account
):
    note_refusal(session, "chen", HERE)
    note_refusal(session, "Plum-tree-7", HERE)
    lines = session.scalars(select(AuditLine).where(AuditLine.action == "session.refused")).all()
    assert sorted((line.actor, line.subject) for line in lines) == [("-", HERE), ("chen", HERE)]


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_password_that_was_right_a_moment_ago_opens_nothing(
    session: Session, chen: Account, is_closed: bool
) -> None:
    """Between finding it right and beginning the session it was replaced, or the account closed."""
    seen = account_behind(session, "chen", PASSWORD)
    session.expunge(seen)
    present = session.get_one(Account, chen.id)
    deactivate(session, "li", present, "离岗") if is_closed else renew_password(session, "li", present)
    with pytest.raises(SignInRefused):
        begin_session(session, seen, PASSWORD, Origin(HERE), LIMITS, START)
