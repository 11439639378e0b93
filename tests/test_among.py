"""Many values as one parameter mean what a list of them would, on both engines."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leaderboard.among import among
from leaderboard.ledger.models import Project

CODES = ("a'b", '中"文', "c\\d", "e")


def entered(session: Session) -> list[Project]:
    found = [Project(code=code, name=code, recorded_at=1, recorded_by="x") for code in CODES]
    session.add_all(found)
    session.flush()
    return found


def test_texts_and_numbers_are_found_as_they_are(session: Session) -> None:
    projects = entered(session)
    of_codes = select(Project.code).where(among(Project.code, CODES[:3])).order_by(Project.id)
    assert tuple(session.scalars(of_codes)) == CODES[:3]
    of_ids = select(Project.id).where(among(Project.id, [p.id for p in projects[2:]])).order_by(Project.id)
    assert list(session.scalars(of_ids)) == [projects[2].id, projects[3].id]


def test_nothing_is_among_nothing_and_another_list_is_another_question(session: Session) -> None:
    projects = entered(session)
    for some in ([], projects[:1], projects[1:3]):
        found = session.scalars(select(Project.code).where(among(Project.id, [p.id for p in some])))
        assert sorted(found) == sorted(p.code for p in some)


def test_the_values_are_looked_up_in_the_index(session: Session) -> None:
    asked = select(Project.id).where(among(Project.code, CODES), among(Project.id, [1]))
    # "(... IN ...) = 1" means the same, and is looked up by SQLite for every row there is.
    assert "= 1" not in str(asked.compile(session.get_bind()))


def test_ten_thousand_values_fit(session: Session) -> None:
    projects = entered(session)
    gone = delete(Project).where(among(Project.id, range(projects[1].id, projects[1].id + 10_000)))
    session.execute(gone.execution_options(synchronize_session=False))
    assert list(session.scalars(select(Project.code))) == [CODES[0]]
