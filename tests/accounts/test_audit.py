"""The audit trail: a chain that shows every altered, missing or added line."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import broken_lines, record_act
from leaderboard.accounts.models import AuditHead, AuditLine
from leaderboard.db import Database


def five_acts(session: Session) -> None:
    for number in range(1, 6):
        record_act(
            session, "chen", "target.set", f"race/liuxi/{number}", was=number - 1, now=number, why="季度调整"
        )
    session.commit()


def test_a_whole_trail_has_no_broken_line(session: Session):
    assert list(broken_lines(session)) == []
    five_acts(session)
    assert list(broken_lines(session)) == []
    assert session.scalars(select(AuditLine.seq_no).order_by(AuditLine.seq_no)).all() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("column", "content"),
    [
        ("actor", "wang"),
        ("action", "target.keep"),
        ("subject", "race/other"),
        ("detail", '{"now": 99}'),
        ("at", 1),
        ("hash", "0" * 64),
        ("previous_hash", "0" * 64),
    ],
)
def test_an_altered_line_is_found(session: Session, column: str, content: str | int):
    five_acts(session)
    session.execute(update(AuditLine).where(AuditLine.seq_no == 3).values({column: content}))
    session.expire_all()
    assert 3 in list(broken_lines(session))


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_missing_line_is_found_wherever_it_stood(session: Session, number: int):
    five_acts(session)
    session.execute(delete(AuditLine).where(AuditLine.seq_no == number))
    session.expire_all()
    assert list(broken_lines(session)) != []


def test_a_line_beyond_the_end_that_the_head_names_is_found(session: Session):
    five_acts(session)
    session.execute(update(AuditHead).values(seq_no=4))
    session.expire_all()
    assert list(broken_lines(session)) == [5]


def test_two_writers_at_once_make_one_chain(database: Database):
    def one(number: int) -> None:
        with database.session() as session:
            record_act(session, "chen", "note", str(number))
            session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(24)))
    with database.session() as session:
        assert list(broken_lines(session)) == []
        assert session.scalars(select(AuditLine.seq_no).order_by(AuditLine.seq_no)).all() == list(
            range(1, 25)
        )


def test_what_is_rolled_back_leaves_no_gap(session: Session):
    five_acts(session)
    record_act(session, "chen", "note", "never happened")
    session.rollback()
    record_act(session, "chen", "note", "happened")
    session.commit()
    assert list(broken_lines(session)) == []
