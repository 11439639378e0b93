"""Projects that look like another: flagged by name and by deal, told with what is alike, put aside with a reason."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.models import AuditLine
from leaderboard.boards.read import find_line
from leaderboard.ledger.amend import amend_project
from leaderboard.ledger.distinct import set_apart
from leaderboard.ledger.duplicates import lookalikes, put_aside, wrong_suspects
from leaderboard.ledger.list_models import Suspect
from leaderboard.ledger.models import Project, StageEvent
from leaderboard.ledger.record import LedgerError, decide
from leaderboard.likeness import deal_key, name_key
from tests.factories import Race, start_race


@pytest.fixture
def race(session: Session) -> Race:
    race = start_race(session)
    race.unit("liuxi")
    race.unit("qingshi")
    return race


def flagged(session: Session) -> set[str]:
    found = session.scalars(select(Project.code).join(Suspect, Suspect.project_id == Project.id))
    assert wrong_suspects(session) == set()
    return set(found)


def alike(session: Session, project: Project) -> dict[str, tuple[str, ...]]:
    return {found.code: found.alike for found in lookalikes(session, [project.id])[project.id]}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("锂电池（一期）项目", "锂电池(一期)", True),
        ("ＡＢＣ　产业园", "abc产业园", True),
        ("锂电池一期", "锂电池二期", False),
        ("项目", "建设项目", False),
    ],
)
def test_names_that_read_the_same_have_one_key(one: str, other: str, same: bool) -> None:
    assert (name_key(one) == name_key(other)) is same


def test_a_deal_is_known_by_amount_and_company() -> None:
    assert deal_key("某新能源股份有限公司", 5) == deal_key("某新能源 有限公司", 5)
    assert deal_key("某新能源有限公司", 5) != deal_key("某新能源有限公司", 6)
    assert deal_key(None, 5) == deal_key("某公司", None) == ""


def test_what_is_alike_is_told(session: Session, race: Race) -> None:
    first = race.project("liuxi", name="锂电池项目", investor="甲公司", yuan=500)
    race.project("liuxi", name="光伏", investor="甲有限公司", yuan=500)
    race.project("qingshi", name="锂电池", signed=None)
    race.project("qingshi", name="风电", investor="甲公司", yuan=600)
    assert flagged(session) == {"P-001", "P-002", "P-003"}
    assert alike(session, first) == {"P-003": ("name", "units"), "P-002": ("deal", "unit", "signed")}


def test_a_flag_goes_when_the_name_does_or_the_signing_is_reversed(session: Session, race: Race) -> None:
    first = race.project("liuxi", name="锂电池", investor="甲公司", yuan=500)
    second = race.project("qingshi", name="锂电池", investor="甲公司", yuan=500)
    amend_project(session, "li", second, name="锂电池二期", reason="更名")
    assert flagged(session) == {"P-001", "P-002"}
    signing = session.scalars(select(StageEvent).where(StageEvent.project_id == first.id)).one()
    decide(session, "li", signing, "reversed", "错")
    assert flagged(session) == set()


def test_two_that_are_two_are_put_aside_for_good(session: Session, race: Race) -> None:
    one, other, third = (race.project("liuxi", name="标准厂房", signed=None) for _ in range(3))
    set_apart(session, "li", other, one, " 两期用地 ")
    assert flagged(session) == {"P-001", "P-002", "P-003"}
    assert alike(session, one) == {"P-003": ("name", "unit")}
    set_apart(session, "li", one, third, "不同地块")
    assert flagged(session) == {"P-002", "P-003"}
    assert [(found.code, found.reason, found.by) for found in put_aside(session, one.id)] == [
        ("P-002", "两期用地", "li"),
        ("P-003", "不同地块", "li"),
    ]
    line = session.scalars(select(AuditLine).order_by(AuditLine.seq_no.desc())).first()
    assert line is not None
    assert (line.action, line.subject) == ("project.distinct", "P-001")


def test_what_cannot_be_put_aside(session: Session, race: Race) -> None:
    one, other = race.project("liuxi", name="甲"), race.project("liuxi", name="乙")
    with pytest.raises(LedgerError, match="没有被标为疑似重复"):
        set_apart(session, "li", one, other, "不同")
    race.project("liuxi", name="甲")
    with pytest.raises(LedgerError, match="为什么不是重复"):
        set_apart(session, "li", one, race.project("liuxi", name="甲"), " ")


def test_duplicates_are_never_left_out_of_what_counts(session: Session, race: Race) -> None:
    race.scheme()
    for _ in range(2):
        race.project("liuxi", name="锂电池", investor="甲公司", signed=date(2026, 3, 1))
    edition = race.publish()
    assert flagged(session) == {"P-001", "P-002"}
    assert edition.number == 1
    line = find_line(session, edition.id, "liuxi")
    assert line is not None
    assert line["indicators"]["signing"]["numerator"] == "2"
