"""The text in which parts of names are found: new projects are in it at once, amended ones by what they are called now."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.audit import record_act
from leaderboard.ledger.amend import amend_project
from leaderboard.ledger.models import Project
from leaderboard.ledger.naming import holding
from leaderboard.ledger.record import add_project
from tests.factories import VERIFIED

MANY = 100


def enter(session: Session, code: str, name: str, investor: str | None = None) -> Project:
    return add_project(session, VERIFIED, code=code, name=name, investor=investor)


def codes(session: Session, part: str) -> set[str]:
    found = holding(session, part, MANY)
    assert found is not None
    assert len(found) == len(set(found))
    return set(session.scalars(select(Project.code).where(Project.id.in_(found))))


def test_a_part_is_found_in_code_name_and_investor_and_never_across_them(session: Session) -> None:
    enter(session, "AB-1", "柳溪电池", "Beta 集团")
    enter(session, "AB-2", "青石电池电池", "甲公司")
    assert codes(session, "电池") == {"AB-1", "AB-2"}
    assert codes(session, "ab-1") == codes(session, "bETA") == codes(session, "柳") == {"AB-1"}
    assert codes(session, "1柳") == codes(session, "池青") == codes(session, "None") == set()


def test_what_is_entered_amended_or_undone_later_is_known_at_once(session: Session) -> None:
    first = enter(session, "A", "柳溪电池")
    assert codes(session, "电池") == {"A"}
    enter(session, "B", "电池二期")
    assert codes(session, "电池") == {"A", "B"}
    amend_project(session, "li", first, name="柳溪光伏", reason="更名")
    assert (codes(session, "电池"), codes(session, "光伏")) == ({"B"}, {"A"})
    with session.begin_nested() as undone:
        enter(session, "C", "电池三期")
        assert codes(session, "电池") == {"B", "C"}
        undone.rollback()
    assert codes(session, "三期") == set()
    enter(session, "D", "电池四期")
    assert codes(session, "期") == {"B", "D"}


def test_a_project_whose_number_was_drawn_earlier_and_seen_later_is_not_missed(session: Session) -> None:
    """Two people enter a project at the same time: the one with the larger number may be there first."""
    late = enter(session, "A", "电池一期")
    number = late.id
    other = Project(id=number + 5, code="B", name="电池二期", is_public=0, recorded_at=1, recorded_by="li")
    session.add(other)
    session.flush()
    enter_line(session)
    assert codes(session, "电池") == {"A", "B"}
    earlier = Project(id=number + 2, code="C", name="电池三期", is_public=0, recorded_at=1, recorded_by="li")
    session.add(earlier)
    session.flush()
    enter_line(session)
    assert codes(session, "电池") == {"A", "B", "C"}


def enter_line(session: Session) -> None:
    """Whoever enters a project also writes a line of the trail, by which others see that something was written."""
    record_act(session, "li", "project.add", "B")


def test_more_than_asked_for_is_not_listed(session: Session) -> None:
    for number in range(4):
        enter(session, f"P-{number}", f"项目{number}")
    assert holding(session, "项目", 3) is None
    assert len(holding(session, "项目", 4) or ()) == 4
