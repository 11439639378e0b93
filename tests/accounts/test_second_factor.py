"""The second factor: codes that hold once and near their time, codes on paper, and what the database keeps of both."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from pyotp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from leaderboard.accounts.error import AccountError
from leaderboard.accounts.models import (
    ROLES,
    THREE_POWERS,
    Account,
    AuditLine,
    RecoveryCode,
    SecondFactor,
)
from leaderboard.accounts.policy import needs_second_factor
from leaderboard.accounts.sealed import seal, unseal
from leaderboard.accounts.second_factor import (
    enrol,
    enrolment_address,
    find_factor,
    paper_left,
    remove_factor,
    renew_paper,
    take_code,
)
from leaderboard.db import Database
from tests.people import enrol as enrolled

KEY = "the key of the installation"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 6238's test vectors, 12345678901234567890, in base 32."""
AT = 1_111_111_109_000
"""One of the instants of those vectors: 2005-03-18 01:58:29 UTC, the 30 seconds of number 37037036."""
CODE = "081804"
"""RFC 6238 appendix B gives 07081804 in eight digits for that instant; six digits are its last six."""
STEP = 30_000


@pytest.fixture
def chen(database: Database) -> Account:
    return enrolled(database, "chen")


def code_at(at: int) -> str:
    return TOTP(SECRET).at(at // 1000)


def test_the_codes_are_those_of_the_standard(session: Session, chen: Account):
    enrol(session, chen, SECRET, CODE, KEY, AT)
    assert find_factor(session, chen) is not None


@pytest.mark.parametrize(("away", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_holds_near_its_time(session: Session, chen: Account, away: int, taken: bool):
    """Thirty seconds before and after are taken too, for clocks that differ."""
    enrol(session, chen, SECRET, CODE, KEY, AT)
    later = AT + 100 * STEP
    assert take_code(session, chen, code_at(later + away * STEP), KEY, later) is taken


def test_no_code_is_taken_twice_nor_one_before_it(session: Session, chen: Account):
    enrol(session, chen, SECRET, CODE, KEY, AT)
    assert not take_code(session, chen, CODE, KEY, AT)  # the one that bound the device is used up
    later = AT + 10 * STEP
    assert take_code(session, chen, code_at(later), KEY, later)
    assert not take_code(session, chen, code_at(later), KEY, later)
    assert not take_code(session, chen, code_at(later - STEP), KEY, later)
    assert take_code(session, chen, code_at(later + STEP), KEY, later)


def test_of_two_who_come_with_one_code_at_once_one_gets_in(database: Database, chen: Account):
    with database.session() as session:
        enrol(session, chen, SECRET, CODE, KEY, AT)
        session.commit()
    later, together = AT + 10 * STEP, Barrier(4)

    def one(_number: int) -> bool:
        together.wait()
        with database.session() as session:
            taken = take_code(session, session.get_one(Account, chen.id), code_at(later), KEY, later)
            session.commit()
        return taken

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(4))) == 1


@pytest.mark.parametrize(
    "code", ["", "000000", "81804", "0818040", "abcdef", "-81804", "０８１８０４", "x" * 5000]
)
def test_what_is_no_code_binds_and_opens_nothing(session: Session, chen: Account, code: str):
    with pytest.raises(AccountError, match="验证码不对"):
        enrol(session, chen, SECRET, code, KEY, AT)
    enrol(session, chen, SECRET, CODE, KEY, AT)
    assert not take_code(session, chen, code, KEY, AT + 50 * STEP)


def test_a_code_on_paper_opens_once_however_it_is_written(session: Session, chen: Account):
    paper = enrol(session, chen, SECRET, CODE, KEY, AT).paper
    assert len(set(paper)) == 8
    assert paper_left(session, chen) == 8
    assert take_code(session, chen, paper[0], KEY, AT)
    assert not take_code(session, chen, paper[0], KEY, AT)
    assert take_code(session, chen, paper[1].replace("-", " ").upper(), KEY, AT)
    assert paper_left(session, chen) == 6
    assert [line.action for line in session.scalars(select(AuditLine))].count("account.paper_code") == 2


def test_new_codes_on_paper_replace_the_old_ones(session: Session, chen: Account):
    old = enrol(session, chen, SECRET, CODE, KEY, AT).paper
    new = renew_paper(session, chen)
    assert not take_code(session, chen, old[0], KEY, AT)
    assert take_code(session, chen, new[0], KEY, AT)


def test_the_codes_of_one_account_open_no_other(session: Session, chen: Account, database: Database):
    wang = enrolled(database, "wang")
    paper = enrol(session, chen, SECRET, CODE, KEY, AT).paper
    later = AT + 10 * STEP
    assert not take_code(session, wang, paper[0], KEY, later)
    assert not take_code(session, wang, code_at(later), KEY, later)


def test_neither_table_nor_trail_tells_the_secret_or_a_code(session: Session, chen: Account):
    paper = enrol(session, chen, SECRET, CODE, KEY, AT).paper
    stored = session.scalars(select(SecondFactor.secret)).one()
    assert SECRET not in stored
    hashes = set(session.scalars(select(RecoveryCode.code_hash)))
    told = " ".join(line.detail for line in session.scalars(select(AuditLine)))
    assert not any(code in told or code in hashes for code in (*paper, SECRET, CODE))


def test_with_another_key_no_code_of_the_device_is_right_but_paper_is(session: Session, chen: Account):
    paper = enrol(session, chen, SECRET, CODE, KEY, AT).paper
    later = AT + 10 * STEP
    assert not take_code(session, chen, code_at(later), "another key", later)
    assert take_code(session, chen, paper[0], "another key", later)


def test_a_second_factor_is_taken_off_by_its_owner_or_for_a_reason(session: Session, chen: Account):
    paper = enrol(session, chen, SECRET, CODE, KEY, AT).paper
    with pytest.raises(AccountError, match="须写明理由"):
        remove_factor(session, "boss", chen, " ")
    remove_factor(session, "boss", chen, "手机丢失")
    assert find_factor(session, chen) is None
    assert not take_code(session, chen, paper[0], KEY, AT)
    with pytest.raises(AccountError, match="没有启用动态口令"):
        remove_factor(session, "boss", chen, "手机丢失")
    enrol(session, chen, SECRET, CODE, KEY, AT)
    remove_factor(session, "chen", chen)
    actions = [line.action for line in session.scalars(select(AuditLine).order_by(AuditLine.seq_no))]
    assert actions == [f"account.factor_{word}" for word in ("on", "reset", "on", "off")]


def test_what_the_device_is_shown(chen: Account):
    address = enrolment_address(SECRET, chen, "云溪县 赛马榜")
    assert address.startswith("otpauth://totp/")
    assert f"secret={SECRET}" in address
    assert "chen" in address


def test_what_is_sealed_opens_with_the_key_for_its_purpose_alone():
    sealed = seal("text", KEY, "one")
    assert sealed != seal("text", KEY, "one")
    assert unseal(sealed, KEY, "one") == "text"
    changed = sealed[:-4] + ("AAAA" if sealed[-4:] != "AAAA" else "BBBB")
    for wrong in (unseal(sealed, "k", "one"), unseal(sealed, KEY, "two"), unseal(changed, KEY, "one")):
        assert wrong is None
    assert [unseal(text, KEY, "one") for text in ("", "x", "不是", sealed[:10])] == [None] * 4


@pytest.mark.parametrize("role", ROLES)
def test_who_must_have_one_is_a_setting(role: str):
    wanted = {
        value: needs_second_factor(role, Settings(second_factor=value))
        for value in ("optional", "administrators", "everyone")
    }
    assert wanted == {"optional": False, "administrators": role in THREE_POWERS, "everyone": True}
