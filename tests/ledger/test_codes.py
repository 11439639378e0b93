"""A project's code stands in the address of its page."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from leaderboard.ledger import bulk, record
from tests.factories import VERIFIED


@pytest.mark.parametrize("code", ["P-1", "00123", "云溪2026-007", "甲.乙", "a b", "（一）7"])
def test_a_code_of_letters_digits_and_characters_will_do(session: Session, code: str):
    assert record.add_project(session, VERIFIED, code=code, name="项目").code == code


@pytest.mark.parametrize(
    "code", ["", " ", " P", "a/b", "a b/c", "a?b", "a#b", "50%", "a\\b", "a\nb", "..", "x" * 41]
)
def test_a_code_that_no_address_can_hold_is_refused_in_words(session: Session, code: str):
    with pytest.raises(record.LedgerError, match="项目编号"):
        record.add_project(session, VERIFIED, code=code, name="项目")
    with pytest.raises(record.LedgerError, match="项目编号"):
        bulk.add_projects(session, VERIFIED, [bulk.Head(code=code, name="项目")])
